"""Overlap with the sets that are scored on, removed from training only: the same text, the same document, a text that
contains a scored one or is part of it. Every training record is compared with every scored one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from taiyi.curation.containment import Contained, Containment
from taiyi.curation.normalise import batches, fingerprint, sources_of
from taiyi.curation.similarity import passages_of
from taiyi.params import Leakage
from taiyi.records import AnyRecord, split_record_id

_PUBMED = re.compile(r"(?:PMID:?)?(\d{4,9})", re.IGNORECASE)
_GLOBAL = re.compile(r"(PMC\d+|NCT\d{8}|(?:doi:)?10\.\d{4,9}/\S+)", re.IGNORECASE)
_ADDED_AT_ONCE = 1024


class Overlap(NamedTuple):
    """A record and a protected one: the rule, what overlaps, and the protected record's id."""

    rule: str
    reason: str
    other: str


def document_key(record: AnyRecord) -> str:
    """A document id that may be compared: PubMed, PMC and trial ids and DOIs across corpora, any other id only within
    its own corpus.
    """
    if not record.document_id:
        return ""
    pubmed = _PUBMED.fullmatch(record.document_id)
    if pubmed:
        return f"PMID:{int(pubmed[1])}"
    if _GLOBAL.fullmatch(record.document_id):
        return record.document_id.lower().removeprefix("doi:")
    return f"{split_record_id(record.id)[0]}:{record.document_id}"


class Protected:
    """Everything that a scored set holds, by text, by document and by shingles of its passages."""

    def __init__(self, rules: Leakage | None = None) -> None:
        self._texts: dict[bytes, str] = {}
        self._documents: dict[str, tuple[str, str]] = {}
        self._passages = Containment(rules or Leakage())

    def add(self, records: Iterable[AnyRecord]) -> None:
        """Protect these records."""
        for batch in batches(records, _ADDED_AT_ONCE):
            for record in batch:
                for source in sources_of(record):
                    self._texts.setdefault(fingerprint(*source), record.id)
                document = document_key(record)
                if document:
                    self._documents.setdefault(document, (record.id, record.language))
            self._passages.add([record.id for record in batch], [passages_of(record) for record in batch])

    def overlaps(self, records: Sequence[AnyRecord]) -> list[Overlap | None]:
        """The overlap of each record with a protected one, if any: of text before document before passage."""
        found = [self._same(record) for record in records]
        apart = [place for place, overlap in enumerate(found) if overlap is None]
        contained = self._passages.found([passages_of(records[place]) for place in apart])
        for place, passage in zip(apart, contained, strict=True):
            if passage:
                found[place] = _of_passage(passage)
        return found

    def _same(self, record: AnyRecord) -> Overlap | None:
        for source in sources_of(record):
            other = self._texts.get(fingerprint(*source))
            if other:
                return Overlap("overlap_text", "its text is that of a record to be scored on", other)
        document = document_key(record)
        if document in self._documents:
            other, language = self._documents[document]
            where = "" if language == record.language else f", in another language ({language})"
            return Overlap("overlap_document", f"its document {document} has a record to be scored on{where}", other)
        return None


def _of_passage(found: Contained) -> Overlap:
    if found.holds:
        return Overlap("overlap_contains", f"it contains {found.share:.0%} of a passage to be scored on", found.owner)
    return Overlap("overlap_part", f"{found.share:.0%} of it is part of a passage to be scored on", found.owner)
