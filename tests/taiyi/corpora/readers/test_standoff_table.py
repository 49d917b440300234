"""Texts in files of their own and one table of mentions."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput, NotFound

OPTIONS = {
    "table": "../tags.tsv",
    "name": "Species",
    "concepts": "species id",
    "concept_cut": "^species:ncbi:",
    "databases": {"*": "NCBITaxon"},
}


@pytest.fixture
def named(native: Path, tmp_path: Path) -> Path:
    """A copy of the fixture, to be changed."""
    shutil.copytree(native / "named", tmp_path / "named")
    return tmp_path / "named"


def test_rows_find_their_text_by_its_name(read: Callable, named: Path) -> None:
    first, second = read("standoff_table", *sorted((named / "txt").iterdir()), **OPTIONS)
    assert (first.id, first.document_id) == ("toy/train/toyA1", "toyA1")
    assert [(e.id, e.type, e.spans[0], e.text, e.concepts) for e in first.entities] == [
        ("T1", "Species", (0, 4), "Mice", ("NCBITaxon:10090",)),
        ("T2", "Species", (9, 12), "men", ("NCBITaxon:9606",)),
        ("T3", "Species", (14, 18), "Mice", ("NCBITaxon:10090",)),
    ]
    assert (second.text, second.entities) == ("Nobody.\n", ())


def test_a_column_may_give_the_type(read: Callable, named: Path) -> None:
    table = named / "tags.tsv"
    table.write_text(table.read_text().replace("\tMice\t\n", "\tMice\tanimal\n").replace("\tmen\t\n", "\tmen\thuman\n"))
    first, *_ = read("standoff_table", *sorted((named / "txt").iterdir()), table="../tags.tsv", type="code")
    assert [entity.type for entity in first.entities] == ["animal", "human", "r"]
    assert first.entities[0].concepts == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("\t0\t4\t", "\t1\t4\t", 2, "the annotation says 'Mice'"),
        ("\t0\t4\t", "\tx\t4\t", 2, "'start' is 'x'"),
        ("\tmen", "", 3, "5 cells"),
        ("toyA1\t9", "toyA9\t9", 3, "there is no text of document 'toyA9'"),
        ("start", "begin", 2, "'start' is nothing"),
    ],
)
def test_a_damaged_row_is_named_by_its_line(
    read: Callable, named: Path, old: str, new: str, line: int, said: str
) -> None:
    table = named / "tags.tsv"
    assert old in table.read_text()
    table.write_text(table.read_text().replace(old, new, 1))
    with pytest.raises(InvalidInput, match=said) as caught:
        read("standoff_table", *sorted((named / "txt").iterdir()), **OPTIONS)
    assert caught.value.where.endswith(f"tags.tsv:{line}")


def test_a_table_that_is_not_there_is_asked_for(read: Callable, named: Path) -> None:
    with pytest.raises(NotFound, match="put it there"):
        read("standoff_table", named / "txt" / "toyA1.txt", table="tags.tsv")


def test_a_text_in_another_encoding_is_refused_with_its_line(read: Callable, named: Path) -> None:
    (named / "txt" / "toyA2.txt").write_bytes(b"One.\nNobod\xff.\n")
    with pytest.raises(InvalidInput, match="byte 0xff") as caught:
        read("standoff_table", *sorted((named / "txt").iterdir()), **OPTIONS)
    assert caught.value.where.endswith("toyA2.txt:2")
