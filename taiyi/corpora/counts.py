"""What a split holds, counted: documents, entities and relations by type, events, labels, and ledger rows by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, Classification, Document, Pair, Question


class Counts(msgspec.Struct):
    """Counts of one split. `labels` are classes, pair labels, or the right answers of choice questions."""

    documents: int = 0
    unannotated: int = 0
    entities: dict[str, int] = {}
    triggers: dict[str, int] = {}
    relations: dict[str, int] = {}
    events: dict[str, int] = {}
    coreferences: int = 0
    labels: dict[str, int] = {}
    ledger: dict[str, int] = {}


class Tally:
    """Counts records one by one, as they stream by."""

    def __init__(self) -> None:
        self._documents = self._unannotated = self._coreferences = 0
        self._entities: Counter[str] = Counter()
        self._triggers: Counter[str] = Counter()
        self._relations: Counter[str] = Counter()
        self._events: Counter[str] = Counter()
        self._labels: Counter[str] = Counter()

    def add(self, record: AnyRecord) -> None:
        """Count a record."""
        self._documents += 1
        self._unannotated += not record.annotated
        if isinstance(record, Document):
            self._entities.update(entity.type for entity in record.entities)
            self._triggers.update(trigger.type for trigger in record.triggers)
            self._relations.update(relation.type for relation in record.relations)
            self._events.update(event.type for event in record.events)
            self._coreferences += len(record.coreferences)
        else:
            self._labels.update(_labels(record))

    def counts(self, ledger: Ledger) -> Counts:
        """What was counted, with the rows of the ledger that their reading left."""
        return Counts(
            documents=self._documents,
            unannotated=self._unannotated,
            entities=dict(self._entities),
            triggers=dict(self._triggers),
            relations=dict(self._relations),
            events=dict(self._events),
            coreferences=self._coreferences,
            labels=dict(self._labels),
            ledger=ledger.counts(),
        )


def count(records: Iterable[AnyRecord], ledger: Ledger) -> Counts:
    """Count records as they stream by; the ledger is read at the end."""
    tally = Tally()
    for record in records:
        tally.add(record)
    return tally.counts(ledger)


def _labels(record: AnyRecord) -> Iterable[str]:
    match record:
        case Classification():
            return record.labels
        case Pair():
            return (record.label,) if record.label else ()
        case Question(kind="choice"):
            return record.answers
        case _:
            return ()


def rows(counts: Counts) -> Iterator[tuple[str, str, int]]:
    """The counts as rows of (what, name, number), for a table."""
    for field in counts.__struct_fields__:
        value = getattr(counts, field)
        if isinstance(value, dict):
            yield from ((field, name, number) for name, number in value.items())
        elif value:
            yield field, "", value
