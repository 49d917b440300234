"""Annotated consultations: tags, acts, findings and reports, from the same file or from one of its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora.readers import consultations, tags
from taiyi.corpora.readers.json_files import Fields
from taiyi.errors import InvalidInput, NotFound
from taiyi.ledger import Ledger

SYMPTOMS = {"unit": "conversation", "mentions": {"concepts": "symptom_norm", "states": "symptom_type"}}
FINDINGS = {
    "id": "dialog_id",
    "turns": "dialog_info",
    "speaker": "sender",
    "text": "text",
    "findings": {},
}


@pytest.fixture
def two(read: Callable, native: Path) -> Callable:
    """`two(**options)`: what is read of the two conversations of the fixture."""
    return lambda **options: read("consultations", native / "two.consultations.json", language="zh", **options)


@pytest.fixture
def one(read: Callable, write: Callable) -> Callable:
    """`one(changes of an utterance, **options)`: what is read of one conversation of one utterance."""
    sound = {"sentence_id": 1, "speaker": "患者", "sentence": "头痛", "BIO_label": "B-Symptom I-Symptom"}

    def make(changes: dict[str, Any], **options: Any) -> Any:
        content = {"c": {"dialogue": [{**sound, **changes}]}}
        path = write(json.dumps(content, ensure_ascii=False, indent=1), "one.json")
        return read("consultations", path, language="zh", **({"layout": "keyed", "mentions": {}} | options))

    return make


def test_an_utterance_is_a_document_with_the_mentions_of_its_tags(two: Callable) -> None:
    first, second, thanks = two(mentions={"concepts": "symptom_norm"})
    assert (first.id, first.document_id, first.text) == ("toy/train/90000001.1", "90000001", "咳嗽吗")
    assert first.meta == {"speaker": "医生"}
    assert [(e.id, e.type, e.spans, e.text, e.concepts) for e in second.entities] == [
        ("T1", "Symptom", ((1, 2),), "咳", ("咳嗽",)),
        ("T2", "Symptom", ((3, 5),), "流涕", ("鼻流涕",)),
        ("T3", "Drug", ((7, 9),), "甲药", ()),
    ]
    assert (thanks.annotated, thanks.entities) == (True, ())


def test_an_utterance_may_begin_with_its_speaker(two: Callable) -> None:
    first, *_ = two(mentions={}, speakers=True)
    assert (first.text, first.entities[0].spans) == ("医生：咳嗽吗", ((3, 5),))
    assert two(acts={}, speakers=True)[2].text == "患者：谢谢"


def test_a_conversation_is_a_document_whose_symptoms_are_typed_by_their_state(two: Callable) -> None:
    first, second = two(**SYMPTOMS)
    assert first.text == "医生：咳嗽吗\n患者：没咳，流涕，吃甲药"
    assert [(e.type, e.text, e.concepts) for e in first.entities] == [
        ("2", "咳嗽", ("咳嗽",)),
        ("0", "咳", ("咳嗽",)),
        ("1", "流涕", ("鼻流涕",)),
    ]
    assert [first.text[p.start : p.end] for p in first.passages] == first.text.split("\n")
    assert (second.id, second.entities) == ("toy/train/90000002", ())


def test_the_complaint_stands_before_the_conversation(two: Callable) -> None:
    first, second = two(**SYMPTOMS, complaint=["self-report", "self_report"])
    assert first.text.startswith("患者：孩子发烧怎么办？\n医生：咳嗽吗\n")
    assert first.entities[0].text == "咳嗽"
    assert second.text == "患者：谢谢"


def test_what_an_utterance_does_is_its_label(two: Callable) -> None:
    records = two(acts={})
    assert [(r.text, r.labels) for r in records] == [
        ("咳嗽吗", ("Request-Symptom",)),
        ("没咳，流涕，吃甲药", ("Inform-Symptom",)),
        ("谢谢", ("Other",)),
    ]


def test_a_conversation_has_several_reports(two: Callable) -> None:
    first, _ = two(reports={}, complaint=["self_report"])
    assert first.input.split("\n")[0] == "患者：孩子发烧怎么办？"
    assert [[(s.name, s.text) for s in o.sections] for o in first.outputs] == [
        [("主诉", "发烧。"), ("诊断", "感冒。")],
        [("主诉", "发热。"), ("诊断", "")],
    ]


def test_each_finding_is_a_record_in_which_it_is_marked(read: Callable, write: Callable, ledger: Ledger) -> None:
    finding = {"range": [2, 4], "mention": "发热", "name": "发热", "type": "症状", "attr": "阳性"}
    line = {
        "dialog_id": 7,
        "dialog_info": [
            {"sentence_id": "1", "sender": "患者", "text": "我在发热", "ner": [finding]},
            {"sentence_id": "2", "sender": "医生", "text": "发热？", "ner": [{**finding, "range": [0, 2], "attr": ""}]},
        ],
    }
    path = write(json.dumps(line, ensure_ascii=False), "one.jsonl")
    first, second = read("consultations", path, language="zh", **FINDINGS, gold="optional")
    assert (first.id, first.text) == ("toy/train/7.1.2-4", "患者：我在【发热】\n医生：发热？")
    assert (first.labels, first.meta) == (("阳性",), {"finding": "发热"})
    assert (second.text, second.annotated) == ("患者：我在发热\n医生：【发热】？", False)
    with pytest.raises(InvalidInput, match=r"7 has no 'attr'"):
        read("consultations", path, language="zh", **FINDINGS)
    finding["range"] = [0, 2]
    path = write(json.dumps(line, ensure_ascii=False), "one.jsonl")
    with pytest.raises(InvalidInput, match="reads '我在', the annotation says '发热'") as caught:
        read("consultations", path, language="zh", **FINDINGS, gold="optional")
    assert caught.value.where.endswith("one.jsonl:1")
    assert [
        r.id for r in read("consultations", path, language="zh", **FINDINGS, gold="optional", on_mismatch="drop")
    ] == ["toy/train/7.2.0-2"]
    assert ledger.counts() == {"mention_dropped": 1}


def test_gold_may_lie_in_a_file_of_its_own(two: Callable, read: Callable, write: Callable, native: Path) -> None:
    path = write((native / "two.consultations.json").read_bytes(), "input.json")

    def given(content: Any, **options: Any) -> Any:
        write(json.dumps(content), "gold.json")
        return read("consultations", path, language="zh", gold_file="gold.json", **options)

    marked = {
        "90000001": {"1": "B-Symptom I-Symptom O", "2": "O O O O O O O B-Drug I-Drug"},
        "90000002": {"1": "O O"},
    }
    assert [[e.text for e in r.entities] for r in given(marked, mentions={})] == [["咳嗽"], ["甲药"], []]
    acts = {"90000001": {"1": "A", "2": ""}, "90000002": {"1": "B"}}
    assert [r.labels for r in given(acts, acts={}, gold="optional")] == [("A",), (), ("B",)]
    with pytest.raises(InvalidInput, match=r"90000001\.2 has no 'dialogue_act'"):
        given(acts, acts={})
    reports = {"90000001": {"主诉": "甲"}, "90000002": {"主诉": "乙"}}
    assert [r.outputs[0].sections[0].text for r in given(reports, reports={})] == ["甲", "乙"]
    with pytest.raises(InvalidInput, match="1 conversations with gold are not in the corpus: 90000003"):
        given({**reports, "90000003": {"主诉": "丙"}}, reports={})
    with pytest.raises(NotFound, match="the gold of the conversations"):
        read("consultations", path, language="zh", gold_file="none.json", reports={})


@pytest.mark.parametrize("kind", ["mentions", "acts", "reports"])
def test_gold_that_is_withheld_is_not_read(two: Callable, kind: str) -> None:
    for record in two(**{kind: {}}, gold="withheld"):
        assert not record.annotated
        assert not getattr(record, "entities", ()) + getattr(record, "labels", ()) + getattr(record, "outputs", ())


def test_a_test_set_without_tags_is_refused_unless_it_is_said_to_be_one(one: Callable) -> None:
    with pytest.raises(InvalidInput, match=r"c\.1 has no 'BIO_label'") as caught:
        one({"BIO_label": None})
    assert caught.value.where.endswith("one.json:2")
    assert not one({"BIO_label": ""}, gold="optional")[0].annotated


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"BIO_label": "B-Symptom"}, "1 tags for a text of 2 characters"),
        ({"BIO_label": "O I-Symptom"}, "I-Symptom at '痛' continues no mention"),
        ({"BIO_label": "B-Drug I-Symptom"}, "I-Symptom at '痛' continues no mention"),
        ({"BIO_label": "O E-Symptom"}, "'E-Symptom' is no BIO tag"),
        ({"BIO_label": "B O"}, "'B' is no BIO tag"),
        ({"sentence": None}, "there is no 'sentence'"),
        ({"speaker": None}, "there is no 'speaker'"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_line(one: Callable, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        one(changes)
    assert caught.value.where.endswith("one.json:2")


def test_what_does_not_fit_is_dropped_or_repaired_where_that_is_allowed(one: Callable, ledger: Ledger) -> None:
    short, orphan = {"BIO_label": "B-Symptom"}, {"BIO_label": "O I-Symptom"}
    assert one(short, on_mismatch="drop")[0].entities == ()
    assert one(short, on_mismatch="repair")[0].entities == ()
    assert one(orphan, on_mismatch="drop")[0].entities == ()
    assert [e.text for e in one(orphan, on_mismatch="repair")[0].entities] == ["痛"]
    assert ledger.counts() == {"mention_repaired": 1, "tag_dropped": 1, "tags_dropped": 2}


def test_lists_of_another_length_say_nothing_of_mentions(one: Callable, ledger: Ledger) -> None:
    said = {"symptom_norm": ["头痛", "发热"], "symptom_type": []}
    with pytest.raises(InvalidInput, match="2 of 'symptom_norm' for 1 mentions"):
        one(said, **SYMPTOMS)
    with_concepts = {"unit": "utterance", "mentions": {"concepts": "symptom_norm"}, "on_mismatch": "drop"}
    assert [(e.text, e.concepts) for e in one(said, **with_concepts)[0].entities] == [("头痛", ())]
    assert one(said, **SYMPTOMS, on_mismatch="drop")[0].entities == ()
    assert ledger.counts() == {"symptom_norm_dropped": 2, "symptom_type_dropped": 1}


def test_a_conversation_without_utterances_is_refused(two: Callable) -> None:
    with pytest.raises(InvalidInput, match="90000001 has no utterances under 'talk'"):
        two(turns="talk", acts={})


@pytest.mark.parametrize(
    "options",
    [{}, {"mentions": {}, "acts": {}}, {"findings": {}, "gold_file": "g"}, {**SYMPTOMS, "gold_file": "g"}],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(options, consultations.Options)


@pytest.mark.parametrize("change", [lambda b: b"\xef\xbb\xbf" + b, lambda b: b.replace(b"\n", b"\r\n")])
def test_a_byte_order_mark_and_line_ends_change_nothing(
    two: Callable, read: Callable, write: Callable, native: Path, change: Callable
) -> None:
    path = write(change((native / "two.consultations.json").read_bytes()), "two.json")
    assert read("consultations", path, language="zh", acts={}) == two(acts={})


@given(st.lists(st.tuples(st.sampled_from("ABO"), st.integers(1, 4))))
def test_tags_written_of_mentions_are_read_as_these_mentions(runs: list[tuple[str, int]]) -> None:
    written: list[str] = []
    expected: list[tags.Chunk] = []
    for kind, length in runs:
        if kind != "O":
            expected.append(tags.Chunk(kind, len(written), len(written) + length))
        written += ["O"] * length if kind == "O" else [f"B-{kind}", *[f"I-{kind}"] * (length - 1)]
    policy = tags.Policy(fields=Fields("f:1", {}), owner="r", ledger=Ledger(), on_mismatch="refuse")
    assert tags.chunks(written, "x" * len(written), policy) == expected
