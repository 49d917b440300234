"""How far a score would move with another sample of records: percentile bootstrap, drawing whole records."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from taiyi.evaluation.outcomes import verdict
from taiyi.instances import Outcome
from taiyi.metrics import Score
from taiyi.metrics.sets import tally

REPLICATES = 2000
_SEED = 12345
_AT_ONCE = 100


def interval(outcomes: Sequence[Outcome], score: Score, *, replicates: int = REPLICATES) -> tuple[float, float] | None:
    """The 95 % interval of a micro-F1 or an accuracy, the same each time; None of other scores or of one record.

    Records are drawn, not instances or items: what stands in one document is not independent.
    """
    counts = _by_record(outcomes, score)
    if counts is None or len(counts) < 2:
        return None
    generator, even = np.random.default_rng(_SEED), np.full(len(counts), 1 / len(counts))
    values: list[npt.NDArray[np.float64]] = []
    for start in range(0, replicates, _AT_ONCE):
        drawn = generator.multinomial(len(counts), even, size=min(_AT_ONCE, replicates - start))
        tp, predicted, gold = (drawn @ counts).T
        values.append(2 * tp / np.maximum(predicted + gold, 1))
    low, high = np.percentile(np.concatenate(values), (2.5, 97.5))
    return float(low), float(high)


def _by_record(outcomes: Sequence[Outcome], score: Score) -> npt.NDArray[np.int64] | None:
    """tp, predicted, gold by record; an accuracy as right, asked, asked. None where they do not make up the score."""
    if score.name not in ("f1", "accuracy"):
        return None
    found: dict[str, list[int]] = {}
    for outcome in outcomes:
        part = tally(outcome) if score.name == "f1" else (int(verdict(outcome) == "right"), 1, 1)
        whole = found.setdefault(outcome.instance.record, [0, 0, 0])
        for place, number in enumerate(part):
            whole[place] += number
    counts = np.array(list(found.values()), dtype=np.int64).reshape(-1, 3)
    tp, predicted, gold = counts.sum(axis=0)
    # A task may count only some of its items; its score is then not the sum of these.
    return counts if np.isclose(2 * tp / max(predicted + gold, 1), score.value) else None
