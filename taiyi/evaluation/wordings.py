"""How much a score depends on how the question is worded: the spread over templates, and verdicts that change with it."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from taiyi.errors import InvalidInput
from taiyi.evaluation.comparison import NotComparable
from taiyi.evaluation.outcomes import Verdict
from taiyi.evaluation.results import BenchmarkResult, Counts, Evaluation, Judged
from taiyi.records import Language, Part

Verdicts = Mapping[str, Mapping[str, Mapping[str, Verdict]]]
"""By result name, question (its id without the template) and template."""


class Asked(NamedTuple):
    """One evaluation of questions in one or several wordings. counts: as `results.read` gives them."""

    name: str
    evaluation: Evaluation
    counts: Mapping[str, Counts]
    answers: Iterable[Judged]


class InWording(Part, frozen=True):
    """The score in one wording (a template's id), over so many questions of an evaluation."""

    template: str
    questions: int
    value: float
    evaluation: str


class Spread(Part, frozen=True):
    """One benchmark over its wordings, in the order of their ids.

    deviation: the sample standard deviation of the scores; lowest, highest: the wordings with these scores (of equals,
      the first).
    same_questions: whether each wording was put to the same questions. Otherwise the scores differ by the questions too.
    shared: questions asked in every wording; changed: the share of them whose verdict (right, wrong, unparsable,
      unanswered) is not the same in all; flipped: right in some, not in others. None where no question is shared.
    """

    name: str
    task: str
    language: Language
    metric: str
    wordings: tuple[InWording, ...]
    mean: float
    deviation: float
    lowest: InWording
    highest: InWording
    same_questions: bool
    shared: int
    changed: float | None
    flipped: float | None


class Sensitivity(Part, frozen=True):
    """The spreads of the benchmarks asked in several wordings; not_comparable: the others, and why."""

    evaluations: tuple[str, ...]
    spreads: tuple[Spread, ...]
    not_comparable: tuple[NotComparable, ...]


def sensitivity(asked: Sequence[Asked]) -> Sensitivity:
    """The spread over the wordings of one evaluation, or of several of one model that ask in different wordings.

    Raises InvalidInput where the evaluations are of different models, or ask a benchmark twice in one wording.
    """
    _one_model(asked)
    results: dict[str, list[tuple[str, BenchmarkResult]]] = defaultdict(list)
    for one in asked:
        for result in one.evaluation.results:
            results[result.name].append((one.name, result))
    verdicts = _verdicts(asked)
    spreads, refused = [], []
    for name, found in sorted(results.items()):
        reason = _reason(found)
        if reason:
            refused.append(NotComparable(name, reason))
        else:
            spreads.append(_spread(found, verdicts.get(name, {})))
    return Sensitivity(tuple(one.name for one in asked), tuple(spreads), tuple(refused))


def _one_model(asked: Sequence[Asked]) -> None:
    models = {one.evaluation.model: one.name for one in asked if one.evaluation.model}
    if len(models) > 1:
        raise InvalidInput(
            f"{' and '.join(models.values())} are of different models: {', '.join(models)}",
            remedy="the spread over wordings is one model's; two models are compared by `taiyi compare`",
        )


def _reason(found: Sequence[tuple[str, BenchmarkResult]]) -> str:
    """Why there is no spread of a benchmark; empty: there is. Raises InvalidInput of a wording that comes twice."""
    if len({result.score.signature for _, result in found}) > 1:
        return "scored differently in the evaluations"
    wordings = [wording for name, result in found for wording in _wordings(name, result)]
    seen: dict[str, str] = {}
    for wording in wordings:
        if wording.template in seen:
            raise InvalidInput(
                f"{found[0][1].name} is asked in {wording.template} by {seen[wording.template]} and by "
                f"{wording.evaluation}",
                remedy="leave one of the two out; two models are compared by `taiyi compare`",
            )
        seen[wording.template] = wording.evaluation
    if not wordings:
        return "its metric has no score of a part of the questions"
    return "" if len(wordings) > 1 else f"asked in one wording only, {wordings[0].template}"


def _wordings(name: str, result: BenchmarkResult) -> list[InWording]:
    return [InWording(wording.template, wording.items, wording.value, name) for wording in result.wordings]


def _verdicts(asked: Sequence[Asked]) -> Verdicts:
    found: dict[str, dict[str, dict[str, Verdict]]] = defaultdict(lambda: defaultdict(dict))
    for one in asked:
        records = {name: frozenset(counts.documents) for name, counts in one.counts.items()}
        for answer in one.answers:
            question, template = apart(answer.id)
            for name in answer.benchmarks:
                if answer.id.partition("#")[0] in records.get(name, ()):
                    found[name][question][template] = answer.verdict
    return found


def apart(identifier: str) -> tuple[str, str]:
    """An instance id without its template, and the template."""
    record, _, question = identifier.partition("#")
    task, language, template, *rest = question.split(".", 3)
    return f"{record}#{'.'.join((task, language, '*', *rest))}", template


def _spread(found: Sequence[tuple[str, BenchmarkResult]], verdicts: Mapping[str, Mapping[str, Verdict]]) -> Spread:
    result = found[0][1]
    wordings = sorted((w for name, r in found for w in _wordings(name, r)), key=lambda w: (len(w.template), w.template))
    values = [wording.value for wording in wordings]
    whole = [by_template for by_template in verdicts.values() if len(by_template) == len(wordings)]
    return Spread(
        name=result.name,
        task=result.task,
        language=result.language,
        metric=result.score.name,
        wordings=tuple(wordings),
        mean=statistics.fmean(values),
        deviation=statistics.stdev(values),
        lowest=min(wordings, key=lambda wording: wording.value),
        highest=max(wordings, key=lambda wording: wording.value),
        same_questions=bool(whole) and len(whole) == len(verdicts),
        shared=len(whole),
        changed=_share(len(set(by.values())) > 1 for by in whole),
        flipped=_share(len({verdict == "right" for verdict in by.values()}) > 1 for by in whole),
    )


def _share(found: Iterable[bool]) -> float | None:
    every = list(found)
    return sum(every) / len(every) if every else None
