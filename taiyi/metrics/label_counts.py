"""Counts by label as columns, three for each (found, predicted, in the gold), and the averages over labels of their sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float64]


class Sides(NamedTuple):
    """How often each label stands in the gold, in the answer, and in both."""

    gold: Mapping[str, int]
    predicted: Mapping[str, int]
    both: Mapping[str, int]


def rows(questions: Sequence[Sides], labels: Iterable[str]) -> Rows:
    """Questions x 3 labels; labels that are not listed are left out."""
    places = {label: 3 * place for place, label in enumerate(labels)}
    found = np.zeros((len(questions), 3 * len(places)))
    for row, question in zip(found, questions, strict=True):
        for offset, counts in enumerate((question.both, question.predicted, question.gold)):
            for label, count in counts.items():
                if label in places:
                    row[places[label] + offset] += count
    return found


def macro_f1(sums: Rows, policy: str) -> Rows:
    """The unweighted mean F1 over labels: `gold`, those in the gold; `seen`, those on either side; `listed`, all.
    0 where there are none.
    """
    tp, predicted, gold = _parts(sums)
    counted = {"gold": gold > 0, "seen": gold + predicted > 0, "listed": np.ones_like(gold, dtype=bool)}[policy]
    found: Rows = (_f1(tp, predicted, gold) * counted).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    return found


def weighted_f1(sums: Rows) -> Rows:
    """The mean F1 over labels weighted by their number in the gold; 0 where there is none."""
    tp, predicted, gold = _parts(sums)
    found: Rows = (_f1(tp, predicted, gold) * gold).sum(axis=1) / np.maximum(gold.sum(axis=1), 1)
    return found


def _parts(sums: Rows) -> tuple[Rows, Rows, Rows]:
    return sums[:, 0::3], sums[:, 1::3], sums[:, 2::3]


def _f1(tp: Rows, predicted: Rows, gold: Rows) -> Rows:
    found: Rows = 2 * tp / np.maximum(predicted + gold, 1)
    return found
