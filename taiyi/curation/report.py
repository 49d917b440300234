"""The quality report: what entered, what stayed, what left under which rule, by corpus; and how alike texts are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from taiyi.curation.near_duplicates import BINS, Findings
from taiyi.ledger import Entry
from taiyi.params import Curate
from taiyi.records import Part, split_record_id


class Flow(Part, frozen=True):
    """Records of one corpus and use: how many came, how many stayed."""

    corpus: str
    use: str
    entered: int
    left: int


class Bin(Part, frozen=True):
    """Pairs of texts whose similarity is `start` or more and below `stop` (the last bin holds 1)."""

    start: float
    stop: float
    pairs: int


class Alike(Part, frozen=True):
    """Near-duplicates: what was asked for and found. pairs: those compared, by similarity; texts that are hardly alike
    are not compared. near_misses: found, of which `listed` are listed. skipped: pairs of very common texts not compared.
    """

    action: str
    threshold: float
    dropped: int
    pairs: tuple[Bin, ...]
    near_misses: int
    listed: int
    skipped: int


class Quality(Part, frozen=True):
    """The report. rules: rule -> corpus -> records that left under it."""

    flows: tuple[Flow, ...]
    rules: dict[str, dict[str, int]]
    near_duplicates: Alike


def report(
    entered: Mapping[tuple[str, str], int],
    left: Mapping[tuple[str, str], int],
    entries: Iterable[Entry],
    findings: Findings,
    rules: Curate,
) -> Quality:
    """The report of a run; entered and left: (corpus, use) -> records."""
    counts: dict[str, Counter[str]] = {}
    for entry in entries:
        counts.setdefault(entry.rule, Counter())[split_record_id(entry.id)[0]] += 1
    pairs = tuple(
        Bin(round(n / BINS, 3), round((n + 1) / BINS, 3), count) for n, count in enumerate(findings.histogram)
    )
    return Quality(
        tuple(Flow(corpus, use, count, left.get((corpus, use), 0)) for (corpus, use), count in entered.items()),
        {rule: dict(sorted(by_corpus.items())) for rule, by_corpus in sorted(counts.items())},
        Alike(
            rules.near_duplicates.action,
            rules.near_duplicates.threshold,
            len(findings.dropped),
            pairs,
            findings.near_misses,
            len(findings.misses),
            findings.skipped,
        ),
    )
