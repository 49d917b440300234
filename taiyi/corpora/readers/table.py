"""Tables: TSV or CSV, by column name or, without a header, by number from 0."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from taiyi.corpora.readers import Source, families, files, rows
from taiyi.corpora.readers.json_files import Value
from taiyi.errors import InvalidInput
from taiyi.records import AnyRecord

Row = tuple[int, list[str]]

LONGEST_CELL = 16 * 1024 * 1024
"""Characters; a longer quoted cell is a quotation mark that was never closed."""


class Options(families.Options, frozen=True, kw_only=True):
    """Options of the table reader.

    delimiter: between cells. quoted: whether quotation marks quote cells (CSV) or are text (most TSV).
    header: whether the first row names the columns; without one they are named "0", "1", ...
    encoding: utf-8, gb18030 ...
    """

    delimiter: str = "\t"
    quoted: bool = False
    header: bool = True
    encoding: str = "utf-8"


def read(source: Source, options: Options) -> Iterator[AnyRecord]:
    """One record a row; every row of a file has as many cells as its first."""
    yield from rows.read(source, options, (value for path in source.files for value in _values(path, options)))


def _values(path: Path, options: Options) -> Iterator[Value]:
    names: list[str] = []
    for number, cells in _quoted(path, options) if options.quoted else _plain(path, options):
        if not names:
            names = [cell.strip() for cell in cells] if options.header else [str(n) for n in range(len(cells))]
            if len(set(names)) != len(names):
                raise InvalidInput(
                    f"a column name stands twice: {', '.join(names)}",
                    where=files.place(path, number),
                    remedy="set the option header to false and name columns by number",
                )
            if options.header:
                continue
        if len(cells) != len(names):
            raise InvalidInput(
                f"the row has {len(cells)} cells, the first row has {len(names)}",
                where=files.place(path, number),
                remedy=f"{len(names)} cells parted by {options.delimiter!r}; the option quoted says whether quotation marks quote cells",
            )
        yield Value(files.place(path, number), dict(zip(names, cells, strict=True)))


def _plain(path: Path, options: Options) -> Iterator[Row]:
    for number, line in files.lines(path, options.encoding):
        if line.strip():
            yield number, line.split(options.delimiter)


def _quoted(path: Path, options: Options) -> Iterator[Row]:
    """Cells may hold delimiters and line breaks; a row is named by its first line."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(
        (f"{line}\n" for _, line in files.lines(path, options.encoding)), delimiter=options.delimiter, strict=True
    )
    first = 1
    try:
        for cells in reader:
            if any(cells):
                yield first, cells
            first = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput(
            f"not a quoted table: {error}",
            where=files.place(path, first),
            remedy="close the quotation mark, or set the option quoted to false",
        ) from error
