"""Tables: TSV or CSV, by column name or, without a header, by number from 0."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from taiyi.corpora.readers import Source, families, files, rows
from taiyi.corpora.readers.json_files import Value
from taiyi.errors import InvalidInput
from taiyi.records import AnyRecord, content_key, record_id

Row = tuple[int, list[str]]
Ragged = Callable[[InvalidInput, list[str]], None]

LONGEST_CELL = 16 * 1024 * 1024
"""Characters; a longer quoted cell is a quotation mark that was never closed."""


class Options(families.Options, frozen=True, kw_only=True):
    """Options of the table reader.

    delimiter: between cells. quoted: whether quotation marks quote cells (CSV) or are text (most TSV).
    header: whether the first row names the columns; without one they are named "0", "1", ...
    columns: their names, in place of those that the header gives or that their numbers are.
    on_ragged: what to do with a row of more or fewer cells than there are columns.
    encoding: utf-8, gb18030 ...
    """

    delimiter: str = "\t"
    quoted: bool = False
    header: bool = True
    columns: tuple[str, ...] = ()
    on_ragged: Literal["refuse", "drop"] = "refuse"
    encoding: str = "utf-8"


def read(source: Source, options: Options) -> Iterator[AnyRecord]:
    """One record a row; every row of a file has as many cells as its first."""
    found = (
        value
        for path in source.files
        for value in values(
            path,
            delimiter=options.delimiter,
            quoted=options.quoted,
            header=options.header,
            encoding=options.encoding,
            columns=options.columns,
            ragged=_dropping(source) if options.on_ragged == "drop" else _refused,
        )
    )
    yield from rows.read(source, options, found)


def _refused(error: InvalidInput, cells: list[str]) -> None:
    raise error


def _dropping(source: Source) -> Ragged:
    """Drops rows of another width, named by their content."""

    def drop(error: InvalidInput, cells: list[str]) -> None:
        key = record_id(source.corpus, source.split, content_key(*cells))
        source.ledger.drop(key, "row_ragged", f"{error.where}: {error.problem}")

    return drop


def values(
    path: Path,
    *,
    delimiter: str,
    quoted: bool,
    header: bool,
    encoding: str,
    columns: tuple[str, ...] = (),
    ragged: Ragged = _refused,
) -> Iterator[Value]:
    """The rows of a table, as objects by column name; `ragged` is told of rows of another width."""
    names: list[str] = list(columns)
    skip = header and bool(columns)
    for number, cells in (_quoted if quoted else _plain)(path, delimiter, encoding):
        if skip:
            skip = False
            continue
        if not names:
            names = [cell.strip() for cell in cells] if header else [str(n) for n in range(len(cells))]
            if len(set(names)) != len(names):
                raise InvalidInput(
                    f"a column name stands twice: {', '.join(names)}",
                    where=files.place(path, number),
                    remedy="set the option header to false and name columns by number",
                )
            if header:
                continue
        if len(cells) != len(names):
            problem = (
                f"the row has {len(cells)} cells, {'the columns are' if columns else 'the first row has'} {len(names)}"
            )
            remedy = f"{len(names)} cells parted by {delimiter!r}; the option quoted says whether quotation marks quote cells"
            ragged(InvalidInput(problem, where=files.place(path, number), remedy=remedy), cells)
            continue
        yield Value(files.place(path, number), dict(zip(names, cells, strict=True)))


def _plain(path: Path, delimiter: str, encoding: str) -> Iterator[Row]:
    for number, line in files.lines(path, encoding):
        if line.strip():
            yield number, line.split(delimiter)


def _quoted(path: Path, delimiter: str, encoding: str) -> Iterator[Row]:
    """Cells may hold delimiters and line breaks; a row is named by its first line."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader((f"{line}\n" for _, line in files.lines(path, encoding)), delimiter=delimiter, strict=True)
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
