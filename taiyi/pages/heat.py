"""Heat maps as tables: figures between 0 and 1, each with a shade from 0 to 10 beside the printed number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from taiyi.evaluation.results import BenchmarkResult
from taiyi.metrics.outcomes import ratio
from taiyi.pages.leaderboard import Column

LANGUAGES = ("en", "zh")
STEPS = 10


class Heat(NamedTuple):
    """A cell: the mean of `many` scores, its shade, and what it is the mean of (`f1 on bc5cdr`); None: no score."""

    value: float | None
    shade: int
    many: int
    of: str


class HeatRow(NamedTuple):
    """One task in one language (empty: all of the page's)."""

    task: str
    language: str
    cells: tuple[Heat, ...]


def shade(value: float) -> int:
    """0 to 10; what lies outside of 0 to 1 (a negative correlation) gets the nearest."""
    return round(STEPS * min(max(value, 0.0), 1.0))


def mean(results: Sequence[BenchmarkResult]) -> Heat:
    """The mean headline score of these results as a cell."""
    if not results:
        return Heat(None, 0, 0, "")
    value = ratio(sum(result.score.value for result in results), len(results))
    return Heat(value, shade(value), len(results), ", ".join(f"{r.score.name} on {r.name}" for r in results))


def by_language(results: Iterable[BenchmarkResult]) -> list[HeatRow]:
    """One model: tasks down, languages across."""
    found: dict[str, dict[str, list[BenchmarkResult]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        found[result.task][result.language].append(result)
    return [
        HeatRow(task, "", tuple(mean(by.get(language, [])) for language in LANGUAGES))
        for task, by in sorted(found.items())
    ]


def by_model(columns: Iterable[Column], slugs: Sequence[str]) -> list[HeatRow]:
    """Several models: tasks and languages down, models across in the order of their slugs.

    A row's means are over the benchmarks that each of its models has without a mark; a model without any has no cell.
    """
    parts: dict[tuple[str, str], list[Column]] = defaultdict(list)
    for column in columns:
        parts[column.first.task, column.first.language].append(column)
    rows = []
    for (task, language), found in sorted(parts.items()):
        unmarked = {slug: {c.key for c in found if slug in c.cells and not c.cells[slug].marks} for slug in slugs}
        common = set.intersection(*filter(None, unmarked.values())) if any(unmarked.values()) else set()
        cells = (
            mean([c.cells[slug].result for c in found if c.key in common and c.key in unmarked[slug]]) for slug in slugs
        )
        rows.append(HeatRow(task, language, tuple(cells)))
    return rows
