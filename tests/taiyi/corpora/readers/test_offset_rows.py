"""Rows of concepts and relations whose text lies elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput, NotFound
from taiyi.records import Argument


@pytest.fixture
def rows(native: Path, tmp_path: Path) -> Path:
    """The rows of a copy of the fixture, to be changed."""
    shutil.copytree(native / "euadr", tmp_path / "euadr")
    return tmp_path / "euadr" / "euadr_corpus" / "90000051.txt"


def test_only_rows_that_were_confirmed_are_read(read: Callable, rows: Path) -> None:
    (record,) = read("offset_rows", rows, texts="../texts")
    assert (record.id, record.text) == ("toy/train/90000051", "Zorvatine and hives. It may cause hives.")
    assert [(e.type, e.text) for e in record.entities] == [
        ("Chemicals & Drugs", "Zorvatine"),
        ("Diseases & Disorders", "hives"),
    ]
    (record,) = read("offset_rows", rows, texts="../texts", kept=["True", "False"])
    assert [e.text for e in record.entities] == ["Zorvatine", "hives", "cause"]


def test_an_end_is_the_mention_at_its_offsets_or_else_the_text_there(read: Callable, rows: Path) -> None:
    (record,) = read("offset_rows", rows, texts="../texts")
    assert [(r.type, r.head, r.tail) for r in record.relations] == [
        ("SA", Argument(ref="T1"), Argument(ref="T2")),
        ("PA", Argument(ref="T1"), Argument(text="hives")),
    ]


def test_a_text_that_is_not_there_is_asked_for(read: Callable, rows: Path) -> None:
    with pytest.raises(NotFound, match=r"texts/90000051\.txt, the text of .* does not exist"):
        read("offset_rows", rows)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("\tconcept\tZ", "\tconcpt\tZ", 1, "neither a concept nor a relation"),
        ("\tZorvatine\t0\t9\tkb\tx\t1\tChemicals & Drugs", "\tZorvatine\t0", 1, "the concept is not whole"),
        ("\t0\t9\t", "\t0\t-9\t", 1, "an offset of the concept is no number"),
        ("\t0\t9\t", "\t1\t9\t", 1, "the annotation says 'Zorvatine'"),
        ("\ts\tSA", "", 4, "the relation is not whole"),
        ("14:19", "14-19", 4, "an end of the relation is at '14-19'"),
        ("34:39", "34:939", 5, "an end of the relation is at '34:939'"),
    ],
)
def test_a_damaged_row_is_named_by_its_line(
    read: Callable, rows: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in rows.read_text()
    rows.write_text(rows.read_text().replace(old, new, 1))
    with pytest.raises(InvalidInput, match=said) as caught:
        read("offset_rows", rows, texts="../texts")
    assert caught.value.where == f"{rows}:{line}"


def test_an_empty_file_is_a_text_without_mentions(read: Callable, rows: Path) -> None:
    rows.write_text("")
    (record,) = read("offset_rows", rows, texts="../texts")
    assert (record.entities, record.relations) == ((), ())
