"""Outcomes grouped into benchmarks, each scored over all its questions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

import msgspec
import numpy as np

from taiyi import tasks
from taiyi.benchmarks import Benchmark
from taiyi.errors import InvalidInput
from taiyi.evaluation.flags import flags
from taiyi.evaluation.outcomes import VERDICTS, judge, verdicts
from taiyi.evaluation.results import BenchmarkResult, Counts, Evaluation, Wording
from taiyi.instances import Instance, Items, Outcome
from taiyi.metrics import measures, significance
from taiyi.metrics.measures import Measure, Metric, Rows
from taiyi.metrics.measures.sets import by_seen
from taiyi.metrics.outcomes import readable
from taiyi.metrics.sets import mention_key
from taiyi.records import AnyRecord, Language

EXTRACTION = ("ner", "nen", "re", "cre", "ee", "coref")
"""Tasks whose items are mentions, so that a test item may have been seen in training."""


Records = Callable[[Collection[str]], Mapping[str, AnyRecord]]
"""Of ids of records: the records by id."""


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
    records: Records | None = None,
) -> Scored:
    """Score judged answers by the benchmarks that they belong to; what belongs to none by its task's own metric.

    A question belongs to every benchmark of its corpus, split, task and language. `seen`: see `seen_mentions`.
    `records` finds records by their ids, for metrics that are judged by more than the questions hold; without it such
    a further metric is named in `left_out`. Raises InvalidInput of no outcomes, NotReady where a headline needs records.
    """
    if not outcomes:
        raise InvalidInput("there is no test instance to evaluate", remedy="enrol a corpus with a test split")
    made = [_result(group, seen, records) for group in _groups(outcomes, benchmarks)]
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
    return Scored(evaluation, {result.name: counts for result, counts in made})


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

    @property
    def name(self) -> str:
        """What the result is called."""
        return self.benchmark.id if self.benchmark else " ".join(self.key)


def _groups(outcomes: Iterable[Outcome], benchmarks: Sequence[Benchmark]) -> Iterator[_Group]:
    """The groups by corpus, task and language; in each the described benchmarks, then what belongs to none."""
    by_key: dict[tuple[str, str, Language], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        corpus = outcome.instance.id.partition("/")[0]
        by_key[corpus, outcome.instance.task, outcome.instance.language].append(outcome)
    for key, group in sorted(by_key.items()):
        rest = [True] * len(group)
        for benchmark in benchmarks:
            if (benchmark.corpus, benchmark.task, benchmark.language) != key:
                continue
            asked = [benchmark.asks(outcome.instance.id) for outcome in group]
            rest = [free and not here for free, here in zip(rest, asked, strict=True)]
            if any(asked):
                yield _Group(key, list(compress(group, asked)), benchmark)
        if any(rest):
            yield _Group(key, list(compress(group, rest)), None)


def _result(
    group: _Group, seen: Mapping[str, frozenset[str]], records: Records | None
) -> tuple[BenchmarkResult, Counts]:
    (corpus, task, language), benchmark = group.key, group.benchmark
    metric, measure = _measure(group, records)
    outcomes = restricted(group.outcomes, metric)
    rows = measure.rows(outcomes)
    score = measure.score(outcomes, rows)
    sides = by_seen(outcomes, seen[task], task=task) if task in EXTRACTION and task in seen else (None, None)
    counts = by_document(outcomes, rows, measure, Counts(metric, task, score.signature, (), ()))
    further = [(metric, _made(group, metric, records)) for metric in _asked(benchmark)]
    result = BenchmarkResult(
        name=group.name,
        corpus=corpus,
        task=task,
        language=language,
        official_n=len(outcomes),
        score=score,
        verdicts={name: int(score.details[name]) for name in VERDICTS},
        statuses=dict(sorted(Counter(o.parsed.status for o in outcomes if o.text is not None).items())),
        benchmark=benchmark.id if benchmark else "",
        split=benchmark.split if benchmark else "",
        subtask=benchmark.subtask if benchmark else "",
        metric=metric,
        asked=_asked_once(outcomes),
        expected_n=benchmark.expected_n if benchmark else None,
        also=tuple(one.score(restricted(group.outcomes, metric)) for metric, one in further if one),
        left_out=tuple(metric.name for metric, one in further if one is None),
        of_parsed=_of_parsed(outcomes, measure, rows),
        flags=flags(group.outcomes),
        interval=interval(outcomes, measure, counts),
        seen=sides[0],
        unseen=sides[1],
        wordings=_wordings(outcomes, measure, rows),
    )
    return result, counts


def _measure(group: _Group, records: Records | None) -> tuple[Metric, Measure]:
    """The headline's metric and measure. Where records are needed and cannot be found, the measure says so when used."""
    if group.benchmark is None:
        return tasks.measure(group.key[1], group.outcomes)
    metric = typed(group.benchmark.metric, group.benchmark.types)
    return metric, _made(group, metric, records) or measures.make(metric, task=group.key[1])


