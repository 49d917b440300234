"""Curation: what may be trained on. Validation, overlap with scored sets, exact duplicates, conflicting labels.

Scored sets are never shortened: only what cannot be scored (gold withheld) leaves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taiyi.curation.normalise import fingerprint, gold_of, question_of
from taiyi.curation.overlap import Protected
from taiyi.ledger import Ledger
from taiyi.params import ConflictPolicy, Curate
from taiyi.records import AnyRecord, split_record_id


def problem(record: AnyRecord, rules: Curate) -> tuple[str, str] | None:
    """The rule and reason for which a record cannot be trained on, judged by itself."""
    texts = [text.strip() for text in record.texts()]
    longest = max((len(text) for text in texts), default=0)
    if not all(texts) or longest < rules.minimum_characters:
        return (
            "empty_text",
            f"its longest text has {longest} characters, at least {rules.minimum_characters} are needed",
        )
    if longest > rules.maximum_characters:
        return "too_long", f"a text of {longest} characters, at most {rules.maximum_characters} are allowed"
    return None


def scored(records: Iterable[AnyRecord], ledger: Ledger) -> Iterator[AnyRecord]:
    """A set to be scored on: all of it whose gold is given."""
    for record in records:
        if record.annotated:
            yield record
        else:
            ledger.drop(record.id, "unannotated", "its gold is withheld")


def usable(records: Iterable[AnyRecord], rules: Curate, protected: Protected, ledger: Ledger) -> Iterator[AnyRecord]:
    """What of a training or development set is annotated, valid and apart from what is protected."""
    for record in scored(records, ledger):
        fault = problem(record, rules)
        if fault:
            ledger.drop(record.id, *fault)
            continue
        overlap = protected.overlap(record)
        if overlap:
            rule, reason, other = overlap
            ledger.drop(record.id, rule, reason, other=other)
            continue
        yield record


class Distinct:
    """One record per question: exact duplicates and conflicting golds leave a training set.

    A duplicate has the question and the gold of an earlier record of any corpus; a conflict has the question of an
    earlier record of its own corpus and another gold. The same text with other types asked, in another corpus, is neither.
    """

    def __init__(self, policy: ConflictPolicy) -> None:
        self._policy = policy
        self._golds: dict[bytes, str] = {}
        self._questions: dict[bytes, tuple[str, bytes]] = {}
        self._disputed: set[bytes] = set()

    def survey(self, records: Iterable[AnyRecord]) -> None:
        """Find the disputed questions beforehand, which `drop_all` needs; does nothing under `keep_first`."""
        if self._policy == "keep_first":
            return
        golds: dict[bytes, bytes] = {}
        for record in records:
            question, gold = self._keys(record)
            if golds.setdefault(question, gold) != gold:
                self._disputed.add(question)

    @staticmethod
    def _keys(record: AnyRecord) -> tuple[bytes, bytes]:
        asked = question_of(record)
        corpus = split_record_id(record.id)[0]
        return fingerprint(corpus, *asked), fingerprint(type(record).__name__, *asked, "\x1e", *gold_of(record))

    def keep(self, records: Iterable[AnyRecord], ledger: Ledger) -> Iterator[AnyRecord]:
        """The records that are neither, in order."""
        for record in records:
            question, gold = self._keys(record)
            duplicate = self._golds.get(gold)
            first = self._questions.get(question)
            if duplicate:
                ledger.drop(record.id, "duplicate", "same question and same gold", other=duplicate)
            elif question in self._disputed:
                ledger.drop(record.id, "conflict", "its question has several golds; all are dropped")
            elif first:
                ledger.drop(record.id, "conflict", "same question, another gold; the first is kept", other=first[0])
            else:
                self._golds[gold] = record.id
                self._questions[question] = (record.id, gold)
                yield record
