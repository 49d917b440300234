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
    from taiyi.evaluation.scoring import Records
    from taiyi.instances import Instance, Style

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
    parser.add_argument("--benchmark", required=True, metavar="ID[,ID]", help="ids of data/benchmarks, or all")
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


def chosen(arguments: argparse.Namespace) -> list[Benchmark]:
    """The benchmarks asked for; a wrong id is answered with what is close."""
    from taiyi import benchmarks

    if arguments.benchmark == "all":
        return list(benchmarks.every(arguments.benchmarks))
    names = dict.fromkeys(name.strip() for name in arguments.benchmark.split(","))
    return [benchmarks.find(name, arguments.benchmarks) for name in names]


def gold(
    asked: Sequence[Benchmark], arguments: argparse.Namespace, *, wordings: int = 1, style: Style | None = None
) -> list[Instance]:
    """The questions of the benchmarks, each once: of --gold, else of native files, else of the pipeline's test set."""
    found = {
        instance.id: instance for benchmark in asked for instance in _questions(benchmark, arguments, wordings, style)
    }
    return list(found.values())


def _questions(
    benchmark: Benchmark, arguments: argparse.Namespace, wordings: int, style: Style | None
) -> list[Instance]:
    from taiyi.errors import InvalidInput, NotFound
    from taiyi.evaluation.prediction_files import read_questions

    if arguments.gold:
        instances = read_questions(arguments.gold)
        found = [instance for instance in instances if benchmark.asks(instance.id)]
        if not found:
            raise InvalidInput(
                f"no question of {benchmark.id} ({benchmark.corpus}/{benchmark.split}, {benchmark.task}, "
                f"{benchmark.language}); its {len(instances):,} questions are like {instances[0].id}",
                where=arguments.gold,
                remedy="is it the gold of another benchmark?",
            )
        return found
    try:
        return _from_native_files(benchmark, arguments, wordings, style)
    except NotFound as missing:
        found = [] if arguments.corpora or wordings > 1 else _of_the_pipeline(benchmark)
        if not found:
            raise NotFound(
                f"the questions of {benchmark.id} cannot be made: {missing}\n"
                "  give its corpus's native files with --corpora, or its questions with --gold"
            ) from missing
        return found


def _from_native_files(
    benchmark: Benchmark, arguments: argparse.Namespace, wordings: int, style: Style | None
) -> list[Instance]:
    from taiyi.instructions import benchmark_questions
    from taiyi.ledger import Ledger

    ledger = Ledger()
    made = benchmark_questions.questions(
        benchmark,
        native_files(arguments),
        ledger,
        wording=benchmark_questions.ALL if wordings > 1 else "",
        style=style,
        descriptors=arguments.descriptors,
        templates=arguments.templates,
    )
    for rule, count in ledger.counts().items():
        say(f"{benchmark.id}: {count:,} rows of the ledger: {rule}")
    return _first_wordings(made, benchmark.template, wordings) if wordings > 1 else made


def native_files(arguments: argparse.Namespace) -> Path:
    """The folder of native files: --corpora, else that of params.yaml."""
    from taiyi import params

    if arguments.corpora is not None:
        return Path(arguments.corpora)
    return Path(params.load(layout.PARAMS).raw.folder) if layout.PARAMS.exists() else layout.RAW


def _records(asked: Sequence[Benchmark], arguments: argparse.Namespace) -> Records | None:
    """What finds the records that some measures need; None, and a warning, where their native files are not there."""
    from taiyi import corpora
    from taiyi.corpora import descriptor
    from taiyi.errors import NotFound
    from taiyi.instructions import benchmark_questions
    from taiyi.metrics import measures

    raw = native_files(arguments)
    for b in asked:
        needing = [m.name for m in (b.metric, *b.also) if measures.make(m, task=b.task).with_records is not None]
        try:
            if needing:
                described, above = corpora.below(descriptor.find(b.corpus, arguments.descriptors), raw)
                corpora.files(described, b.split, above)
        except NotFound:
            say(f"WARNING: {needing[0]} of {b.id} needs the native files of {b.corpus}, which --corpora names")
            return None
    return benchmark_questions.records_in(raw, arguments.descriptors)


def _first_wordings(instances: Sequence[Instance], own: str, count: int) -> list[Instance]:
    """Of each question asked in every wording: the benchmark's own, and as many more as make `count`."""
    by_question: dict[tuple[str, str], list[Instance]] = {}
    for instance in instances:
        by_question.setdefault(_question(instance), []).append(instance)
    for group in by_question.values():
        group.sort(key=lambda instance: f".{own}." not in f"{instance.id.partition('#')[2]}.")
    return [instance for group in by_question.values() for instance in group[:count]]


def _question(instance: Instance) -> tuple[str, str]:
    """What is asked, in whatever wording: the record and the sub-task."""
    return instance.record, "".join(instance.id.partition("#")[2].split(".", 3)[3:])


def _of_the_pipeline(benchmark: Benchmark) -> list[Instance]:
    """The pipeline's test questions of the benchmark, if they are all of them."""
    from taiyi import jsonl
    from taiyi.instances import Instance

    path = layout.instructions("test")
    if not path.exists():
        return []
    found = [instance for instance in jsonl.read(path, Instance) if benchmark.asks(instance.id)]
    return found if len(found) == benchmark.expected_n else []


def _score(arguments: argparse.Namespace) -> None:
    from taiyi import manifest
    from taiyi.evaluation import prediction_files

    check_out(arguments.out)
    asked = chosen(arguments)
    questions = gold(asked, arguments)
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
    from taiyi import jsonl, manifest
    from taiyi.evaluation import results, scorecard, scoring
    from taiyi.evaluation.outcomes import judge
    from taiyi.instances import Prediction

    outcomes = judge(questions, texts)
    scored = scoring.evaluate(outcomes, {}, asked, name=name, model=model, records=_records(asked, arguments))
    if arguments.out:
        with manifest.whole_folder(arguments.out) as folder:
            results.write(folder, scored, outcomes)
            jsonl.write(folder / PREDICTIONS, (Prediction(q.id, texts[q.id]) for q in questions if q.id in texts))
    counts = {b.id: len({_question(q) for q in questions if b.asks(q.id)}) for b in asked}
    for result in scored.evaluation.results:
        for line in scorecard.warnings(result, counts[result.benchmark]):
            say(f"WARNING: {line}")
    _print(scored.evaluation, asked, counts, arguments)


def _print(
    evaluation: Evaluation, asked: Sequence[Benchmark], counts: Mapping[str, int], arguments: argparse.Namespace
) -> None:
    from taiyi.evaluation import scorecard

    by_id = {benchmark.id: benchmark for benchmark in asked}
    if arguments.json:
        output.json(evaluation.results[0] if len(asked) == 1 else evaluation)
        return
    for result in evaluation.results:
        benchmark, count = by_id[result.benchmark], counts[result.benchmark]
        output.table(f"{benchmark.title}: {evaluation.name}", ("figures x100", ""), scorecard.rows(result, count))
        if benchmark.references:
            columns = ("model", "x100", "comparable", "source")
            output.table("published", columns, scorecard.reference_rows(result, count, benchmark))
        for note in benchmark.notes:
            print(f"note: {note}")
    if len(evaluation.results) > 1:
        print(f"mean of {len(evaluation.results)} benchmarks: {100 * evaluation.macro:.2f}")
    if arguments.out:
        print(f"evaluation in {arguments.out}: compare, errors and leaderboard read it")


def say(line: str) -> None:
    """A line for people, beside what is printed."""
    print(line, file=sys.stderr, flush=True)
