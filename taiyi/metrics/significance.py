"""How sure a score is and whether two systems differ: intervals, paired tests, corrections for several tests.

Whole documents are drawn and swapped: what stands in one document is not independent. Everything is seeded.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[Any]  # documents x counts, say (tp, predicted, gold) or (right, asked)
Statistic = Callable[[Counts], npt.NDArray[np.float64]]  # replicates x counts -> replicates
T = TypeVar("T")

REPLICATES = 10_000
SEED = 12345
_CELLS = 2_000_000  # of drawn numbers held at once
_CLASS_COST = 12  # drawing how often a class comes costs as much as drawing so many single documents
_ROUNDING = 1e-12  # two differences nearer than this are a tie


class Interval(NamedTuple):
    """An interval at the level asked for, and the standard error where the method has one (else NaN)."""

    low: float
    high: float
    error: float = math.nan


class Difference(NamedTuple):
    """B - A on the statistic, the two-sided p of no difference, and how many assignments p rests on."""

    value: float
    p: float
    assignments: int


def micro_f1(counts: Counts) -> npt.NDArray[np.float64]:
    """F1 of rows of (tp, predicted, gold), 0 where there is nothing; the statistic of the set metrics."""
    tp, predicted, gold = counts.T
    found: npt.NDArray[np.float64] = 2 * tp / np.maximum(predicted + gold, 1)
    return found


def share(counts: Counts) -> npt.NDArray[np.float64]:
    """right / asked of rows of (right, asked), 0 where none was asked; the statistic of accuracy."""
    right, asked = counts.T
    found: npt.NDArray[np.float64] = right / np.maximum(asked, 1)
    return found


def bootstrap(
    counts: Counts,
    statistic: Statistic = micro_f1,
    *,
    replicates: int = REPLICATES,
    level: float = 0.95,
    seed: int = SEED,
) -> Interval:
    """The percentile interval of a statistic of summed counts, documents drawn with replacement (Efron 1979).

    Raises ValueError where there is no document.
    """
    found = resample(counts, statistic, replicates=replicates, seed=seed)
    low, high = np.percentile(found, (50 * (1 - level), 50 * (1 + level)))
    return Interval(float(low), float(high), float(found.std(ddof=1)))


def resample(
    counts: Counts, statistic: Statistic, *, replicates: int = REPLICATES, seed: int | Sequence[int] = SEED
) -> npt.NDArray[np.float64]:
    """The statistic of the summed counts of each replicate: as many documents, drawn with replacement.

    Where few rows are distinct, equal documents are drawn as one class (multinomial over the distinct rows): the same
    distribution, at the cost of the distinct rows only. The order of documents is of no account. Raises ValueError
    where there is no document.
    """
    if not len(counts):
        raise ValueError("no documents to draw from")
    rows, times = np.unique(counts, axis=0, return_counts=True)
    generator, n = np.random.default_rng(seed), len(counts)
    by_class = _CLASS_COST * len(rows) < n
    drawn_from = (rows if by_class else np.repeat(rows, times, axis=0)).astype(np.float64)

    def drawn(size: int) -> Counts:
        if by_class:
            return generator.multinomial(n, times / n, size=size)
        chosen = np.empty((size, n))
        for row in chosen:
            row[:] = np.bincount(generator.integers(n, size=n, dtype=np.uint32), minlength=n)
        return chosen

    return np.concatenate([statistic(drawn(size) @ drawn_from) for size in _portions(replicates, len(drawn_from))])


def randomisation(
    a: Counts, b: Counts, statistic: Statistic = micro_f1, *, replicates: int = REPLICATES, seed: int = SEED
) -> Difference:
    """Paired approximate randomisation: A's and B's counts of a document change places at random (Noreen 1989).

    p = (1 + assignments at least as far apart) / (1 + replicates); of few documents (2^n <= replicates, those alike
    under A and B left out) every assignment is tried and p is exact. Raises ValueError where a and b do not pair up.
    """
    if a.shape != b.shape:
        raise ValueError(f"the counts do not pair up: {a.shape} of A, {b.shape} of B")
    whole_a, whole_b = a.sum(axis=0, keepdims=True), b.sum(axis=0, keepdims=True)
    value = float((statistic(whole_b) - statistic(whole_a))[0])
    differences = (b - a)[(a != b).any(axis=1)]

    def extreme(moved: Counts) -> int:
        gaps = np.abs(statistic(whole_b - moved) - statistic(whole_a + moved))
        return int((gaps >= abs(value) - _ROUNDING).sum())

    if 2 ** len(differences) <= replicates:
        assignments = 2 ** len(differences)
        swaps = (np.arange(assignments)[:, None] >> np.arange(len(differences))) & 1
        return Difference(value, extreme(swaps @ differences) / assignments, assignments)
    # Documents that differ alike are exchangeable: how many of a class change places is binomial.
    rows, times = np.unique(differences, axis=0, return_counts=True)
    generator = np.random.default_rng(seed)
    found = sum(
        extreme(generator.binomial(times, 0.5, size=(size, len(rows))) @ rows)
        for size in _portions(replicates, len(rows))
    )
    return Difference(value, (1 + found) / (1 + replicates), replicates)


def mcnemar(only_a: int, only_b: int) -> float:
    """The exact two-sided p of McNemar's test: of the items that one system alone has right, how many are A's, B's."""
    n, fewer = only_a + only_b, min(only_a, only_b)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(fewer + 1)) / (1 << n))


