"""Drug labels of TAC 2017."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger


def test_offsets_count_from_the_section_and_fragments_make_one_mention(read: Callable, native: Path) -> None:
    (record,) = read("tac_xml", native / "two.label.xml")
    assert record.id == "toy/train/ZORVATINE"
    assert [(p.kind, p.start) for p in record.passages] == [("boxed warnings", 0), ("adverse reactions", 34)]
    assert [(e.id, e.type, e.text) for e in record.entities] == [
        ("M1", "Severity", "severe"),
        ("M2", "AdverseReaction", "hives"),
        ("M3", "AdverseReaction", "Low blood pressure"),
        ("M4", "Negation", "not"),
        ("M5", "AdverseReaction", "or\nbone pressure"),
    ]
    assert record.entities[2].spans == ((34, 43), (52, 60))
    assert [(r.id, r.type, r.head.ref, r.tail.ref) for r in record.relations] == [
        ("RL1", "Effect", "M2", "M1"),
        ("RL2", "Negated", "M3", "M4"),
    ]


def test_reactions_normalise_the_mentions_of_their_words(read: Callable, native: Path) -> None:
    (record,) = read("tac_xml", native / "two.label.xml")
    assert [e.concepts for e in record.entities] == [
        (),
        ("MedDRA:900001",),
        ("MedDRA:900002", "MedDRA:900004"),
        (),
        (),
    ]
    (record,) = read("tac_xml", native / "two.label.xml", concepts="meddra_llt_id")
    assert record.entities[2].concepts == ("MedDRA:900003",)


def test_a_line_break_within_a_mention_is_a_blank_to_its_attribute(
    read: Callable, native: Path, ledger: Ledger
) -> None:
    read("tac_xml", native / "two.label.xml")
    assert ledger.counts() == {"mention_repaired": 1}


def test_labels_without_gold_are_not_annotated(read: Callable, write: Callable, native: Path) -> None:
    text = (native / "two.label.xml").read_text()
    begin, end = text.index("  <Mentions>"), text.index("</Label>")
    (record,) = read("tac_xml", write(text[:begin] + text[end:]), annotated=False)
    assert (record.annotated, record.entities) == (False, ())


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('id="M4" section="S2"', 'id="M4" section="S9"', 16, "there is no section 'S9'"),
        ('start="20"', 'start="x"', 13, "start and len do not give places"),
        ('start="0,18"', 'start="0"', 15, "start and len do not give places"),
        ('start="20"', 'start="21"', 13, "the annotation says 'severe'"),
        ('start="20"', 'start="920"', 13, "lies outside a text"),
        ('arg2="M1"', 'arg2="M7"', 20, "an end is 'M7'"),
        (' type="Effect"', "", 20, "<Relation> has no attribute 'type'"),
        (' drug="ZORVATINE"', "", 2, "<Label> has no attribute 'drug'"),
        ('id="M2"', 'id="M1"', 14, "id 'M1' is used twice"),
        ("Label", "Leaflet", 0, "there is no <Label>"),
        ("</Mentions>", "", 0, "not well-formed"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(
    read: Callable, write: Callable, native: Path, old: str, new: str, line: int, said: str
) -> None:
    text = (native / "two.label.xml").read_text()
    assert old in text
    path = write(text.replace(old, new, -1 if line == 0 else 1))
    with pytest.raises(InvalidInput, match=said) as caught:
        read("tac_xml", path)
    assert caught.value.where == f"{path}:{line}" if line else caught.value.where.startswith(str(path))


def test_relations_go_with_a_mention_that_is_dropped(
    read: Callable, write: Callable, native: Path, ledger: Ledger
) -> None:
    path = write((native / "two.label.xml").read_text().replace('start="20"', 'start="21"'))
    (record,) = read("tac_xml", path, on_mismatch="drop")
    assert [relation.id for relation in record.relations] == ["RL2"]
    assert ledger.counts() == {"mention_dropped": 1, "mention_repaired": 1, "part_dropped": 1}
