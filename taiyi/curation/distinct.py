"""One record per question: exact duplicates and conflicting golds leave a training set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from taiyi.curation.normalise import ask_of, fingerprint, gold_of, question_of
from taiyi.ledger import Ledger
from taiyi.params import ConflictPolicy
from taiyi.records import AnyRecord

_GOLD_BYTES = 16


class Distinct:
    """A duplicate has the question and the gold of an earlier record, a conflict the question and another gold.

    Only records that ask the same are compared: asks, by corpus (`normalise.ask_of`). The same text with other types
    asked is neither. What stays in memory is a fingerprint and an id of each record.
    """

    def __init__(self, policy: ConflictPolicy, asks: Mapping[str, str] | None = None) -> None:
        self._policy = policy
        self._asks = asks or {}
        self._kept: dict[bytes, bytes] = {}
        self._disputed: dict[bytes, bytes] = {}

    def survey(self, records: Iterable[AnyRecord]) -> None:
        """Find the disputed questions beforehand; does nothing under `keep_first`, which need not know them."""
        if self._policy == "keep_first":
            return
        counts: dict[bytes, int] = {}
        for record in records:
            both = b"".join(self._keys(record))
            counts[both] = counts.get(both, 0) + 1
        best: dict[bytes, tuple[int, bytes]] = {}
        for both, count in counts.items():
            question, gold = both[:-_GOLD_BYTES], both[-_GOLD_BYTES:]
            if question in best:
                self._disputed[question] = b""
            if count > best.get(question, (0, b""))[0]:
                best[question] = (count, gold)
        if self._policy == "majority":
            self._disputed = {question: best[question][1] for question in self._disputed}

    def _keys(self, record: AnyRecord) -> tuple[bytes, bytes]:
        asked = fingerprint(type(record).__name__, ask_of(record, self._asks), *question_of(record))
        return asked, fingerprint(*gold_of(record))

    def keep(self, records: Iterable[AnyRecord], ledger: Ledger) -> Iterator[AnyRecord]:
        """The records that are neither, in order."""
        for record in records:
            question, gold = self._keys(record)
            kept = self._kept.get(question, b"")
            first, agreed = kept[_GOLD_BYTES:].decode(), self._disputed.get(question)
            if kept[:_GOLD_BYTES] == gold:
                ledger.drop(record.id, "duplicate", "same question and same gold", other=first)
            elif agreed == b"":
                ledger.drop(record.id, "conflict", "its question has several golds; all are dropped")
            elif agreed and agreed != gold:
                ledger.drop(record.id, "conflict", "most records of its question have another gold", other=first)
            elif kept:
                ledger.drop(record.id, "conflict", "same question, another gold; the first is kept", other=first)
            else:
                self._kept[question] = gold + record.id.encode()
                yield record
