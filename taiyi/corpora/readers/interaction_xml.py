"""Interaction XML: documents of sentences with entities and pairs (unified PPI, DDI, miRNA, CPI)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, xml_files
from taiyi.corpora.readers.mentions import Concepts, Mentions, OnMismatch, Parts, Spans, without
from taiyi.corpora.readers.xml_files import Element
from taiyi.errors import InvalidInput
from taiyi.records import Argument, Document, Entity, Passage, Relation

_FLAGS = {"true": True, "false": False}


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the interaction XML reader. Offsets count within a sentence.

    document_id: the attribute of a document that names its source; empty: none does.
    end_inclusive: whether the end of `charOffset` is the last character (DDI) or the one after it (unified PPI).
    fragments: what parts the stretches of one mention in `charOffset`.
    type: the attribute with an entity's type; without one all are `name`.
    concepts: the attribute with normalised ids, parted by any character of concept_separators; databases: type -> the
      database its ids are of ("*" for all others).
    relations: the element that relates two entities. related: the attribute that says whether it does (true or false);
      without one every such element does. relation: the attribute with the relation's type; without one all are
      relation_name.
    joiner: between sentences; white space.
    """

    document_id: str = ""
    end_inclusive: bool = False
    fragments: str = ","
    type: str = "type"
    name: str = "entity"
    concepts: str = ""
    concept_separators: str = "|,"
    databases: dict[str, str] = {}
    relations: Literal["interaction", "pair"] = "interaction"
    related: str = ""
    relation: str = "type"
    relation_name: str = "interaction"
    joiner: str = "\n"
    on_mismatch: OnMismatch = "refuse"


class _Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A document on its way to becoming a record: its file, its options, and what was found in it."""

    path: Path
    options: Options
    mentions: Mentions
    concepts: Concepts
    seen: set[str]
    entities: list[Entity]
    relations: list[Relation]


def read(source: Source, options: Options) -> Iterator[Document]:
    """One document a record; its sentences are passages, an empty one too. Pairs that are not related are not read."""
    ids = files.RecordIds(source)
    for path in source.files:
        count = 0
        for element in xml_files.elements(path, "document"):
            count += 1
            record = ids.of(xml_files.attribute(element, "id", path))
            yield _document(element, record, path, source, options)
        if not count:
            raise InvalidInput(
                "there is no <document>", where=files.place(path, 1), remedy="the file is of another format"
            )


def _document(element: Element, record: str, path: Path, source: Source, options: Options) -> Document:
    sentences = [child for child in element if child.tag == "sentence"]
    texts = [xml_files.attribute(sentence, "text", path) for sentence in sentences]
    text = options.joiner.join(texts)
    draft = _Draft(
        path=path,
        options=options,
        mentions=Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch),
        concepts=Concepts(separators=options.concept_separators, databases=options.databases, none=("",)),
        seen=set(),
        entities=[],
        relations=[],
    )
    passages: list[Passage] = []
    start = 0
    for sentence, written in zip(sentences, texts, strict=True):
        passages.append(Passage("sentence", start, start + len(written)))
        for child in sentence.iterchildren("entity"):
            _add_entity(child, start, start + len(written), draft)
        for child in sentence.iterchildren(options.relations):
            _add_relation(child, draft)
        start += len(written) + len(options.joiner)
    left = without(draft.mentions.dropped, Parts(tuple(draft.relations)), record, source.ledger)
    with files.located(xml_files.place(path, element)):
        return Document(
            id=record,
            language=source.language,
            document_id=xml_files.attribute(element, options.document_id, path) if options.document_id else "",
            text=text,
            passages=tuple(passages),
            entities=tuple(draft.entities),
            relations=left.relations,
        )


def _add_entity(element: Element, start: int, end: int, draft: _Draft) -> None:
    options, path = draft.options, draft.path
    identifier = xml_files.attribute(element, "id", path)
    kind = xml_files.attribute(element, options.type, path) if options.type else options.name
    where = xml_files.place(path, element)
    spans = _spans(element, start, draft)
    if identifier in draft.seen:
        raise InvalidInput(f"id {identifier!r} is used twice", where=where, remedy="an id names one entity")
    if spans[-1][1] > end and options.on_mismatch == "refuse":
        raise InvalidInput(
            f"entity {identifier} ends beyond its sentence of {end - start} characters",
            where=where,
            remedy="correct charOffset, or set the reader's option on_mismatch to repair or drop",
        )
    concepts: tuple[str, ...] = ()
    if options.concepts:
        concepts = draft.concepts.of(xml_files.attribute(element, options.concepts, path), kind)
    entity = draft.mentions.entity(identifier, kind, spans, xml_files.attribute(element, "text", path), where, concepts)
    draft.seen.add(identifier)
    if entity:
        draft.entities.append(entity)


def _spans(element: Element, start: int, draft: _Draft) -> Spans:
    """`a-b,c-d` as half-open spans of the document."""
    written = xml_files.attribute(element, "charOffset", draft.path)
    spans: list[tuple[int, int]] = []
    for fragment in written.split(draft.options.fragments):
        first, _, last = fragment.partition("-")
        begin, end = files.number(first.strip()), files.number(last.strip())
        if begin is None or end is None:
            raise InvalidInput(
                f"charOffset is {written!r}",
                where=xml_files.place(draft.path, element),
                remedy=f"it reads 0-4, fragments parted by {draft.options.fragments!r} (the option fragments)",
            )
        spans.append((start + begin, start + end + (1 if draft.options.end_inclusive else 0)))
    return tuple(spans)


def _add_relation(element: Element, draft: _Draft) -> None:
    options, path = draft.options, draft.path
    if options.related and not _flag(element, options.related, path):
        return
    ends = [xml_files.attribute(element, name, path) for name in ("e1", "e2")]
    for end in ends:
        if end not in draft.seen:
            raise InvalidInput(
                f"<{element.tag}> refers to {end!r}, which is no entity of this document so far",
                where=xml_files.place(path, element),
                remedy="its entities stand before it, with that id",
            )
    kind = xml_files.attribute(element, options.relation, path) if options.relation else options.relation_name
    head, tail = (Argument(ref=end) for end in ends)
    draft.relations.append(Relation(xml_files.attribute(element, "id", path), kind, head, tail))


def _flag(element: Element, name: str, path: Path) -> bool:
    written = xml_files.attribute(element, name, path).lower()
    if written not in _FLAGS:
        raise InvalidInput(f"{name} is {written!r}", where=xml_files.place(path, element), remedy="it is true or false")
    return _FLAGS[written]