def mcnemar_chi2(only_a: int, only_b: int) -> float:
    """McNemar's p by chi-square with continuity correction, for comparison with papers; `mcnemar` is exact."""
    n = only_a + only_b
    return math.erfc(math.sqrt(max(abs(only_a - only_b) - 1, 0) ** 2 / n / 2)) if n else 1.0


def discordant(a: Sequence[bool], b: Sequence[bool]) -> tuple[int, int]:
    """How many items A alone has right, and how many B alone."""
    pairs = list(zip(a, b, strict=True))
    return sum(x and not y for x, y in pairs), sum(y and not x for x, y in pairs)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values that bound the chance of any false rejection (Holm 1979), in the order given."""
    adjusted, worst, n = [0.0] * len(p_values), 0.0, len(p_values)
    for rank, index in enumerate(sorted(range(n), key=lambda i: p_values[i])):
        worst = max(worst, min(1.0, (n - rank) * p_values[index]))
        adjusted[index] = worst
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p values that bound the share of false rejections (Benjamini & Hochberg 1995), in the order given."""
    adjusted, best, n = [0.0] * len(p_values), 1.0, len(p_values)
    for rank, index in reversed(list(enumerate(sorted(range(n), key=lambda i: p_values[i]), start=1))):
        best = min(best, n * p_values[index] / rank)
        adjusted[index] = best
    return adjusted


def wilson(right: int, asked: int, level: float = 0.95) -> Interval:
    """Wilson's score interval of a share (1927); (0, 1) where nothing was asked."""
    if not asked:
        return Interval(0.0, 1.0)
    z = statistics.NormalDist().inv_cdf((1 + level) / 2)
    p, scale = right / asked, 1 + z * z / asked
    middle = (p + z * z / (2 * asked)) / scale
    half = z / scale * math.sqrt(p * (1 - p) / asked + z * z / (4 * asked * asked))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Interval(0.0 if right == 0 else low, 1.0 if right == asked else high)


def clopper_pearson(right: int, asked: int, level: float = 0.95) -> Interval:
    """The exact binomial interval of a share (1934), never too short; (0, 1) where nothing was asked."""
    tail = (1 - level) / 2
    low = _solve(lambda p: _beta_cdf(p, right, asked - right + 1), tail) if right else 0.0
    high = _solve(lambda p: _beta_cdf(p, right + 1, asked - right), 1 - tail) if right < asked else 1.0
    return Interval(low, high)


def standard_error(values: Sequence[float]) -> float:
    """Of a mean: sample standard deviation / sqrt(n), as lm-evaluation-harness reports it; 0 of fewer than two."""
    return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def paired_t(a: Sequence[float], b: Sequence[float]) -> float:
    """The two-sided p of Student's paired t-test; 1 where no pair differs, 0 where all differ by one amount."""
    gaps = [x - y for x, y in zip(a, b, strict=True)]
    if not any(gaps) or len(gaps) < 2:
        return 1.0
    error, freedom = standard_error(gaps), len(gaps) - 1
    if not error:
        return 0.0
    t = statistics.fmean(gaps) / error
    return _beta_cdf(freedom / (freedom + t * t), freedom / 2, 0.5)


def harness_error(items: Sequence[T], statistic: Callable[[list[T]], float], *, replicates: int = 1000) -> float:
    """The bootstrap standard error of lm-evaluation-harness, number for number: chunks of 1,000, seeds 0, 1, ..."""
    chunk = min(1000, replicates)
    values: list[float] = []
    for seed in range(replicates // chunk):
        generator = random.Random(seed)
        values.extend(statistic(generator.choices(items, k=len(items))) for _ in range(chunk))
    return statistics.stdev(values)


def _portions(replicates: int, width: int) -> list[int]:
    """Replicates cut so that no draw holds more than _CELLS numbers."""
    size = max(1, _CELLS // max(width, 1))
    return [min(size, replicates - start) for start in range(0, replicates, size)]


def _solve(rising: Callable[[float], float], value: float) -> float:
    """Where in [0, 1] a rising function takes a value, to the last bit, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < value else (low, middle)
    return (low + high) / 2


def _beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22, modified Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_cdf(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    value, c, d = 1.0, 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / (1 + even * d), 1 + even / c
        value *= d * c
        d, c = 1 / (1 + odd * d), 1 + odd / c
        value *= (step := d * c)
        if abs(step - 1) < 1e-15:
            break
    return front * value
