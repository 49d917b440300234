"""Coreference: the CoNLL score with its three parts, and micro-F1 over pairs of mentions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from taiyi.instances import Outcome
from taiyi.metrics import Score, coreference, sets, significance
from taiyi.metrics.measures import Measure, Rows, one_of
from taiyi.metrics.outcomes import projected, readable

_PARTS = {"muc": "muc", "b3": "b_cubed", "ceafe": "ceaf_e"}


def coref_conll(*, task: str, of: str = "mean") -> Measure:
    """As the CoNLL scorer counts clusters; mentions are texts. of: mean (of the three F1), muc, b3 or ceafe."""
    parts = tuple(_PARTS) if one_of(of, ("mean", *_PARTS), "of") == "mean" else (of,)

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        each = [coreference.counts(*pair) for pair in _pairs(outcomes)]
        made = [[count for part in parts for count in found[_PARTS[part]]] for found in each]
        return np.array(made, dtype=np.float64).reshape(-1, 4 * len(parts))

    def whole(outcomes: Sequence[Outcome]) -> Score:
        return coreference.score(_pairs(outcomes))

    return Measure(
        name="conll_f1" if of == "mean" else f"{of}_f1",
        rows=rows,
        figure=lambda sums: np.mean([_f1(sums[:, start : start + 4]) for start in range(0, 4 * len(parts), 4)], axis=0),
        signature=lambda _: whole([]).signature.replace("muc+b_cubed+ceaf_e", "+".join(_PARTS[part] for part in parts)),
        details=lambda outcomes: whole(outcomes).details,
        trivial=lambda _: (0.0, "empty answer"),
    )


def coref_links(*, task: str) -> Measure:
    """Pairs of mentions within a cluster, in either order."""

    def linked(outcomes: Sequence[Outcome]) -> list[Outcome]:
        return projected(outcomes, coreference.links)

    def whole(outcomes: Sequence[Outcome]) -> Score:
        return sets.micro_f1(linked(outcomes), task=task, only="links")

    return Measure(
        name="f1",
        rows=lambda outcomes: np.array([sets.tally(o) for o in linked(outcomes)], dtype=np.float64).reshape(-1, 3),
        figure=significance.micro_f1,
        signature=lambda _: whole([]).signature,
        details=lambda outcomes: whole(outcomes).details,
        trivial=lambda outcomes: (whole(outcomes).baseline, "empty answer"),
    )


Clusters = list[frozenset[object]]


def _pairs(outcomes: Sequence[Outcome]) -> list[tuple[Clusters, Clusters]]:
    """Gold and predicted clusters of each document."""
    return [
        (list(map(frozenset, o.instance.gold)), list(map(frozenset, o.parsed.items)) if readable(o) else [])
        for o in outcomes
    ]


def _f1(sums: Rows) -> Rows:
    found, gold, right, predicted = sums.T
    recall, precision = found / np.where(gold > 0, gold, 1), right / np.where(predicted > 0, predicted, 1)
    both = precision + recall
    f1: Rows = 2 * precision * recall / np.where(both > 0, both, 1)
    return f1


MEASURES = {"coref_conll": coref_conll, "coref_links": coref_links}
