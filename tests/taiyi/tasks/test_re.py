from __future__ import annotations

import pytest

from taiyi import tasks
from taiyi.instances import Context, Draft
from taiyi.records import Argument, Classification, Document, Entity, Relation
from taiyi.tasks import TaskSpec

re = tasks.load("re")
TEXT = "Aspirin (aspirin) and ASA cause ulcers, an ulcer."
SPEC = TaskSpec(types={"CID": "chemical-induced disease", "TREAT": "treats"})
BOTH = Context(offered=("causes", "treats"))
CHINESE = Context(offered=("药物治疗", "相关（症状）"), language="zh")


def entity(number: int, text: str, *concepts: str) -> Entity:
    start = TEXT.index(text)
    return Entity(id=f"T{number}", type="x", spans=((start, start + len(text)),), text=text, concepts=concepts)


MENTIONS = (
    entity(3, "ASA", "M:1", "M:2"),
    entity(1, "Aspirin", "M:1"),
    entity(2, "aspirin", "M:1"),
    entity(4, "ulcers", "M:9"),
    entity(5, "an ulcer", "M:9"),
)


def draft(*relations: tuple[str, Argument, Argument]) -> Draft:
    made = tuple(Relation(f"R{n}", kind, head, tail) for n, (kind, head, tail) in enumerate(relations))
    (found,) = re.instances(Document(id="c/train/1", language="en", text=TEXT, entities=MENTIONS, relations=made), SPEC)
    return found


def test_concepts_stand_for_every_text_that_mentions_them() -> None:
    found = draft(("CID", Argument(concept="M:1"), Argument(concept="M:9")))
    assert found.gold == tuple(
        ("chemical-induced disease", head, tail)
        for head in ("Aspirin", "aspirin", "ASA")
        for tail in ("ulcers", "an ulcer")
    )


def test_a_concept_without_a_mention_makes_no_pair() -> None:
    assert draft(("CID", Argument(concept="M:7"), Argument(concept="M:9"))).gold == ()


def test_mentions_and_texts_stand_for_themselves_and_relations_go_by_name_as_offered() -> None:
    found = draft(
        ("TREAT", Argument(ref="T1"), Argument(text="an\n ulcer")),
        ("CID", Argument(ref="T3"), Argument(ref="T4")),
        ("CID", Argument(ref="T3"), Argument(ref="T4")),
        ("OTHER", Argument(ref="T3"), Argument(ref="T4")),
        ("CID", Argument(ref="R0"), Argument(ref="T4")),
    )
    assert found.gold == (("chemical-induced disease", "ASA", "ulcers"), ("treats", "Aspirin", "an ulcer"))
    assert found.fields == {"text": TEXT, "types": "chemical-induced disease, treats"}


def test_other_families_and_withheld_gold_ask_nothing() -> None:
    assert not [*re.instances(Classification(id="c/t/1", language="en", text="a"), SPEC)]
    assert not [*re.instances(Document(id="c/t/1", language="en", text="a", annotated=False), SPEC)]


def test_the_answer_is_the_papers() -> None:
    gold = (("causes", "a", "b"), ("causes", "c", "d"), ("treats", "e", "f"))
    assert re.answer(gold, BOTH, "taiyi") == "causes: [a, b]; [c, d]\ntreats: [e, f]"
    gold = (("药物治疗", "2型糖尿病", "二甲双胍"), ("相关（症状）", "肿瘤", "乏力"))
    assert re.answer(gold, CHINESE, "taiyi") == "(2型糖尿病, 二甲双胍, 药物治疗); (肿瘤, 乏力, 相关（症状）)"
    assert (re.answer((), BOTH, "taiyi"), re.answer((), CHINESE, "taiyi")) == ("None", "无")


def test_brackets_and_commas_within_ends_are_kept() -> None:
    gold = (("causes", "(S)-3-bromo-N-[(1-ethyl)methyl]-2,6-x", "a, b"),)
    text = re.answer(gold, BOTH, "taiyi")
    assert text == 'causes: [(S)-3-bromo-N-[(1-ethyl)methyl]-2,6-x, "a, b"]'
    assert re.parse(text, BOTH).items == gold


PROMPT = "Text: gastric ulcer, x of aspirin"


@pytest.mark.parametrize(
    ("text", "status", "items"),
    [
        ("causes: [a, b], [c, d]", "ok", [("causes", "a", "b"), ("causes", "c", "d")]),
        ("causes: [a, b]; treats: [c, d]", "ok", [("causes", "a", "b"), ("treats", "c", "d")]),
        ("causes:\n- [a, b]\ntreats: None", "ok", [("causes", "a", "b")]),
        ("(a, b, causes)", "ok", [("causes", "a", "b")]),
        ("(a, treats, b)", "ok", [("treats", "a", "b")]),
        ("(treats, a, b)", "ok", [("treats", "a", "b")]),
        ("causes relations: （a，b）", "ok", [("causes", "a", "b")]),
        ("causes: [a, b", "ok", [("causes", "a", "b")]),
        ("causes: [gastric ulcer, x, aspirin]", "ok", [("causes", "gastric ulcer, x", "aspirin")]),
        ("causes: [a, b, c]", "ambiguous", []),
        ("causes: [a, b, c]; [d, e]", "partial", [("causes", "d", "e")]),
        ("causes: [a, b] because of this", "partial", [("causes", "a", "b")]),
        ("causes: [(a, b), c]", "ok", [("causes", "(a, b)", "c")]),
        ("heals: [a, b]\ncauses: [a, b]", "off_schema", [("causes", "a", "b")]),
        ("(a, b, heals)", "off_schema", []),
        ("[a, b]", "unparsed", []),
        ("causes: [a]", "unparsed", []),
        ('[{"subject": "a", "predicate": "Causes", "object": {"name": "b"}}]', "ok", [("causes", "a", "b")]),
        ('{"causes": [["a", "b"]], "treats": []}', "ok", [("causes", "a", "b")]),
        ("There are no such relations in the text.", "none", []),
        ("aspirin causes gastric ulcer", "unparsed", []),
        ("", "empty", []),
    ],
)
def test_answers_are_read_as_models_give_them(text: str, status: str, items: list[tuple[str, str, str]]) -> None:
    parsed = re.parse(text, BOTH, prompt=PROMPT)
    assert (parsed.status, list(parsed.items)) == (status, items)


def test_the_only_relation_asked_for_needs_no_name() -> None:
    assert re.parse("[a, b]; [c, d]", Context(offered=("PPI",))).items == (("PPI", "a", "b"), ("PPI", "c", "d"))
