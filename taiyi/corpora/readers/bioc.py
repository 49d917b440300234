"""BioC documents, whatever they are written in: what bioc_xml and bioc_json share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files
from taiyi.corpora.readers.mentions import Concepts, Mentions, OnMismatch, Parts, without
from taiyi.errors import InvalidInput
from taiyi.records import Argument, Document, Entity, Passage, Relation

WIDEST_GAP = 1024 * 1024
"""Characters between two passages or sentences; a wider gap is an offset that was damaged."""


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the BioC readers.

    passages: "offset" puts each passage at its native offset (gaps are filled with blanks); "joined" joins them by one
      blank and ignores the offsets (BC5CDR counts them on the escaped text); "shifted" joins them, too, and moves the
      annotations of each along (offsets that skip, as in full texts cut from larger ones).
    type: the infon with an annotation's type; concepts: the infons with its ids, the first present one counts.
    concept_separators, databases, no_concept, concept_cut, on_mismatch, only: as in pubtator.
    not_mentions: types of annotations that stand for the whole document, at no place in it (NLM-Chem's index terms);
      they are not read.
    repeated_ids: what an annotation id that returns within a document means: an error, or another annotation.
    ellipses: what an annotation writes for the gap between its places, as in "breast ... cancer".
    relation_type: the infons with a relation's type, the first present one counts.
    relation_ends: infons with the concepts of head and tail, several spellings in turn; nodes are used where there are any.
    """

    passages: Literal["offset", "joined", "shifted"] = "offset"
    type: str = "type"
    concepts: tuple[str, ...] = ("identifier", "MESH")
    concept_separators: str = "|"
    databases: dict[str, str] = {}
    no_concept: tuple[str, ...] = ("-1", "-", "")
    concept_cut: str = ""
    not_mentions: tuple[str, ...] = ()
    ellipses: tuple[str, ...] = ()
    repeated_ids: Literal["refuse", "number"] = "refuse"
    on_mismatch: OnMismatch = "refuse"
    only: str = ""
    relation_type: tuple[str, ...] = ("relation", "type")
    relation_ends: tuple[tuple[str, str], ...] = (("entity1", "entity2"), ("Chemical", "Disease"))


class Location(msgspec.Struct):
    """Where a fragment lies: offset and length in code points of the document."""

    offset: int
    length: int


class Annotation(msgspec.Struct):
    """A mention; several locations make it discontinuous. `where`: its own place, where the format tells it."""

    id: str
    infons: dict[str, Any]
    text: str
    locations: list[Location]
    where: str = msgspec.field(default="", name="@where")  # a name that no file has


class Node(msgspec.Struct):
    """One end of a relation."""

    refid: str
    role: str = ""


class NativeRelation(msgspec.Struct):
    """A relation between nodes, or between the concepts that its infons name."""

    id: str
    infons: dict[str, Any]
    nodes: list[Node] = []
    where: str = msgspec.field(default="", name="@where")


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


def documents(natives: Iterable[tuple[str, NativeDocument]], source: Source, options: Options) -> Iterator[Document]:
    """The BioC documents that the options choose as records; each comes with its place in the native file."""
    ids, choice = files.RecordIds(source), json_files.Choice(source, only=options.only, without="")
    for where, native in natives:
        if native.id in choice:
            yield _document(native, source, options, ids.of(native.id), f"{where}: document {native.id}")
    choice.check()


def _document(native: NativeDocument, source: Source, options: Options, record: str, where: str) -> Document:
    """A BioC document as a record.

    Annotations that say the same of one mention (BC5CDR gives a composite mention and each of its parts) all stay.
    """
    text, passages, shifts = _text(native, options, where)
    mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch)
    concepts = Concepts(
        separators=options.concept_separators,
        databases=options.databases,
        none=options.no_concept,
        cut=options.concept_cut,
    )
    levels = [(part, shift) for passage, shift in shifts for part in (passage, *passage.sentences)]
    annotations = [(a, shift) for part, shift in levels for a in part.annotations] + [
        (a, 0) for a in native.annotations
    ]
    annotated = _Annotated(mentions, concepts, options, where)
    entities = tuple(e for a, shift in annotations if (e := annotated.entity(a, shift)))
    native_relations = [relation for part, _ in levels for relation in part.relations] + native.relations
    relations = tuple(annotated.relation(relation) for relation in native_relations)
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


