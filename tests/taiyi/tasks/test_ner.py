from __future__ import annotations

import pytest

from taiyi import tasks
from taiyi.instances import UNPARSABLE, Context, Draft, Instance, Outcome
from taiyi.records import Classification, Document, Entity, Turn
from taiyi.tasks import TaskSpec, ner

TEXT = "No aspirin\nC for gastric  ulcer; None did. Aspirin, too"
SPEC = TaskSpec(
    types={"Dis": "Disease", "Chem": "Chemical", "Drug": "Chemical"}, aliases={"drug": "Chemical", "gene": "Gene"}
)
BOTH = Context(offered=("Chemical", "Disease"))


def entity(number: int, kind: str, text: str) -> Entity:
    start = TEXT.index(text)
    return Entity(id=f"T{number}", type=kind, spans=((start, start + len(text)),), text=text)


def draft(*entities: Entity, spec: TaskSpec = SPEC) -> Draft:
    (found,) = ner.instances(Document(id="c/train/1", language="en", text=TEXT, entities=entities), spec)
    return found


def test_gold_goes_by_name_as_offered_then_by_position_each_once_on_one_line() -> None:
    found = draft(
        entity(1, "Drug", "Aspirin"),
        entity(2, "Chem", "aspirin\nC"),
        entity(3, "Dis", "gastric  ulcer"),
        entity(4, "Gene", "None"),
        Entity(id="T5", type="Chem", spans=((48, 55),), text=TEXT[48:55]),
    )
    assert found.gold[:3] == (("Disease", "gastric ulcer"), ("Chemical", "aspirin C"), ("Chemical", "Aspirin"))
    assert found.fields == {"text": TEXT, "types": "Disease, Chemical"}
    assert found.context == Context(offered=("Disease", "Chemical"), aliases={"drug": "Chemical"})


def test_a_document_without_entities_is_asked_about_too() -> None:
    found = draft()
    assert found.gold == ()
    assert ner.answer(found.gold, found.context, "taiyi") == "None"


def test_other_families_withheld_gold_and_no_types_ask_nothing() -> None:
    document = Document(id="c/test/1", language="en", text="a", annotated=False)
    assert not [*ner.instances(document, SPEC)]
    assert not [*ner.instances(Classification(id="c/test/1", language="en", text="a"), SPEC)]
    assert not [*ner.instances(Document(id="c/test/1", language="en", text="a"), TaskSpec())]


def test_the_answer_is_the_papers() -> None:
    gold = (("Chemical", "valproic acid"), ("Chemical", "Ammonia"), ("Disease", "drowsiness"))
    assert ner.answer(gold, BOTH, "taiyi") == "Chemical: valproic acid; Ammonia\nDisease: drowsiness"
    chinese = Context(offered=("疾病",), language="zh")
    assert ner.answer((("疾病", "肺炎"), ("疾病", "无尿")), chinese, "taiyi") == "疾病：肺炎; 无尿"
    assert ner.answer((), chinese, "taiyi") == "无"


@pytest.mark.parametrize(
    ("mention", "written"),
    [
        ("N-(2-propylpentanoyl)urea", "N-(2-propylpentanoyl)urea"),
        ("3,4-MDMA", "3,4-MDMA"),
        ("t(15; 17)", "t(15; 17)"),
        ("a; b", '"a; b"'),
        ('the "big" one', '"the ""big"" one"'),
        ("None", '"None"'),
        ("Disease: x", '"Disease: x"'),
        ("Re, Rg1, and Rb1", '"Re, Rg1, and Rb1"'),
        ("Inc.", '"Inc."'),
        ("x (open", '"x (open"'),
    ],
)
def test_a_mention_is_quoted_only_where_it_would_be_misread(mention: str, written: str) -> None:
    gold = (("Chemical", mention),)
    assert ner.answer(gold, BOTH, "taiyi") == f"Chemical: {written}"
    assert ner.parse(f"Chemical: {written}", BOTH, prompt="Re, Rg1, Rb1. a b").items == gold


PROMPT = "Text: aspirin, ibuprofen and naproxen for gastric ulcer, with Re, Rg1 ginsenosides. C. elegans sp."


@pytest.mark.parametrize(
    ("text", "status", "items"),
    [
        ("Chemical: ibuprofen, aspirin", "ok", [("Chemical", "ibuprofen"), ("Chemical", "aspirin")]),
        ("Chemical: aspirin, paracetamol", "ok", [("Chemical", "aspirin, paracetamol")]),
        ("Chemical: Re, Rg1 ginsenosides", "ok", [("Chemical", "Re, Rg1 ginsenosides")]),
        ("Disease: gastric ulcer.", "ok", [("Disease", "gastric ulcer")]),
        ("Chemical: C. elegans sp.", "ok", [("Chemical", "C. elegans sp.")]),
        ("Chemicals:\n- aspirin\n- ibuprofen", "ok", [("Chemical", "aspirin"), ("Chemical", "ibuprofen")]),
        ("### Disease\n1. gastric ulcer\n2. x", "ok", [("Disease", "gastric ulcer"), ("Disease", "x")]),
        ("aspirin: Chemical\nx", "partial", [("Chemical", "aspirin")]),
        ("Gene: TP53\nChemical: aspirin", "off_schema", [("Chemical", "aspirin")]),
        ("Gene: TP53", "off_schema", []),
        ('{"entities": [{"text": "aspirin", "label": "CHEMICAL"}]}', "ok", [("Chemical", "aspirin")]),
        ('{"Chemical": [], "Disease": null}', "none", []),
        ('{"Gene": ["x"]}', "off_schema", []),
        ("Chemical: None\nDisease: none", "none", []),
        ("There are no chemicals.", "none", []),
        ("The aspirin helped.", "unparsed", []),
        ("I'm sorry, I can't help with that.", "refusal", []),
        ("<think>Chemical: a</think>", "empty", []),
    ],
)
def test_answers_are_read_as_models_give_them(text: str, status: str, items: list[tuple[str, str]]) -> None:
    parsed = ner.parse(text, BOTH, prompt=PROMPT)
    assert (parsed.status, list(parsed.items)) == (status, items)
    assert not (parsed.items and parsed.status in UNPARSABLE)


def test_a_bare_list_is_read_where_one_type_was_asked_for_and_the_prompt_holds_it() -> None:
    one = Context(offered=("Chemical",))
    assert ner.parse("aspirin, naproxen", one, prompt=PROMPT).items == (
        ("Chemical", "aspirin"),
        ("Chemical", "naproxen"),
    )
    assert ner.parse("It was aspirin", one, prompt=PROMPT).status == "unparsed"


def test_the_score_is_micro_f1_over_type_and_mention() -> None:
    gold = (("Chemical", "a"), ("Disease", "b"))
    turns = (Turn("user", "?"), Turn("assistant", "Chemical: a"))
    instance = Instance(
        id="c/t/1#ner.en.t1", task="ner", language="en", style="taiyi", turns=turns, gold=gold, context=BOTH
    )
    text = "Chemical: a; c\nDisease: b"
    score = tasks.score("ner", [Outcome(instance, text, ner.parse(text, BOTH))])
    assert score.value == pytest.approx(0.8)
    assert "task:ner" in score.signature
