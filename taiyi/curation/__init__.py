"""Curation: what may be trained on. Quality, overlap with scored sets, duplicates and near-duplicates, conflicting labels.

Scored sets are never shortened: only what cannot be scored (gold withheld) leaves them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taiyi.curation.distinct import Distinct
from taiyi.curation.near_duplicates import NearDuplicates
from taiyi.curation.normalise import ask, batches
from taiyi.curation.overlap import Protected
from taiyi.curation.quality import problem
from taiyi.curation.shingles import BATCH
from taiyi.ledger import Ledger
from taiyi.params import Curate
from taiyi.records import AnyRecord

__all__ = ["Distinct", "NearDuplicates", "Protected", "ask", "problem", "scored", "usable"]


def scored(records: Iterable[AnyRecord], ledger: Ledger) -> Iterator[AnyRecord]:
    """A set to be scored on: all of it whose gold is given."""
    for record in records:
        if record.annotated:
            yield record
        else:
            ledger.drop(record.id, "unannotated", "its gold is withheld")


def usable(records: Iterable[AnyRecord], rules: Curate, protected: Protected, ledger: Ledger) -> Iterator[AnyRecord]:
    """What of a training or development set is annotated, sound and apart from what is protected."""
    for batch in batches(_sound(scored(records, ledger), rules, ledger), BATCH):
        for record, overlap in zip(batch, protected.overlaps(batch), strict=True):
            if overlap:
                ledger.drop(record.id, overlap.rule, overlap.reason, other=overlap.other)
            else:
                yield record


def _sound(records: Iterable[AnyRecord], rules: Curate, ledger: Ledger) -> Iterator[AnyRecord]:
    for record in records:
        fault = problem(record, rules)
        if fault:
            ledger.drop(record.id, *fault)
        else:
            yield record
