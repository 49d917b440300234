"""The parity sheet: every number of the paper's tables beside ours, with what the two have in common."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from taiyi import benchmarks, layout
from taiyi.evaluation import paper, parity
from taiyi.evaluation.results import BenchmarkResult, Evaluation
from taiyi.metrics import Score
from taiyi.metrics.measures import Metric

ROOT = Path(__file__).parents[3]
EVERY = benchmarks.every(ROOT / layout.BENCHMARKS)
PAPER = paper.load(ROOT / layout.PAPER)
MAIN = [benchmark for benchmark in EVERY if benchmark.group == "main"]


def result(benchmark: benchmarks.Benchmark, value: float, **other: object) -> BenchmarkResult:
    """A score over the benchmark's official questions."""
    n = benchmark.expected_n or 0
    name = "accuracy" if benchmark.metric.name == "accuracy" else "f1"
    details = {"precision": 0.9, "f1:cell line": 0.25}
    given = {
        "name": benchmark.id,
        "corpus": benchmark.corpus,
        "task": benchmark.task,
        "language": benchmark.language,
        "official_n": n,
        "score": Score(name, value, 0.0, "empty answer", n, "", details),
        "verdicts": {},
        "statuses": {},
        "benchmark": benchmark.id,
        "metric": Metric(benchmark.metric.name, {**benchmark.metric.settings, "types": ",".join(benchmark.types)}),
        "interval": (value - 0.02, value + 0.01),
    }
    return BenchmarkResult(**{**given, **other})


def evaluated(*results: BenchmarkResult) -> parity.Sheet:
    return parity.sheet(Evaluation(0.0, 0.0, 0, {}, results), PAPER, EVERY)


def rows(sheet: parity.Sheet, benchmark: str) -> dict[str, parity.Parity]:
    return {row.column: row for row in sheet.rows if (row.benchmark, row.table) == (benchmark, 2)}


def described(name: str) -> benchmarks.Benchmark:
    return next(benchmark for benchmark in EVERY if benchmark.id == name)


def test_the_sheet_has_every_number_of_both_tables() -> None:
    sheet = parity.sheet(None, PAPER, EVERY)
    assert len([row for row in sheet.rows if row.table == 2]) == 13 * 5 + 2
    assert len([row for row in sheet.rows if row.table == 3]) == 7 * 3
    assert [benchmark.id for benchmark in sheet.benchmarks] == list(PAPER.results.benchmarks)
    assert all(row.ours is row.difference is row.difference_interval is None for row in sheet.rows)


def test_averages_are_recomputed_from_the_rows_and_a_slip_is_marked() -> None:
    sheet = parity.sheet(None, PAPER, EVERY)
    found = {average.column: round(average.recomputed, 1) for average in sheet.averages}
    assert found == {
        "Taiyi": 65.1,
        "Taiyi 2": 74.5,
        "GPT-3.5": 49.3,
        "DeepSeek-14B": 40.3,
        "supervised SOTA": 75.3,
        "supervised SOTA (paper)": 73.5,
    }
    assert [(slip.value, slip.source) for a in sheet.averages for slip in a.slips] == [(64.8, "the first README")]


def test_our_score_stands_beside_theirs_with_the_interval_of_the_difference() -> None:
    row = rows(evaluated(result(described("chemdner"), 0.8)), "chemdner")["Taiyi"]
    assert (row.theirs, row.ours, row.difference) == (79.9, 80.0, pytest.approx(0.1))
    assert row.difference_interval == pytest.approx((-1.9, 1.1))
    assert row.comparable and row.n == row.expected_n == 3000


def test_another_split_metric_or_number_of_theirs_is_not_comparable() -> None:
    sheet = evaluated(*(result(benchmark, 0.5) for benchmark in MAIN))
    litcovid = rows(sheet, "bc7_litcovid")["supervised SOTA"]
    assert (litcovid.same_split, litcovid.same_metric, litcovid.same_n) == (False, True, False)
    spans = rows(sheet, "chemdner")["supervised SOTA"]
    assert (spans.same_split, spans.same_metric, spans.same_n) == (True, False, True)
    assert rows(sheet, "medqa_mcmle")["supervised SOTA"].comparable


def test_a_part_of_the_questions_is_not_the_same_number() -> None:
    row = rows(evaluated(result(described("chemdner"), 0.8, official_n=2999)), "chemdner")["Taiyi"]
    assert not row.same_n and not row.comparable and row.same_split and row.same_metric


def test_a_result_by_another_metric_than_described_is_not_the_same_metric() -> None:
    folded = Metric("set_f1", {"case": "fold"})
    row = rows(evaluated(result(described("chemdner"), 0.8, metric=folded)), "chemdner")["Taiyi"]
    assert not row.same_metric and row.same_n


def test_our_average_needs_all_13_whole() -> None:
    everything = [result(benchmark, number / 20) for number, benchmark in enumerate(MAIN)]
    sheet = evaluated(*everything)
    assert (sheet.asked, sheet.whole, sheet.of) == (13, 13, 13)
    assert sheet.ours == pytest.approx(100 * sum(range(13)) / 20 / 13)
    without_one = evaluated(*everything[1:])
    assert (without_one.asked, without_one.ours) == (12, None)
    in_part = evaluated(*everything[1:], msgspec.structs.replace(everything[0], official_n=7))
    assert (in_part.asked, in_part.whole, in_part.ours) == (13, 12, None)


def test_the_held_out_corpus_is_set_beside_by_type_and_not_averaged() -> None:
    sheet = evaluated(result(described("biored"), 0.6))
    found = {(row.name, row.figure): row for row in sheet.rows if row.table == 3}
    cell = found["CellLine", "f1:cell line"]
    assert (cell.theirs, cell.ours, cell.interval) == (31.0, 25.0, None)
    assert found["All", "f1"].difference_interval == pytest.approx((-2.8, 0.2))
    assert found["All", "precision"].ours == 90.0 and found["Gene", "f1:gene or gene product"].ours is None
    assert sheet.asked == 0 and sheet.ours is None


def test_json_has_what_follows_from_the_figures() -> None:
    plain = parity.plain(evaluated(result(described("chemdner"), 0.8)))
    row = next(r for r in plain["rows"] if r["benchmark"] == "chemdner" and r["column"] == "Taiyi")
    assert row["comparable"] and row["difference"] == pytest.approx(0.1) and len(row["difference_interval"]) == 2
    assert plain["averages"][0]["slips"] and (plain["asked"], plain["ours"]) == (1, None)
