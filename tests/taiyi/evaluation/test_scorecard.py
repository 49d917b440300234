"""What is said of a result beside its score: a part is called a part, a figure measured otherwise is not comparable."""

from taiyi.benchmarks import Benchmark, Reference
from taiyi.evaluation import scorecard
from taiyi.evaluation.results import BenchmarkResult, Flags, Wording
from taiyi.metrics import Score
from taiyi.metrics.measures import Metric


def result(**changes: object) -> BenchmarkResult:
    given = {
        "name": "b",
        "corpus": "c",
        "task": "ner",
        "language": "en",
        "official_n": 10,
        "expected_n": 10,
        "score": Score("f1", 0.5, 0.1, "empty answer", 10, "f1|version:1", {"precision": 0.25, "wrong": 3.0}),
        "verdicts": {"right": 4, "wrong": 3, "unparsable": 2, "unanswered": 1},
        "statuses": {"ok": 7, "unparsed": 2},
        **changes,
    }
    return BenchmarkResult(**given)  # type: ignore[arg-type]


def benchmark(*references: Reference) -> Benchmark:
    return Benchmark(
        id="b",
        title="B",
        group="main",
        corpus="c",
        split="test",
        n=10,
        unit="documents",
        task="ner",
        language="en",
        metric=Metric("set_f1"),
        references=references,
    )


def test_a_whole_benchmark_needs_no_warning() -> None:
    assert scorecard.warnings(result()) == []


def test_a_part_more_than_the_whole_and_an_unknown_whole_are_told_apart() -> None:
    assert "a part of the benchmark" in scorecard.warnings(result(official_n=9))[0]
    assert "more than the benchmark" in scorecard.warnings(result(official_n=11))[0]
    assert "not known" in scorecard.warnings(result(expected_n=None))[0]


def test_all_questions_in_two_wordings_are_the_whole_benchmark() -> None:
    twice = result(official_n=20, asked=10, wordings=(Wording("t1", 10, 0.4), Wording("t2", 10, 0.6)))
    assert scorecard.warnings(twice) == [] and twice.whole
    assert "9 questions, officially 10: a part" in scorecard.warnings(result(official_n=18, asked=9))[0]
    assert scorecard.reference_rows(twice, benchmark(Reference("m", 1.0, "s")))[1][2] == "yes"


def test_a_score_of_nothing_read_is_called_that() -> None:
    none_read = {"right": 0, "wrong": 0, "unparsable": 9, "unanswered": 1}
    assert "no answer could be read" in scorecard.warnings(result(verdicts=none_read))[0]


def test_a_figure_is_comparable_only_if_all_was_the_same() -> None:
    assert scorecard.comparability(Reference("m", 1.0, "s")) == "yes"
    assert scorecard.comparability(Reference("m", 1.0, "s"), partial=True) == "no: ours is not the whole benchmark"
    other = Reference("m", 1.0, "s", metric="spans", split="dev", n=200, note="zero-shot")
    assert scorecard.comparability(other) == "no: metric: spans; split: dev; of 200 items (zero-shot)"


def test_published_figures_stand_below_ours_the_highest_first() -> None:
    rows = scorecard.reference_rows(result(), benchmark(Reference("low", 1.0, "s"), Reference("high", 90.0, "s")))
    assert [row[:3] for row in rows] == [("this", "50.00", ""), ("high", "90", "yes"), ("low", "1", "yes")]


def test_every_part_of_a_result_has_its_row() -> None:
    shown = dict(
        scorecard.rows(
            result(
                interval=(0.4, 0.6),
                of_parsed=0.7,
                flags=Flags(mentions=9, hallucinated=2, respelled=1, off_schema=3, wrong_language=4),
                asked=5,
                wordings=(Wording("t1", 5, 0.4), Wording("t2", 5, 0.6)),
                also=(Score("accuracy", 0.2, 0.0, "majority", 10, "accuracy|version:1"),),
            )
        )
    )
    assert shown["score"] == "f1 50.00 (95 %: 40.00 to 60.00)" and shown["of the parsed"] == "70.00"
    assert shown["answers"] == "right 4 (40.0%)  wrong 3 (30.0%)  unparsable 2 (20.0%)  unanswered 1 (10.0%)"
    assert shown["details"] == "precision 0.25"
    assert shown["questions"] == "5, officially 10; in 2 wordings: the score is over all 10 answers"
    assert shown["wordings"] == "40.00 to 60.00: t1 40.00  t2 60.00" and shown["also"].startswith("accuracy 20.00")
    assert "hallucinated 2 of 9" in shown["flags"] and "another language 4" in shown["flags"]
