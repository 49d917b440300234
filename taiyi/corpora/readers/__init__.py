"""Readers, one module per native format; the file name is the value of `reader:` in a descriptor.

A reader module offers `class Options` (a frozen msgspec Struct that refuses unknown keys) and
`read(source, options)`, which yields records and raises InvalidInput naming file and line for what it cannot read.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from taiyi.errors import unknown_name
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, Language


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of every reader's options: unknown keys are refused."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One split of one corpus to read: ids begin with `corpus/split/`, what is refused or repaired goes to the ledger."""

    corpus: str
    split: str
    language: Language
    folder: Path
    files: tuple[Path, ...]
    ledger: Ledger


class Reader(Protocol):
    """What a reader module offers."""

    Options: type[Any]

    def read(self, source: Source, options: Any) -> Iterator[AnyRecord]:
        """The records of one split, in the order of its files."""


_SUPPORT = frozenset(
    (
        "bioc",
        "brat_lines",
        "dialogues",
        "documents",
        "families",
        "files",
        "json_files",
        "mentions",
        "passages",
        "rows",
        "runs",
        "tags",
        "tokens",
        "xml_files",
    )
)


def ids() -> tuple[str, ...]:
    """Every reader, sorted."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in _SUPPORT))


@cache
def load(name: str) -> Reader:
    """The reader of that name; a wrong name is answered with what is close."""
    if name not in ids():
        raise unknown_name("reader", name, ids())
    return cast(Reader, importlib.import_module(f"{__name__}.{name}"))
