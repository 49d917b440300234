"""`taiyi errors`: what a model gets wrong, benchmark by benchmark, for people, programs and browsers."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taiyi import cli_output

if TYPE_CHECKING:
    from taiyi.evaluation.error_analysis import Analysis, Document, Frequent

_STYLES = {"found": "green", "near": "yellow", "missed": "bold red underline", "spurious": "bold magenta", "": ""}
_MOST_COLUMNS = 12


def add_to(commands: Any) -> None:
    """Put the command beside the others."""
    parser = commands.add_parser("errors", help="what answers get wrong: kinds, confusions, the worst documents")
    parser.add_argument("evaluation", type=Path, help="folder of an evaluation, say data/evaluation")
    parser.add_argument("--benchmark", default="", help="one of its benchmarks, in full (default: all, in a line each)")
    parser.add_argument("--top", type=int, default=20, help="how many of a list at most (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print all that is known, for programs")
    parser.add_argument("--html", type=Path, help="write a page to be opened in a browser")
    parser.set_defaults(run=_errors)


def _errors(arguments: argparse.Namespace) -> None:
    from taiyi.evaluation import errors, results

    evaluation, _ = results.read(arguments.evaluation)
    answers = results.answers(arguments.evaluation)
    found = errors.every(evaluation, answers, only=arguments.benchmark, top=arguments.top)
    if arguments.html:
        from taiyi.pages import errors as errors_page

        errors_page.write(found, arguments.html, name=evaluation.name)
    if arguments.json:
        cli_output.json(found)
    elif arguments.html:
        print(f"errors of {len(found)} benchmarks: {arguments.html}")
    elif arguments.benchmark:
        _in_full(found[0], arguments.top)
    else:
        _in_short(found)


def _in_short(found: Sequence[Analysis]) -> None:
    rows = [
        (
            one.name,
            f"{one.metric} {one.score:.3f}",
            f"{one.questions:,}",
            f"{one.missed:,}",
            f"{one.spurious:,}",
            f"{one.verdicts['unparsable']:,} / {one.verdicts['unanswered']:,}",
            ", ".join(f"{kind} {times:,}" for kind, times in sorted(one.kinds.items(), key=lambda row: -row[1])[:4]),
        )
        for one in found
    ]
    columns = ("benchmark", "score", "questions", "missed", "spurious", "unparsable / unanswered", "most errors")
    cli_output.table("errors", columns, rows)
    print("one in full: --benchmark NAME; all as a page: --html FILE")


def _in_full(one: Analysis, top: int) -> None:
    from taiyi.evaluation.error_kinds import MEANING

    print(f"{one.name}: {one.metric} {one.score:.3f} over {one.questions:,} questions")
    print("  ".join(f"{name} {count:,}" for name, count in one.verdicts.items()))
    print("read as: " + ", ".join(f"{status} {count:,}" for status, count in one.statuses.items()))
    print(f"items: {one.found:,} found, {one.missed:,} missed, {one.spurious:,} spurious")
    kinds = [(kind, f"{count:,}", f"{one.items[kind]:,}", MEANING[kind]) for kind, count in one.kinds.items()]
    _listed("errors by kind", ("kind", "errors", "items", "what it is"), kinds)
    confusions = [(row.gold, row.predicted, f"{row.times:,}") for row in one.confusions]
    _listed("taken for another", ("gold", "answered", "times"), confusions)
    if one.matrix and len(one.matrix.columns) <= _MOST_COLUMNS:
        rows = [(label, *map(str, row)) for label, row in zip(one.matrix.labels, one.matrix.rows, strict=True)]
        _listed("gold (rows) against answered (columns)", ("gold", *one.matrix.columns), rows)
    lists: dict[str, tuple[Frequent, ...]] = {str(kind): rows for kind, rows in one.frequent.items()}
    lists |= {"roles": one.roles, "hallucinated texts": one.hallucinated, "names not offered": one.off_schema}
    for title, frequent in lists.items():
        counted = [(row.what, f"{row.times:,}", f"{row.documents:,}") for row in frequent[:top]]
        _listed(title, ("what", "times", "documents"), counted)
    _listed("answers in another language", ("id",), [(identifier,) for identifier in one.wrong_language])
    for title, documents in (("most errors", one.worst), ("lowest F1", one.lowest)):
        _listed(title, ("document", "F1", "found", "missed", "spurious", "verdict"), [_row(doc) for doc in documents])
    for doc in dict.fromkeys((*one.worst[:2], *one.lowest[:1])):
        _marked(doc)


def _row(doc: Document) -> tuple[str, ...]:
    return (
        doc.id,
        f"{doc.f1:.3f}",
        str(doc.found),
        str(doc.gold - doc.found),
        str(doc.predicted - doc.found),
        doc.verdict,
    )


def _listed(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        cli_output.table(title, columns, rows)


def _marked(doc: Document) -> None:
    """A document's source with its mentions in colour, and in words what became of those not found."""
    from rich.text import Text

    text = Text()
    for piece in doc.pieces:
        text.append(piece.text, _STYLES[piece.state])
        for end in piece.ended:
            said = end.label if end.state == "found" else f"{end.label} {end.state}".strip()
            text.append(f"[{said}]" if said else "", f"dim {_STYLES[end.state]}")
    console = cli_output.console()
    console.print(f"\n{doc.id}", style="bold", markup=False, highlight=False)
    console.print(text)
    if not any(piece.ended for piece in doc.pieces):
        console.print(f"gold: {doc.gold_text}\nanswer: {doc.answer}", markup=False, highlight=False)
