"""Which concepts a text stands for: by the document's own mentions, else by those of the whole test set."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from taiyi.errors import NotFound
from taiyi.metrics.concepts import UNLINKED, identifiers
from taiyi.metrics.matching import EXACT, Matching
from taiyi.records import AnyRecord, Argument, Document

Pair = tuple[str, str]
Texts = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Text -> type of mention -> the ids of the concepts that it names."""


class Ends(NamedTuple):
    """Types of the mentions that stand at the head and at the tail of a relation; empty: of any type."""

    heads: frozenset[str] = frozenset()
    tails: frozenset[str] = frozenset()


class Lookup:
    """The concepts of a test set's documents: gold relations between them, and what predicted texts name.

    own_document_only: texts are not looked up among other documents' mentions. unmapped_apart: a pair with a text that
    names nothing is one item of its own, the two texts, instead of a pair with -1, which several such texts share.
    """

    def __init__(
        self,
        records: Mapping[str, AnyRecord],
        matching: Matching = EXACT,
        *,
        own_document_only: bool = False,
        unmapped_apart: bool = False,
    ) -> None:
        documents = {name: record for name, record in records.items() if isinstance(record, Document)}
        self._matching = matching
        self._documents = documents
        self._own = {name: _named(document, matching) for name, document in documents.items()}
        self._all = {} if own_document_only else _most_frequent(self._own.values())
        self._apart = unmapped_apart
        self.relations = sorted({relation.type for document in documents.values() for relation in document.relations})
        self._ends = {name: self._ends_of(name) for name in self.relations}

    def gold(self, record: str, relation: str) -> set[Pair]:
        """The pairs of concept ids that a relation of the record's holds between. Raises NotFound of another record."""
        document = self._document(record)
        found: set[Pair] = set()
        for each in document.relations:
            if each.type == relation:
                found.update(product(_concepts(document, each.head), _concepts(document, each.tail)))
        return found

    def grounded(self, record: str, relations: Sequence[str], head: str, tail: str) -> set[Pair]:
        """The pairs of ids that two texts name in a record, as ends of any of these relations; -1 for a text that names
        no concept (see `unmapped_apart`). Raises NotFound of another record.
        """
        ends = [self._ends[relation] for relation in relations if relation in self._ends]
        heads = self._ids(record, head, frozenset().union(*(each.heads for each in ends)))
        tails = self._ids(record, tail, frozenset().union(*(each.tails for each in ends)))
        if self._apart and not (heads and tails):
            return {(f"{UNLINKED} {head}", f"{UNLINKED} {tail}")}
        return set(product(heads or (UNLINKED,), tails or (UNLINKED,)))

    def _ids(self, record: str, text: str, types: frozenset[str]) -> Sequence[str]:
        """Of a text: -1 where it is a mention of this document that is not linked, nothing where it is no mention."""
        self._document(record)
        form = self._matching.form(_one_line(text))
        for known in (self._own[record], self._all):
            of = known.get(form, {})
            found = dict.fromkeys(one for kind, ids in of.items() if kind in types or not types for one in ids)
            if found:
                return [one for one in found if one != UNLINKED] or [UNLINKED]
        return []

    def _document(self, record: str) -> Document:
        if record not in self._documents:
            raise NotFound(f"the document of an answer, {record}, is not among the records handed in")
        return self._documents[record]

    def _ends_of(self, relation: str) -> Ends:
        sides: tuple[set[str], set[str]] = (set(), set())
        for document in self._documents.values():
            kinds: dict[str, set[str]] = defaultdict(set)
            for mention in document.entities:
                for one in _ids_of(mention.concepts):
                    kinds[one].add(mention.type)
            for each in document.relations:
                if each.type == relation:
                    for side, end in zip(sides, (each.head, each.tail), strict=True):
                        side.update(*(kinds[one] for one in _concepts(document, end)))
        return Ends(*map(frozenset, sides))


def _named(document: Document, matching: Matching) -> Texts:
    """Every text of the document's mentions with all concepts that it names there."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for mention in document.entities:
        of = found[matching.form(_one_line(mention.text))]
        ids = _ids_of(mention.concepts) or (UNLINKED,)
        of[mention.type] = tuple(dict.fromkeys((*of.get(mention.type, ()), *ids)))
    return found


def _most_frequent(each: Iterable[Texts]) -> Texts:
    """The concepts that most documents have of a text; of equally frequent ones the first in order."""
    seen: dict[str, dict[str, Counter[tuple[str, ...]]]] = defaultdict(lambda: defaultdict(Counter))
    for named in each:
        for text, of in named.items():
            for kind, ids in of.items():
                linked = tuple(sorted(one for one in ids if one != UNLINKED))
                if linked:
                    seen[text][kind][linked] += 1
    return {
        text: {kind: min(readings, key=lambda ids: (-readings[ids], ids)) for kind, readings in of.items()}
        for text, of in seen.items()
    }


def _concepts(document: Document, end: Argument) -> Sequence[str]:
    """The ids at one end of a relation; where it has none, what no predicted text names."""
    given: tuple[str, ...] = (end.concept,) if end.concept else ()
    for mention in document.entities:
        if end.ref == mention.id:
            given = mention.concepts
    ids = [one for one in _ids_of(given) if one != UNLINKED]
    return ids or (f"{UNLINKED} {end.ref or end.text or end.concept} in {document.id}",)


def _ids_of(concepts: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for concept in concepts for one in identifiers(concept))


def _one_line(text: str) -> str:
    return " ".join(text.split())
