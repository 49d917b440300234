"""Corpora: descriptors, and native files read into records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.descriptor import Descriptor
from taiyi.errors import InvalidParams, NotFound, unknown_name
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord

__all__ = ["Descriptor", "files", "read"]


def files(descriptor: Descriptor, split: str, raw: Path) -> tuple[Path, ...]:
    """The native files of a split below `raw`/folder, sorted within each glob; none at all is an error."""
    if split not in descriptor.splits:
        raise unknown_name(f"split of {descriptor.id}", split, descriptor.splits)
    folder = raw / descriptor.folder
    found: list[Path] = []
    for pattern in descriptor.splits[split].files:
        matches = sorted(path for path in folder.glob(pattern) if path.is_file())
        if not matches:
            raise NotFound(
                f"{descriptor.id}/{split}: no file {pattern!r} in {folder}; put the corpus there, or take it out of `corpora` in params.yaml"
            )
        found.extend(matches)
    return tuple(found)


def read(descriptor: Descriptor, split: str, raw: Path, ledger: Ledger) -> Iterator[AnyRecord]:
    """The records of one split, read from native files below `raw`/folder."""
    paths = files(descriptor, split, raw)
    declared = descriptor.splits[split]
    name = declared.reader or descriptor.reader
    # Another reader has other options: the corpus's are then not inherited.
    merged = declared.options if declared.reader else {**descriptor.options, **declared.options}
    reader = readers.load(name)
    try:
        options = msgspec.convert(merged, reader.Options)
    except msgspec.ValidationError as error:
        raise InvalidParams(f"options of reader {name}: {error}", where=f"{descriptor.id}/{split}") from error
    source = readers.Source(
        corpus=descriptor.id,
        split=split,
        language=descriptor.language,
        folder=raw / descriptor.folder,
        files=paths,
        ledger=ledger,
    )
    yield from reader.read(source, options)