def _asked(benchmark: Benchmark | None) -> list[Metric]:
    """The further metrics."""
    return [typed(metric, benchmark.types) for metric in benchmark.also] if benchmark else []


def _made(group: _Group, metric: Metric, records: Records | None) -> Measure | None:
    """A measure with the records that it needs; None where they cannot be found."""
    measure = measures.make(metric, task=group.key[1])
    if measure.with_records is None:
        return measure
    return measure.with_records(records({o.instance.record for o in group.outcomes})) if records else None


def signatures(benchmark: Benchmark) -> list[str]:
    """What a benchmark's metrics count and how, the headline first."""
    metrics = (typed(metric, benchmark.types) for metric in (benchmark.metric, *benchmark.also))
    return [measures.make(metric, task=benchmark.task).signature(()) for metric in metrics]


def typed(metric: Metric, types: Sequence[str]) -> Metric:
    """The metric with a benchmark's types among its settings."""
    return Metric(metric.name, {"types": ",".join(types), **metric.settings}) if types else metric


def restricted(outcomes: list[Outcome], metric: Metric) -> list[Outcome]:
    """The outcomes with only the items of the metric's types; as they are where it names none.

    So verdicts, too, are of these types. Where items of other types are wrong, answers keep them.
    """
    types = frozenset(filter(None, metric.settings.get("types", "").split(",")))
    if not types:
        return outcomes

    def of(items: Items) -> Items:
        return tuple(item for item in items if item[:1] and item[0] in types)

    replace, wrong = msgspec.structs.replace, metric.settings.get("off_schema") == "wrong"
    return [
        Outcome(
            replace(outcome.instance, gold=of(outcome.instance.gold)),
            outcome.text,
            outcome.parsed if wrong else replace(outcome.parsed, items=of(outcome.parsed.items)),
        )
        for outcome in outcomes
    ]


def question_of(instance: Instance) -> tuple[str, str]:
    """What is asked, in whatever wording: the record and the sub-task."""
    return instance.record, "".join(instance.id.partition("#")[2].split(".", 3)[3:])


def _asked_once(outcomes: Sequence[Outcome]) -> int | None:
    """How many questions there are, each counted once; None where none comes in several wordings."""
    count = len({question_of(outcome.instance) for outcome in outcomes})
    return count if count < len(outcomes) else None


def _document(outcome: Outcome, measure: Measure) -> str:
    record = outcome.instance.record
    return measure.document_of(record) if measure.document_of else record


def by_document(outcomes: Sequence[Outcome], rows: Rows, measure: Measure, empty: Counts) -> Counts:
    """The rows summed by what is drawn as a whole, records or documents, in the order in which these first come."""
    places: dict[str, int] = {}
    of = [places.setdefault(_document(outcome, measure), len(places)) for outcome in outcomes]
    sums = np.zeros((len(places), rows.shape[1]))
    np.add.at(sums, of, rows)
    return msgspec.structs.replace(empty, documents=tuple(places), rows=tuple(map(tuple, sums.tolist())))


def interval(outcomes: Sequence[Outcome], measure: Measure, counts: Counts) -> tuple[float, float] | None:
    """Where the figure lies with 95 % confidence: Wilson's interval of an accuracy over records of one question each,
    else by drawing whole records or documents 10,000 times. None of a single one.
    """
    rows = np.array(counts.rows)
    if len(rows) < 2:
        return None
    if measure.name == "accuracy" and len(rows) == len(outcomes):
        right, asked = rows.sum(axis=0)
        return significance.wilson(int(right), int(asked))[:2]
    if measure.redraw is None:
        return significance.bootstrap(rows, measure.figure)[:2]
    redrawn, places = measure.redraw(outcomes), {name: place for place, name in enumerate(counts.documents)}
    of = [places[_document(outcome, measure)] for outcome in outcomes]
    return significance.bootstrap(np.eye(len(rows)), lambda weights: redrawn(weights[:, of]))[:2]


def _part(outcomes: Sequence[Outcome], measure: Measure, rows: Rows, places: Sequence[int]) -> float:
    """The figure of some of the questions; from the rows, but where these hang on the other questions."""
    if len(places) < len(outcomes) and (measure.redraw or measure.document_of):
        return measure.value([outcomes[place] for place in places])
    return measure.of_rows(rows[list(places)])


def _of_parsed(outcomes: Sequence[Outcome], measure: Measure, rows: Rows) -> float | None:
    """The figure over the answers that could be read; None where there are none."""
    read = [place for place, outcome in enumerate(outcomes) if readable(outcome)]
    return _part(outcomes, measure, rows, read) if read else None


def _wordings(outcomes: Sequence[Outcome], measure: Measure, rows: Rows) -> tuple[Wording, ...]:
    """The figure of each wording's questions, by the wordings' ids."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, outcome in enumerate(outcomes):
        places[outcome.instance.id.partition("#")[2].split(".")[2]].append(place)
    return tuple(
        Wording(template, len(at), _part(outcomes, measure, rows, at)) for template, at in sorted(places.items())
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
