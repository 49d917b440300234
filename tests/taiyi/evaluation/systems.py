"""Evaluations made up from counts, for tests of what compares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from taiyi.evaluation.pairing import System
from taiyi.evaluation.results import BenchmarkResult, Counts, Evaluation, Wording
from taiyi.metrics import Score, measures
from taiyi.metrics.measures import Metric

METRICS = {"ner": Metric("set_f1"), "qa_mc": Metric("accuracy"), "tc": Metric("set_f1", {"trivial": "majority"})}


class Told(NamedTuple):
    """What a benchmark is told to be: its task, and what each of its documents adds up to."""

    task: str
    rows: Mapping[str, Sequence[float]]
    signature: str = ""
    questions: int | None = None
    benchmark: str = ""
    wordings: tuple[Wording, ...] = ()


def system(name: str, told: Mapping[str, Told], **fields: Any) -> System:
    """An evaluation of these benchmarks, by the figures of its counts."""
    made = {key: _made(key, one) for key, one in told.items()}
    results = tuple(result for result, _ in made.values())
    evaluation = Evaluation(
        macro=sum(result.score.value for result in results) / len(results),
        macro_baseline=0.0,
        official_n=sum(result.official_n for result in results),
        verdicts={"right": 0, "wrong": 0, "unparsable": 0, "unanswered": 0},
        results=results,
        name=name,
        model=fields.pop("model", ""),
    )
    return System(name, evaluation, {key: counts for key, (_, counts) in made.items()}, **fields)


def _made(name: str, told: Told) -> tuple[BenchmarkResult, Counts]:
    metric, signature = METRICS[told.task], told.signature or f"{told.task}|version:1"
    measure = measures.make(metric, task=told.task)
    rows = tuple(tuple(map(float, row)) for row in told.rows.values())
    n = told.questions or len(rows)
    value = float(measure.figure(_summed(rows))[0])
    result = BenchmarkResult(
        name=name,
        corpus=name,
        task=told.task,
        language="en",
        official_n=n,
        score=Score(name=measure.name, value=value, baseline=0.0, baseline_name="none", items=n, signature=signature),
        verdicts={"right": n, "wrong": 0, "unparsable": 0, "unanswered": 0},
        statuses={},
        benchmark=told.benchmark,
        metric=metric,
        interval=(value, value),
        wordings=told.wordings,
    )
    return result, Counts(metric, told.task, signature, tuple(told.rows), rows)


def _summed(rows: Sequence[Sequence[float]]) -> Any:
    return np.array(rows).sum(axis=0, keepdims=True)


def exam(right: Sequence[bool | int], *, prefix: str = "exam/test/", **told: Any) -> Told:
    """Single questions, each right or wrong."""
    return Told("qa_mc", {f"{prefix}{n}": (int(here), 1) for n, here in enumerate(right)}, **told)


def mentions(rows: Sequence[tuple[int, int, int]], *, prefix: str = "abstracts/test/", **told: Any) -> Told:
    """Documents with (found, predicted, gold) mentions."""
    return Told("ner", {f"{prefix}{n}": row for n, row in enumerate(rows)}, **told)


@st.composite
def tallies(draw: st.DrawFn) -> tuple[int, int, int]:
    """(found, predicted, gold) of one document."""
    predicted, gold = draw(st.integers(0, 6)), draw(st.integers(0, 6))
    return draw(st.integers(0, min(predicted, gold))), predicted, gold


@st.composite
def two_systems(draw: st.DrawFn) -> tuple[dict[str, Told], dict[str, Told]]:
    """Two systems' counts on an exam and on two extraction benchmarks over the same documents."""
    documents, questions = draw(st.integers(2, 12)), draw(st.integers(2, 25))
    sides = []
    for _ in range(2):
        right = draw(st.lists(st.booleans(), min_size=questions, max_size=questions))
        pairs = st.lists(tallies(), min_size=documents, max_size=documents)
        sides.append({"exam": exam(right), "chemicals": mentions(draw(pairs)), "diseases": mentions(draw(pairs))})
    return sides[0], sides[1]
