"""Where a text may be cut, and the documents between two cuts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import tasks
from taiyi.instructions.windows import cuts, losses, sentence_ends, window
from taiyi.records import Argument, Document, Entity, Event, Relation
from tests.taiyi.instructions.documents import SPECS, documents


def sentences(text: str) -> list[str]:
    bounds = [0, *sentence_ends(text)]
    return [text[start:end] for start, end in pairwise(bounds)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three", ["One. ", "Two? ", "Three"]),
        (
            "E. coli, S. Smith et al. 1999 and Fig. 2, i.e. The rest.",
            ["E. coli, S. Smith et al. 1999 and Fig. 2, i.e. The rest."],
        ),
        ("At 3.5 mg. (Then more.) End.", ["At 3.5 mg. ", "(Then more.) ", "End."]),
        ("患者发热。服药后好转！“痊愈。”出院", ["患者发热。", "服药后好转！", "“痊愈。”", "出院"]),
        ("a line\nanother\r\n\r\nlast", ["a line\n", "another\r\n\r\n", "last"]),
        ("", [""]),
    ],
)
def test_sentences_end_where_a_reader_would_say(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet='aB. 。\n！"”？1', max_size=60))
def test_sentences_put_together_are_the_text(text: str) -> None:
    ends = sentence_ends(text)
    assert ends == sorted(set(ends)) and ends[-1] == len(text)


@given(documents())
def test_no_cut_goes_through_a_mention(document: Document) -> None:
    offsets = cuts(document)
    assert offsets[0] == 0 and offsets[-1] == len(document.text) and offsets == sorted(set(offsets))
    for mention in (*document.entities, *document.triggers):
        assert not any(start < offset < end for offset in offsets for start, end in mention.spans)


@given(documents(), st.data())
def test_a_window_holds_what_lies_in_it_at_offsets_that_are_true(document: Document, data: st.DataObject) -> None:
    offsets = cuts(document)
    start, end = sorted(data.draw(st.lists(st.sampled_from(offsets), min_size=2, max_size=2, unique=True)))
    part = window(document, start, end)  # a record whose offsets are wrong cannot be made
    assert part.text == document.text[start:end] and part.id == document.id
    by_id = {m.id: m for m in (*document.entities, *document.triggers)}
    for mention in (*part.entities, *part.triggers):
        whole = by_id[mention.id]
        assert (mention.text, mention.type, mention.concepts) == (whole.text, whole.type, whole.concepts)
        assert tuple((s + start, e + start) for s, e in mention.spans) == whole.spans
    inside = {m.id for m in by_id.values() if all(start <= s and e <= end for s, e in m.spans)}
    assert inside == {m.id for m in (*part.entities, *part.triggers)}


@given(documents())
def test_of_the_window_of_the_whole_every_task_asks_what_it_asks_of_the_document(document: Document) -> None:
    part = window(document, 0, len(document.text))
    for task, spec in SPECS.items():
        assert list(tasks.load(task).instances(part, spec)) == list(tasks.load(task).instances(document, spec))


NESTED = Document(
    id="c/train/1",
    language="en",
    text="A binds b. C follows.",
    entities=(Entity("T1", "a", ((0, 1),), "A"), Entity("T2", "a", ((8, 9),), "b"), Entity("T3", "a", ((11, 12),), "C")),
    triggers=(Entity("G1", "e", ((2, 7),), "binds"),),
    relations=(
        Relation("R1", "r", Argument(ref="T1"), Argument(ref="T3")),
        Relation("R2", "r", Argument(ref="T1"), Argument(ref="R1")),
        Relation("R3", "r", Argument(ref="T1"), Argument(ref="T2")),
    ),
    events=(
        Event("E1", "e", Argument(ref="G1"), (Argument(ref="T3", role="x"),)),
        Event("E2", "e", Argument(ref="G1"), (Argument(ref="E1", role="x"),)),
        Event("E3", "e", Argument(ref="G1"), (Argument(ref="T2", role="x"),)),
    ),
)  # fmt: skip


def test_what_contains_a_lost_relation_or_event_is_lost_too() -> None:
    part = window(NESTED, 0, 11)
    assert [r.id for r in part.relations] == ["R3"]
    assert [e.id for e in part.events] == ["E3"]


def test_a_cut_is_charged_with_everything_that_it_parts() -> None:
    assert losses(NESTED, cuts(NESTED)) == [0, 4, 0]  # R1, R2, E1, E2
