"""Standoff: annotation files beside their text, events and triggers, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput, InvalidParams
from taiyi.ledger import Ledger
from taiyi.records import Argument, Document

NATIVE = {"annotations": [".a1", ".a2"], "document_id": "PMID-(.+)"}


@pytest.fixture
def document(read: Callable, native: Path) -> Document:
    (found,) = read("brat", native / "standoff" / "PMID-90000003.txt", **NATIVE)
    return found


@pytest.fixture
def note(read: Callable, write: Callable) -> Callable[..., Document]:
    """`note(annotations, text)`: the one document of a text and its .ann file."""

    def make(annotations: str, text: str | bytes = "ab cd", **options: object) -> Document:
        write(annotations, "n.ann")
        return read("brat", write(text, "n.txt"), **options)[0]

    return make


def test_the_file_names_the_record_and_the_document(document: Document) -> None:
    assert (document.id, document.document_id) == ("toy/train/PMID-90000003", "90000003")
    assert [document.text[p.start : p.end] for p in document.passages] == [
        "TraX binds TraY.",
        "It represses growth of left and right arms.",
    ]


def test_what_an_event_names_is_a_trigger_and_the_rest_are_entities(document: Document) -> None:
    assert [entity.id for entity in document.entities] == ["T1", "T2", "T3", "T7"]
    assert [trigger.text for trigger in document.triggers] == ["binds", "represses", "growth"]


def test_a_mention_in_two_places_is_one_entity(document: Document) -> None:
    assert document.entities[2].text == "left arms"
    assert len(document.entities[2].spans) == 2


def test_events_share_triggers_and_take_events_as_arguments(document: Document) -> None:
    binding, growth, regulation, other = document.events
    assert binding.arguments == (Argument(ref="T1", role="Theme"), Argument(ref="T2", role="Theme2"))
    assert regulation.arguments[0] == Argument(ref="E2", role="Theme")
    assert regulation.trigger == other.trigger == Argument(ref="T5", role="")
    assert (growth.modifiers, regulation.modifiers) == (("Negation",), ("Confidence:high",))


def test_relations_keep_roles_that_say_something(document: Document) -> None:
    coreference, fragment = document.relations
    assert (coreference.type, coreference.head.role, coreference.tail.role) == ("Coreference", "Subject", "Object")
    assert (fragment.type, fragment.head, fragment.tail) == ("frag", Argument(ref="T1"), Argument(ref="T3"))


def test_normalisations_equivalences_and_attributes_are_read(document: Document) -> None:
    assert document.entities[0].concepts == ("UniProt:Q90001", "UniProt:Q90002")
    assert document.coreferences[0].members == ("T1", "T7")
    assert document.meta == {"A2": "Optional T3"}


def test_offsets_count_carriage_returns(note: Callable) -> None:
    document = note("T1\tX 4 6\tcd\n", b"ab\r\ncd\r\n")
    assert (document.text, document.entities[0].text) == ("ab\r\ncd\r\n", "cd")


def test_a_star_line_is_a_relation_between_neighbours_where_it_is_asked_for(note: Callable) -> None:
    lines = "T1\tX 0 1\ta\nT2\tX 1 2\tb\nT3\tX 3 4\tc\n*\tOR T1 T2 T3\n"
    with pytest.raises(InvalidInput, match="nothing says what 'OR' means"):
        note(lines)
    pairs = note(lines, star_relations=["OR"]).relations
    assert [(pair.head.ref, pair.tail.ref) for pair in pairs] == [("T1", "T2"), ("T2", "T3")]


def test_what_refers_to_a_dropped_mention_leaves_with_it(note: Callable, ledger: Ledger) -> None:
    lines = """T1\tX 0 2\tab
