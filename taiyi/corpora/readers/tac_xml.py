"""Drug labels of TAC 2017: one XML a label, its sections, mentions by section and offset, relations, MedDRA terms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, passages, xml_files
from taiyi.corpora.readers.mentions import Mentions, OnMismatch, Parts, Spans, without
from taiyi.corpora.readers.xml_files import Element
from taiyi.errors import InvalidInput
from taiyi.records import Argument, Document, Entity, Relation


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader.

    record: the tag of a label; name: its attribute that names it.
    concepts: the attribute of a <Normalization> with the term's id; database: the vocabulary.
    reaction: the type of mention that <Reactions> normalise, by its words in lower case.
    annotated: false where the gold is withheld.
    """

    record: str = "Label"
    name: str = "drug"
    concepts: str = "meddra_pt_id"
    database: str = "MedDRA"
    reaction: str = "AdverseReaction"
    annotated: bool = True
    on_mismatch: OnMismatch = "refuse"


def read(source: Source, options: Options) -> Iterator[Document]:
    """One record a label; a line break parts its sections. Ignored regions (headings) are not read."""
    ids = files.RecordIds(source)
    for path in source.files:
        for element in xml_files.records(path, options.record):
            yield _Label(element, path, source, options, ids).document()


class _Label:
    """Reads one label."""

    def __init__(self, element: Element, path: Path, source: Source, options: Options, ids: files.RecordIds) -> None:
        self._element, self._path, self._source, self._options = element, path, source, options
        self._name = self._attribute(element, options.name)
        sections = list(element.iterfind("Text/Section"))
        self._text, self._passages, starts = passages.joined(
            [(self._attribute(section, "name"), section.text or "") for section in sections], "\n"
        )
        self._starts = dict(zip((self._attribute(section, "id") for section in sections), starts, strict=True))
        record = ids.of(self._name)
        self._mentions = Mentions(record=record, text=self._text, ledger=source.ledger, on_mismatch=options.on_mismatch)

    def document(self) -> Document:
        """The record."""
        mentions, record = self._mentions, self._mentions.record
        entities: list[Entity] = []
        relations: tuple[Relation, ...] = ()
        if self._options.annotated:
            terms = self._terms()
            known: set[str] = set()
            for child in self._element.iterfind("Mentions/Mention"):
                identifier = self._attribute(child, "id")
                if identifier in known:
                    raise self._refuse(child, f"the id {identifier!r} is used twice", "give each mention its own")
                known.add(identifier)
                entity = self._entity(child, identifier, terms)
                entities += [entity] if entity else []
            relations = tuple(self._relation(child, known) for child in self._element.iterfind("Relations/Relation"))
        left = without(mentions.dropped, Parts(relations), record, self._source.ledger)
        with files.located(xml_files.place(self._path, self._element)):
            return Document(
                id=record,
                language=self._source.language,
                document_id=self._name,
                annotated=self._options.annotated,
                text=self._text,
                passages=self._passages,
                entities=tuple(entities),
                relations=left.relations,
            )

    def _terms(self) -> dict[str, tuple[str, ...]]:
        """Reaction in lower case -> its concepts."""
        terms: dict[str, tuple[str, ...]] = {}
        for reaction in self._element.iterfind("Reactions/Reaction"):
            given = (child.get(self._options.concepts) for child in reaction.iterfind("Normalization"))
            concepts = dict.fromkeys(f"{self._options.database}:{term}" for term in given if term)
            terms[self._attribute(reaction, "str").lower()] = tuple(concepts)
        return terms

    def _entity(self, element: Element, identifier: str, terms: dict[str, tuple[str, ...]]) -> Entity | None:
        kind, text = self._attribute(element, "type"), self._attribute(element, "str")
        concepts = terms.get(text.lower(), ()) if kind == self._options.reaction else ()
        where = xml_files.place(self._path, element)
        return self._mentions.entity(identifier, kind, self._spans(element), text, where, concepts)

    def _spans(self, element: Element) -> Spans:
        """Several starts and lengths, parted by commas, make a mention discontinuous."""
        section = self._attribute(element, "section")
        if section not in self._starts:
            raise self._refuse(element, f"there is no section {section!r}", f"there are {', '.join(self._starts)}")
        numbers = [
            [files.number(part.strip()) for part in self._attribute(element, name).split(",")]
            for name in ("start", "len")
        ]
        spans: list[tuple[int, int]] = []
        for start, length in zip(*numbers, strict=False):
            if start is None or length is None or len(numbers[0]) != len(numbers[1]):
                raise self._refuse(
                    element, "start and len do not give places", "as many numbers each, parted by commas"
                )
            first = self._starts[section] + start
            spans.append((first, first + length))
        return tuple(spans)

    def _relation(self, element: Element, known: set[str]) -> Relation:
        ends = [self._attribute(element, name) for name in ("arg1", "arg2")]
        for end in ends:
            if end not in known:
                raise self._refuse(
                    element, f"an end is {end!r}, which is no mention of the label", "arg1 and arg2 are ids"
                )
        return Relation(
            self._attribute(element, "id"), self._attribute(element, "type"), *(Argument(ref=end) for end in ends)
        )

    def _attribute(self, element: Element, name: str) -> str:
        return xml_files.attribute(element, name, self._path)

    def _refuse(self, element: Element, problem: str, remedy: str) -> InvalidInput:
        return InvalidInput(f"<{element.tag}>: {problem}", where=xml_files.place(self._path, element), remedy=remedy)
