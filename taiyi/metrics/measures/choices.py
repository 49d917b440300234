"""Accuracy: the share of questions whose answer is the gold answer, whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from taiyi.instances import Outcome
from taiyi.metrics import accuracy as plain
from taiyi.metrics import signature, significance
from taiyi.metrics.measures import Measure, Rows
from taiyi.metrics.outcomes import ratio, verdict


def accuracy(*, task: str) -> Measure:
    """The share of questions whose answer is the gold answer, whole; one unanswered or unparsable is wrong.

    Its details hold macro_f1 over the gold's labels, and f1:, gold:
    of each; its baseline answers the commonest gold everywhere.
    """

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        right = [(verdict(outcome) == "right", 1) for outcome in outcomes]
        return np.array(right, dtype=np.float64).reshape(-1, 2)

    return Measure(
        name="accuracy",
        rows=rows,
        figure=significance.share,
        signature=lambda _: signature("accuracy", task=task, match="exact", unparsable="wrong"),
        details=plain.by_label,
        trivial=lambda outcomes: (ratio(plain.commonest(outcomes), len(outcomes)), "majority class"),
    )


MEASURES = {"accuracy": accuracy}