T2\tX 3 9\tnowhere
T3\tX 3 5\tcd
E1\tX:T2 Theme:T1
E2\tX:T3 Theme:T1 Cause:E1
R1\tr Arg1:T1 Arg2:T2
*\tEquiv T1 T2
"""
    document = note(lines, on_mismatch="drop")
    assert [event.id for event in document.events] == ["E2"]
    assert document.events[0].arguments == (Argument(ref="T1", role="Theme"),)
    assert (document.relations, document.coreferences) == ((), ())
    assert ledger.counts() == {"mention_dropped": 1, "part_dropped": 4}


def test_a_blind_text_has_no_gold(read: Callable, write: Callable) -> None:
    write("", "n.a1")
    text = write("ab", "n.txt")
    with pytest.raises(InvalidInput, match=r"n\.a2 do not exist"):
        read("brat", text, annotations=[".a1", ".a2"])
    document = read("brat", text, annotations=[".a1", ".a2"], missing="empty", annotated=False)[0]
    assert not document.annotated


def test_annotations_may_lie_in_another_folder(read: Callable, tmp_path: Path) -> None:
    for folder in ("text", "text/notes"):
        (tmp_path / folder).mkdir()
    (tmp_path / "text" / "n.txt").write_text("ab")
    (tmp_path / "text" / "notes" / "n.ann").write_text("T1\tX 0 2\tab\n")
    (document,) = read("brat", tmp_path / "text" / "n.txt", annotation_folder="notes")
    assert document.entities[0].text == "ab"


def test_annotations_without_their_text_are_named(note: Callable, write: Callable) -> None:
    lone = write("", "lone.ann")
    with pytest.raises(InvalidInput, match="does not exist") as caught:
        note("")
    assert caught.value.where == str(lone)


def test_a_file_that_is_no_text_is_refused(read: Callable, write: Callable) -> None:
    write("", "n.txt")
    with pytest.raises(InvalidInput, match="not a text"):
        read("brat", write("", "n.ann"))


@pytest.mark.parametrize("pattern", ["(", "PMID", "(X.+)"])
def test_a_pattern_finds_the_document_id_in_the_name(note: Callable, pattern: str) -> None:
    with pytest.raises((InvalidParams, InvalidInput)):
        note("", document_id=pattern)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("T1\tX 0 2\tab", "the id T1 is used before"),
        ("T2\tX 0 2", "type, offsets and a text"),
        ("T2\tX 0\tab", "type, offsets and a text"),
        ("T2\tX 0 2;3\tab", "'3' are not two numbers"),
        ("T2\tX -1 2\tab", "are not two numbers"),
        ("T2\tX 3 9\tcd", "3-9 lies outside"),
        ("T2\tX 2 2\tcd", "2-2 lies outside"),
        ("T2\tX 0 2\tcd", "reads 'ab'"),
        ("R1\tr Arg1:T1", "two ends, not 1"),
        ("R1\tr Arg1 Arg2", "is not Role:id"),
        ("E1", "no second column"),
        ("E1\tX:", "is not Role:id"),
        ("M1\tNegation", "said of nothing"),
        ("M1\tNegation E7", "said of nothing"),
        ("N1\tReference T7 D:1", "said of nothing"),
        ("N1\tReference T1", "a name, a mention and a concept"),
        ("*\tEquiv T1", "at least two"),
        ("what?", "no annotation begins like"),
    ],
)
def test_a_damaged_line_is_named(note: Callable, tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        note(f"T1\tX 0 2\tab\n\n{line}\n")
    assert caught.value.where == f"{tmp_path / 'n.ann'}:3"
    assert caught.value.remedy


@pytest.mark.parametrize("line", ["R1\tr Arg1:T1 Arg2:T9", "E1\tX:T9", "*\tEquiv T1 T9"])
def test_a_reference_to_nothing_is_named(note: Callable, tmp_path: Path, line: str) -> None:
    with pytest.raises(InvalidInput, match="'T9'") as caught:
        note(f"T1\tX 0 2\tab\n{line}\n")
    assert caught.value.where == str(tmp_path / "n.ann:2")
