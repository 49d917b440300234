"""Corpora that are not at hand: files laid out as published, with invented texts, to be read as described."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from taiyi.corpora import Descriptor, descriptor, read
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, Dialogue, Pair, Parallel, Question, Transform

FOLDER = Path(__file__).parents[3] / "data" / "corpora"

Native = dict[str, tuple[dict[str, str], list[tuple[str, ...]]]]
"""corpus/split -> its files, and what the records say."""


def array(*values: Any) -> str:
    """A JSON array."""
    return json.dumps(values, ensure_ascii=False)


def lines(*values: Any) -> str:
    """One JSON value a line."""
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


@cache
def described(corpus: str) -> Descriptor:
    """The descriptor of the repository."""
    return descriptor.find(corpus, FOLDER)


def packed(file: str, data: bytes) -> bytes:
    """The bytes of a file of that name."""
    return gzip.compress(data) if file.endswith(".gz") else data


def place(root: Path, name: str, files: dict[str, str]) -> Path:
    """The corpus folder below `root` with the files of a split in it."""
    found = described(name.split("/")[0])
    encoding = found.options.get("encoding", "utf-8")
    for file, text in files.items():
        path = root / found.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed(file, text.encode(encoding)))
    return root / found.folder


def records(root: Path, name: str, ledger: Ledger | None = None) -> list[AnyRecord]:
    """The records of a split."""
    corpus, split = name.split("/")
    return list(read(described(corpus), split, root, ledger or Ledger()))


def said(record: AnyRecord) -> tuple[str, ...]:
    """What a record says; of a choice question the texts of the right options."""
    match record:
        case Dialogue():
            return tuple(turn.text for turn in record.turns)
        case Question(kind="choice", choices=choices) if choices:
            right = tuple(choice.text for choice in choices if choice.label in record.answers)
            return (record.question, record.context, *right)
        case Question():
            return (record.question, record.context, *record.answers)
        case Pair():
            return (record.text_1, record.text_2, record.label)
        case Parallel():
            return (record.translations["zh"], record.translations["en"])
        case Transform():
            return (record.input, *(output.text for output in record.outputs))
        case _:
            raise AssertionError(type(record))
