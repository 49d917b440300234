"""Notes that are judged criterion by criterion, beside the text and in files of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from taiyi.corpora.readers.judged_xml import Options
from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger

BESIDE: dict[str, Any] = {"record": "PatientMatching", "tags": "TAGS"}
APART: dict[str, Any] = {
    "record": "doc",
    "id": "id",
    "text": "text",
    "annotations": ["judged.annotations*.xml"],
    "positive": ["Y"],
    "negative": ["N", "Q", "U"],
}
NOTES = '<root><docs>\n<doc id="1"><text>x</text></doc>\n<doc id="2"><text>y</text></doc></docs></root>'


def judged(*judgements: tuple[str, str, str]) -> str:
    """An annotation file; its lines from the third on are judgements: disease, note, judgement."""
    lines = (f'<disease name="{a}"><doc id="{b}" judgment="{c}"/></disease>' for a, b, c in judgements)
    return '<diseaseset>\n<diseases source="textual">\n' + "\n".join(lines) + "\n</diseases></diseaseset>"


def test_labels_are_the_criteria_that_are_met(read: Callable, native: Path) -> None:
    (found,) = read("judged_xml", native / "judged.beside.xml", **BESIDE)
    assert found.id == "toy/train/judged.beside"
    assert found.labels == ("DIETSUPP-2MOS", "ENGLISH")
    assert found.meta == {"ABDOMINAL": "not met"}
    assert found.text.startswith("Record date") and found.text.endswith("fish oil & aspirin.")


def test_judgements_of_all_notes_may_stand_in_other_files(read: Callable, native: Path) -> None:
    first, second = read("judged_xml", native / "judged.notes.xml", **APART)
    assert (first.document_id, first.labels, first.meta) == ("1", ("Asthma",), {"Gout": "Q"})
    assert (second.labels, second.meta) == ((), {"Asthma": "N", "Gout": "U"})


def test_other_judges_are_read_where_they_are_asked_for(read: Callable, native: Path) -> None:
    with pytest.raises(InvalidInput, match="nobody judged the note '2'"):
        read("judged_xml", native / "judged.notes.xml", **APART, judges="intuitive")
    first, second = read("judged_xml", native / "judged.notes.xml", **APART, judges="intuitive", missing="unannotated")
    assert (first.labels, first.meta) == (("Asthma",), {})
    assert not second.annotated


def test_an_addendum_replaces_what_was_said_before(read: Callable, write: Callable, ledger: Ledger) -> None:
    write(judged(("Gout", "1", "Y"), ("OA", "1", "Y"), ("OA", "2", "U"), ("OA", "9", "Y")), "judged.annotations.xml")
    write(judged(("Gout", "1", "N"), ("OA", "1", "Y")), "judged.annotations_addendum.xml")
    first, _ = read("judged_xml", write(NOTES, "n.xml"), **APART)
    assert (first.labels, first.meta) == (("OA",), {"Gout": "N"})
    assert [(entry.id, entry.rule) for entry in ledger] == [
        ("toy/train/1", "judgement_replaced"),
        ("toy/train/9", "text_missing"),
    ]


@pytest.mark.parametrize(
    ("judgements", "said"),
    [
        ([("Gout", "1", "Y"), ("Gout", "1", "N")], "Gout is judged twice"),
        ([("Gout", "1", "Y"), ("Gout", "2", "maybe")], "Gout is judged 'maybe'"),
    ],
)
def test_a_judgement_that_cannot_be_is_named(read: Callable, write: Callable, judgements: list, said: str) -> None:
    path = write(judged(*judgements), "judged.annotations.xml")
    with pytest.raises(InvalidInput, match=said) as caught:
        read("judged_xml", write(NOTES, "n.xml"), **APART)
    assert caught.value.where == f"{path}:4"


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('met="not met"', 'met="perhaps"', 8, "ABDOMINAL is judged 'perhaps'"),
        ('met="not met"', 'is="not met"', 8, "no attribute 'met'"),
        ("<ENGLISH ", '<ABDOMINAL met="met"/><ENGLISH ', 10, "ABDOMINAL is judged twice"),
        ("TAGS>", "MARKS>", 2, "0 elements <TAGS>"),
        ("TEXT>", "NOTE>", 2, "0 elements <TEXT>"),
        ("</TAGS>", "", 12, "not well-formed"),
    ],
)
def test_what_is_damaged_is_named(
    read: Callable, write: Callable, native: Path, before: str, after: str, line: int, said: str
) -> None:
    path = write((native / "judged.beside.xml").read_text().replace(before, after), "100.xml")
    with pytest.raises(InvalidInput, match=said) as caught:
        read("judged_xml", path, **BESIDE)
    assert caught.value.where == f"{path}:{line}"


def test_files_without_notes_or_judgements_are_refused(read: Callable, write: Callable) -> None:
    path = write(NOTES, "n.xml")
    with pytest.raises(InvalidInput, match="there is no <PatientMatching>"):
        read("judged_xml", path, **BESIDE)
    with pytest.raises(InvalidInput, match="there is no file"):
        read("judged_xml", path, **APART)


@pytest.mark.parametrize("more", [{}, {"tags": "TAGS", "annotations": ["a.xml"]}])
def test_the_judgements_stand_in_one_place(more: dict) -> None:
    with pytest.raises(msgspec.ValidationError, match="either tags or annotations"):
        msgspec.convert({"record": "doc", **more}, Options)
