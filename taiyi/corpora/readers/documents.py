"""The annotated parts of a document that is given as a JSON object: entities, relations, events, concepts of a whole text."""

from __future__ import annotations

from typing import Any

import msgspec

from taiyi.corpora.readers.families import DocumentKeys, EntityKeys, EventKeys, RelationKeys
from taiyi.corpora.readers.json_files import Fields
from taiyi.corpora.readers.mentions import Mentions, Parts, without
from taiyi.ledger import Ledger
from taiyi.records import Argument, Entity, Event, Relation


def gold_keys(keys: DocumentKeys) -> tuple[str, ...]:
    """The keys that hold the gold of a document."""
    lists = tuple(part.list for part in (keys.entities, keys.relations, keys.events) if part and part.list)
    return (*lists, *((keys.whole,) if keys.whole else ()))


def parts(fields: Fields, record: str, text: str, keys: DocumentKeys, ledger: Ledger) -> dict[str, Any]:
    """The annotated fields of a Document. Entities without an id are T1, T2 ..., relations R1 ..., events E1 ..."""
    mentions = Mentions(record=record, text=text, ledger=ledger, on_mismatch=keys.on_mismatch)
    entities = _entities(fields, mentions, keys.entities) if keys.entities else []
    if keys.whole:
        concepts = _concepts(fields, keys.whole, keys)
        entities.append(Entity("T0", keys.whole_type, ((0, len(text)),), text, concepts))
    relations: tuple[Relation, ...] = ()
    if keys.relations:
        ends = _Ends(keys=keys.relations, mentions=mentions)
        relations = ends.relations(fields)
        entities += ends.entities.values()
    events = _events(fields, keys.events) if keys.events else ()
    left = without(mentions.dropped, Parts(relations, events), record, ledger)
    return {"entities": tuple(entities), "relations": left.relations, "events": left.events}


def _entities(fields: Fields, mentions: Mentions, keys: EntityKeys) -> list[Entity]:
    made: list[Entity] = []
    for number, item in enumerate(fields.items(keys.list) if keys.list else [fields], start=1):
        start, end = _place(item, mentions.text, keys)
        entity = mentions.entity(
            item.text(keys.id) if keys.id else f"T{number}",
            item.text(keys.type) if keys.type else keys.name,
            ((start, end),),
            item.text(keys.text) if keys.text else mentions.text[start:end],
            fields.where,
            _concepts(item, keys.concepts, keys) if keys.concepts else (),
        )
        if entity:
            made.append(entity)
    return made


def _place(item: Fields, text: str, keys: EntityKeys) -> tuple[int, int]:
    """Where a mention begins and ends."""
    if not keys.word:
        return item.integer(keys.start), item.integer(keys.end) + (1 if keys.end_inclusive else 0)
    words, number = text.split(" "), item.integer(keys.word)
    if number >= len(words):
        raise item.refuse(f"{keys.word!r} is {number}, the text has {len(words)} words", "words are counted from 0")
    start = sum(len(word) + 1 for word in words[:number])
    return start, start + len(words[number])


def _concepts(item: Fields, key: str, keys: EntityKeys | DocumentKeys) -> tuple[str, ...]:
    """The concepts under a key, each once, with the name of their vocabulary."""
    prefix = f"{keys.database}:" if keys.database else ""
    return tuple(dict.fromkeys(prefix + concept for concept in item.split(key, keys.separator)))


class _Ends(msgspec.Struct, kw_only=True):
    """The relations of a document, and the mentions that stand nowhere but in their ends: M1, M2 ..."""

    keys: RelationKeys
    mentions: Mentions
    entities: dict[str, Entity] = {}
    seen: dict[tuple[int, int, str], str] = {}

    def relations(self, fields: Fields) -> tuple[Relation, ...]:
        """In order; one that is the end of another stands after it, its id being `R1.head` or `R1.tail`."""
        made: list[Relation] = []
        for number, item in enumerate(fields.items(self.keys.list), start=1):
            made += self._relation(item, f"R{number}")
        return tuple(made)

    def _relation(self, item: Fields, identifier: str) -> list[Relation]:
        names = self.keys.names
        kind = item.text(self.keys.type)
        if names and kind not in names:
            raise item.refuse(f"the relation {kind!r} has no name", f"the option names knows {', '.join(names)}")
        head, within_head = self._end(item, self.keys.head, f"{identifier}.head")
        tail, within_tail = self._end(item, self.keys.tail, f"{identifier}.tail")
        return [Relation(identifier, names.get(kind, kind), head, tail), *within_head, *within_tail]

    def _end(self, item: Fields, key: str, identifier: str) -> tuple[Argument, list[Relation]]:
        """One end of a relation, and what it consists of if it is itself a relation."""
        keys = self.keys
        if not isinstance(item.get(key), dict):
            written = item.text(key)
            if not written:
                raise item.refuse(f"{key!r} is empty", "an end of a relation is a text or an id")
            return (Argument(ref=written) if keys.ends == "id" else Argument(text=written)), []
        end = Fields(item.where, item.get(key), item.joiner)
        if end.get(keys.type) is not None and end.get(keys.mention) is None:
            return Argument(ref=identifier), self._relation(end, identifier)
        return (Argument(ref=self._mention(end)) if keys.start else Argument(text=end.text(keys.mention))), []

    def _mention(self, end: Fields) -> str:
        """The id of the mention at an end; the same one in several relations is one entity."""
        keys = self.keys
        last = end.integer(keys.end) + (1 if keys.end_inclusive else 0)
        place = (end.integer(keys.start), last, end.text(keys.mention))
        if place not in self.seen:
            identifier = self.seen[place] = f"M{len(self.seen) + 1}"
            entity = self.mentions.entity(identifier, keys.mention_type, (place[:2],), place[2], end.where)
            if entity:
                self.entities[identifier] = entity
        return self.seen[place]


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
