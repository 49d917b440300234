"""Accuracy: the share of questions whose answer is the gold answer, whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from taiyi.instances import Outcome
from taiyi.metrics import Score, significance
from taiyi.metrics import accuracy as plain
from taiyi.metrics.measures import Measure, Rows
from taiyi.metrics.outcomes import gold_set, predicted_set, readable


def accuracy(*, task: str) -> Measure:
    """An unanswered or unparsable question is wrong."""

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        right = [(readable(o) and predicted_set(o) == gold_set(o), 1) for o in outcomes]
        return np.array(right, dtype=np.float64).reshape(-1, 2)

    def whole(outcomes: Sequence[Outcome]) -> Score:
        return plain.score(outcomes, task=task)

    return Measure(
        name="accuracy",
        rows=rows,
        figure=significance.share,
        signature=lambda outcomes: whole(outcomes[:0]).signature,
        details=lambda outcomes: whole(outcomes).details,
        trivial=lambda outcomes: (whole(outcomes).baseline, "majority class"),
    )


MEASURES = {"accuracy": accuracy}
