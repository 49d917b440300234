"""Micro-F1 over sets of items: the Taiyi paper's metric and its variants."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from taiyi.instances import Item, Outcome
from taiyi.metrics import Score, accuracy, sets, significance
from taiyi.metrics.measures import Measure, Rows, one_of


def set_f1(*, task: str, types: str = "", trivial: str = "empty") -> Measure:
    """Exact strings, each item once. `types`: only items of these names count, separated by commas; the others that
    an answer holds are neither right nor wrong. `trivial`: what the baseline answers, `empty` or `majority`.
    """
    one_of(trivial, ("empty", "majority"), "trivial")
    only = frozenset(filter(None, types.split(",")))

    def keep(item: Item) -> bool:
        return not only or item[0] in only

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        return np.array([sets.tally(outcome, keep) for outcome in outcomes], dtype=np.float64).reshape(-1, 3)

    def whole(outcomes: Sequence[Outcome]) -> Score:
        answer = accuracy.majority(outcomes) if trivial == "majority" else ()
        return sets.micro_f1(outcomes, task=task, keep=keep, only=types or "all", trivial=answer)

    return Measure(
        name="f1",
        rows=rows,
        figure=significance.micro_f1,
        signature=lambda outcomes: whole(outcomes[:0]).signature,
        details=lambda outcomes: whole(outcomes).details,
        trivial=lambda outcomes: (whole(outcomes).baseline, _TRIVIAL[trivial]),
    )


_TRIVIAL = {"empty": "empty answer", "majority": "majority labels"}
MEASURES = {"set_f1": set_f1}
