"""The answers of one benchmark beside their gold, as HTML pages of some hundred each, wrong ones first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from taiyi.evaluation import highlight
from taiyi.evaluation.examples import spelled
from taiyi.evaluation.outcomes import Verdict
from taiyi.evaluation.results import BenchmarkResult, Judged
from taiyi.evaluation.scoring import EXTRACTION
from taiyi.instances import UNPARSABLE
from taiyi.pages.environment import environment, whole_text

TEMPLATE = "answers.html.j2"
PER_PAGE = 500
ORDER: tuple[Verdict, ...] = ("wrong", "unparsable", "unanswered", "right")


class Piece(NamedTuple):
    """An item as text, and the class of its mark: found, missed or spurious."""

    text: str
    mark: str


class Answer(NamedTuple):
    """A judged answer as shown.

    plain: gold and answer are one text each, which says more than marked items. before, source, after: the prompt, in
    its middle the text asked about with its mentions marked, where there are any (extraction).
    """

    judged: Judged
    plain: bool
    gold: list[Piece]
    read: list[Piece]
    before: str
    source: tuple[highlight.Piece, ...] = ()
    after: str = ""


class Pages(NamedTuple):
    """Where each verdict's answers are: how many there are, how many are shown, and the numbers of their pages."""

    verdict: Verdict
    answers: int
    shown: int
    pages: list[int]


def types(result: BenchmarkResult) -> tuple[str, ...]:
    """The only names that a benchmark scores, in their order; empty: all."""
    named = result.metric.settings.get("types", "") if result.metric else ""
    return tuple(filter(None, named.split(",")))


def of_benchmark(judged: Judged, result: BenchmarkResult) -> Judged:
    """A judged answer as the benchmark counts it: one question may ask for the types of several, and be right in one."""
    names = types(result)
    if not names or not result.metric:
        return judged
    gold = tuple(item for item in judged.gold if item[:1] and item[0] in names)
    items = judged.items
    if result.metric.settings.get("off_schema") != "wrong":
        items = tuple(item for item in items if item[:1] and item[0] in names)
    verdict = judged.verdict
    if verdict in ("right", "wrong"):
        verdict = "right" if frozenset(items) == frozenset(gold) else "wrong"
    return msgspec.structs.replace(judged, gold=gold, items=items, verdict=verdict)


def answer(judged: Judged, task: str) -> Answer:
    """A judged answer to a question of a task, as shown."""
    gold, read = frozenset(judged.gold), frozenset(judged.items)
    if judged.text is None or judged.status in UNPARSABLE:
        read = frozenset()
    plain = all(len(item) == 1 for item in gold | read) and len(gold) <= 1 and len(read) <= 1
    start, end = judged.source
    pieces: tuple[highlight.Piece, ...] = ()
    if task in EXTRACTION and start < end:
        pieces = highlight.pieces(task, gold, read, judged.prompt[start:end])
    return Answer(
        judged,
        plain,
        [Piece(spelled(item), "found" if item in read else "missed") for item in dict.fromkeys(judged.gold)],
        [Piece(spelled(item), "found" if item in gold else "spurious") for item in dict.fromkeys(judged.items)],
        *((judged.prompt[:start], pieces, judged.prompt[end:]) if pieces else (judged.prompt,)),
    )


def ordered(rows: Sequence[Judged]) -> list[Judged]:
    """Wrong answers first, then what could not be read, was not given, and right ones; otherwise as they come."""
    return sorted(rows, key=lambda judged: ORDER.index(judged.verdict))


def page_name(stem: str, number: int) -> str:
    """The file of a page: `<stem>.html`, `<stem>-2.html` ..."""
    return f"{stem}.html" if number == 1 else f"{stem}-{number}.html"


def render(
    result: BenchmarkResult,
    rows: Sequence[Judged],
    *,
    title: str,
    model: str,
    stem: str,
    most: int | None = None,
) -> Iterator[tuple[str, str]]:
    """The pages as (file name, HTML text), at least one; all text from data is escaped.

    most: show only so many answers, wrong ones first, and say so.
    """
    rows = [of_benchmark(judged, result) for judged in rows]
    shown = ordered(rows)[:most]
    template = environment().get_template(TEMPLATE)
    numbers = range(1, max(-(-len(shown) // PER_PAGE), 1) + 1)
    for number in numbers:
        start = (number - 1) * PER_PAGE
        part = [answer(judged, result.task) for judged in shown[start : start + PER_PAGE]]
        page = template.render(
            result=result,
            title=title,
            model=model,
            answers=part,
            number=number,
            files=[(n, page_name(stem, n)) for n in numbers],
            first=start + 1,
            shown=len(shown),
            total=len(rows),
            types=types(result),
            places=places(rows, shown),
            present=[v for v in ORDER if any(a.judged.verdict == v for a in part)],
        )
        yield page_name(stem, number), whole_text(page)


def places(rows: Sequence[Judged], shown: Sequence[Judged]) -> list[Pages]:
    """Where the answers of each verdict are, in the order shown; verdicts without an answer are left out."""
    found = []
    for verdict in ORDER:
        at = [number for number, judged in enumerate(shown) if judged.verdict == verdict]
        count = sum(judged.verdict == verdict for judged in rows)
        if count:
            found.append(Pages(verdict, count, len(at), sorted({number // PER_PAGE + 1 for number in at})))
    return found
