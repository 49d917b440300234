"""Error analysis of one benchmark: errors by kind, confusions, what is missed most, the worst documents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from taiyi.errors import unknown_name
from taiyi.evaluation import error_kinds
from taiyi.evaluation.error_analysis import Analysis, Confusion, Document, Frequent, Matrix
from taiyi.evaluation.error_kinds import MEANING, TEXTS, Error, Kind
from taiyi.evaluation.examples import spelled
from taiyi.evaluation.highlight import pieces
from taiyi.evaluation.results import BenchmarkResult, Evaluation, Judged
from taiyi.instances import Item
from taiyi.metrics.outcomes import f1
from taiyi.metrics.sets import Tally

_MOST_LABELS = 40
NOTHING = "(nothing read)"
"""The column of answers that named no label."""


def every(evaluation: Evaluation, judged: Iterable[Judged], *, only: str = "", top: int = 20) -> list[Analysis]:
    """The analyses of an evaluation's benchmarks, in its order, or of the one named `only`; NotFound for another name.

    top: how many of a list at most; a fifth as many documents.
    """
    names = [result.name for result in evaluation.results]
    if only and only not in names:
        raise unknown_name("benchmark in this evaluation", only, names)
    answers: dict[str, list[Judged]] = defaultdict(list)
    for answer in judged:
        for name in answer.benchmarks:
            answers[name].append(answer)
    return [analyse(result, answers[result.name], top) for result in evaluation.results if only in ("", result.name)]


def analyse(result: BenchmarkResult, answers: Sequence[Judged], top: int = 20) -> Analysis:
    """The errors of the answers that one result counts."""
    types = _types(result)
    documents = [document(answer, result.task, types) for answer in answers]
    found = [(doc.id, error) for doc in documents for error in doc.errors]
    sources = {answer.id: answer for answer in answers}
    few = max(1, top // 5)
    wrong = [doc for doc in documents if doc.wrong or doc.f1 < 1]
    items = {kind: sum(_sides(error) for _, error in found if error.kind == kind) for kind in _kinds(found)}
    return Analysis(
        name=result.name,
        corpus=result.corpus,
        task=result.task,
        language=result.language,
        metric=result.score.name,
        score=result.score.value,
        questions=len(answers),
        verdicts=result.verdicts,
        statuses=result.statuses,
        flags=result.flags,
        found=sum(doc.found for doc in documents),
        predicted=sum(doc.predicted for doc in documents),
        gold=sum(doc.gold for doc in documents),
        kinds=_kinds(found),
        items=items,
        confusions=_confusions(found, top),
        frequent=_by_kind(found, result.task, top),
        roles=_counted(((name, what) for name, error in found for what in _role_errors(error)), top),
        hallucinated=_counted(((a.id, text) for a in answers for text in _hallucinated(a, result.task, types)), top),
        off_schema=_counted(((a.id, name) for a in answers for name in a.flagged.off_schema), top),
        wrong_language=tuple(answer.id for answer in answers if answer.flagged.wrong_language)[:top],
        worst=_shown(sorted(wrong, key=lambda doc: (-doc.wrong, doc.f1, doc.id))[:few], sources, result.task, types),
        lowest=_shown(
            sorted(wrong, key=lambda doc: (doc.verdict != "wrong", doc.f1, -doc.wrong, doc.id))[:few],
            sources,
            result.task,
            types,
        ),
        matrix=_matrix(answers, result.task),
    )


def document(answer: Judged, task: str, types: frozenset[str] = frozenset()) -> Document:
    """One answer's errors. types: only items of these count, where any are given."""
    if task in TEXTS:
        return _text_document(answer, task)
    gold, predicted = _items(answer, task, types)
    if answer.verdict in ("unparsable", "unanswered"):
        found = error_kinds.unread(gold, answered=answer.text is not None)
    else:
        found = error_kinds.errors(task, gold, predicted, _source(answer))
    counts = Tally(len(gold & predicted), len(predicted), len(gold))
    score = f1(*counts) if gold or predicted else float(answer.verdict not in ("unparsable", "unanswered"))
    return Document(answer.id, answer.verdict, *counts, score, tuple(found))


def _items(answer: Judged, task: str, types: frozenset[str]) -> tuple[frozenset[Item], frozenset[Item]]:
    """What is compared: nothing is predicted where the answer was not read."""
    read = answer.items if answer.verdict in ("right", "wrong") else ()
    sides = (error_kinds.comparable(items, task) for items in (answer.gold, read))
    gold, predicted = (frozenset(i for i in side if not types or i[0] in types) for side in sides)
    return gold, predicted


def _hallucinated(answer: Judged, task: str, types: frozenset[str]) -> list[str]:
    """The texts that the source does not hold, of the types scored."""
    if not types:
        return list(answer.flagged.hallucinated)
    said = {text for item in answer.items if item[0] in types for text in error_kinds.copied(task, item)}
    return [text for text in answer.flagged.hallucinated if text in said]


def _text_document(answer: Judged, task: str) -> Document:
    gold, read = (_text(items) for items in (answer.gold, answer.items))
    read = read if answer.verdict in ("right", "wrong") else ""
    return Document(answer.id, answer.verdict, 0, 0, 0, likeness(gold, read), ())


