"""Excel workbooks (XLSX): one sheet as a table, row by row, its columns named as the table reader names them."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl

from taiyi.corpora.readers import Source, families, files, rows
from taiyi.corpora.readers.json_files import Value
from taiyi.errors import InvalidInput, InvalidParams, unknown_name
from taiyi.records import AnyRecord

LAST_ROW = 1_048_576
"""The format's own limit; a row that says it lies beyond would be reached through as many empty ones."""

LARGEST_BYTES = 1024**3
"""Unpacked. A corpus in a workbook has some megabytes; more is an archive made to unpack without end."""

_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,  # the archive
    KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError, SyntaxError,  # its parts
)  # fmt: skip
"""What zipfile and openpyxl raise for files that are no sound workbook (a parser's error is a SyntaxError)."""


class Options(families.Options, frozen=True, kw_only=True):
    """Options of the XLSX reader.

    sheet: its name; it may be left out where there is but one.
    header: whether the first row that is not empty names the columns; without one they are named "0", "1", ...
    """

    sheet: str = ""
    header: bool = True


def read(source: Source, options: Options) -> Iterator[AnyRecord]:
    """One record a row; an empty cell is an empty text. Places are `file:row`."""
    yield from rows.read(source, options, (value for path in source.files for value in _values(path, options)))


def _values(path: Path, options: Options) -> Iterator[Value]:
    names: list[str] = []
    for number, cells in _rows(path, options.sheet):
        where = files.place(path, number)
        if not names:
            names = [str(cell).strip() for cell in cells] if options.header else [str(n) for n in range(len(cells))]
            if len(set(names)) != len(names) or "" in names:
                raise InvalidInput(
                    f"the columns are not named apart: {', '.join(map(repr, names))}",
                    where=where,
                    remedy="set the option header to false and name columns by number",
                )
            if options.header:
                continue
        if len(cells) > len(names):
            raise InvalidInput(
                f"the row has {len(cells)} cells, the first row has {len(names)}",
                where=where,
                remedy="name the column, or empty the cells beyond the last one",
            )
        yield Value(where, {**dict.fromkeys(names, ""), **dict(zip(names, cells, strict=False))})


def _rows(path: Path, sheet: str) -> Iterator[tuple[int, list[Any]]]:
    """The rows that are not empty, numbered from 1, without the empty cells at their ends."""
    rows_: Iterator[tuple[Any, ...]] = iter(())
    with path.open("rb") as file:
        try:
            _check_archive(file, path)
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            rows_ = _sheet(book, sheet, path).iter_rows()
        except _BROKEN as error:
            raise _broken(path, error) from error
        number = 0
        while True:
            try:
                row = next(rows_, None)
            except _BROKEN as error:
                raise _broken(path, error) from error
            if row is None:
                return
            number += 1
            if number > LAST_ROW:
                raise _broken(path, f"it has a row beyond {LAST_ROW}")
            cells = [_content(cell, files.place(path, number)) for cell in row]
            while cells and cells[-1] == "":
                cells.pop()
            if cells:
                yield number, cells


def _check_archive(file: Any, path: Path) -> None:
    """Refuses what openpyxl would read half of, or without end."""
    with zipfile.ZipFile(file) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_BYTES:
            raise _broken(path, f"unpacked it has more than {LARGEST_BYTES} bytes")
        if damaged := archive.testzip():
            raise _broken(path, f"its part {damaged} is damaged")
    file.seek(0)


def _sheet(book: Any, name: str, path: Path) -> Any:
    names = book.sheetnames
    if not name and len(names) != 1:
        raise InvalidParams(f"{path} has {len(names)} sheets", remedy=f"the option sheet names one: {', '.join(names)}")
    if name and name not in names:
        raise unknown_name(f"sheet of {path.name}", name, names)
    sheet = book[name or names[0]]
    sheet.reset_dimensions()  # writers of other programs state them wrongly, and rows beyond would not be read
    return sheet


def _content(cell: Any, where: str) -> Any:
    if cell.value is None:
        return ""
    if cell.data_type == "e":
        raise InvalidInput(
            f"the cell {cell.coordinate} holds the error {cell.value}", where=where, remedy="mend the formula"
        )
    return cell.value if isinstance(cell.value, str | bool | int | float) else str(cell.value)


def _broken(path: Path, reason: object) -> InvalidInput:
    return InvalidInput(
        f"not a sound workbook: {reason}",
        where=path,
        remedy="an XLSX file as Excel or LibreOffice writes it; fetch it again if it was cut short",
    )
