"""Outcomes grouped into benchmarks, each scored over all its questions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

import msgspec
import numpy as np

from taiyi import tasks
from taiyi.benchmarks import Benchmark
from taiyi.errors import InvalidInput
from taiyi.evaluation.outcomes import judge, verdicts
from taiyi.evaluation.results import BenchmarkResult, Counts, Evaluation, Wording
from taiyi.instances import Instance, Items, Outcome
from taiyi.metrics import measures, significance
from taiyi.metrics.measures import Measure, Metric, Rows
from taiyi.metrics.outcomes import readable
from taiyi.metrics.sets import mention_key, split_by_seen
from taiyi.records import Language, split_record_id

EXTRACTION = ("ner", "nen", "re", "cre", "ee", "coref")
"""Tasks whose items are mentions, so that a test item may have been seen in training."""


class Scored(NamedTuple):
    """An evaluation, and by result name what each record adds to its headline."""

    evaluation: Evaluation
    counts: dict[str, Counts]


def evaluate(
    outcomes: Sequence[Outcome],
    seen: Mapping[str, frozenset[str]],
    benchmarks: Sequence[Benchmark] = (),
    *,
    name: str = "",
    model: str = "",
) -> Scored:
    """Score judged answers by the benchmarks that they belong to; what belongs to none by its task's own metric.

    A question belongs to every benchmark of its corpus, split, task and language. `seen`: see `seen_mentions`.
    Raises InvalidInput of no outcomes.
    """
    if not outcomes:
        raise InvalidInput("there is no test instance to evaluate", remedy="enrol a corpus with a test split")
    made = [_result(group, seen) for group in _groups(outcomes, benchmarks)]
    results = tuple(result for result, _ in made)
    evaluation = Evaluation(
        macro=macro(results),
        macro_baseline=_mean([result.score.baseline for result in results]),
        official_n=len(outcomes),
        verdicts=verdicts(outcomes),
        results=results,
        name=name,
        model=model,
    )
    return Scored(evaluation, {result.name: counts for result, counts in made if counts is not None})


def macro(results: Sequence[BenchmarkResult]) -> float:
    """The unweighted mean of headline scores; 0 of none."""
    return _mean([result.score.value for result in results])


def macro_score(instances: Iterable[Instance], predictions: Mapping[str, str]) -> dict[str, float]:
    """What chooses a checkpoint: headline scores as `task.language`, and their unweighted mean as `score`."""
    groups: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for outcome in judge(instances, predictions):
        groups[outcome.instance.task, outcome.instance.language].append(outcome)
    scores = {
        f"{task}.{language}": tasks.measure(task, group)[1].value(group)
        for (task, language), group in sorted(groups.items())
    }
    return {"score": _mean(list(scores.values())), **scores}


def seen_mentions(instances: Iterable[Instance]) -> dict[str, frozenset[str]]:
    """The mentions in the gold of training instances, by extraction task: what `evaluate` splits scores by."""
    found: dict[str, set[str]] = {task: set() for task in EXTRACTION}
    for instance in instances:
        if instance.task in found:
            found[instance.task].update(mention_key(item) for item in instance.gold)
    return {task: frozenset(keys) for task, keys in found.items()}


def metrics(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as DVC wants metrics: nested, numbers at the leaves, `task.corpus.{headline, baseline, ...}`.

    A described benchmark stands there by its id; a corpus that is asked one task in two languages as
    `<corpus>_<language>`.
    """
    tree: dict[str, Any] = {
        "macro": evaluation.macro,
        "macro_baseline": evaluation.macro_baseline,
        "official_n": evaluation.official_n,
        "verdicts": dict(evaluation.verdicts),
    }
    times = Counter((result.task, result.corpus) for result in evaluation.results)
    for result in evaluation.results:
        alone = times[result.task, result.corpus] == 1
        key = result.benchmark or (result.corpus if alone else f"{result.corpus}_{result.language}")
        tree.setdefault(result.task, {})[key] = {
            result.score.name: result.score.value,
            "baseline": result.score.baseline,
            "n": result.official_n,
            "unparsable": result.verdicts["unparsable"],
            "unanswered": result.verdicts["unanswered"],
        }
    return tree


class _Group(NamedTuple):
    """The outcomes that make one result, and the benchmark that they are of."""

    key: tuple[str, str, Language]
    outcomes: list[Outcome]
    benchmark: Benchmark | None


