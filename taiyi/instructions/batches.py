"""Records worded in batches: instances encoded once, as data/instructions holds them, and what was not made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from taiyi import jsonl
from taiyi.instructions.questions import of_record
from taiyi.instructions.rendering import Wording
from taiyi.ledger import Entry, Ledger
from taiyi.records import AnyRecord, Part
from taiyi.tasks import TaskSpec


class Batch(Part, frozen=True):
    """Some instances as JSON, rows of the ledger, and how many records have been worded to their end so far."""

    instances: tuple[str, ...]
    ledger: tuple[Entry, ...]
    records: int


class Sizes(NamedTuple):
    """When a batch is full: of so many instances or ledger rows, records, or bytes of them. longest: an instance of more
    bytes is not made but leaves a row in the ledger.
    """

    rows: int = 256
    records: int = 64
    bytes: int = 256 * 1024
    longest: int = 4 * 2**20


SIZES = Sizes()


def batches(
    records: Iterable[AnyRecord], specs: Mapping[str, TaskSpec], wording: Wording, sizes: Sizes = SIZES
) -> Iterator[Batch]:
    """The instances of records in their order, by task in the order of `specs`; the last batch may be empty."""
    filling = _Filling(sizes)
    done = 0
    for record in records:
        for task, spec in specs.items():
            for instance in of_record(record, task, spec, wording, filling.ledger):
                filling.add(instance.id, jsonl.encode(instance))
                if filling.full:
                    yield filling.batch(done)
        done += 1
        filling.records += 1
        if filling.full:
            yield filling.batch(done)
    yield filling.batch(done)


def slice_of(paths: Sequence[Path], *, skip: int = 0, limit: int = 0) -> Iterator[AnyRecord]:
    """The records of files, one after the other: after the first `skip`, which are not read, at most `limit` (0: all)."""

    def found() -> Iterator[AnyRecord]:
        left = skip
        for path in paths:
            if left and path != paths[-1] and path.exists():
                with path.open("rb") as file:
                    lines = sum(1 for _ in file)
                if left >= lines:
                    left -= lines
                    continue
            yield from jsonl.read(path, AnyRecord, skip=left)
            left = 0

    return islice(found(), limit or None)


class _Filling:
    """A batch that is being filled."""

    def __init__(self, sizes: Sizes) -> None:
        self.ledger = Ledger()
        self.records = 0
        self._sizes, self._bytes = sizes, 0
        self._instances: list[str] = []

    def add(self, identifier: str, line: bytes) -> None:
        if len(line) > self._sizes.longest:
            reason = f"{len(line):,} bytes of JSON, and at most {self._sizes.longest:,} are sent as one"
            self.ledger.drop(identifier, "too_long_to_send", reason)
            return
        self._instances.append(line.decode())
        self._bytes += len(line)

    @property
    def full(self) -> bool:
        """Whether the batch has as much as it may."""
        rows = len(self._instances) + len(self.ledger.entries)
        return rows >= self._sizes.rows or self.records >= self._sizes.records or self._bytes >= self._sizes.bytes

    def batch(self, done: int) -> Batch:
        """What it has; it is empty then."""
        made = Batch(tuple(self._instances), tuple(self.ledger.entries), done)
        self.ledger.entries.clear()
        self._instances.clear()
        self.records = self._bytes = 0
        return made
