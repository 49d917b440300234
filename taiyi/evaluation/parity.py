"""The parity sheet: each number of the Taiyi paper's Tables 2 and 3 beside ours, and what the two have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from taiyi.benchmarks import Benchmark, Reference
from taiyi.evaluation.paper import Column, Paper, Printed
from taiyi.evaluation.results import BenchmarkResult, Evaluation
from taiyi.records import Part


class Parity(Part, frozen=True):
    """A published number beside ours; all figures x100.

    table: of the paper. name, column: its row and column there; model: who reached it. figure: f1, accuracy,
      precision ..., of one type as `f1:cell line`.
    theirs, ours: the figures; ours is None where it was not asked. n: our questions, of officially expected_n.
    interval: where ours lies with 95 % confidence; None where it is not known (of one type, of an average).
    same_split, same_metric, same_n: whether the two are measured alike; split, metric, of_n: theirs where they are not.
    """

    table: int
    benchmark: str
    name: str
    column: str
    model: str
    figure: str
    theirs: float
    source: str
    same_split: bool
    same_metric: bool
    same_n: bool
    split: str = ""
    metric: str = ""
    of_n: int | None = None
    note: str = ""
    ours: float | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    expected_n: int | None = None

    @property
    def comparable(self) -> bool:
        """Whether the two may be read side by side."""
        return self.same_split and self.same_metric and self.same_n

    @property
    def difference(self) -> float | None:
        """Ours less theirs."""
        return None if self.ours is None else round(self.ours - self.theirs, 6)

    @property
    def difference_interval(self) -> tuple[float, float] | None:
        """Where the difference lies with 95 % confidence, theirs taken as exact."""
        if self.interval is None:
            return None
        return (round(self.interval[0] - self.theirs, 6), round(self.interval[1] - self.theirs, 6))


class Average(Part, frozen=True):
    """A column's average over the rows of Table 2: as printed (in one place or several) and as the rows give it."""

    column: str
    recomputed: float
    printed: tuple[Printed, ...]

    @property
    def slips(self) -> tuple[Printed, ...]:
        """The printed averages that the rows do not give."""
        return tuple(printed for printed in self.printed if abs(printed.value - self.recomputed) > 0.0501)


class Sheet(Part, frozen=True):
    """All of it. asked: how many of the `of` main benchmarks this evaluation has; whole: how many with their official N;
    ours: its average over them, None unless it has them all, whole. benchmarks: those of Table 2, in its order.
    """

    rows: tuple[Parity, ...]
    averages: tuple[Average, ...]
    benchmarks: tuple[Benchmark, ...]
    asked: int
    whole: int
    of: int
    ours: float | None = None


def sheet(evaluation: Evaluation | None, paper: Paper, benchmarks: Sequence[Benchmark]) -> Sheet:
    """The parity sheet of an evaluation; of none, what was published alone."""
    described = {benchmark.id: benchmark for benchmark in benchmarks}
    results = {result.benchmark: result for result in evaluation.results if result.benchmark} if evaluation else {}
    main = [described[name] for name in paper.results.benchmarks if name in described]
    asked = [(results[benchmark.id], benchmark) for benchmark in main if benchmark.id in results]
    whole = [result.score.value for result, benchmark in asked if result.questions == benchmark.expected_n]
    held_out = described.get(paper.held_out.benchmark)
    return Sheet(
        rows=(
            *(row for benchmark in main for row in _main(benchmark, results.get(benchmark.id))),
            *(_held_out(held_out, paper, results.get(held_out.id)) if held_out else ()),
        ),
        averages=tuple(_average(column, main) for column in paper.results.columns),
        benchmarks=tuple(main),
        asked=len(asked),
        whole=len(whole),
        of=len(main),
        ours=100 * sum(whole) / len(whole) if whole and len(whole) == len(main) else None,
    )


def plain(sheet: Sheet) -> dict[str, Any]:
    """The sheet as JSON holds it, with what follows from its figures: differences, comparability, slips."""
    builtin: Any = msgspec.to_builtins
    rows = [
        {
            **builtin(row),
            "comparable": row.comparable,
            "difference": row.difference,
            "difference_interval": row.difference_interval,
        }
        for row in sheet.rows
    ]
    totals = {"asked": sheet.asked, "whole": sheet.whole, "of": sheet.of, "ours": sheet.ours}
    averages = [{**builtin(average), "slips": builtin(average.slips)} for average in sheet.averages]
    return {"rows": rows, "averages": averages, **totals}


def _main(benchmark: Benchmark, result: BenchmarkResult | None) -> Iterator[Parity]:
    figure = result.score.name if result else "accuracy" if benchmark.metric.name == "accuracy" else "f1"
    for reference in benchmark.references:
        if reference.column:
            yield _beside(2, benchmark, reference, result, benchmark.paper, figure, reference.value)


def _held_out(benchmark: Benchmark, paper: Paper, result: BenchmarkResult | None) -> Iterator[Parity]:
    """Table 3: precision, recall and F1 of each type and of all."""
    for reference in benchmark.references:
        published = {"f1": reference.value, **reference.details}
        for row in paper.held_out.rows if reference.column else ():
            for figure in ("precision", "recall", "f1"):
                key = f"{figure}:{row.type}" if row.type else figure
                if key in published:
                    yield _beside(3, benchmark, reference, result, row.name, key, published[key])


def _beside(
    table: int,
    benchmark: Benchmark,
    reference: Reference,
    result: BenchmarkResult | None,
    name: str,
    figure: str,
    theirs: float,
) -> Parity:
    ours, interval = _ours(result, figure) if result else (None, None)
    whole = result is None or result.questions == benchmark.expected_n
    return Parity(
        table=table,
        benchmark=benchmark.id,
        name=name,
        column=reference.column,
        model=reference.model,
        figure=figure,
        theirs=theirs,
        source=reference.source,
        same_split=not reference.split,
        same_metric=not reference.metric and (result is None or _by_headline(result, benchmark)),
        same_n=reference.n is None and whole,
        split=reference.split,
        metric=reference.metric,
        of_n=reference.n,
        note=reference.note,
        ours=ours,
        interval=interval,
        n=result.questions if result else None,
        expected_n=benchmark.expected_n,
    )


def _by_headline(result: BenchmarkResult, benchmark: Benchmark) -> bool:
    """Whether a result was scored by the metric that the benchmark describes today; its types are named there apart."""
    if result.metric is None:
        return True
    settings = {name: value for name, value in result.metric.settings.items() if name != "types"}
    return (result.metric.name, settings) == (benchmark.metric.name, benchmark.metric.settings)


def _ours(result: BenchmarkResult, figure: str) -> tuple[float | None, tuple[float, float] | None]:
    if figure != result.score.name:
        value = result.score.details.get(figure)
        return None if value is None else 100 * value, None
    low, high = result.interval or (None, None)
    return 100 * result.score.value, None if low is None or high is None else (100 * low, 100 * high)


def _average(column: Column, main: Sequence[Benchmark]) -> Average:
    values = [_value(benchmark, column) for benchmark in main]
    return Average(column.name, sum(values) / len(values) if values else 0.0, column.printed)


def _value(benchmark: Benchmark, column: Column) -> float:
    of: Mapping[str, float] = {reference.column: reference.value for reference in benchmark.references}
    return of[column.name] if column.name in of else of[column.otherwise]
