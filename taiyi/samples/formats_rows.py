"""Rows in JSON arrays, JSON Lines, JSON objects keyed by id, and tables. Written as they come."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from taiyi.samples.formats_documents import Rows, text_file
from taiyi.samples.items import Row


def _fields(rows: Rows, id_key: str, number: bool = False) -> Iterator[dict[str, Any]]:
    """The fields of each row, its id before them where it is written under a key."""
    for key, item in rows:
        if not isinstance(item, Row):
            raise AssertionError(f"{key} is not a row")
        yield {id_key: int(key) if number else key, **item.fields} if id_key else item.fields


def json_array(folder: Path, split: str, rows: Rows, *, id_key: str = "", number: bool = False) -> None:
    """`<split>.json`: one array, an object a line. number: ids are numbers."""
    with text_file(folder / f"{split}.json") as file:
        file.write("[")
        for count, fields in enumerate(_fields(rows, id_key, number)):
            file.write(f"{',' if count else ''}\n  {msgspec.json.encode(fields).decode()}")
        file.write("\n]\n")


def json_lines(folder: Path, split: str, rows: Rows, *, suffix: str = ".jsonl", id_key: str = "") -> None:
    """`<split>.jsonl`: one object a line."""
    with text_file(folder / f"{split}{suffix}") as file:
        for fields in _fields(rows, id_key):
            file.write(f"{msgspec.json.encode(fields).decode()}\n")


def json_keyed(folder: Path, split: str, rows: Rows) -> None:
    """`<split>.json`: one object, its keys the ids."""
    with text_file(folder / f"{split}.json") as file:
        file.write("{")
        for count, (key, item) in enumerate(rows):
            (fields,) = _fields([(key, item)], "")
            file.write(f'{"," if count else ""}\n  "{key}": {msgspec.json.encode(fields).decode()}')
        file.write("\n}\n")


def tsv(folder: Path, split: str, rows: Rows, *, id_key: str = "") -> None:
    """`<split>.tsv`: a header, then cells parted by tabs; quotation marks are text."""
    with text_file(folder / f"{split}.tsv") as file:
        for count, fields in enumerate(_fields(rows, id_key)):
            lines = (list(fields), list(fields.values())) if count == 0 else (list(fields.values()),)
            file.write("".join("\t".join(line) + "\n" for line in lines))


def quoted_csv(folder: Path, split: str, rows: Rows, *, id_key: str = "") -> None:
    """`<split>.csv`: a header, then cells parted by commas, quoted where they must be."""
    with text_file(folder / f"{split}.csv") as file:
        writer = csv.writer(file, lineterminator="\n")
        for count, fields in enumerate(_fields(rows, id_key)):
            if count == 0:
                writer.writerow(fields)
            writer.writerow(fields.values())


json_lines_named_json = partial(json_lines, suffix=".json")
"""CBLUE's habit: JSON Lines in a file that is named .json."""
