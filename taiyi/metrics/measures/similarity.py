"""Correlation of numeric answers with gold scores: Pearson, Spearman, and accuracy beside Pearson for mixed sets.

A correlation below 0 scores 0; the details hold it as it is. What each question adds are the moments of the two numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from taiyi.instances import Outcome
from taiyi.metrics import accuracy, correlation, signature
from taiyi.metrics.correlation import Vector
from taiyi.metrics.measures import Figure, Measure, Rows
from taiyi.metrics.outcomes import gold_set, predicted_set, readable

_COLUMNS = 8
_CONSTANT = 1e-12  # a share of the sum of squares that is rounding, not variation


def pearson(*, task: str) -> Measure:
    """Pearson's r. An answer that is no number takes the mean of those drawn with it that are."""
    return Measure(
        name="pearson",
        rows=lambda outcomes: _moments(*correlation.vectors(outcomes)),
        figure=_of_moments,
        signature=lambda outcomes: correlation.score(outcomes[:0], task=task).signature,
        details=lambda outcomes: correlation.score(outcomes, task=task).details,
        trivial=lambda _: (0.0, "constant answer"),
    )


def spearman(*, task: str) -> Measure:
    """Spearman's rho: Pearson's r of the ranks. Ranks hang on what else is drawn, so samples are ranked anew."""

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        gold, read = correlation.vectors(outcomes)
        return _moments(correlation.ranks(gold), correlation.ranks(correlation.imputed(read)))

    return Measure(
        name="spearman",
        rows=rows,
        figure=_of_moments,
        signature=lambda _: signature("spearman", task=task, missing="mean", undefined="0", ties="mean-rank"),
        details=lambda outcomes: correlation.score(outcomes, task=task).details,
        trivial=lambda _: (0.0, "constant answer"),
        redraw=_ranked_anew,
    )


def accuracy_and_pearson(*, task: str) -> Measure:
    """For sets with labelled and with numeric questions: the mean of accuracy and Pearson's r by number of questions."""

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        labelled = np.array([bool(o.instance.context.offered) for o in outcomes], dtype=bool)
        made = np.zeros((len(outcomes), 2 + _COLUMNS))
        made[labelled, 0] = [readable(o) and predicted_set(o) == gold_set(o) for o in _labelled(outcomes)]
        made[labelled, 1] = 1
        made[~labelled, 2:] = _moments(*correlation.vectors(_numeric(outcomes)))
        return made

    def figure(sums: Rows) -> Vector:
        asked, numbers = sums[:, 1], sums[:, 2]
        found: Vector = (sums[:, 0] + numbers * _of_moments(sums[:, 2:])) / np.maximum(asked + numbers, 1)
        return found

    def details(outcomes: Sequence[Outcome]) -> dict[str, float]:
        left, right = (accuracy.score(_labelled(outcomes), task=task), correlation.score(_numeric(outcomes), task=task))
        return {**left.details, **right.details, left.name: left.value, right.name: right.value}

    def trivial(outcomes: Sequence[Outcome]) -> tuple[float, str]:
        labelled = _labelled(outcomes)
        share = len(labelled) / len(outcomes) if outcomes else 0.0
        return share * accuracy.score(labelled, task=task).baseline, "majority class and constant answer"

    return Measure(
        name="accuracy_and_pearson",
        rows=rows,
        figure=figure,
        signature=lambda _: signature("accuracy_and_pearson", task=task, average="by-instances"),
        details=details,
        trivial=trivial,
    )


def _labelled(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.instance.context.offered]


def _numeric(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if not outcome.instance.context.offered]


def _moments(gold: Vector, read: Vector) -> Rows:
    """Of each question 1, x, x², whether y is a number, y, y², xy, and the x beside no number."""
    known = ~np.isnan(read)
    y = np.where(known, read, 0.0)
    with np.errstate(over="ignore"):
        return np.column_stack(
            (np.ones(len(gold)), gold, gold**2, known, y, y**2, gold * y, np.where(known, 0.0, gold))
        )


def _of_moments(sums: Rows) -> Vector:
    """r of sums of moments, at least 0; 0 where a side does not vary."""
    n, x, xx, known, y, yy, xy, beside = sums.T
    with np.errstate(all="ignore"):
        mean = y / np.maximum(known, 1)
        whole_y, whole_yy, whole_xy = n * mean, yy + (n - known) * mean**2, xy + mean * beside
        vary_x, vary_y = n * xx - x**2, n * whole_yy - whole_y**2
        varies = (vary_x > _CONSTANT * n * xx) & (vary_y > _CONSTANT * n * whole_yy)
        r = (n * whole_xy - x * whole_y) / np.sqrt(vary_x * vary_y)
    return _floored(r, varies)


def _floored(r: Vector, varies: Rows) -> Vector:
    found: Vector = np.clip(np.where(varies & np.isfinite(r), r, 0.0), 0.0, 1.0)
    return found


def _ranked_anew(outcomes: Sequence[Outcome]) -> Figure:
    gold, read = correlation.vectors(outcomes)
    return partial(_rho, gold, read)


def _rho(gold: Vector, read: Vector, weights: Rows) -> Vector:
    """Spearman's rho of samples given as weights, replicates x questions; at least 0."""
    x, y = _ranks(gold, weights), _ranks_beside(read, weights)
    whole = np.maximum(weights.sum(axis=1, keepdims=True), 1)
    dx, dy = (side - (weights * side).sum(axis=1, keepdims=True) / whole for side in (x, y))
    vary_x, vary_y = (weights * dx**2).sum(axis=1), (weights * dy**2).sum(axis=1)
    with np.errstate(all="ignore"):
        r = (weights * dx * dy).sum(axis=1) / np.sqrt(vary_x * vary_y)
    return _floored(r, (vary_x > _CONSTANT) & (vary_y > _CONSTANT))


def _ranks(values: Vector, weights: Rows) -> Rows:
    """The rank of each value in each sample, ties sharing their mean rank."""
    _, group = np.unique(values, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    if not len(starts):
        return np.zeros_like(weights)
    size = np.add.reduceat(weights[:, order], starts, axis=1)
    found: Rows = (np.cumsum(size, axis=1) - (size - 1) / 2)[:, group]
    return found


def _ranks_beside(read: Vector, weights: Rows) -> Rows:
    """Ranks of answers, of which those that are no number all have the mean of the sample's others."""
    known = ~np.isnan(read)
    values, numbers = np.where(known, read, 0.0), weights * known
    mean = (numbers @ values) / np.maximum(numbers.sum(axis=1), 1)
    missing = (weights * ~known).sum(axis=1)
    above, level = values > mean[:, None], values == mean[:, None]
    ranks = np.zeros_like(numbers)
    ranks[:, known] = _ranks(values[known], numbers[:, known])
    ranks += missing[:, None] * (above + level / 2)
    below, same = (numbers * ~(above | level)).sum(axis=1), (numbers * level).sum(axis=1)
    found: Rows = np.where(known, ranks, (below + (same + missing + 1) / 2)[:, None])
    return found


MEASURES = {"pearson": pearson, "spearman": spearman, "accuracy_and_pearson": accuracy_and_pearson}
