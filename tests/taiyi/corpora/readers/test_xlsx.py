"""Workbooks: cells, sheets, and what is refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from taiyi.corpora.readers import xlsx
from taiyi.errors import InvalidInput, InvalidParams, NotFound

Row = Sequence[Any]
SHORT = {"transform": {"input": "Long", "outputs": "Short"}}


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """`book(rows, another=rows)`: a workbook with these sheets; the first is called Pairs."""

    def write(rows: Sequence[Row], **more: Sequence[Row]) -> Path:
        made = openpyxl.Workbook()
        made.remove(made.worksheets[0])
        for name, sheet_rows in {"Pairs": rows, **more}.items():
            sheet = made.create_sheet(name)
            for row in sheet_rows:
                sheet.append(list(row))
        path = tmp_path / "book.xlsx"
        made.save(path)
        return path

    return write


def rewrite(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """The workbook with one part changed, its checksums right."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, change(data) if name == part else data)


def test_a_row_is_a_record_and_a_number_is_written_out(read: Callable, native: Path) -> None:
    first, second = read("xlsx", native / "two.xlsx", id="File", **SHORT)
    assert first.id == "toy/train/1.txt"
    assert first.input == "SUBJECT: a ringing ear\nMESSAGE: My ear rings since Monday, = bad?"
    assert (second.input, second.outputs[0].text) == ("Does the sea air help?", "3")


def test_empty_rows_are_passed_over_and_an_empty_cell_is_an_empty_text(read: Callable, book: Callable) -> None:
    path = book([[], ["Long", "Short", "By"], ["a", "b", "c"], [None, None], ["d", "e"]])
    records = read("xlsx", path, meta={"by": "By"}, **SHORT)
    assert [(record.input, record.meta) for record in records] == [("a", {"by": "c"}), ("d", {"by": ""})]


def test_columns_without_a_header_are_numbered(read: Callable, book: Callable) -> None:
    (record,) = read(
        "xlsx", book([["a", "b", 3.5]]), header=False, pair={"text_1": "0", "text_2": "1", "scores": ["2"]}
    )
    assert (record.text_1, record.score) == ("a", 3.5)


def test_one_of_several_sheets_is_named(read: Callable, book: Callable) -> None:
    path = book([["x"]], Texts=[["Long", "Short"], ["a", "b"]])
    assert len(read("xlsx", path, sheet="Texts", **SHORT)) == 1
    with pytest.raises(InvalidParams, match="has 2 sheets") as caught:
        read("xlsx", path, **SHORT)
    assert "Pairs, Texts" in caught.value.remedy
    with pytest.raises(NotFound, match="did you mean 'Texts'"):
        read("xlsx", path, sheet="Text", **SHORT)


def test_rows_beyond_the_size_that_the_sheet_states_are_read(read: Callable, book: Callable) -> None:
    path = book([["Long", "Short"], ["a", "b"], ["c", "d"]])
    rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"A1:B3", b"A1:A2"))
    assert len(read("xlsx", path, **SHORT)) == 2


@pytest.mark.parametrize(
    ("rows", "row", "said"),
    [
        ([["Long", "Short"], ["a", "b"], ["c"]], 3, "nothing under 'Short'"),
        ([["Long", "Short"], ["a", "b", "c"]], 2, "3 cells, the first row has 2"),
        ([["Long", "Long"], ["a", "b"]], 1, "not named apart: 'Long', 'Long'"),
        ([["Long", None, "Short"], ["a", "b", "c"]], 1, "not named apart"),
        ([["Long", "Brief"], ["a", "b"]], 2, "nothing under 'Short'"),
        ([["Long", "Short"], ["a", "#N/A"]], 2, "B2 holds the error #N/A"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(
    read: Callable, book: Callable, rows: list[Row], row: int, said: str
) -> None:
    path = book(rows)
    with pytest.raises(InvalidInput, match=said) as caught:
        read("xlsx", path, **SHORT)
    assert caught.value.where == f"{path}:{row}"


@pytest.mark.parametrize("part", [b"", b"Long\tShort\na\tb\n", None])
def test_what_is_no_workbook_is_refused(read: Callable, write: Callable, native: Path, part: bytes | None) -> None:
    sound = (native / "two.xlsx").read_bytes()
    path = write(sound[: len(sound) // 2] if part is None else part, "cut.xlsx")
    with pytest.raises(InvalidInput, match="not a sound workbook") as caught:
        read("xlsx", path, **SHORT)
    assert caught.value.where == str(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml[: len(xml) // 2],
        lambda xml: xml.replace(b'<row r="2"', b'<row r="99999999999"'),
        lambda xml: xml.replace(b't="inlineStr"', b't="s"').replace(b"<is><t>a</t></is>", b"<v>999</v>"),
    ],
)
def test_a_sheet_that_is_damaged_inside_is_refused_and_ends(
    read: Callable, book: Callable, change: Callable[[bytes], bytes]
) -> None:
    path = book([["Long", "Short"], ["a", "b"]])
    rewrite(path, "xl/worksheets/sheet1.xml", change)
    with pytest.raises(InvalidInput) as caught:
        read("xlsx", path, **SHORT)
    assert caught.value.where.startswith(str(path))


def test_an_archive_made_to_unpack_without_end_is_refused(
    read: Callable, native: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "LARGEST_BYTES", 1000)
    with pytest.raises(InvalidInput, match="more than 1000 bytes"):
        read("xlsx", native / "two.xlsx", **SHORT)
