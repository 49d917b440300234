"""Two or more evaluations by task type, as in the Taiyi paper's Figure 4: a panel a task, a group of bars a benchmark."""

from __future__ import annotations

from collections.abc import Sequence

from taiyi.errors import InvalidInput
from taiyi.evaluation.comparison import ALPHA, Comparison, Ends, Mean, NotComparable, compare
from taiyi.evaluation.pairing import System, pair
from taiyi.evaluation.results import BenchmarkResult
from taiyi.metrics import significance
from taiyi.records import Language, Part


class Bars(Part, frozen=True):
    """One benchmark: a score and its 95 % interval for each evaluation, in their order."""

    name: str
    language: Language
    metric: str
    questions: int
    scores: tuple[float, ...]
    intervals: tuple[Ends | None, ...]


class Panel(Part, frozen=True):
    """One task type. means: over its benchmarks, for each evaluation; gains: each further evaluation against the first."""

    task: str
    benchmarks: tuple[Bars, ...]
    means: tuple[float, ...]
    gains: tuple[Mean, ...]


class TaskMeans(Part, frozen=True):
    """The panels of some evaluations over the benchmarks that all of them can be compared on.

    gains: each further evaluation against the first over all these benchmarks. Unlike the paper's figure, which draws
    200 questions of each test set, every score is over all of its questions.
    """

    systems: tuple[str, ...]
    panels: tuple[Panel, ...]
    gains: tuple[Mean, ...]
    not_comparable: tuple[NotComparable, ...]


def by_task(
    systems: Sequence[System],
    *,
    alpha: float = ALPHA,
    only: Sequence[str] = (),
    replicates: int = significance.REPLICATES,
) -> TaskMeans:
    """Panels in the order of the tasks' names. Raises InvalidInput of fewer than two evaluations or none in common."""
    if len(systems) < 2:
        raise InvalidInput("one evaluation alone cannot be compared", remedy="name two or more evaluation folders")
    first, *others = systems
    refused: dict[str, str] = {}
    names: set[str] | None = None
    for other in others:
        pairs, reasons = pair(first, other, only=only)
        for name, reason in reasons:
            refused.setdefault(name, reason if len(others) == 1 else f"{first.name}, {other.name}: {reason}")
        found = {one.name for one in pairs}
        names = found if names is None else names & found
    common = sorted(names or ())
    compared = (
        [compare(first, other, alpha=alpha, only=common, replicates=replicates) for other in others] if common else []
    )
    return TaskMeans(
        systems=tuple(system.name for system in systems),
        panels=tuple(_panel(task, systems, compared) for task in (mean.of for mean in _tasks(compared))),
        gains=tuple(made.macro for made in compared if made.macro),
        not_comparable=tuple(NotComparable(name, reason) for name, reason in sorted(refused.items())),
    )


def _tasks(compared: Sequence[Comparison]) -> list[Mean]:
    return sorted(compared[0].tasks, key=lambda mean: mean.of) if compared else []


def _panel(task: str, systems: Sequence[System], compared: Sequence[Comparison]) -> Panel:
    gains = tuple(next(mean for mean in made.tasks if mean.of == task) for made in compared)
    return Panel(
        task=task,
        benchmarks=tuple(_bars(row.name, systems) for row in compared[0].rows if row.task == task),
        means=(gains[0].a, *(gain.b for gain in gains)),
        gains=gains,
    )


def _bars(name: str, systems: Sequence[System]) -> Bars:
    found: list[BenchmarkResult] = [
        next(result for result in system.evaluation.results if result.name == name) for system in systems
    ]
    return Bars(
        name=name,
        language=found[0].language,
        metric=found[0].score.name,
        questions=found[0].official_n,
        scores=tuple(result.score.value for result in found),
        intervals=tuple(result.interval for result in found),
    )
