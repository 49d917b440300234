"""Coreference as the CoNLL scorer counts it (v8, Pradhan et al. 2014): MUC, B³, CEAF by mentions and entities, BLANC."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from taiyi.instances import Item
from taiyi.metrics import Score, signature
from taiyi.metrics.assignment import best_total
from taiyi.metrics.outcomes import ratio

Clusters = Sequence[frozenset[Hashable]]


class Counts(NamedTuple):
    """What one metric counts: of the gold (recall = found / gold) and of the prediction (precision = right / predicted)."""

    found: float = 0.0
    gold: float = 0.0
    right: float = 0.0
    predicted: float = 0.0

    @property
    def recall(self) -> float:
        """found / gold, 0 where there is no gold."""
        return ratio(self.found, self.gold)

    @property
    def precision(self) -> float:
        """right / predicted, 0 where nothing is predicted."""
        return ratio(self.right, self.predicted)

    @property
    def f1(self) -> float:
        """Their harmonic mean; 0 where both are 0."""
        return ratio(2 * self.precision * self.recall, self.precision + self.recall)


class Blanc(NamedTuple):
    """BLANC's recall, precision and F1: means of those over links within clusters and links between clusters."""

    recall: float
    precision: float
    f1: float


def score(pairs: Sequence[tuple[Sequence[Collection[Hashable]], Sequence[Collection[Hashable]]]]) -> Score:
    """The CoNLL score, the mean F1 of MUC, B³ and CEAFe, over documents given as (gold clusters, predicted clusters).

    Counts are summed over documents before dividing. Details: recall, precision, f1 of each metric by name, also of
    CEAFm and BLANC. A mention said to be in several clusters counts in the first only; clusters of one mention are kept.
    """
    made = [(_clusters(gold), _clusters(predicted)) for gold, predicted in pairs]
    found: dict[str, Counts | Blanc] = {name: _summed(made, metric) for name, metric in _METRICS.items()}
    found["blanc"] = blanc(made)
    details: dict[str, float] = {}
    for name, each in found.items():
        details |= {f"{name}:recall": each.recall, f"{name}:precision": each.precision, f"{name}:f1": each.f1}
    return Score(
        name="conll_f1",
        value=sum(found[name].f1 for name in ("muc", "b_cubed", "ceaf_e")) / 3,
        baseline=0.0,
        baseline_name="empty answer",
        items=len(pairs),
        signature=signature("conll_f1", task="coref", match="exact", singletons="kept", of="muc+b_cubed+ceaf_e"),
        details=details,
    )


def links(cluster: Item) -> Iterator[Item]:
    """The pairs of mentions of a cluster of texts, each in the texts' order."""
    return combinations(sorted(map(str, cluster)), 2)


def counts(gold: Sequence[Collection[Hashable]], predicted: Sequence[Collection[Hashable]]) -> dict[str, Counts]:
    """What muc, b_cubed, ceaf_m and ceaf_e count of one document."""
    sides = _clusters(gold), _clusters(predicted)
    return {name: metric(*sides) for name, metric in _METRICS.items()}


def muc(gold: Clusters, predicted: Clusters) -> Counts:
    """Links needed to join each cluster, less those missing (Vilain et al. 1995)."""
    return Counts(*_links(gold, predicted), *_links(predicted, gold))


def b_cubed(gold: Clusters, predicted: Clusters) -> Counts:
    """Mention by mention: how much of its cluster shares its other cluster (Bagga and Baldwin 1998)."""
    found = sum(_shared(one, other) ** 2 / len(one) for one in gold for other in predicted)
    right = sum(_shared(one, other) ** 2 / len(other) for one in gold for other in predicted)
    return Counts(found, _size(gold), right, _size(predicted))


def ceaf_m(gold: Clusters, predicted: Clusters) -> Counts:
    """Clusters paired so as to share the most mentions (Luo 2005, phi3)."""
    best = best_total([[_shared(one, other) for other in predicted] for one in gold])
    return Counts(best, _size(gold), best, _size(predicted))


def ceaf_e(gold: Clusters, predicted: Clusters) -> Counts:
    """Clusters paired so as to have the greatest sum of Dice coefficients (Luo 2005, phi4)."""
    best = best_total([[2 * _shared(one, other) / (len(one) + len(other)) for other in predicted] for one in gold])
    return Counts(best, len(gold), best, len(predicted))


def blanc(pairs: Sequence[tuple[Clusters, Clusters]]) -> Blanc:
    """BLANC for mentions of the system's own (Luo et al. 2014), links summed over documents.

    Where neither side has links of one kind, the other kind alone counts; with no link at all everything is 0.
    """
    within, between = _summed(pairs, _within), _summed(pairs, _between)
    kinds = [each for each in (within, between) if each.gold or each.predicted]
    if not kinds:
        return Blanc(0.0, 0.0, 0.0)
    columns = ([each.recall for each in kinds], [each.precision for each in kinds], [each.f1 for each in kinds])
    return Blanc(*(sum(column) / len(kinds) for column in columns))


def _within(gold: Clusters, predicted: Clusters) -> Counts:
    theirs, ours = _coreferent(gold), _coreferent(predicted)
    return Counts(len(theirs & ours), len(theirs), len(theirs & ours), len(ours))


def _between(gold: Clusters, predicted: Clusters) -> Counts:
    theirs, ours = (_all_links(each) - _coreferent(each) for each in (gold, predicted))
    return Counts(len(theirs & ours), len(theirs), len(theirs & ours), len(ours))


def _coreferent(clusters: Clusters) -> set[frozenset[Hashable]]:
    return {frozenset(link) for cluster in clusters for link in combinations(cluster, 2)}


def _all_links(clusters: Clusters) -> set[frozenset[Hashable]]:
    return {frozenset(link) for link in combinations([mention for cluster in clusters for mention in cluster], 2)}


def _links(of: Clusters, by: Clusters) -> tuple[float, float]:
    """Links of the first clustering that the second has, and links of the first."""
    place = {mention: number for number, cluster in enumerate(by) for mention in cluster}
    kept = 0
    for cluster in of:
        parts = {place.get(mention) for mention in cluster} - {None}
        alone = sum(mention not in place for mention in cluster)
        kept += len(cluster) - len(parts) - alone
    return kept, sum(len(cluster) - 1 for cluster in of)


def _clusters(given: Sequence[Collection[Hashable]]) -> list[frozenset[Hashable]]:
    seen: set[Hashable] = set()
    found = []
    for cluster in given:
        new = frozenset(cluster) - seen
        seen |= new
        if new:
            found.append(new)
    return found


def _summed(pairs: Sequence[tuple[Clusters, Clusters]], metric: Callable[[Clusters, Clusters], Counts]) -> Counts:
    each = [metric(gold, predicted) for gold, predicted in pairs]
    return Counts(*(sum(column) for column in zip(*each, strict=True))) if each else Counts()


def _shared(one: frozenset[Hashable], other: frozenset[Hashable]) -> int:
    return len(one & other)


def _size(clusters: Clusters) -> int:
    return sum(len(cluster) for cluster in clusters)


_METRICS = {"muc": muc, "b_cubed": b_cubed, "ceaf_m": ceaf_m, "ceaf_e": ceaf_e}