def _types(result: BenchmarkResult) -> frozenset[str]:
    """The only types that a benchmark scores; empty: all."""
    named = result.metric.settings.get("types", "") if result.metric else ""
    return frozenset(str(named).split(",")) - {""}


def _source(answer: Judged) -> str:
    return answer.prompt[slice(*answer.source)]


def _text(items: Sequence[Item]) -> str:
    return "\n".join(str(item[-1]) for item in items)


def _sides(error: Error) -> int:
    return (error.gold is not None) + (error.predicted is not None)


def _kinds(found: Iterable[tuple[str, Error]]) -> dict[Kind, int]:
    counts = Counter(error.kind for _, error in found)
    return {kind: counts[kind] for kind in MEANING if counts[kind]}


def _confusions(found: Iterable[tuple[str, Error]], top: int) -> tuple[Confusion, ...]:
    """Types, relations and labels taken for one another."""
    pairs = Counter(
        (str(error.gold[0]), str(error.predicted[0]))
        for _, error in found
        if error.gold and error.predicted and error.kind in ("type", "boundary_and_type", "relation", "confused")
    )
    ranked = sorted(pairs.items(), key=lambda row: (-row[1], row[0]))
    return tuple(Confusion(gold, predicted, times) for (gold, predicted), times in ranked[:top])


def _by_kind(found: Sequence[tuple[str, Error]], task: str, top: int) -> dict[Kind, tuple[Frequent, ...]]:
    """The texts most often in an error of each kind; but for labels confused, which the confusions list, and for what
    nobody read.
    """
    return {
        kind: _counted(((name, said_of(error)) for name, error in found if error.kind == kind), top)
        for kind in _kinds(found)
        if kind not in ("unread", "unanswered") and not (kind == "confused" and task in error_kinds.LABELLED)
    }


def said_of(error: Error) -> str:
    """An error on one line: the missed item, the spurious one, or `gold → predicted`."""
    return " → ".join(spelled(item) for item in (error.gold, error.predicted) if item)


def _counted(rows: Iterable[tuple[str, str]], top: int) -> tuple[Frequent, ...]:
    """What comes most often in (document, what), ties in order of the text."""
    times: Counter[str] = Counter()
    where: dict[str, set[str]] = defaultdict(set)
    for name, what in rows:
        times[what] += 1
        where[what].add(name)
    ranked = sorted(times.items(), key=lambda row: (-row[1], row[0]))
    return tuple(Frequent(what, count, len(where[what])) for what, count in ranked[:top])


def _role_errors(error: Error) -> list[str]:
    """Of an event with the right trigger: the roles of arguments missed, spurious and exchanged."""
    if error.kind != "arguments" or not error.gold or not error.predicted:
        return []
    gold, predicted = ({(str(slot[0]), str(slot[1])) for slot in item[2]} for item in (error.gold, error.predicted))
    missed, spurious = gold - predicted, predicted - gold
    exchanged = [(role, other) for role, text in missed for other, text_2 in spurious if text == text_2]
    texts = {text for _, text in missed} & {text for _, text in spurious}
    return [
        *(f"{role} → {other}" for role, other in exchanged),
        *(f"{role} missed" for role, text in missed if text not in texts),
        *(f"{role} spurious" for role, text in spurious if text not in texts),
    ]


def _matrix(answers: Sequence[Judged], task: str) -> Matrix | None:
    """Of questions with one right label; None of others, and where there are too many labels to look at."""
    if task not in error_kinds.LABELLED or not answers or any(len(answer.gold) != 1 for answer in answers):
        return None
    pairs: Counter[tuple[str, str]] = Counter()
    for answer in answers:
        read = answer.items if answer.verdict in ("right", "wrong") else ()
        pairs[str(answer.gold[0][0]), str(read[0][0]) if read else NOTHING] += 1
    labels = sorted({gold for gold, _ in pairs})
    others = sorted({given for _, given in pairs} - {*labels, NOTHING})
    columns = [*labels, *others, *([NOTHING] if any(given == NOTHING for _, given in pairs) else [])]
    if len(columns) > _MOST_LABELS:
        return None
    return Matrix(tuple(labels), tuple(columns), tuple(tuple(pairs[g, c] for c in columns) for g in labels))


def _shown(
    documents: Sequence[Document], answers: Mapping[str, Judged], task: str, types: frozenset[str]
) -> tuple[Document, ...]:
    """The documents with their source marked."""
    made = []
    for doc in documents:
        answer = answers[doc.id]
        gold, predicted = _items(answer, task, types) if task not in TEXTS else (frozenset(), frozenset())
        marked = pieces(task, gold, predicted, _source(answer))
        made.append(
            msgspec.structs.replace(
                doc,
                pieces=marked,
                gold_text="\n".join(spelled(item) for item in answer.gold),
                answer=answer.text or "",
            )
        )
    return tuple(made)


def likeness(text: str, other: str) -> float:
    """The share of pairs of neighbouring characters that two texts have in common (Dice's coefficient); blanks and
    case do not count. 1 of two empty texts.
    """
    ours, theirs = (_pairs("".join(each.split()).casefold()) for each in (text, other))
    return f1((ours & theirs).total(), ours.total(), theirs.total()) if ours or theirs else 1.0


def _pairs(text: str) -> Counter[str]:
    return Counter(text[place : place + 2] for place in range(max(1, len(text) - 1)) if text)
