"""Corpora: descriptors, and native files read into records."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.descriptor import Descriptor
from taiyi.corpora.readers.files import last_place
from taiyi.errors import InvalidParams, NotFound, unknown_name
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, split_record_id

__all__ = ["Descriptor", "below", "files", "place", "read", "splits"]


def below(descriptor: Descriptor, source: Path, others: Iterable[str] = ()) -> tuple[Descriptor, Path]:
    """The descriptor and the folder above its native files: `source` holds them, or a subfolder for each corpus.

    others: ids of corpora; NotFound where `source` has a folder of one of them and none of this corpus, whose files
    are then not looked for among theirs.
    """
    for folder in (descriptor.folder, descriptor.id):
        if (source / folder).is_dir():
            return msgspec.structs.replace(descriptor, folder=folder), source
    if any((source / other).is_dir() for other in others):
        raise NotFound(f"{source} has folders of other corpora and no folder {descriptor.folder!r} of {descriptor.id}")
    return msgspec.structs.replace(descriptor, folder="."), source


def files(descriptor: Descriptor, split: str, raw: Path) -> tuple[Path, ...]:
    """The native files of a split below `raw`/folder, sorted within each glob; none at all is an error."""
    if split not in descriptor.splits:
        raise unknown_name(f"split of {descriptor.id}", split, descriptor.splits)
    folder = raw / descriptor.folder
    found: list[Path] = []
    for pattern in descriptor.splits[split].files:
        # By parts is the order of paths, without asking it of each pair of them.
        matches = sorted((path for path in folder.glob(pattern) if path.is_file()), key=lambda path: path.parts)
        if not matches:
            raise NotFound(
                f"{descriptor.id}/{split}: no file {pattern!r} in {folder}; put the corpus there, or take it out of `corpora` in params.yaml, or set raw.absent to skip"
            )
        found.extend(matches)
    return tuple(found)


def splits(
    descriptor: Descriptor, raw: Path, *, absent: Literal["refuse", "skip"] = "refuse", of: Iterable[str] = ()
) -> tuple[str, ...]:
    """The splits to read below `raw`/folder, of those named (default: that are used): all, or with `skip` those that
    have their files there. NotFound for a split without its files, or where not even one has them.
    """
    found: list[str] = []
    missing: NotFound | None = None
    for split in tuple(of) or descriptor.used_splits():
        try:
            files(descriptor, split, raw)
            found.append(split)
        except NotFound as error:
            missing = error
            if absent == "refuse" and not descriptor.splits[split].optional:
                raise
    if missing and not found:
        raise missing
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


def place(descriptor: Descriptor, identifier: str, raw: Path, *, seconds: float = math.inf) -> str:
    """Where a record begins in its native file below `raw`/folder: `file:line`, or the file where the record fills one.

    Its split is read again until the record comes; NotFound if it does not, or not in so many seconds.
    """
    split, end = split_record_id(identifier)[1], time.monotonic() + seconds
    for record in read(descriptor, split, raw, Ledger()):
        if record.id == identifier:
            return last_place()
        if time.monotonic() > end:
            break
    raise NotFound(f"no record {identifier!r} in the native files below {raw / descriptor.folder}")
