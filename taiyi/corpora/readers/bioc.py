"""BioC documents, whatever they are written in: what bioc_xml and bioc_json share."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files
from taiyi.corpora.readers.mentions import Concepts, Mentions, OnMismatch, Parts, without
from taiyi.errors import InvalidInput
from taiyi.records import Argument, Document, Entity, Passage, Relation


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the BioC readers.

    passages: "offset" puts each passage at its native offset (gaps are filled with blanks); "joined" joins them by one
      blank and ignores the offsets (BC5CDR counts them on the escaped text).
    type: the infon with an annotation's type; concepts: the infons with its ids, the first present one counts.
    concept_separators, databases, no_concept, on_mismatch: as in pubtator.
    relation_type: the infons with a relation's type, the first present one counts.
    relation_ends: infons with the concepts of head and tail, several spellings in turn; nodes are used where there are any.
    """

    passages: Literal["offset", "joined"] = "offset"
    type: str = "type"
    concepts: tuple[str, ...] = ("identifier", "MESH")
    concept_separators: str = "|"
    databases: dict[str, str] = {}
    no_concept: tuple[str, ...] = ("-1", "-", "")
    on_mismatch: OnMismatch = "refuse"
    relation_type: tuple[str, ...] = ("relation", "type")
    relation_ends: tuple[tuple[str, str], ...] = (("entity1", "entity2"), ("Chemical", "Disease"))


class Location(msgspec.Struct):
    """Where a fragment lies: offset and length in code points of the document."""

    offset: int
    length: int


class Annotation(msgspec.Struct):
    """A mention; several locations make it discontinuous."""

    id: str
    infons: dict[str, Any]
    text: str
    locations: list[Location]


class Node(msgspec.Struct):
    """One end of a relation."""

    refid: str
    role: str = ""


class NativeRelation(msgspec.Struct):
    """A relation between nodes, or between the concepts that its infons name."""

    id: str
    infons: dict[str, Any]
    nodes: list[Node] = []


class Sentence(msgspec.Struct):
    """A sentence of a passage that is given sentence by sentence."""

    offset: int
    text: str = ""
    annotations: list[Annotation] = []
    relations: list[NativeRelation] = []


class NativePassage(Sentence):
    """A passage; its text may lie in its sentences alone."""

    infons: dict[str, Any] = {}
    sentences: list[Sentence] = []


class NativeDocument(msgspec.Struct):
    """A BioC document; other keys and elements are not read."""

    id: str
    passages: list[NativePassage]
    annotations: list[Annotation] = []
    relations: list[NativeRelation] = []
    infons: dict[str, Any] = {}


def document(native: NativeDocument, source: Source, options: Options, ids: files.RecordIds, where: str) -> Document:
    """A BioC document as a record. `where` is its place in the native file.

    Annotations that say the same of one mention (BC5CDR gives a composite mention and each of its parts) all stay.
    """
    where = f"{where}: document {native.id}"
    text, passages = _text(native, options, where)
    record = ids.of(native.id)
    mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch)
    concepts = Concepts(separators=options.concept_separators, databases=options.databases, none=options.no_concept)
    levels: list[Sentence] = []
    for passage in native.passages:
        levels += (passage, *passage.sentences)
    annotations = [annotation for part in levels for annotation in part.annotations] + native.annotations
    native_relations = [relation for part in levels for relation in part.relations] + native.relations
    entities = tuple(entity for a in annotations if (entity := _entity(a, mentions, concepts, options, where)))
    relations = tuple(_relation(relation, concepts, options, where) for relation in native_relations)
    left = without(mentions.dropped, Parts(relations), record, source.ledger)
    with files.located(where):
        return Document(
            id=record,
            language=source.language,
            document_id=native.id,
            text=text,
            passages=passages,
            entities=entities,
            relations=left.relations,
        )


def _text(native: NativeDocument, options: Options, where: str) -> tuple[str, tuple[Passage, ...]]:
    """The text of a document, each passage where the annotations' offsets expect it."""
    text = ""
    passages: list[Passage] = []
    for passage in native.passages:
        start = passage.offset if options.passages == "offset" else len(text) + (1 if text else 0)
        if start < len(text):
            raise InvalidInput(
                f"the passage at offset {passage.offset} overlaps the one before, which ends at {len(text)}",
                where=where,
                remedy="correct the offset, or set the reader's option passages to joined",
            )
        content = passage.text or _joined(passage)
        text = text.ljust(start) + content
        if content:
            passages.append(Passage(str(passage.infons.get("type") or "passage"), start, len(text)))
    return text, tuple(passages)


def _joined(passage: NativePassage) -> str:
    """The text of a passage that is given in sentences only, each at its offset within it."""
    text = ""
    for sentence in passage.sentences:
        text = text.ljust(sentence.offset - passage.offset) + sentence.text
    return text


def _entity(
    annotation: Annotation, mentions: Mentions, concepts: Concepts, options: Options, where: str
) -> Entity | None:
    kind = annotation.infons.get(options.type)
    if not isinstance(kind, str) or not kind:
        raise InvalidInput(
            f"annotation {annotation.id} has no {options.type!r}",
            where=where,
            remedy=f"the reader's option type names one of its infons: {', '.join(annotation.infons) or 'there are none'}",
        )
    given = next(
        (str(annotation.infons[key]) for key in options.concepts if annotation.infons.get(key) is not None), ""
    )
    spans = tuple((at.offset, at.offset + at.length) for at in annotation.locations)
    return mentions.entity(annotation.id, kind, spans, annotation.text, where, concepts.of(given, kind))


def _relation(relation: NativeRelation, concepts: Concepts, options: Options, where: str) -> Relation:
    kind = next((str(relation.infons[key]) for key in options.relation_type if relation.infons.get(key)), "")
    if relation.nodes:
        ends = [Argument(ref=node.refid, role=node.role) for node in relation.nodes if node.refid]
    else:
        keys = next((keys for keys in options.relation_ends if all(relation.infons.get(key) for key in keys)), ())
        ends = [Argument(concept=concepts.end(str(relation.infons[key]))) for key in keys]
    if not kind or len(ends) != 2:
        raise InvalidInput(
            f"relation {relation.id} has {'a' if kind else 'no'} type and {len(ends)} ends",
            where=where,
            remedy=f"a relation has two; the reader's options relation_type and relation_ends name its infons: {', '.join(relation.infons)}",
        )
    return Relation(relation.id, kind, *ends)
