"""Two systems on the same benchmarks: differences with intervals, paired tests, and which benchmarks separate them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from taiyi.benchmarks import Group
from taiyi.evaluation.pairing import Pair, System, pair
from taiyi.metrics import significance
from taiyi.metrics.measures import Rows
from taiyi.records import Language, Part

ALPHA = 0.05
_FAMILIES = (*get_args(Group), "")
Ends = tuple[float, float]


class Row(Part, frozen=True):
    """One benchmark under both systems.

    a, b: the scores; difference: b - a; interval: where it lies with confidence 1 - alpha, drawing records (None of a
      single record). questions, documents: what it was asked, and of how many records.
    p: of no difference, by paired approximate randomisation over records; adjusted_p: after Holm over its family.
    mcnemar: the exact p of McNemar's test, where the score is the accuracy of single questions; else None.
    family: main, held_out or supplementary as the benchmark is described; empty for a test set without description.
    separates: whether the adjusted p is below alpha; better: the one that is better then.
    """

    name: str
    task: str
    language: Language
    metric: str
    questions: int
    documents: int
    a: float
    b: float
    difference: float
    interval: Ends | None
    p: float
    adjusted_p: float
    mcnemar: float | None
    family: str
    separates: bool
    better: Literal["a", "b"] | None
    benchmark: str = ""
    notes: tuple[str, ...] = ()


class Mean(Part, frozen=True):
    """The unweighted mean over some benchmarks, and its difference b - a with interval; `of`: a family or a task."""

    of: str
    benchmarks: int
    a: float
    b: float
    difference: float
    interval: Ends | None


class NotComparable(Part, frozen=True):
    """A benchmark that one of the two has, or both in ways that cannot be compared, and why."""

    name: str
    reason: str


class Comparison(Part, frozen=True):
    """B against A. macro: the mean over all benchmarks compared; families, tasks: over parts of them."""

    a: str
    b: str
    alpha: float
    replicates: int
    rows: tuple[Row, ...]
    not_comparable: tuple[NotComparable, ...]
    macro: Mean | None
    families: tuple[Mean, ...] = ()
    tasks: tuple[Mean, ...] = ()

    @property
    def separating(self) -> tuple[Row, ...]:
        """The benchmarks that separate the two systems."""
        return tuple(row for row in self.rows if row.separates)


def compare(
    a: System,
    b: System,
    *,
    alpha: float = ALPHA,
    only: Sequence[str] = (),
    families: Mapping[str, Group] | None = None,
    replicates: int = significance.REPLICATES,
) -> Comparison:
    """Compare B with A on every benchmark that both have, or on those of `only` (names, or ids in data/benchmarks).

    families: benchmark id -> family, in whose order the rows come; p values are adjusted over each family apart, so that the 13 of the paper are
    judged alone whatever else was asked. Swapping a and b turns the signs and changes nothing else.
    """
    pairs, refused = pair(a, b, only=only)
    known = families or {}
    pairs.sort(key=lambda one: (_FAMILIES.index(known.get(one.benchmark, "")), one.name))
    drawn = _replicates(pairs, replicates)
    named = [known.get(one.benchmark, "") for one in pairs]
    p_values = [_p(one, replicates) for one in pairs]
    adjusted = _holm_by(named, p_values)
    rows = tuple(
        _row(one, drawn[:, i], tested=(p_values[i], adjusted[i]), family=named[i], alpha=alpha)
        for i, one in enumerate(pairs)
    )
    return Comparison(
        a=a.name,
        b=b.name,
        alpha=alpha,
        replicates=replicates,
        rows=rows,
        not_comparable=tuple(NotComparable(name, reason) for name, reason in refused),
        macro=_mean("all", list(range(len(rows))), rows, drawn, alpha) if rows else None,
        families=_means([row.family for row in rows], rows, drawn, alpha) if any(named) else (),
        tasks=_means([row.task for row in rows], rows, drawn, alpha),
    )


def _replicates(pairs: Sequence[Pair], replicates: int) -> npt.NDArray[np.float64]:
    """Differences b - a, replicates x benchmarks. Benchmarks that ask the same records are drawn together, since what
    one record is worth to one of them is not independent of what it is worth to the others.
    """
    drawn = np.zeros((replicates, len(pairs)))
    together: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index in sorted(range(len(pairs)), key=lambda i: pairs[i].name):
        together[pairs[index].documents].append(index)
    for number, places in enumerate(together.values()):
        members = [pairs[place] for place in places]
        counts = np.hstack([half for member in members for half in (member.first, member.second)])
        seed = (significance.SEED, number)
        drawn[:, places] = significance.resample(counts, _differences(members), replicates=replicates, seed=seed)
    return drawn


def _differences(members: Sequence[Pair]) -> significance.Statistic:
    """Of sums of counts side by side, replicates x all counts: the difference of each pair, replicates x pairs."""

    def found(sums: Rows) -> npt.NDArray[np.float64]:
        columns, at = [], 0
        for member in members:
            width = member.first.shape[1]
            first, second = sums[:, at : at + width], sums[:, at + width : at + 2 * width]
            columns.append(member.sign * (member.figure(second) - member.figure(first)))
            at += 2 * width
        return np.column_stack(columns)

    return found


def _p(one: Pair, replicates: int) -> float:
    return significance.randomisation(one.first, one.second, one.figure, replicates=replicates).p


def _row(one: Pair, drawn: npt.NDArray[np.float64], *, tested: tuple[float, float], family: str, alpha: float) -> Row:
    p, adjusted = tested
    return Row(
        name=one.name,
        benchmark=one.benchmark,
        task=one.result_a.task,
        language=one.result_a.language,
        metric=one.result_a.score.name,
        questions=one.result_a.official_n,
        documents=len(one.documents),
        a=one.a,
        b=one.b,
        difference=one.b - one.a,
        interval=_ends(drawn, alpha, one.sign) if len(one.documents) > 1 else None,
        p=p,
        adjusted_p=adjusted,
        mcnemar=_mcnemar(one),
        family=family,
        separates=adjusted < alpha,
        better=("b" if (one.b > one.a) != one.measure.lower_is_better else "a") if adjusted < alpha else None,
        notes=one.notes,
    )


def _mcnemar(one: Pair) -> float | None:
    """Of single questions, each right or wrong, one a record; None of anything else."""
    if one.result_a.score.name != "accuracy" or one.first.shape[1] != 2:
        return None
    if not all((half[:, 1] == 1).all() and np.isin(half[:, 0], (0, 1)).all() for half in (one.first, one.second)):
        return None
    right = [[bool(x) for x in half[:, 0]] for half in (one.first, one.second)]
    return significance.mcnemar(*significance.discordant(*right))


def _ends(drawn: npt.NDArray[np.float64], alpha: float, sign: int = 1) -> Ends:
    """The percentile interval; sign -1: of what the differences were before they were turned, turned back."""
    low, high = np.percentile(sign * drawn, (50 * alpha, 100 - 50 * alpha))
    return (float(low), float(high)) if sign > 0 else (float(-high), float(-low))


def _holm_by(families: Sequence[str], p_values: Sequence[float]) -> list[float]:
    adjusted = [0.0] * len(p_values)
    for family in set(families):
        places = [i for i, name in enumerate(families) if name == family]
        for place, value in zip(places, significance.holm([p_values[i] for i in places]), strict=True):
            adjusted[place] = value
    return adjusted


def _means(
    groups: Sequence[str], rows: Sequence[Row], drawn: npt.NDArray[np.float64], alpha: float
) -> tuple[Mean, ...]:
    return tuple(
        _mean(group, [i for i, name in enumerate(groups) if name == group], rows, drawn, alpha)
        for group in dict.fromkeys(groups)
    )


def _mean(of: str, places: Sequence[int], rows: Sequence[Row], drawn: npt.NDArray[np.float64], alpha: float) -> Mean:
    a, b = (sum(getattr(rows[i], side) for i in places) / len(places) for side in ("a", "b"))
    known = all(rows[i].interval for i in places)
    return Mean(
        of=of,
        benchmarks=len(places),
        a=a,
        b=b,
        difference=b - a,
        interval=_ends(drawn[:, list(places)].mean(axis=1), alpha) if known else None,
    )
