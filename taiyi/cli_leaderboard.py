"""`taiyi leaderboard`: evaluations as pages, and a leaderboard over all of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from taiyi import cli_output as output
from taiyi import layout
from taiyi.errors import InvalidInput


def add_to(commands: Any) -> None:
    """Add `taiyi leaderboard`."""
    made = commands.add_parser(
        "leaderboard",
        help="evaluated models as HTML pages: one table over all, a page each, every answer beside its gold",
        description="Reads evaluation folders (scores.json, judged.jsonl) and writes OUT/index.html, "
        "OUT/<model>/index.html and OUT/<model>/answers/<benchmark>.html. The pages need nothing else.",
    )
    made.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="evaluation folders, one a model")
    made.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="made anew, whole or not at all")
    made.add_argument(
        "--answers",
        type=int,
        metavar="N",
        help="show at most N answers of a benchmark, wrong ones first (default: all)",
    )
    made.add_argument(
        "--replicates",
        type=int,
        default=10_000,
        metavar="N",
        help="of the comparison of each model with the first; 0: do not compare (default: %(default)s)",
    )
    made.add_argument("--benchmarks", type=Path, default=layout.BENCHMARKS, metavar="DIR", help="default: %(default)s")
    made.set_defaults(run=_leaderboard)


def _leaderboard(arguments: argparse.Namespace) -> None:
    from taiyi import benchmarks, manifest
    from taiyi.evaluation import paper
    from taiyi.pages import evaluation_files as files

    for option, value in (("--answers", arguments.answers), ("--replicates", arguments.replicates)):
        if value is not None and value < 0:
            raise InvalidInput(f"{option} is {value}", remedy="a number, 0 for none")
    if arguments.out.exists() and not _replaceable(arguments.out):
        raise InvalidInput("is no leaderboard, and would be replaced", where=arguments.out, remedy="name a new folder")
    described = benchmarks.every(arguments.benchmarks) if arguments.benchmarks.is_dir() else ()
    tables = paper.load(layout.PAPER) if described and layout.PAPER.exists() else None
    settings = files.Settings({b.id: b for b in described}, tables, arguments.answers, arguments.replicates)
    with manifest.whole_folder(arguments.out) as folder:
        made = files.write_leaderboard(arguments.folders, folder, settings)
    rows = [
        (e.name, f"{100 * e.evaluation.macro:.1f}", str(len(e.evaluation.results)), f"{e.evaluation.official_n:,}")
        for e in sorted(made, key=lambda e: -e.evaluation.macro)
    ]
    output.table(f"{arguments.out / files.INDEX}", ("model", "own mean", "benchmarks", "questions"), rows)


def _replaceable(folder: Path) -> bool:
    """Whether a folder is empty or was written by this command."""
    return folder.is_dir() and ((folder / "index.html").exists() or not any(folder.iterdir()))
