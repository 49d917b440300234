"""Rubric points of free answers, as HealthBench (Arora et al. 2025) adds them up; the verdicts come from a judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from taiyi.metrics import Score, signature
from taiyi.metrics.outcomes import ratio


class Criterion(NamedTuple):
    """One line of a rubric: its points (negative for what must not be there) and whether the answer meets it."""

    points: float
    met: bool


def points(rubric: Sequence[Criterion]) -> float | None:
    """Points reached over the positive points on offer: at most 1, may be negative; None where none is positive."""
    offered = sum(criterion.points for criterion in rubric if criterion.points > 0)
    return sum(criterion.points for criterion in rubric if criterion.met) / offered if offered else None


def score(rubrics: Sequence[Sequence[Criterion]]) -> Score:
    """The mean over answers, clipped to [0, 1]; an answer whose rubric has no positive points is left out and counted.

    The baseline meets no criterion, good or bad. Details: unclipped, scored, without_positive_points.
    """
    found = [points(rubric) for rubric in rubrics]
    scored = [value for value in found if value is not None]
    mean = ratio(sum(scored), len(scored))
    return Score(
        name="rubric",
        value=min(max(mean, 0.0), 1.0),
        baseline=0.0,
        baseline_name="nothing met",
        items=len(rubrics),
        signature=signature("rubric", average="answers", clip="mean", points="over-positive"),
        details={
            "unclipped": mean,
            "scored": float(len(scored)),
            "without_positive_points": float(len(found) - len(scored)),
        },
    )
