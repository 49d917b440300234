"""What the report shows of curation: what each corpus lost under which rule, how alike texts are, and the nearest misses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from taiyi.curation.near_duplicates import NearMiss
from taiyi.curation.report import Flow, Quality
from taiyi.pages import charts

SHOWN = 8
"""Near misses on the page; the others stand in their file."""


class CorpusLoss(NamedTuple):
    """A corpus: records that came and stayed, over all uses, and how many left under each rule, in the rules' order."""

    corpus: str
    entered: int
    left: int
    by_rule: tuple[int, ...]


class QualityView(NamedTuple):
    """The section: rules in the order of their losses, corpora that lost anything, and how alike texts are (SVG, empty
    where no pair was compared).
    """

    quality: Quality
    rules: tuple[str, ...]
    corpora: tuple[CorpusLoss, ...]
    untouched: int
    alike: str
    near_misses: tuple[NearMiss, ...]


def view(quality: Quality, near_misses: Sequence[NearMiss]) -> QualityView:
    """The section of a quality report; `near_misses` as listed, the most alike first."""
    rules = tuple(sorted(quality.rules, key=lambda rule: (-sum(quality.rules[rule].values()), rule)))
    corpora = dict.fromkeys(flow.corpus for flow in quality.flows)
    rows = [_loss(corpus, quality.flows, quality, rules) for corpus in corpora]
    lost = tuple(row for row in rows if any(row.by_rule))
    return QualityView(quality, rules, lost, len(rows) - len(lost), _alike(quality), tuple(near_misses[:SHOWN]))


def _loss(corpus: str, flows: Sequence[Flow], quality: Quality, rules: Sequence[str]) -> CorpusLoss:
    own = [flow for flow in flows if flow.corpus == corpus]
    by_rule = tuple(quality.rules[rule].get(corpus, 0) for rule in rules)
    return CorpusLoss(corpus, sum(flow.entered for flow in own), sum(flow.left for flow in own), by_rule)


def _alike(quality: Quality) -> str:
    near = quality.near_duplicates
    if not any(part.pairs for part in near.pairs):
        return ""
    bins = [(part.stop, part.pairs) for part in near.pairs]
    label = f"Pairs of training texts by similarity; the threshold is {near.threshold:g}"
    return charts.histogram(bins, label=label, x_label="Jaccard similarity of shingles", limit=near.threshold)