def _text(
    native: NativeDocument, options: Options, where: str
) -> tuple[str, tuple[Passage, ...], list[tuple[NativePassage, int]]]:
    """The text of a document, its passages, and how far the annotations of each native passage are moved."""
    text = ""
    passages: list[Passage] = []
    shifts: list[tuple[NativePassage, int]] = []
    for passage in native.passages:
        start = passage.offset if options.passages == "offset" else len(text) + (1 if text else 0)
        if start < len(text):
            raise InvalidInput(
                f"the passage at offset {passage.offset} overlaps the one before, which ends at {len(text)}",
                where=where,
                remedy="correct the offset, or set the reader's option passages to joined or shifted",
            )
        content = passage.text or _joined(passage, where)
        shifts.append((passage, start - passage.offset if options.passages == "shifted" else 0))
        if content:
            text = _reaching(text, start, where) + content
            passages.append(Passage(str(passage.infons.get("type") or "passage"), start, len(text)))
    return text, tuple(passages), shifts


def _joined(passage: NativePassage, where: str) -> str:
    """The text of a passage that is given in sentences only, each at its offset within it."""
    text = ""
    for sentence in passage.sentences:
        text = _reaching(text, sentence.offset - passage.offset, where) + sentence.text
    return text


def _reaching(text: str, offset: int, where: str) -> str:
    """The text with blanks up to an offset, where what follows stands."""
    if offset - len(text) > WIDEST_GAP:
        raise InvalidInput(
            f"{offset - len(text)} characters are missing before the text at offset {offset}",
            where=where,
            remedy="correct the offset, or set the reader's option passages to joined or shifted",
        )
    return text.ljust(offset)


class _Annotated:
    """Makes the entities and relations of one document."""

    def __init__(self, mentions: Mentions, concepts: Concepts, options: Options, where: str) -> None:
        self._mentions = mentions
        self._concepts = concepts
        self._options = options
        self._where = where
        self._met: set[str] = set()

    def entity(self, annotation: Annotation, shift: int) -> Entity | None:
        options, where, infons = self._options, annotation.where or self._where, annotation.infons
        kind = infons.get(options.type)
        if not isinstance(kind, str) or not kind:
            raise InvalidInput(
                f"annotation {annotation.id} has no {options.type!r}",
                where=where,
                remedy=f"the reader's option type names one of its infons: {', '.join(infons) or 'there are none'}",
            )
        if kind in options.not_mentions:
            return None
        given = next((str(infons[key]) for key in options.concepts if infons.get(key) is not None), "")
        spans = tuple((at.offset + shift, at.offset + at.length + shift) for at in annotation.locations)
        text = annotation.text
        for ellipsis in options.ellipses if len(spans) > 1 else ():
            text = text.replace(ellipsis, " ")
        return self._mentions.entity(
            self._id(annotation.id, where), kind, spans, text, where, self._concepts.of(given, kind)
        )

    def _id(self, native: str, where: str) -> str:
        """The id of an annotation, or one of its own if it returns."""
        unique, number = native, 1
        while unique in self._met:
            if self._options.repeated_ids == "refuse":
                raise InvalidInput(
                    f"the annotation id {native!r} is used twice",
                    where=where,
                    remedy="give each its own, or set the reader's option repeated_ids to number",
                )
            number += 1
            unique = f"{native}-{number}"
        self._met.add(unique)
        return unique

    def relation(self, relation: NativeRelation) -> Relation:
        options, infons = self._options, relation.infons
        kind = next((str(infons[key]) for key in options.relation_type if infons.get(key)), "")
        if relation.nodes:
            ends = [Argument(ref=node.refid, role=node.role) for node in relation.nodes if node.refid]
        else:
            keys = next((keys for keys in options.relation_ends if all(infons.get(key) for key in keys)), ())
            ends = [Argument(concept=self._concepts.end(str(infons[key]))) for key in keys]
        if not kind or len(ends) != 2:
            raise InvalidInput(
                f"relation {relation.id} has {'a' if kind else 'no'} type and {len(ends)} ends",
                where=relation.where or self._where,
                remedy=f"a relation has two; the reader's options relation_type and relation_ends name its infons: {', '.join(infons)}",
            )
        return Relation(relation.id, kind, *ends)
