"""`taiyi instructions plan` and `stats`: what the paper's corpora would give, and what the instances made here are."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taiyi import cli_output as output
from taiyi import layout

if TYPE_CHECKING:
    from taiyi.budget import Budget, Part
    from taiyi.instructions.stats import Count, Statistics
    from taiyi.pages.instruction_table import Difference

_BY: dict[str, Callable[[Count], tuple[str, ...]]] = {
    "task": lambda count: (count.task, count.language),
    "corpus": lambda count: (count.corpus, count.task, count.language),
}


def add_to(actions: Any, shared: argparse.ArgumentParser) -> None:
    """Add `plan` and `stats` to `taiyi instructions`."""
    planned = actions.add_parser(
        "plan",
        parents=[shared],
        help="instances by task and language with all corpora of the paper enrolled",
        description="From the descriptors alone: as many instances of each corpus as the paper took, by task and "
        "language, and where its printed Table 1 differs.",
    )
    planned.set_defaults(run=_plan)
    counted = actions.add_parser(
        "stats",
        parents=[shared],
        help="count instances, their lengths and wordings, and who has how much say in the loss",
    )
    counted.add_argument(
        "--from", dest="source", type=Path, default=layout.INSTRUCTIONS, metavar="DIR", help="default: %(default)s"
    )
    counted.add_argument("--by", choices=(*_BY, "wording"), default="task", help="default: %(default)s")
    counted.add_argument(
        "--tokenizer", default="", metavar="MODEL", help="folder or hub id; lengths in its tokens, not in characters"
    )
    counted.set_defaults(run=_stats)


def _planned(descriptors: Path) -> dict[Part, int]:
    from taiyi.corpora import descriptor
    from taiyi.instructions import plan

    return plan.planned(descriptor.find(corpus, descriptors) for corpus in descriptor.ids(descriptors))


def _differences(planned: dict[Part, int]) -> list[Difference]:
    from taiyi.evaluation import paper
    from taiyi.pages import instruction_table
    from taiyi.pages.report_data import TaskSize

    sizes = [TaskSize(*part, train=count) for part, count in planned.items()]
    return instruction_table.differences(sizes, paper.load(layout.PAPER).instruction_data)


def _plan(arguments: argparse.Namespace) -> None:
    from taiyi.instructions import plan

    planned = _planned(arguments.descriptors)
    found, total = _differences(planned), sum(planned.values())
    if arguments.json:
        parts = [{**part._asdict(), "instances": count} for part, count in planned.items()]
        output.json({"total": total, "counts": plan.by_task(planned), "corpora": parts, "differences": found})
        return
    rows = [
        (task, language, f"{sum((part.task, part.language) == (task, language) for part in planned)}", f"{count:,}")
        for task, languages in plan.by_task(planned).items()
        for language, count in languages.items()
    ]
    output.table(f"{total:,} instances of the paper's corpora", ("task", "language", "corpora", "instances"), rows)
    _point_out(found)


def _point_out(found: list[Difference]) -> None:
    if found:
        print("\n- ".join(["Where the paper's printed Table 1 differs:", *(difference.says for difference in found)]))


def _stats(arguments: argparse.Namespace) -> None:
    from taiyi.instructions import stats
    from taiyi.llm import measure

    found = stats.statistics(arguments.source, *(measure.of(arguments.tokenizer) if arguments.tokenizer else ()))
    planned = _planned(arguments.descriptors)
    table, differences = _table(found, planned), _differences(planned)
    if arguments.json:
        output.json({"statistics": found, "table_1": table, "differences": differences})
        return
    if arguments.by == "wording":
        _print_wordings(found.counts)
    else:
        _print_counts(found, arguments.by)
    _print_budget(found.budget)
    columns = (
        "group of tasks",
        *(f"{whose} {of}" for whose in ("here", "plan", "paper") for of in ("en", "zh", "both")),
    )
    rows = [
        (
            row["row"],
            *(f"{n:,}" if n else "" for whose in ("here", "planned", "printed") for n in row[whose] or (0, 0, 0)),
        )
        for row in table
    ]
    output.table("Table 1 of the paper: here, with all its corpora, as printed", columns, rows)
    _point_out(differences)


def _table(found: Statistics, planned: dict[Part, int]) -> list[dict[str, Any]]:
    """The rows of Table 1: instances here, planned and printed, each for English, Chinese and both."""
    from taiyi.evaluation import paper
    from taiyi.pages import instruction_table
    from taiyi.pages.report_data import TaskSize

    ours = [TaskSize(c.corpus, c.task, c.language, c.instances) for c in found.counts if c.use == "train"]
    plan = [TaskSize(*part, train=count) for part, count in planned.items()]
    rows = instruction_table.instruction_table(ours, paper.load(layout.PAPER).instruction_data, plan)
    return [{"row": row.name, "here": row.ours, "planned": row.planned, "printed": row.paper} for row in rows]


def _print_counts(found: Statistics, by: str) -> None:
    groups: dict[tuple[str, ...], list[Count]] = {}
    for count in found.counts:
        groups.setdefault(_BY[by](count), []).append(count)
    rows = []
    for name, counts in sorted(groups.items()):
        uses = [sum(count.instances for count in counts if count.use == use) for use in ("train", "dev", "test")]
        number = sum(uses)
        prompts = sum(c.prompts.total for c in counts) / number, max(c.prompts.longest for c in counts)
        answers = sum(c.answers.total for c in counts) / number, max(c.answers.longest for c in counts)
        lengths = (f"{mean:,.0f} / {most:,}" for mean, most in (prompts, answers))
        rows.append((*name, *(f"{n:,}" for n in uses), *lengths))
    columns = (*(("task", "language") if by == "task" else ("corpus", "task", "language")), "train", "dev", "test")
    title = f"{sum(count.instances for count in found.counts):,} instances; lengths in {found.unit}, mean / longest"
    output.table(title, (*columns, "prompt", "answer"), rows)


def _print_wordings(counts: Iterable[Count]) -> None:
    found: dict[tuple[str, str], dict[str, int]] = {}
    for count in counts:
        of = found.setdefault((count.task, count.language), {})
        for wording, number in count.wordings.items():
            of[wording] = of.get(wording, 0) + number
    rows = [(*key, " ".join(f"{name}:{number:,}" for name, number in of.items())) for key, of in sorted(found.items())]
    output.table("instances by wording", ("task", "language", "wording: instances"), rows)


def _print_budget(budget: Budget) -> None:
    from taiyi.budget import AVERAGINGS, together

    shares = together(budget.rows, lambda row: f"{row.task} {row.language}")
    rows = [
        (
            share.name,
            f"{share.instances:,}",
            f"{share.units / max(share.answers, 1):.1f}",
            *(f"{100 * share.shares[averaging]:.1f}" for averaging in AVERAGINGS),
        )
        for share in sorted(shares, key=lambda share: -share.shares[budget.averaging])
    ]
    marked = (f"{name} %{' (in force)' if name == budget.averaging else ''}" for name in AVERAGINGS)
    output.table(
        f"shares of the training loss; answers in {budget.unit}", ("task", "instances", "mean answer", *marked), rows
    )
