"""The leaderboard's content: several evaluations as one table, in which only what was counted alike stands unmarked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from taiyi.benchmarks import Benchmark
from taiyi.errors import Conflict
from taiyi.evaluation import signatures
from taiyi.evaluation.results import BenchmarkResult, Evaluation
from taiyi.metrics import measures

GROUPS = {
    "main": "The paper's benchmarks",
    "held_out": "Held out of training",
    "supplementary": "Supplementary",
    "": "Other test sets",
}
"""Groups of benchmarks in the order shown; the empty one is of test sets without descriptor."""


class Entrant(NamedTuple):
    """An evaluated model: the folder of its pages, its name, its scores, and by a result's name its page of answers
    (relative to that folder).
    """

    slug: str
    name: str
    evaluation: Evaluation
    answers: Mapping[str, str]


class Cell(NamedTuple):
    """One score: where its answers are (empty: nowhere), the marks of its footnotes, whether it leads its column."""

    result: BenchmarkResult
    href: str
    marks: tuple[str, ...]
    best: bool


class Column(NamedTuple):
    """One benchmark counted in one way, over n questions; cells by entrant, absent where it was not scored.

    expected_n: how many it should be, where that is another number.
    """

    key: str
    title: str
    group: str
    first: BenchmarkResult
    signature: str
    n: int
    cells: dict[str, Cell]
    expected_n: int | None = None
    lower_is_better: bool = False


class Row(NamedTuple):
    """An entrant, its mean over the benchmarks that all share (None: there are none), and that of Table 2's, if whole."""

    entrant: Entrant
    shared: float | None
    main: float | None


class Board(NamedTuple):
    """The whole table. groups: (title, columns of it); notes: (mark, what differs); shared: titles behind the mean."""

    groups: list[tuple[str, list[Column]]]
    rows: list[Row]
    notes: list[tuple[str, str]]
    shared: list[str]

    @property
    def columns(self) -> list[Column]:
        """All columns in the order shown."""
        return [column for _, columns in self.groups for column in columns]


def board(entrants: Sequence[Entrant], described: Mapping[str, Benchmark]) -> Board:
    """The table of these entrants; `described`: descriptors by id, for titles and groups.

    A cell that was counted in another way than most of its column, or over another number of questions, carries a mark.
    Raises Conflict where one evaluation has a benchmark twice.
    """
    notes: dict[str, str] = {}
    columns = [_column(key, found, described, notes) for key, found in _by_benchmark(entrants).items()]
    order = list(GROUPS)
    columns.sort(key=lambda c: (order.index(c.group), c.first.task, c.first.language, c.title))
    groups = [(GROUPS[group], [c for c in columns if c.group == group]) for group in order]
    shared = [c for c in columns if len(c.cells) == len(entrants) and not any(x.marks for x in c.cells.values())]
    main = [benchmark.id for benchmark in described.values() if benchmark.group == "main"]
    rows = [Row(e, _mean(c.cells[e.slug].result for c in shared), _whole(e, main)) for e in entrants]
    rows.sort(key=lambda row: (-(row.shared or 0.0), -row.entrant.evaluation.macro))
    named = [(mark, text) for text, mark in notes.items()]
    return Board([g for g in groups if g[1]], rows, named, [c.title for c in shared])


def _by_benchmark(entrants: Sequence[Entrant]) -> dict[str, list[tuple[Entrant, BenchmarkResult]]]:
    found: dict[str, list[tuple[Entrant, BenchmarkResult]]] = {}
    for entrant in entrants:
        for result in entrant.evaluation.results:
            rows = found.setdefault(result.benchmark or result.name, [])
            if rows and rows[-1][0].slug == entrant.slug:
                raise Conflict(f"{entrant.name}: {result.benchmark or result.name} is scored twice in one evaluation")
            rows.append((entrant, result))
    return found


def _column(
    key: str,
    found: Sequence[tuple[Entrant, BenchmarkResult]],
    described: Mapping[str, Benchmark],
    notes: dict[str, str],
) -> Column:
    results = [result for _, result in found]
    signature = signatures.commonest(result.score.signature for result in results)
    first = next(result for result in results if result.score.signature == signature)
    n = _usual_n(results)
    answers = _usual(r.official_n for r in results if r.questions == n)
    marks = {e.slug: tuple(_mark(text, notes) for text in _deviations(r, signature, n, answers)) for e, r in found}
    best = min if lower_is_better(first) else max
    top = best((r.score.value for e, r in found if not marks[e.slug]), default=None)
    cells = {
        e.slug: Cell(r, page(e, r), marks[e.slug], len(found) > 1 and not marks[e.slug] and r.score.value == top)
        for e, r in found
    }
    descriptor = described.get(key)
    group = descriptor.group if descriptor and descriptor.group in GROUPS else ""
    title = descriptor.title if descriptor else first.name
    lacking = first.expected_n if first.expected_n not in (None, n) else None
    return Column(key, title, group, first, signature, n, cells, lacking, best is min)


def _usual_n(results: Sequence[BenchmarkResult]) -> int:
    """The whole benchmark's number of questions where someone answered it; else what most did, of several the largest."""
    whole = [r.questions for r in results if r.questions == r.expected_n]
    counts = Counter(whole or (r.questions for r in results))
    return max(counts, key=lambda n: (counts[n], n))


def _usual(numbers: Iterable[int]) -> int:
    """The commonest number; of several the least, which is that of questions asked in one wording."""
    counts = Counter(numbers)
    return min(counts, key=lambda number: (-counts[number], number))


def lower_is_better(result: BenchmarkResult) -> bool:
    """Whether a result's headline is a rate of errors."""
    return result.metric is not None and measures.make(result.metric, task=result.task).lower_is_better


def page(entrant: Entrant, result: BenchmarkResult) -> str:
    """Where the answers of a result are, seen from the leaderboard; empty where there is no such page."""
    answers = entrant.answers.get(result.name)
    return f"{entrant.slug}/{answers}" if answers else ""


def _deviations(result: BenchmarkResult, signature: str, n: int, answers: int) -> Iterable[str]:
    otherwise = signatures.difference(result.score.signature, signature)
    if otherwise:
        yield f"Counted otherwise than the rest of the column: {otherwise}."
    if result.questions != n:
        yield f"Over {result.questions:,} questions instead of {n:,}."
    elif result.official_n != answers:
        yield f"Over {result.official_n:,} answers instead of {answers:,}: questions in {len(result.wordings)} wordings."


def _mark(text: str, notes: dict[str, str]) -> str:
    return notes.setdefault(text, letters(len(notes)))


def letters(number: int) -> str:
    """0 is a, 25 z, 26 aa."""
    rest, last = divmod(number, 26)
    return (letters(rest - 1) if rest else "") + chr(ord("a") + last)


def _mean(results: Iterable[BenchmarkResult]) -> float | None:
    values = [result.score.value for result in results]
    return sum(values) / len(values) if values else None


def _whole(entrant: Entrant, main: Sequence[str]) -> float | None:
    """The mean over all main benchmarks; None where one is missing or is not whole."""
    found = {r.benchmark: r for r in entrant.evaluation.results if r.whole}
    return _mean(found[key] for key in main) if main and all(key in found for key in main) else None
