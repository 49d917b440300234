"""`taiyi compare` and `taiyi wordings`: which benchmarks separate two models, and what the wording of a question does."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taiyi import cli_output as output
from taiyi import layout
from taiyi.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from taiyi.benchmarks import Group
    from taiyi.evaluation.comparison import Comparison, Ends, Mean, NotComparable, Row
    from taiyi.evaluation.task_means import TaskMeans
    from taiyi.evaluation.wordings import Sensitivity, Spread

_ALPHA = 0.05


def add_to(commands: Any) -> None:
    """Add `taiyi compare` and `taiyi wordings`."""
    _add_compare(commands)
    _add_wordings(commands)


def _add_compare(commands: Any) -> None:
    compared = commands.add_parser(
        "compare",
        help="which benchmarks separate two evaluated models",
        description="B against A on each benchmark that both were asked: the difference with its interval, p of no "
        "difference by paired approximate randomisation over records, and whether it stands after Holm's correction.",
    )
    compared.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="evaluation folders: A and B")
    compared.add_argument("--alpha", type=float, default=_ALPHA, help="chance of any false difference (default: 0.05)")
    compared.add_argument("--only", default="", metavar="ID,..", help="only these benchmarks, by id or name")
    compared.add_argument(
        "--by",
        choices=("benchmark", "task"),
        default="benchmark",
        help="task: means over each task type, of two or more evaluations, each against the first",
    )
    compared.add_argument(
        "--stages",
        action="store_true",
        help="of one folder, an evaluation by the pipeline: the tasks of stage 1 after stage 2 against after stage 1",
    )
    compared.add_argument(
        "--benchmarks", type=Path, default=layout.BENCHMARKS, metavar="DIR", help="default: %(default)s"
    )
    compared.add_argument("--json", action="store_true", help="print JSON")
    compared.set_defaults(run=_compare)


def _add_wordings(commands: Any) -> None:
    spread = commands.add_parser(
        "wordings",
        help="how much a model's scores depend on how it is asked",
        description="The spread of each score over the wordings (templates) of its questions: those of one evaluation, "
        "or of several evaluations of one model that ask in different wordings.",
    )
    spread.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="evaluation folders of one model")
    spread.add_argument("--json", action="store_true", help="print JSON")
    spread.set_defaults(run=_wordings)


def _compare(arguments: argparse.Namespace) -> None:
    from taiyi.evaluation import comparison, pairing, task_means

    if not 0 < arguments.alpha < 1:
        raise InvalidInput(f"--alpha is {arguments.alpha}", remedy="a chance between 0 and 1, such as 0.05")
    two, given = arguments.by == "benchmark", len(arguments.folders)
    if arguments.stages and given == 1:
        _show_stages(arguments.folders[0], as_json=arguments.json)
        return
    if given < 2 or (two and given > 2):
        raise InvalidInput(
            f"{given} evaluation folder{'s are' if given > 1 else ' is'} given",
            remedy="name two; with --by task, two or more; with --stages, the pipeline's own",
        )
    systems = pairing.load(arguments.folders)
    only = [name.strip() for name in arguments.only.split(",") if name.strip()]
    if not two:
        means = task_means.by_task(systems, alpha=arguments.alpha, only=only)
        output.json(means) if arguments.json else _show_tasks(means, arguments.alpha)
        return
    families = _families(arguments.benchmarks)
    made = comparison.compare(*systems, alpha=arguments.alpha, only=only, families=families)
    output.json(made) if arguments.json else _show(made)


def _show_stages(folder: Path, *, as_json: bool) -> None:
    from taiyi import jsonl
    from taiyi.evaluation import results
    from taiyi.evaluation.forgetting import Forgetting

    path = folder / results.FORGETTING
    if not path.exists():
        raise NotFound(
            f"{folder} has no {results.FORGETTING}; the pipeline's evaluate stage writes it to {layout.EVALUATION}"
        )
    found: Forgetting = jsonl.read_json(path, Forgetting)
    if as_json:
        output.json(found)
    elif found.comparison:
        _show(found.comparison)
    else:
        print(found.says)


def _families(folder: Path) -> dict[str, Group]:
    from taiyi import benchmarks

    return {benchmark.id: benchmark.group for benchmark in benchmarks.every(folder)} if folder.is_dir() else {}


def _show(made: Comparison) -> None:
    columns = ("benchmark", "metric", "n", "A", "B", "B - A", _level(made.alpha), "p", "p (Holm)", "McNemar", "")
    print(f"A: {made.a}\nB: {made.b}")
    if not made.rows:
        print("Nothing of the two can be compared.")
        _show_rest(made.not_comparable)
        return
    output.table("B against A, x100", columns, [_cells(row) for row in made.rows])
    means = [*made.families, made.macro] if len(made.families) > 1 else [made.macro]
    for mean in filter(None, means):
        print(f"mean of {_whose(mean)}: {_x100(mean.a)} and {_x100(mean.b)}, {_gain(mean)}")
    print(_verdict(made))
    for note in sorted({f"{row.name}: {note}" for row in made.rows for note in row.notes}):
        print(f"note: {note}")
    _show_rest(made.not_comparable)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        row.metric,
        f"{row.questions:,}",
        _x100(row.a),
        _x100(row.b),
        f"{100 * row.difference:+.1f}",
        _ends(row.interval),
        _p(row.p),
        _p(row.adjusted_p),
        "" if row.mcnemar is None else _p(row.mcnemar),
        f"{row.better.upper()} is better" if row.better else "",
    )


def _verdict(made: Comparison) -> str:
    over: dict[str, int] = {}
    for row in made.rows:
        over[row.family] = over.get(row.family, 0) + 1
    families = ", ".join(f"{count} {name.replace('_', ' ')}".rstrip() for name, count in over.items())
    found = [row.name for row in made.separating]
    said = ", ".join(found) if found else "none"
    return (
        f"{len(found)} of {len(made.rows)} benchmark{'s' if len(made.rows) > 1 else ''} separate A and B (Holm over {families}; "
        f"alpha {made.alpha:g}): {said}"
    )


def _whose(mean: Mean) -> str:
    kind = {"all": "", "": "undescribed "}.get(mean.of, f"{mean.of.replace('_', ' ')} ")
    return f"{mean.benchmarks} {kind}benchmark{'s' if mean.benchmarks > 1 else ''}"


def _show_tasks(means: TaskMeans, alpha: float) -> None:
    columns = (
        "task",
        "benchmark",
        "metric",
        "n",
        *means.systems,
        *(f"{n} - {means.systems[0]}" for n in means.systems[1:]),
    )
    rows: list[tuple[str, ...]] = []
    for panel in means.panels:
        for bars in panel.benchmarks:
            gains = (f"{100 * (score - bars.scores[0]):+.1f}" for score in bars.scores[1:])
            rows.append((panel.task, bars.name, bars.metric, f"{bars.questions:,}", *map(_x100, bars.scores), *gains))
        rows.append((panel.task, "mean", "", "", *map(_x100, panel.means), *map(_gain, panel.gains)))
    if means.gains:
        whole = (means.gains[0].a, *(gain.b for gain in means.gains))
        rows.append(("all", "mean", "", "", *map(_x100, whole), *map(_gain, means.gains)))
    if rows:
        output.table(f"by task, x100; intervals at {_level(alpha)}", columns, rows)
    _show_rest(means.not_comparable)


def _wordings(arguments: argparse.Namespace) -> None:
    from taiyi.evaluation import pairing, results, wordings

    asked = [
        wordings.Asked(system.name, system.evaluation, system.counts, results.answers(folder))
        for system, folder in zip(pairing.load(arguments.folders), arguments.folders, strict=True)
    ]
    found = wordings.sensitivity(asked)
    output.json(found) if arguments.json else _show_wordings(found)


def _show_wordings(found: Sensitivity) -> None:
    columns = (
        "benchmark",
        "metric",
        "wordings",
        "mean",
        "sd",
        "worst",
        "best",
        "questions",
        "verdict changes",
        "flips",
    )
    if found.spreads:
        output.table("scores over wordings, x100", columns, [_spread(spread) for spread in found.spreads])
    apart = [spread.name for spread in found.spreads if not spread.same_questions]
    if apart:
        print(
            f"Not every wording was put to the same questions, so that scores differ by the questions too: {', '.join(apart)}"
        )
    _show_rest(found.not_comparable)


def _spread(spread: Spread) -> tuple[str, ...]:
    return (
        spread.name,
        spread.metric,
        str(len(spread.wordings)),
        _x100(spread.mean),
        _x100(spread.deviation),
        f"{_x100(spread.lowest.value)} {spread.lowest.template}",
        f"{_x100(spread.highest.value)} {spread.highest.template}",
        f"{spread.shared:,}" if spread.shared else "none shared",
        "" if spread.changed is None else f"{spread.changed:.1%}",
        "" if spread.flipped is None else f"{spread.flipped:.1%}",
    )


def _show_rest(refused: Sequence[NotComparable]) -> None:
    if refused:
        output.table("not compared", ("benchmark", "why"), [(one.name, one.reason) for one in refused])


def _gain(mean: Mean) -> str:
    return f"{100 * mean.difference:+.1f} {_ends(mean.interval)}".rstrip()


def _x100(value: float) -> str:
    return f"{100 * value:.1f}"


def _ends(interval: Ends | None) -> str:
    return f"[{100 * interval[0]:+.1f}, {100 * interval[1]:+.1f}]" if interval else ""


def _level(alpha: float) -> str:
    return f"{100 * (1 - alpha):g} %"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
