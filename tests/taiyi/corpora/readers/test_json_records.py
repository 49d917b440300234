"""JSON records: what each family is made from."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from taiyi.errors import InvalidInput, NotFound
from taiyi.ledger import Ledger
from taiyi.records import Argument, Output, Section, Turn

NER = {"entities": {}}


@pytest.fixture
def one(read: Callable, write: Callable) -> Callable:
    """`one(value, **options)`: the record of one JSON object."""

    def make(value: object, **options: object) -> object:
        return read("json_records", write(json.dumps([value], ensure_ascii=False), "one.json"), **options)[0]

    return make


def test_entities_have_their_ends_after_or_on_the_last_character(one: Callable) -> None:
    value = {"text": "\ufeff头痛。", "entities": [{"start_idx": 1, "end_idx": 3, "type": "sym", "entity": "头痛"}]}
    exclusive = one(value, language="zh", document=NER)
    value["entities"][0]["end_idx"] = 2
    assert one(value, language="zh", document={"entities": {"end_inclusive": True}}) == exclusive
    with pytest.raises(InvalidInput, match="reads '头', the annotation says '头痛'"):
        one(value, document=NER)


def test_a_document_has_entities_and_relations_between_texts(read: Callable, native: Path) -> None:
    first, second = read(
        "json_records", native / "two.json", language="zh", id="id", document={"entities": {}, "relations": {}}
    )
    assert [(entity.type, entity.text) for entity in first.entities] == [("sym", "头痛"), ("dru", "布洛芬")]
    relation = first.relations[0]
    assert (relation.type, relation.head.text, relation.tail.text) == ("治疗", "布洛芬", "头痛")
    assert second.annotated
    assert second.entities == ()


def test_a_relation_may_end_in_a_relation(one: Callable) -> None:
    inner = {"type": "relation", "head": {"mention": "b"}, "relation": 1, "tail": {"mention": "c"}}
    value = {"text": "a b c", "r": [{"head": {"mention": "a"}, "relation": 2, "tail": inner}]}
    keys = {"list": "r", "type": "relation", "head": "head", "tail": "tail", "names": {"1": "causes", "2": "if"}}
    condition, cause = one(value, document={"relations": keys}).relations
    assert (condition.type, condition.head, condition.tail) == ("if", Argument(text="a"), Argument(ref=cause.id))
    assert (cause.type, cause.head, cause.tail) == ("causes", Argument(text="b"), Argument(text="c"))
    with pytest.raises(InvalidInput, match="'2' has no name"):
        one(value, document={"relations": {**keys, "names": {"1": "causes"}}})


def test_relations_by_id_leave_with_what_is_dropped(one: Callable, ledger: Ledger) -> None:
    value = {
        "text": "ab cd",
        "entities": [
            {"id": "x", "start_idx": 0, "end_idx": 2, "type": "T", "entity": "ab"},
            {"id": "y", "start_idx": 3, "end_idx": 9, "type": "T", "entity": "cd"},
        ],
        "relations": [{"type": "r", "from": "x", "to": "y"}],
    }
    relations = {"list": "relations", "type": "type", "head": "from", "tail": "to", "ends": "id"}
    document = one(value, document={"entities": {"id": "id"}, "relations": relations, "on_mismatch": "drop"})
    assert ([entity.id for entity in document.entities], document.relations) == (["x"], ())
    assert ledger.counts() == {"mention_dropped": 1, "part_dropped": 1}
    value["relations"][0]["to"] = "z"
    with pytest.raises(InvalidInput, match="'z', which is not in this record"):
        one(value, document={"entities": {"id": "id"}, "relations": relations, "on_mismatch": "drop"})


def test_events_are_made_of_texts(one: Callable) -> None:
    value = {"text": "t", "event": [{"core_name": "nodule", "tendency": "", "anatomy_list": ["left", "right"]}]}
    keys = {"arguments": {"tendency": "tendency", "anatomy": "anatomy_list"}}
    event = one(value, document={"events": keys}).events[0]
    assert (event.type, event.trigger) == ("event", Argument(text="nodule"))
    assert event.arguments == (Argument(text="left", role="anatomy"), Argument(text="right", role="anatomy"))
    value["event"][0]["core_name"] = ""
    with pytest.raises(InvalidInput, match="exactly one of ref"):
        one(value, document={"events": keys})


def test_a_whole_text_may_be_one_mention_with_concepts(one: Callable) -> None:
    entity = one(
        {"text": "卵巢Ca", "result": "卵巢恶性肿瘤##癌##癌"}, language="zh", document={"whole": "result"}
    ).entities[0]
    assert (entity.spans, entity.text, entity.concepts) == (((0, 4),), "卵巢Ca", ("卵巢恶性肿瘤", "癌"))


def test_gold_is_required_unless_it_is_said_to_be_missing(one: Callable) -> None:
    with pytest.raises(InvalidInput, match="nothing under 'entities'"):
        one({"text": "t"}, document=NER)
    assert not one({"text": "t"}, document=NER, gold="optional").annotated
    blind = one({"text": "t", "label": "x"}, classification={}, gold="withheld")
    assert (blind.annotated, blind.labels) == (False, ())


@pytest.mark.parametrize("label", ["a;b", ["a", "b"], " a ; b;"])
def test_labels_are_joined_or_listed(one: Callable, label: object) -> None:
    assert one({"text": "t", "label": label}, classification={"separator": ";"}).labels == ("a", "b")


def test_labels_may_be_flags(one: Callable) -> None:
    flags = {"classification": {"flags": {"A": "is_a", "B": "is_b"}}}
    assert one({"text": "t", "is_a": 0, "is_b": "1"}, **flags).labels == ("B",)
    with pytest.raises(InvalidInput, match="a flag is 0 or 1"):
        one({"text": "t", "is_a": 0, "is_b": "2"}, **flags)


def test_a_pair_has_a_label_or_the_mean_of_its_scores(one: Callable) -> None:
    value = {"text1": "a", "text2": "b", "label": 1, "r1": "2", "r2": "", "r3": 3}
    assert one(value, pair={"label": "label"}).label == "1"
    assert one(value, pair={"scores": ["r1", "r2", "r3"]}).score == 2.5
    with pytest.raises(InvalidInput, match="no score under 'r2'"):
        one(value, pair={"scores": ["r2"]})
    assert not one(value, pair={"scores": ["r2"]}, gold="optional").annotated
    value["r1"] = "two"
    with pytest.raises(InvalidInput, match="'two'"):
        one(value, pair={"scores": ["r1"]})


def test_a_question_is_open_or_about_a_context(one: Callable) -> None:
    value = {"question": "q", "paragraphs": ["c1", "c2"], "answers": {"text": ["x", "y"]}, "why": "z"}
    asked = one(value, question={"context": "paragraphs", "answers": "answers.text", "long_answers": "why"})
    assert (asked.kind, asked.context, asked.answers, asked.long_answers) == ("context", "c1\nc2", ("x", "y"), ("z",))
    assert one({"question": "q", "answer": "a"}, question={}).kind == "open"


def test_turns_of_one_speaker_are_joined_and_the_user_is_first(one: Callable) -> None:
    said = [("医生", "你好"), ("患者", "头痛"), ("患者", "发热"), ("医生", "多久了")]
    value = {"dialogue": [{"speaker": speaker, "sentence": text} for speaker, text in said]}
    roles = {"dialogue": {"user": ["患者"], "assistant": ["医生"]}}
    dialogue = one(value, language="zh", **roles)
    assert (dialogue.context, dialogue.turns) == ("你好", (Turn("user", "头痛\n发热"), Turn("assistant", "多久了")))
    value["dialogue"][0]["speaker"] = "护士"
    with pytest.raises(InvalidInput, match="'护士'"):
        one(value, language="zh", **roles)


def test_two_languages_are_parallel(one: Callable) -> None:
    record = one({"e": "pain", "c": "痛"}, parallel={"translations": {"en": "e", "zh": "c"}})
    assert record.translations == {"en": "pain", "zh": "痛"}


def test_an_output_is_a_text_or_sections(one: Callable) -> None:
    assert one({"text": "t", "summary": ["a", "b"]}, transform={}).outputs == (Output("a"), Output("b"))
    report = one({"text": "t", "summary": {"主诉": "头痛", "诊断": "感冒"}}, transform={}).outputs[0]
    assert report.sections == (Section("主诉", "头痛"), Section("诊断", "感冒"))


def test_a_record_is_named_by_its_id_its_key_or_its_content(read: Callable, write: Callable) -> None:
    keyed = read("json_records", write('{"k/1": {"text": "t", "label": "x", "n": 5}}'), classification={})
    assert keyed[0].id == "toy/train/k%2F1"
    path = write('{"k": {"text": "t", "label": "x", "n": 5}}')
    named = read("json_records", path, id="n", document_id="@key", meta={"was": "n"}, classification={})[0]
    assert (named.id, named.document_id, named.meta) == ("toy/train/5", "k", {"was": "5"})
    rows = '[{"text": "u", "label": "x"}, {"text": "t", "label": "x"}, {"text": "t", "label": "y"}]'
    before = [record.id for record in read("json_records", write(rows), classification={})]
    after = [record.id for record in read("json_records", write(rows.replace("u", "v")), classification={})]
    assert before[1:] == after[1:]
    assert before[2] == f"{before[1]}-2"


def test_a_list_of_ids_chooses_records_and_must_be_met(read: Callable, write: Callable) -> None:
    path = write('{"1": {"text": "a", "label": "x"}, "2": {"text": "b", "label": "x"}}')
    for ids, only, without in (('{"1": "yes"}', ["a"], ["b"]), ("[2]", ["b"], ["a"])):
        write(ids, "ids.json")
        assert [r.text for r in read("json_records", path, classification={}, only="ids.json")] == only
        assert [r.text for r in read("json_records", path, classification={}, without="ids.json")] == without
    write("[1, 3]", "ids.json")
    with pytest.raises(InvalidInput, match="1 listed ids are not in the corpus: 3"):
        read("json_records", path, classification={}, only="ids.json")
    with pytest.raises(NotFound):
        read("json_records", path, classification={}, only="no.json")
    with pytest.raises(InvalidInput, match="a list of ids"):
        read("json_records", path, classification={}, only=write("1", "one.json").name)


def test_exactly_one_family_is_named(read: Callable, write: Callable) -> None:
    for options in ({}, {"classification": {}, "pair": {}}):
        with pytest.raises(msgspec.ValidationError, match="exactly one of document"):
            read("json_records", write("[]"), **options)


def test_a_broken_invariant_is_named_by_file_line_and_record(read: Callable, write: Callable) -> None:
    path = write('[{"text": "t", "label": []},\n {"text": "t", "label": ["x", "x"]}]')
    with pytest.raises(InvalidInput, match=r"toy/train/\w+-2: a label is given twice") as caught:
        read("json_records", path, classification={})
    assert caught.value.where == f"{path}:2"


def test_ends_of_relations_with_offsets_are_mentions_each_once(one: Callable) -> None:
    a, b, c = ({"m": text, "from": at, "to": at + 1} for text, at in (("a", 0), ("b", 2), ("c", 4)))
    inner = {"head": b, "relation": 1, "tail": c}
    value = {"text": "a b c", "r": [{"head": a, "relation": 2, "tail": inner}, {"head": b, "relation": 1, "tail": c}]}
    keys = {"list": "r", "type": "relation", "head": "head", "tail": "tail", "mention": "m", "start": "from"}
    document = one(value, document={"relations": {**keys, "end": "to"}})
    assert [(e.id, e.type, e.spans, e.text) for e in document.entities] == [
        ("M1", "mention", ((0, 1),), "a"),
        ("M2", "mention", ((2, 3),), "b"),
        ("M3", "mention", ((4, 5),), "c"),
    ]
    assert [(r.head.ref, r.tail.ref) for r in document.relations] == [("M1", "R1.tail"), ("M2", "M3"), ("M2", "M3")]
    b["from"] = 3
    with pytest.raises(InvalidInput, match="the annotation says 'b'"):
        one(value, document={"relations": {**keys, "end": "to"}})


def test_relations_leave_with_an_end_that_is_dropped(one: Callable, ledger: Ledger) -> None:
    end = {"m": "a", "from": 0, "to": 0}
    value = {"text": "ab", "r": [{"head": {"m": "x", "from": 0, "to": 0}, "type": "t", "tail": end}]}
    keys = {"list": "r", "type": "type", "head": "head", "tail": "tail", "mention": "m", "start": "from", "end": "to"}
    document = one(value, document={"relations": {**keys, "end_inclusive": True}, "on_mismatch": "drop"})
    assert ([entity.text for entity in document.entities], document.relations) == (["a"], ())
    assert ledger.counts() == {"mention_dropped": 1, "part_dropped": 1}


def test_mentions_may_be_lists(one: Callable) -> None:
    keys = {"list": "labels", "id": "0", "type": "1", "start": "2", "end": "3", "text": "4"}
    entity = one({"text": "头痛。", "labels": [["T1", "SYMPTOM", 0, 2, "头痛"]]}, document={"entities": keys}).entities[
        0
    ]
    assert (entity.id, entity.type, entity.spans, entity.text) == ("T1", "SYMPTOM", ((0, 2),), "头痛")
    with pytest.raises(InvalidInput, match="there is no '4'"):
        one({"text": "头痛。", "labels": [["T1", "SYMPTOM", 0, 2]]}, document={"entities": keys})


def test_a_text_may_lie_under_several_keys(one: Callable) -> None:
    value = {"complaint": "头痛。", "history": "", "signs": " 舌红 ", "label": "x"}
    parts = {"主诉": "complaint", "现病史": "history", "": "signs"}
    assert one(value, language="zh", classification={"parts": parts}).text == "主诉：头痛。\n舌红"
    with pytest.raises(InvalidInput, match="there is no 'other'"):
        one(value, classification={"parts": {"主诉": "other"}})


def test_marks_around_a_label_are_no_part_of_it(one: Callable) -> None:
    assert one({"text": "t", "label": ["'a'"]}, classification={"trimmed": "'\""}).labels == ("a",)


def test_an_id_may_be_made_of_several_keys(one: Callable) -> None:
    assert one({"a": 1, "b": "x", "text": "t", "label": "l"}, id="a+b", classification={}).id == "toy/train/1.x"


def test_records_may_lie_in_lists_within_lists(read: Callable, write: Callable) -> None:
    text = """{"doc": 7, "paragraphs": [
      {"number": 1, "text": "p", "sentences": [{"s": 1, "text": "a", "label": "x"},
        {"s": 2, "text": "b", "label": "y"}]},
      {"number": 2, "text": "q", "sentences": [
        {"s": 1, "text": "c"}]}], "after": "z"}"""
    options = {
        "layout": "one",
        "nested": ["paragraphs", "sentences"],
        "id": "doc+number+s",
        "document_id": "doc",
        "meta": {"after": "after"},
        "classification": {},
    }
    with pytest.raises(InvalidInput, match="nothing under 'label'") as caught:
        read("json_records", write(text, "doc.json"), **options)
    assert caught.value.where.endswith("doc.json:5")
    records = read("json_records", write(text, "doc.json"), **options, gold="optional")
    assert [(r.id, r.document_id, r.text, r.labels) for r in records] == [
        ("toy/train/7.1.1", "7", "a", ("x",)),
        ("toy/train/7.1.2", "7", "b", ("y",)),
        ("toy/train/7.2.1", "7", "c", ()),
    ]
    assert records[0].meta == {"after": "z"}
    with pytest.raises(InvalidInput, match=r"there is no 'sections'[\s\S]*here are doc, paragraphs, after"):
        read("json_records", write(text, "doc.json"), **{**options, "nested": ["sections"]})


@pytest.mark.parametrize(
    ("text", "line"), [('{"p": [\n{"s": []},\n{"s": 3}]}', 3), ('{"p": [\n{"s": [\n4]}]}', 3), ('{"p": [\n{"s": [', 2)]
)
def test_nested_lists_that_are_none_are_refused_by_their_line(
    read: Callable, write: Callable, text: str, line: int
) -> None:
    with pytest.raises(InvalidInput) as caught:
        read("json_records", write(text, "doc.json"), layout="one", nested=["p", "s"], classification={})
    assert caught.value.where.endswith(f"doc.json:{line}")


def test_a_star_in_a_key_stands_for_every_key(read: Callable, write: Callable) -> None:
    path = write(
        '[{"abstract": "A.", "cited": {"@1": {"abstract": "B."}, "@2": {"abstract": ""}, "@3": {}}, "out": "C."}]'
    )
    parts = {"Abstract": "abstract", "Cited": "cited.*.abstract"}
    (record,) = read("json_records", path, joiner=" ", transform={"parts": parts, "outputs": "out"})
    assert record.input == "Abstract: A.\nCited: B."
