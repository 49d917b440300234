"""Pearson and Spearman correlation of numeric answers with the gold scores (text similarity)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from taiyi.instances import Outcome
from taiyi.metrics import Score, signature
from taiyi.metrics.outcomes import counts, readable

Vector = npt.NDArray[np.float64]


def score(outcomes: Sequence[Outcome], *, task: str) -> Score:
    """Pearson's r over all instances, floored at 0; details hold pearson and spearman as they are.

    An answer that is no number takes the mean of those that are: it stays in N and tells nothing. `numeric` counts
    the numbers. Where either side does not vary the correlation is undefined: the value is 0 and details hold
    undefined = 1. The baseline, one and the same number everywhere, has correlation 0 by that rule.
    """
    gold, read = vectors(outcomes)
    predicted = imputed(read)
    r, rho = pearson(gold, predicted), pearson(ranks(gold), ranks(predicted))
    details = {"pearson": r or 0.0, "spearman": rho or 0.0, "undefined": float(r is None)}
    return Score(
        name="pearson",
        value=min(max(r or 0.0, 0.0), 1.0),
        baseline=0.0,
        baseline_name="constant answer",
        items=len(outcomes),
        signature=signature("pearson", task=task, missing="mean", undefined="0"),
        details={**details, "numeric": float(np.isfinite(read).sum()), **counts(outcomes)},
    )


def vectors(outcomes: Sequence[Outcome]) -> tuple[Vector, Vector]:
    """The gold scores and the answers, NaN for one that is no number."""
    gold = np.array([float(str(outcome.instance.gold[0][0])) for outcome in outcomes], dtype=np.float64)
    return gold, np.array([_number(outcome) for outcome in outcomes], dtype=np.float64)


def imputed(read: Vector) -> Vector:
    """The answers, with the mean of the numbers where there is none; 0 where there is no number at all."""
    known = ~np.isnan(read)
    found: Vector = np.where(known, read, read[known].mean() if known.any() else 0.0)
    return found


def pearson(x: Vector, y: Vector) -> float | None:
    """Pearson's r of two vectors of one length; None where either is constant."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    dx, dy = x - x.mean(), y - y.mean()
    norm = float(np.linalg.norm(dx) * np.linalg.norm(dy))
    return float(dx @ dy) / norm if norm else None


def ranks(x: Vector) -> Vector:
    """Ranks from 1, ties sharing their mean rank (as Spearman's rho wants them)."""
    _, inverse, count = np.unique(x, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    mean_rank: Vector = last - (count - 1) / 2.0
    return mean_rank[inverse]


def _number(outcome: Outcome) -> float:
    if not readable(outcome) or not outcome.parsed.items:
        return np.nan
    try:
        value = float(str(outcome.parsed.items[0][0]))
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan
