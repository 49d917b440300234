"""Outcomes grouped into benchmarks, each scored over all its questions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from taiyi import tasks
from taiyi.errors import InvalidInput
from taiyi.evaluation.outcomes import judge, verdicts
from taiyi.evaluation.results import BenchmarkResult, Evaluation
from taiyi.evaluation.uncertainty import interval
from taiyi.instances import Instance, Outcome
from taiyi.metrics import Score
from taiyi.metrics.sets import mention_key, split_by_seen
from taiyi.records import Language, split_record_id

EXTRACTION = ("ner", "nen", "re", "cre", "ee", "coref")
"""Tasks whose items are mentions, so that a test item may have been seen in training."""


def evaluate(outcomes: Sequence[Outcome], seen: Mapping[str, frozenset[str]]) -> Evaluation:
    """Score the judged answers of a test set. `seen`: see `seen_mentions`. Raises InvalidInput of none."""
    if not outcomes:
        raise InvalidInput("there is no test instance to evaluate", remedy="enrol a corpus with a test split")
    results = tuple(
        _result(corpus, task, language, group, seen.get(task))
        for (corpus, task, language), group in sorted(_benchmarks(outcomes).items())
    )
    return Evaluation(
        macro=macro(results),
        macro_baseline=_mean([result.score.baseline for result in results]),
        official_n=len(outcomes),
        verdicts=verdicts(outcomes),
        results=results,
    )


def macro(results: Sequence[BenchmarkResult]) -> float:
    """The unweighted mean of headline scores; 0 of none."""
    return _mean([result.score.value for result in results])


def macro_score(instances: Iterable[Instance], predictions: Mapping[str, str]) -> dict[str, float]:
    """What chooses a checkpoint: headline scores as `task.language`, and their unweighted mean as `score`."""
    groups: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for outcome in judge(instances, predictions):
        groups[outcome.instance.task, outcome.instance.language].append(outcome)
    scores = {
        f"{task}.{language}": tasks.load(task).score(group).value for (task, language), group in sorted(groups.items())
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

    A corpus that is asked one task in two languages stands there as `<corpus>_<language>`.
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
        key = result.corpus if alone else f"{result.corpus}_{result.language}"
        tree.setdefault(result.task, {})[key] = {
            result.score.name: result.score.value,
            "baseline": result.score.baseline,
            "n": result.official_n,
            "unparsable": result.verdicts["unparsable"],
            "unanswered": result.verdicts["unanswered"],
        }
    return tree


def _benchmarks(outcomes: Iterable[Outcome]) -> dict[tuple[str, str, Language], list[Outcome]]:
    groups: dict[tuple[str, str, Language], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        corpus = split_record_id(outcome.instance.id)[0]
        groups[corpus, outcome.instance.task, outcome.instance.language].append(outcome)
    return groups


def _result(
    corpus: str, task: str, language: Language, outcomes: list[Outcome], seen: frozenset[str] | None
) -> BenchmarkResult:
    sides: tuple[Score | None, Score | None] = (None, None)
    if task in EXTRACTION and seen is not None:
        sides = split_by_seen(outcomes, seen, task=task)
    score = tasks.load(task).score(outcomes)
    return BenchmarkResult(
        name=f"{corpus} {task} {language}",
        corpus=corpus,
        task=task,
        language=language,
        official_n=len(outcomes),
        score=score,
        verdicts=verdicts(outcomes),
        statuses=dict(sorted(Counter(o.parsed.status for o in outcomes if o.text is not None).items())),
        interval=interval(outcomes, score),
        seen=sides[0],
        unseen=sides[1],
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
