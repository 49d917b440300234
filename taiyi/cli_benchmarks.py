"""`taiyi benchmarks`: which are described, what is known of one, its questions, and the parity with the paper."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taiyi import cli_output as output
from taiyi import layout

if TYPE_CHECKING:
    from taiyi.benchmarks import Benchmark, Reference
    from taiyi.evaluation.parity import Average, Parity, Sheet

_STYLES = ("taiyi", "json")


def add_to(commands: Any) -> None:
    """Add `taiyi benchmarks` and its actions."""
    parser = commands.add_parser(
        "benchmarks", help="what is asked of which test set, how it is scored, what others reach"
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    shared = argparse.ArgumentParser(add_help=False)
    for option, folder in (("benchmarks", layout.BENCHMARKS), ("descriptors", layout.DESCRIPTORS)):
        shared.add_argument(f"--{option}", type=Path, default=folder, metavar="DIR", help="default: %(default)s")
    told = argparse.ArgumentParser(add_help=False)
    told.add_argument("--json", action="store_true", help="print JSON")
    listed = actions.add_parser("list", parents=[shared, told], help="every described benchmark")
    listed.add_argument("--group", choices=("main", "held_out", "supplementary"))
    listed.set_defaults(run=_list)
    shown = actions.add_parser("show", parents=[shared, told], help="all that is known of one, with its references")
    shown.add_argument("id")
    shown.set_defaults(run=_show)
    measured = actions.add_parser("metrics", parents=[told], help="the metrics that a benchmark can name")
    measured.add_argument("name", nargs="?", help="all that is known of one: its settings and what they mean")
    measured.set_defaults(run=_metrics)
    _add_questions(actions, shared)
    compared = actions.add_parser(
        "parity", parents=[shared, told], help="each number of the paper's Tables 2 and 3 beside ours"
    )
    compared.add_argument(
        "evaluation", type=Path, nargs="?", metavar="DIR", help="an evaluation folder (default: the published alone)"
    )
    compared.add_argument("--paper", type=Path, default=layout.PAPER, metavar="FILE", help="default: %(default)s")
    compared.set_defaults(run=_parity)


def _add_questions(actions: Any, shared: argparse.ArgumentParser) -> None:
    asked = actions.add_parser(
        "questions",
        parents=[shared],
        help="write the questions, to be put to any system",
        description="JSON Lines, a question each: id, task, language, style, turns (the last is the gold answer), gold "
        "(its items) and what the answer is read against. Every question of the native files is there; what cannot be "
        "asked is said on standard error.",
    )
    asked.add_argument("id")
    asked.add_argument("--corpora", type=Path, metavar="DIR", help="folder of native files (default: raw.folder)")
    asked.add_argument(
        "--wording", default="", metavar="ID", help="t4; all: each of them (default: the benchmark's own)"
    )
    asked.add_argument("--style", choices=_STYLES, help="how answers are wanted (default: the benchmark's own)")
    asked.add_argument("--without-gold", action="store_true", help="leave the answers out")
    asked.add_argument("--templates", type=Path, default=layout.TEMPLATES, metavar="DIR", help="default: %(default)s")
    asked.add_argument("--out", required=True, metavar="FILE", help="- for standard output")
    asked.set_defaults(run=_questions)


def _metrics(arguments: argparse.Namespace) -> None:
    import inspect

    from taiyi.metrics import measures

    chosen = [arguments.name] if arguments.name else sorted(measures.makers())
    settings = {name: measures.settings(name) for name in chosen}
    about = {name: inspect.getdoc(measures.makers()[name]) or "" for name in chosen}
    if arguments.json:
        output.json([{"name": name, "settings": settings[name], "about": about[name]} for name in chosen])
    elif arguments.name:
        given = ", ".join(f"{setting} {value or '(empty)'}" for setting, value in settings[arguments.name].items())
        rows = [("settings, and what each is if not named", given or "none"), ("what it is", about[arguments.name])]
        output.table(arguments.name, ("", ""), rows)
    else:
        listed = [(name, ", ".join(settings[name]), " ".join(about[name].split("\n\n")[0].split())) for name in chosen]
        output.table(f"{len(chosen)} metrics", ("name", "settings", "what it is"), listed)


def _list(arguments: argparse.Namespace) -> None:
    from taiyi import benchmarks

    found = [b for b in benchmarks.every(arguments.benchmarks) if arguments.group in (None, b.group)]
    if arguments.json:
        output.json(found)
        return
    columns = ("id", "group", "task", "", "questions", "corpus/split", "metric", "best", "title")
    output.table(f"{len(found)} benchmarks", columns, [_row(b) for b in found], one_line=True)


def _row(b: Benchmark) -> tuple[str, ...]:
    best = max((r.value for r in b.references if r.comparable), default=None)
    count = "" if b.expected_n is None else f"{b.expected_n:,}"
    group = b.group.replace("_", " ")
    reached = "" if best is None else f"{best:.1f}"
    return (b.id, group, b.task, b.language, count, f"{b.corpus}/{b.split}", _metric(b), reached, b.title)


def _metric(b: Benchmark) -> str:
    settings = ", ".join(f"{name} {value}" for name, value in b.metric.settings.items())
    return f"{b.metric.name} ({settings})" if settings else b.metric.name


def _show(arguments: argparse.Namespace) -> None:
    from taiyi import benchmarks
    from taiyi.corpora import descriptor
    from taiyi.evaluation import scoring

    b = benchmarks.find(arguments.id, arguments.benchmarks)
    declared = descriptor.find(b.corpus, arguments.descriptors).tasks[b.task]
    signatures = scoring.signatures(b)
    if arguments.json:
        output.json({**_plain(b), "aliases": declared.get("aliases", {}), "signatures": signatures})
        return
    rows = [
        ("title", b.title),
        ("group", b.group.replace("_", " ") + (f", {b.paper} in the paper" if b.paper else "")),
        ("test set", f"{b.corpus}/{b.split}: " + ("?" if b.n is None else f"{b.n:,}") + f" {b.unit}"),
        ("questions", "" if b.expected_n is None else f"{b.expected_n:,}"),
        ("asked as", f"{b.task} {b.language}, wording {b.template}, style {b.style}"),
        ("scored types", ", ".join(b.types)),
        ("also read as", ", ".join(f"{alias} = {name}" for alias, name in declared.get("aliases", {}).items())),
        *(("metric" if number == 0 else "also", text) for number, text in enumerate(signatures)),
        *(("note", note) for note in b.notes),
    ]
    output.table(b.id, ("what", ""), [row for row in rows if row[1]])
    columns = ("model", "x100", "comparable", "measured otherwise", "source")
    output.table("what others reach", columns, [_reached(reference) for reference in b.references])


def _plain(b: Benchmark) -> dict[str, Any]:
    """A benchmark as JSON holds it, each reference with whether it is comparable."""
    import msgspec

    made: dict[str, Any] = msgspec.to_builtins(b)
    made["references"] = [{**msgspec.to_builtins(r), "comparable": r.comparable} for r in b.references]
    return made


def _reached(r: Reference) -> tuple[str, ...]:
    return (r.model, f"{r.value:.1f}", "yes" if r.comparable else "no", r.remarks, r.source)


def _questions(arguments: argparse.Namespace) -> None:
    from taiyi import benchmarks, gold, jsonl
    from taiyi.instructions import benchmark_questions
    from taiyi.ledger import Ledger

    benchmark = benchmarks.find(arguments.id, arguments.benchmarks)
    ledger = Ledger()
    found = benchmark_questions.questions(
        benchmark,
        gold.Sources(corpora=arguments.corpora).raw,
        ledger,
        wording=arguments.wording,
        style=arguments.style,
        descriptors=arguments.descriptors,
        templates=arguments.templates,
    )
    rows: Iterable[Any] = map(benchmark_questions.without_gold, found) if arguments.without_gold else found
    if arguments.out == "-":
        output.lines(rows)
    else:
        jsonl.write(Path(arguments.out), rows)
    print(f"{benchmark.id}: {len(found):,} questions", file=sys.stderr)
    for remark in benchmark_questions.remarks(benchmark, found, ledger):
        print(f"{benchmark.id}: {remark}", file=sys.stderr)


def _parity(arguments: argparse.Namespace) -> None:
    from taiyi import benchmarks
    from taiyi.evaluation import paper, parity, results

    evaluation = results.scores(arguments.evaluation) if arguments.evaluation else None
    sheet = parity.sheet(evaluation, paper.load(arguments.paper), benchmarks.every(arguments.benchmarks))
    if arguments.json:
        output.json(parity.plain(sheet))
        return
    columns = ("", "model", "figure", "theirs", "ours", "difference", "split", "metric", "N", "measured otherwise")
    for table in (2, 3):
        output.table(f"the paper's Table {table}, x100", columns, [_beside(r) for r in sheet.rows if r.table == table])
    rows = [_averaged(average, sheet) for average in sheet.averages]
    output.table(f"average over the {sheet.of} of Table 2, from the rows", ("", "theirs", "ours", "printed"), rows)


def _beside(row: Parity) -> tuple[str, ...]:
    otherwise = "; ".join(filter(None, (row.metric, row.split, f"N {row.of_n:,}" if row.of_n else "", row.note)))
    same = tuple("same" if one else "other" for one in (row.same_split, row.same_metric, row.same_n))
    ours = "" if row.ours is None else f"{row.ours:.1f}"
    model = row.column if row.model == row.column else f"{row.column}: {row.model}"
    return (row.name, model, row.figure, f"{row.theirs:.1f}", ours, _difference(row), *same, otherwise)


def _difference(row: Parity) -> str:
    if row.difference is None:
        return ""
    around = row.difference_interval
    return f"{row.difference:+.1f}" + (f" ({around[0]:+.1f} to {around[1]:+.1f})" if around else "")


def _averaged(average: Average, sheet: Sheet) -> tuple[str, ...]:
    slips = average.slips
    printed = "; ".join(f"{p.value} ({p.source}{', a slip' if p in slips else ''})" for p in average.printed)
    ours = f"{sheet.ours:.1f}" if sheet.ours is not None else f"{sheet.asked} of {sheet.of}, {sheet.whole} whole"
    return (average.column, f"{average.recomputed:.1f}", ours, printed)