def _groups(outcomes: Iterable[Outcome], benchmarks: Sequence[Benchmark]) -> Iterator[_Group]:
    """The groups by corpus, task and language; in each the described benchmarks, then what belongs to none."""
    by_key: dict[tuple[str, str, Language], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        corpus = split_record_id(outcome.instance.id)[0]
        by_key[corpus, outcome.instance.task, outcome.instance.language].append(outcome)
    for key, group in sorted(by_key.items()):
        rest = [True] * len(group)
        for benchmark in benchmarks:
            if (benchmark.corpus, benchmark.task, benchmark.language) != key:
                continue
            asked = [benchmark.asks(outcome.instance.id) for outcome in group]
            rest = [free and not here for free, here in zip(rest, asked, strict=True)]
            if any(asked):
                yield _Group(key, restricted(list(compress(group, asked)), benchmark.types), benchmark)
        if any(rest):
            yield _Group(key, list(compress(group, rest)), None)


def restricted(outcomes: list[Outcome], types: Sequence[str]) -> list[Outcome]:
    """The outcomes with only the items of these types on either side; as they are where none are named."""
    if not types:
        return outcomes

    def of(items: Items) -> Items:
        return tuple(item for item in items if item[:1] and item[0] in types)

    replace = msgspec.structs.replace
    return [
        replace(
            o,
            instance=replace(o.instance, gold=of(o.instance.gold)),
            parsed=replace(o.parsed, items=of(o.parsed.items)),
        )
        for o in outcomes
    ]


def _result(group: _Group, seen: Mapping[str, frozenset[str]]) -> tuple[BenchmarkResult, Counts | None]:
    (corpus, task, language), outcomes, benchmark = group
    metric, measure = _measure(group)
    rows = measure.rows(outcomes)
    score = measure.score(outcomes, rows)
    sides = split_by_seen(outcomes, seen[task], task=task) if task in EXTRACTION and task in seen else (None, None)
    counts = by_record(outcomes, rows, metric, task, score.signature) if rows.shape[1] else None
    result = BenchmarkResult(
        name=benchmark.id if benchmark else f"{corpus} {task} {language}",
        corpus=corpus,
        task=task,
        language=language,
        official_n=len(outcomes),
        score=score,
        verdicts=verdicts(outcomes),
        statuses=dict(sorted(Counter(o.parsed.status for o in outcomes if o.text is not None).items())),
        benchmark=benchmark.id if benchmark else "",
        metric=metric,
        expected_n=benchmark.expected_n if benchmark else None,
        also=tuple(_further(metric, benchmark, task).score(outcomes) for metric in benchmark.also) if benchmark else (),
        of_parsed=_of_parsed(outcomes, measure, rows),
        interval=interval(measure, counts, len(outcomes)) if counts else None,
        seen=sides[0],
        unseen=sides[1],
        wordings=_wordings(outcomes, measure, rows),
    )
    return result, counts


def _measure(group: _Group) -> tuple[Metric, Measure]:
    task = group.key[1]
    if group.benchmark is None:
        return tasks.measure(task, group.outcomes)
    metric = _asked(group.benchmark.metric, group.benchmark)
    return metric, measures.make(metric, task=task)


def _further(metric: Metric, benchmark: Benchmark, task: str) -> Measure:
    return measures.make(_asked(metric, benchmark), task=task)


def _asked(metric: Metric, benchmark: Benchmark) -> Metric:
    """The metric with the benchmark's types among its settings."""
    types = {"types": ",".join(benchmark.types)} if benchmark.types else {}
    return Metric(metric.name, {**types, **metric.settings})


def by_record(outcomes: Sequence[Outcome], rows: Rows, metric: Metric, task: str, signature: str) -> Counts:
    """The rows summed by record, in the order in which the records first come."""
    places: dict[str, int] = {}
    of = [places.setdefault(outcome.instance.record, len(places)) for outcome in outcomes]
    sums = np.zeros((len(places), rows.shape[1]))
    np.add.at(sums, of, rows)
    return Counts(metric, task, signature, tuple(places), tuple(map(tuple, sums.tolist())))


def interval(measure: Measure, counts: Counts, questions: int) -> tuple[float, float] | None:
    """Where the figure lies with 95 % confidence: Wilson's interval of an accuracy over records of one question each,
    else by drawing whole records 10,000 times. None of a single record.
    """
    rows = np.array(counts.rows)
    if len(rows) < 2:
        return None
    if measure.name == "accuracy" and len(rows) == questions:
        right, asked = rows.sum(axis=0)
        return significance.wilson(int(right), int(asked))[:2]
    return significance.bootstrap(rows, measure.figure)[:2]


def _of_parsed(outcomes: Sequence[Outcome], measure: Measure, rows: Rows) -> float | None:
    """The figure over the answers that could be read; None where there are none."""
    read = [readable(outcome) for outcome in outcomes]
    return measure.of_rows(rows[read]) if rows.shape[1] and any(read) else None


def _wordings(outcomes: Sequence[Outcome], measure: Measure, rows: Rows) -> tuple[Wording, ...]:
    if not rows.shape[1]:
        return ()
    places: dict[str, list[int]] = defaultdict(list)
    for place, outcome in enumerate(outcomes):
        places[outcome.instance.id.partition("#")[2].split(".")[2]].append(place)
    return tuple(Wording(template, len(at), measure.of_rows(rows[at])) for template, at in sorted(places.items()))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
