"""The thread of one id: from a line of a native file to the record, the instance, and where that went."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from taiyi import corpora, layout
from taiyi.corpora import descriptor
from taiyi.errors import InvalidInput, NotFound
from taiyi.instances import Instance
from taiyi.ledger import Entry
from taiyi.records import AnyRecord, Part, split_record_id


class Step(Part, frozen=True):
    """A row of an artefact: the file that holds it, and the row."""

    file: str
    row: Any


class Thread(Part, frozen=True):
    """What is known of an id.

    native: `file:line` where the record begins; empty where the native files are not there. record: as last curated.
    instances: of the record, those of the id that was asked for alone where it is an instance's.
    ledger, predictions, verdicts: rows that carry the id, or that of its record.
    """

    id: str
    native: str
    record: AnyRecord | None
    instances: tuple[Instance, ...]
    ledger: tuple[Step, ...]
    predictions: tuple[Step, ...]
    verdicts: tuple[Step, ...]


def follow(identifier: str, *, descriptors: Path, raw: Path) -> Thread:
    """Everything below data/ that carries the id of a record or instance; NotFound if nothing does."""
    if identifier.count("/") < 2:
        raise InvalidInput(f"{identifier!r} is no id", remedy="one looks like corpus/split/key#task.language.template")
    corpus, record = split_record_id(identifier)[0], identifier.partition("#")[0]
    instances = [step.row for step in _rows(_files(layout.INSTRUCTIONS, but=layout.LEDGER), identifier, Instance)]
    known = [*_files(layout.CURATED, name=f"{corpus}.jsonl"), *_files(layout.records(corpus), but=layout.LEDGER)]
    records = [step.row for step in _rows(known, record, AnyRecord) if step.row.id == record]
    ledgers = [layout.records(corpus) / layout.LEDGER] + [
        folder / layout.LEDGER for folder in (layout.CURATED, layout.INSTRUCTIONS, layout.TOKENS)
    ]
    ledger = [step for step in _rows(ledgers, record, Entry) if concerns(step.row.id, identifier)]
    if not (instances or records or ledger):
        raise NotFound(f"no artefact below {layout.RECORDS.parent} holds {identifier!r}")
    return Thread(
        id=identifier,
        native=native(corpus, record, descriptors, raw),
        record=records[0] if records else None,
        instances=tuple(instances),
        ledger=tuple(ledger),
        predictions=tuple(_rows(_files(layout.PREDICTIONS), identifier, Any)),
        verdicts=tuple(_rows([layout.EVALUATION / "judged.jsonl"], identifier, Any)),
    )


def _files(folder: Path, *, name: str = "*.jsonl", but: str = "") -> list[Path]:
    return sorted(path for path in folder.rglob(name) if path.name != but)


def _rows(paths: Iterable[Path], identifier: str, kind: Any) -> Iterator[Step]:
    """The rows whose id is this one or extends it; lines without it are not even decoded."""
    needle = identifier.encode()
    for path in filter(Path.exists, paths):
        with path.open("rb") as lines:
            for line in lines:
                if needle in line and concerns(msgspec.json.decode(line, type=_Named).id, identifier):
                    yield Step(path.as_posix(), msgspec.json.decode(line, type=kind))


class _Named(msgspec.Struct):
    id: str


def concerns(row: str, identifier: str) -> bool:
    """Whether a row's id is this one, extends it, or is the record's that it extends. A record's is extended after a `#`;
    its key may hold any other mark.
    """
    record = identifier.partition("#")[0]
    return row in (identifier, record) or row.startswith(
        tuple(identifier + mark for mark in ("#" if record == identifier else ".@"))
    )


def native(corpus: str, record: str, descriptors: Path, raw: Path, *, seconds: float = math.inf) -> str:
    """Where the record begins, `file:line`; empty if its native files are not there, or too many to be read in time."""
    try:
        described, above = corpora.below(descriptor.find(corpus, descriptors), raw)
        return corpora.place(described, record, above, seconds=seconds)
    except NotFound:
        return ""
