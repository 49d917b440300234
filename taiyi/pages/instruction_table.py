"""The paper's Table 1: instances by group of tasks and language, as taken here, as planned and as printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from taiyi.evaluation.paper import InstructionRow, InstructionTable
from taiyi.pages.report_data import TaskSize
from taiyi.records import Part

OTHER = "Not in the paper's table"


class Counts(NamedTuple):
    """Instances in English, in Chinese, and of tasks that the paper counts for both together."""

    en: int = 0
    zh: int = 0
    both: int = 0


class TableRow(NamedTuple):
    """A row of Table 1: what this run takes, what the list of the paper's corpora gives, and what the paper prints (None:
    it has no such row). tone: the class of its colour.
    """

    name: str
    tasks: tuple[str, ...]
    tone: str
    ours: Counts
    planned: Counts
    paper: Counts | None


class Difference(Part, frozen=True):
    """A row that is printed otherwise than its corpora add up. swapped: its two columns stand in each other's place."""

    row: str
    printed: Counts
    planned: Counts
    swapped: bool
    says: str


def place(table: InstructionTable | None, size: TaskSize) -> int | None:
    """The number of the row that a corpus and task counts in: its corpus's own, else its task's; None: no row."""
    rows = table.rows if table else ()
    by_corpus = (number for number, row in enumerate(rows) if size.corpus in row.corpora)
    by_task = (number for number, row in enumerate(rows) if size.task in row.tasks)
    return next(by_corpus, next(by_task, None))


def instruction_table(
    sizes: Sequence[TaskSize], table: InstructionTable | None, planned: Sequence[TaskSize] = ()
) -> list[TableRow]:
    """Training instances in the rows of Table 1, and one more row for those that have none there."""
    ours, plan = _by_place(sizes, table), _by_place(planned, table)
    rows = [
        TableRow(
            row.name,
            row.tasks,
            f"tone-{number}",
            _counted(ours.get(number, []), row),
            _counted(plan.get(number, []), row),
            Counts(row.en, row.zh, row.both),
        )
        for number, row in enumerate(table.rows if table else ())
    ]
    rest = [size for size in ours.get(None, []) if size.train]
    if rest or not rows:
        names = tuple(sorted({size.task for size in rest}))
        rows.append(TableRow(OTHER, names, "tone-none", _counted(rest), _counted(plan.get(None, [])), None))
    return rows


def _by_place(sizes: Iterable[TaskSize], table: InstructionTable | None) -> dict[int | None, list[TaskSize]]:
    found: dict[int | None, list[TaskSize]] = {}
    for size in sizes:
        found.setdefault(place(table, size), []).append(size)
    return found


def _counted(sizes: Sequence[TaskSize], row: InstructionRow | None = None) -> Counts:
    if row and row.both:
        return Counts(both=sum(size.train for size in sizes))
    en, zh = (sum(size.train for size in sizes if size.language == language) for language in ("en", "zh"))
    return Counts(en, zh)


def differences(planned: Sequence[TaskSize], table: InstructionTable) -> list[Difference]:
    """Where the printed table differs from what its corpora add up to."""
    rows = instruction_table((), table, planned)
    return [_difference(row.name, row.paper, row.planned) for row in rows if row.paper and row.paper != row.planned]


def _difference(name: str, printed: Counts, planned: Counts) -> Difference:
    crossed = Counts(printed.zh, printed.en, printed.both)
    swapped = _apart(crossed, planned) < _apart(printed, planned)
    found = [f"{name}: the table prints {_said(printed)}, its corpora add up to {_said(planned)}"]
    if swapped:
        found.append("the printed columns of the two languages are swapped")
    for column, was, due in zip(Counts._fields, crossed if swapped else printed, planned, strict=True):
        if was != due:
            where = {"en": " in English", "zh": " in Chinese", "both": ""}[column]
            found.append(f"{abs(was - due):,} {'more' if was > due else 'fewer'} are printed{where}")
    return Difference(name, printed, planned, swapped, "; ".join(found) + ".")


def _apart(one: Counts, other: Counts) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def _said(counts: Counts) -> str:
    names = zip(counts, ("English", "Chinese", "both languages"), strict=True)
    return " and ".join(f"{count:,} ({name})" for count, name in names if count) or "none"
