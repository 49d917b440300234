"""The annotated parts of a document that is given as a JSON object: entities, relations, events, concepts of a whole text."""

from __future__ import annotations

from typing import Any

from taiyi.corpora.readers.families import DocumentKeys, EntityKeys, EventKeys, RelationKeys
from taiyi.corpora.readers.json_files import Fields
from taiyi.corpora.readers.mentions import Mentions, Parts, without
from taiyi.ledger import Ledger
from taiyi.records import Argument, Entity, Event, Relation


def gold_keys(keys: DocumentKeys) -> tuple[str, ...]:
    """The keys that hold the gold of a document."""
    lists = tuple(part.list for part in (keys.entities, keys.relations, keys.events) if part)
    return (*lists, *((keys.whole,) if keys.whole else ()))


def parts(fields: Fields, record: str, text: str, keys: DocumentKeys, ledger: Ledger) -> dict[str, Any]:
    """The annotated fields of a Document. Entities without an id are T1, T2 ..., relations R1 ..., events E1 ..."""
    mentions = Mentions(record=record, text=text, ledger=ledger, on_mismatch=keys.on_mismatch)
    entities = _entities(fields, mentions, keys.entities) if keys.entities else []
    if keys.whole:
        concepts = tuple(dict.fromkeys(fields.split(keys.whole, keys.separator)))
        entities.append(Entity("T0", keys.whole_type, ((0, len(text)),), text, concepts))
    relations = _relations(fields, keys.relations) if keys.relations else ()
    events = _events(fields, keys.events) if keys.events else ()
    left = without(mentions.dropped, Parts(relations, events), record, ledger)
    return {"entities": tuple(entities), "relations": left.relations, "events": left.events}


def _entities(fields: Fields, mentions: Mentions, keys: EntityKeys) -> list[Entity]:
    made: list[Entity] = []
    for number, item in enumerate(fields.items(keys.list), start=1):
        start, end = item.integer(keys.start), item.integer(keys.end) + (1 if keys.end_inclusive else 0)
        entity = mentions.entity(
            item.text(keys.id) if keys.id else f"T{number}",
            item.text(keys.type) if keys.type else keys.name,
            ((start, end),),
            item.text(keys.text) if keys.text else mentions.text[start:end],
            fields.where,
            tuple(dict.fromkeys(item.split(keys.concepts, keys.separator))) if keys.concepts else (),
        )
        if entity:
            made.append(entity)
    return made


def _relations(fields: Fields, keys: RelationKeys) -> tuple[Relation, ...]:
    """The relations in order; one that is the end of another stands after it, its id being `R1.head` or `R1.tail`."""
    made: list[Relation] = []
    for number, item in enumerate(fields.items(keys.list), start=1):
        made += _relation(item, f"R{number}", keys)
    return tuple(made)


def _relation(item: Fields, identifier: str, keys: RelationKeys) -> list[Relation]:
    kind = item.text(keys.type)
    if keys.names and kind not in keys.names:
        raise item.refuse(f"the relation {kind!r} has no name", f"the option names knows {', '.join(keys.names)}")
    head, within_head = _end(item, keys.head, f"{identifier}.head", keys)
    tail, within_tail = _end(item, keys.tail, f"{identifier}.tail", keys)
    return [Relation(identifier, keys.names.get(kind, kind), head, tail), *within_head, *within_tail]


def _end(item: Fields, key: str, identifier: str, keys: RelationKeys) -> tuple[Argument, list[Relation]]:
    """One end of a relation, and what it consists of if it is itself a relation."""
    if not isinstance(item.get(key), dict):
        written = item.text(key)
        if not written:
            raise item.refuse(f"{key!r} is empty", "an end of a relation is a text or an id")
        return (Argument(ref=written) if keys.ends == "id" else Argument(text=written)), []
    end = Fields(item.where, item.get(key), item.joiner)
    if end.get(keys.type) is not None and end.get(keys.mention) is None:
        return Argument(ref=identifier), _relation(end, identifier, keys)
    return Argument(text=end.text(keys.mention)), []


def _events(fields: Fields, keys: EventKeys) -> tuple[Event, ...]:
    return tuple(
        Event(
            f"E{number}",
            item.text(keys.type) if keys.type else keys.name,
            Argument(text=item.text(keys.trigger)),
            tuple(Argument(text=text, role=role) for role, key in keys.arguments.items() for text in item.texts(key)),
        )
        for number, item in enumerate(fields.items(keys.list), start=1)
    )
