"""`taiyi score`: anyone's raw answers to a benchmark, scored; and what `taiyi evaluate` shares with it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taiyi import cli_output as output
from taiyi import layout

if TYPE_CHECKING:
    from taiyi.benchmarks import Benchmark
    from taiyi.evaluation.prediction_files import Answers
    from taiyi.evaluation.results import Evaluation
    from taiyi.gold import Sources
    from taiyi.instances import Instance, Style

ALL = "all"
"""Every benchmark whose questions can be had."""

PREDICTIONS = "predictions.jsonl"
"""Beside an evaluation: the raw answers, which `taiyi score` reads again."""


def add_to(commands: Any) -> None:
    """Add `taiyi score`."""
    scored = commands.add_parser(
        "score",
        parents=[shared()],
        help="score anyone's raw answers to a benchmark",
        description='Score JSON Lines of {"id": ..., "text": ...}: raw model outputs, read back and judged. An id is '
        "that of the question, of its record (corpus/split/key), or the key alone. A question without a row is "
        "unanswered, and wrong.",
    )
    scored.add_argument("--pred", required=True, type=Path, metavar="FILE", help="the answers, JSON Lines")
    scored.add_argument("--ignore-extra", action="store_true", help="pass over rows that answer none of the questions")
    scored.set_defaults(run=_score)


def shared() -> argparse.ArgumentParser:
    """The options of both commands: which benchmarks, where their questions are, where the evaluation goes."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--benchmark", required=True, metavar="ID[,ID]", help="ids of data/benchmarks, or all at hand")
    parser.add_argument("--gold", type=Path, metavar="FILE", help="the questions, as taiyi benchmarks questions writes")
    parser.add_argument(
        "--corpora", type=Path, metavar="DIR", help="native files to make the questions from (default: raw.folder)"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep the evaluation: scores, judged answers, counts")
    parser.add_argument("--name", default="", help="what the system is called in tables")
    parser.add_argument("--json", action="store_true", help="print the result, or of several benchmarks the evaluation")
    for option, folder in (("benchmarks", layout.BENCHMARKS), ("descriptors", layout.DESCRIPTORS)):
        parser.add_argument(f"--{option}", type=Path, default=folder, metavar="DIR", help="default: %(default)s")
    parser.add_argument("--templates", type=Path, default=layout.TEMPLATES, metavar="DIR", help="default: %(default)s")
    return parser


def chosen(
    arguments: argparse.Namespace, *, wordings: int = 1, style: Style | None = None
) -> tuple[list[Benchmark], list[Instance]]:
    """The benchmarks asked for and their questions. Of `all`, those whose questions can be had: the others are named on
    standard error. A wrong id is answered with what is close.
    """
    from taiyi import benchmarks, gold

    found = sources(arguments)
    if arguments.benchmark == ALL:
        every = benchmarks.every(arguments.benchmarks)
        return gold.at_hand(every, found, say, wordings=wordings, style=style)
    names = dict.fromkeys(name.strip() for name in arguments.benchmark.split(","))
    asked = [benchmarks.find(name, arguments.benchmarks) for name in names]
    return asked, gold.questions(asked, found, say, wordings=wordings, style=style)


def sources(arguments: argparse.Namespace) -> Sources:
    """Where the questions are looked for, as the options say."""
    from taiyi.gold import Sources

    return Sources(
        file=arguments.gold,
        corpora=arguments.corpora,
        descriptors=arguments.descriptors,
        templates=arguments.templates,
        remedy="give its corpus's native files with --corpora, or its questions with --gold",
    )


def _score(arguments: argparse.Namespace) -> None:
    from taiyi import manifest
    from taiyi.evaluation import prediction_files

    check_out(arguments.out)
    asked, questions = chosen(arguments)
    answers = prediction_files.read(arguments.pred, questions, ignore_extra=arguments.ignore_extra)
    for line in remarks(answers, len(questions)):
        say(line)
    made_from = f"predictions {manifest.digest(arguments.pred)[:16]}"
    finish(asked, questions, answers.texts, arguments, name=arguments.name or arguments.pred.stem, model=made_from)


def remarks(answers: Answers, questions: int) -> list[str]:
    """What to know about the answers before their score: how many questions they leave open, what was passed over."""
    said = []
    if answers.missing:
        said.append(
            f"{len(answers.missing):,} of {questions:,} questions have no row and count as unanswered; "
            f"the first: {answers.missing[0]}"
        )
    if answers.null:
        said.append(f"{len(answers.null):,} texts are null and count as unanswered; the first: {answers.null[0]}")
    if answers.ignored:
        said.append(f"{answers.ignored:,} rows answer none of the questions and were passed over")
    return said


def check_out(folder: Path | None) -> None:
    """Conflict if the folder that an evaluation would replace holds anything else."""
    from taiyi.errors import Conflict
    from taiyi.evaluation.results import SCORES

    if folder is None or not folder.exists() or (folder / SCORES).exists():
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise Conflict(f"{folder} is there and holds no evaluation; choose a new or empty folder for --out")


def finish(
    asked: Sequence[Benchmark],
    questions: Sequence[Instance],
    texts: Mapping[str, str],
    arguments: argparse.Namespace,
    *,
    name: str,
    model: str,
) -> None:
    """Judge and score the answers, keep the evaluation where one is asked for, and print it."""
    from taiyi import gold, jsonl, manifest
    from taiyi.evaluation import results, scorecard, scoring
    from taiyi.evaluation.outcomes import judge
    from taiyi.instances import Prediction

    outcomes = judge(questions, texts)
    scored = scoring.evaluate(
        outcomes, {}, asked, name=name, model=model, records=gold.records(asked, sources(arguments), say)
    )
    if arguments.out:
        with manifest.whole_folder(arguments.out) as folder:
            results.write(folder, scored, outcomes)
            jsonl.write(folder / PREDICTIONS, (Prediction(q.id, texts[q.id]) for q in questions if q.id in texts))
    for result in scored.evaluation.results:
        for line in scorecard.warnings(result):
            say(f"WARNING: {line}")
    _print(scored.evaluation, asked, arguments)


def _print(evaluation: Evaluation, asked: Sequence[Benchmark], arguments: argparse.Namespace) -> None:
    from taiyi.evaluation import scorecard

    by_id = {benchmark.id: benchmark for benchmark in asked}
    if arguments.json:
        output.json(evaluation if len(asked) > 1 or arguments.benchmark == ALL else evaluation.results[0])
        return
    for result in evaluation.results:
        benchmark = by_id[result.benchmark]
        output.table(f"{benchmark.title}: {evaluation.name}", ("figures x100", ""), scorecard.rows(result))
        if benchmark.references:
            columns = ("model", "x100", "comparable", "source")
            output.table("published", columns, scorecard.reference_rows(result, benchmark))
        for note in benchmark.notes:
            print(f"note: {note}")
    if len(evaluation.results) > 1:
        print(f"mean of {len(evaluation.results)} benchmarks: {100 * evaluation.macro:.2f}")
    if arguments.out:
        print(f"evaluation in {arguments.out}: compare, errors and leaderboard read it")


def say(line: str) -> None:
    """A line for people, beside what is printed."""
    print(line, file=sys.stderr, flush=True)
