"""The scorer's messages and the core's types, there and back."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
from taiyi_api.scorer.v1 import scorer_service_pb2 as pb

from services.kit.errors import invalid_field
from taiyi import jsonl
from taiyi.benchmarks import Benchmark
from taiyi.errors import NotFound
from taiyi.evaluation import scoring
from taiyi.evaluation.comparison import Comparison, Row
from taiyi.evaluation.results import BenchmarkResult
from taiyi.instances import Context, Parsed
from taiyi.metrics import Score
from taiyi.tasks import Task, load


def benchmark(one: Benchmark) -> pb.Benchmark:
    """A described benchmark."""
    references = [
        pb.Reference(
            model=reference.model,
            value_percent=reference.value,
            source=reference.source,
            comparable=reference.comparable,
            note=reference.remarks,
        )
        for reference in one.references
    ]
    return pb.Benchmark(
        name=f"benchmarks/{one.id}",
        title=one.title,
        group=one.group,
        corpus=one.corpus,
        split=one.split,
        task=one.task,
        language=one.language,
        official_n=one.n or 0,
        unit=one.unit,
        metric=one.metric.name,
        signature=scoring.signatures(one)[0],
        references=references,
        notes=one.notes,
    )


def task(given: str) -> Task:
    """The task of that id."""
    try:
        return load(given)
    except NotFound as error:
        raise invalid_field("task", str(error)) from error


def context(given: pb.AnswerContext) -> Context:
    """What an answer is read against."""
    return Context(
        offered=tuple(given.offered),
        aliases=dict(given.aliases),
        choices=tuple((choice.label, choice.text) for choice in given.choices),
        multiple=given.multiple,
        roles=tuple(given.roles),
        operation=given.operation,
        language="zh" if given.language == "zh" else "en",
    )


def parsed(reader: Task, answers: Sequence[pb.RawAnswer]) -> list[pb.ParsedAnswer]:
    """The answers as the task reads them."""
    return [
        reading(answer.id, reader.parse(answer.text, context(answer.context), prompt=answer.prompt))
        for answer in answers
    ]


def reading(identifier: str, found: Parsed) -> pb.ParsedAnswer:
    """One reading."""
    items = msgspec.json.encode(found.items).decode()
    return pb.ParsedAnswer(
        id=identifier,
        status=f"PARSE_STATUS_{found.status.upper()}",
        items_json=items,
        notes=found.notes,
    )


def scored(result: BenchmarkResult) -> pb.ScorePredictionsResponse:
    """A scored benchmark."""
    low, high = result.interval or (None, None)
    return pb.ScorePredictionsResponse(
        benchmark=f"benchmarks/{result.benchmark}",
        score=score(result.score),
        also=map(score, result.also),
        interval_low=low,
        interval_high=high,
        of_parsed=result.of_parsed,
        questions=result.official_n,
        verdicts={str(name): count for name, count in result.verdicts.items()},
        statuses=result.statuses,
        result_json=jsonl.pretty(result),
    )


def score(one: Score) -> pb.Score:
    """A score."""
    return pb.Score(
        metric=one.name,
        value=one.value,
        signature=one.signature,
        baseline=one.baseline,
        baseline_name=one.baseline_name,
        details=one.details,
    )


def compared(made: Comparison) -> pb.CompareEvaluationsResponse:
    """A comparison."""
    return pb.CompareEvaluationsResponse(
        differences=map(_difference, made.rows), not_compared={one.name: one.reason for one in made.not_comparable}
    )


def _difference(row: Row) -> pb.Difference:
    low, high = row.interval or (math.nan, math.nan)
    return pb.Difference(
        benchmark=row.name,
        a=row.a,
        b=row.b,
        difference=row.difference,
        interval_low=low,
        interval_high=high,
        p=row.p,
        p_adjusted=row.adjusted_p,
        separates=row.separates,
    )
