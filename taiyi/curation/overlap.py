"""Overlap with the sets that are scored on: found by normalised text and by document id, removed from training only."""

from __future__ import annotations

import re
from collections.abc import Iterable

from taiyi.curation.normalise import fingerprint, sources_of
from taiyi.records import AnyRecord, split_record_id

_PUBMED = re.compile(r"(?:PMID:?)?(\d{4,9})", re.IGNORECASE)


def document_key(record: AnyRecord) -> str:
    """A document id that may be compared: PubMed ids across corpora, any other id only within its own corpus."""
    if not record.document_id:
        return ""
    pubmed = _PUBMED.fullmatch(record.document_id)
    return f"PMID:{int(pubmed[1])}" if pubmed else f"{split_record_id(record.id)[0]}:{record.document_id}"


class Protected:
    """Everything that a scored set holds: text fingerprint or document -> the first record that holds it."""

    def __init__(self) -> None:
        self._texts: dict[bytes, str] = {}
        self._documents: dict[str, str] = {}

    def add(self, records: Iterable[AnyRecord]) -> None:
        """Protect these records."""
        for record in records:
            for source in sources_of(record):
                self._texts.setdefault(fingerprint(*source), record.id)
            document = document_key(record)
            if document:
                self._documents.setdefault(document, record.id)

    def overlap(self, record: AnyRecord) -> tuple[str, str, str] | None:
        """The rule, the reason and the protected record's id, if this record overlaps one."""
        for source in sources_of(record):
            other = self._texts.get(fingerprint(*source))
            if other:
                return "overlap_text", "its text is that of a record to be scored on", other
        document = document_key(record)
        other = self._documents.get(document) if document else None
        if other:
            return "overlap_document", f"its document {document} has a record to be scored on", other
        return None
