"""What a split holds, counted: documents, entities and relations by type, events, labels, and ledger rows by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, Classification, Document, Pair, Question


class Counts(msgspec.Struct, omit_defaults=True):
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


def count(records: Iterable[AnyRecord], ledger: Ledger) -> Counts:
    """Count records as they stream by; the ledger is read at the end."""
    entities: Counter[str] = Counter()
    triggers: Counter[str] = Counter()
    relations: Counter[str] = Counter()
    events: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    result = Counts()
    for record in records:
        result.documents += 1
        result.unannotated += not record.annotated
        if isinstance(record, Document):
            entities.update(entity.type for entity in record.entities)
            triggers.update(trigger.type for trigger in record.triggers)
            relations.update(relation.type for relation in record.relations)
            events.update(event.type for event in record.events)
            result.coreferences += len(record.coreferences)
        else:
            labels.update(_labels(record))
    result.entities, result.triggers, result.relations = dict(entities), dict(triggers), dict(relations)
    result.events, result.labels, result.ledger = dict(events), dict(labels), ledger.counts()
    return result


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
