"""`taiyi catalog`: what there is and how it hangs together, asked of a server; and the catalog filled."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from services.commands import connecting, serving
from services.commands.ends import OK, REFUSED, ending
from taiyi import cli_output


def add_to(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("catalog", help="corpora, artefacts, lineage, threads and licences, from a server")
    parts = parser.add_subparsers(required=True, metavar="PART")
    _add_sync(parts)
    listed = _part(parts, "list", _list, "corpora, artefacts or evaluations")
    listed.add_argument("what", nargs="?", default="corpora", choices=("corpora", "artefacts", "evaluations"))
    listed.add_argument("--filter", default="", help='such as: language = "zh" AND enrolled = true')
    search = _part(parts, "search", _search, "corpora by words, English or Chinese")
    search.add_argument("query")
    search.add_argument("--filter", default="", help="as of list")
    for part in (listed, search):
        part.add_argument("--limit", type=int, default=1000, help="how many at most (default: %(default)s)")
    shown = _part(parts, "show", _show, "a corpus, an artefact, an evaluation, a record or an instance")
    shown.add_argument(
        "name", help="corpora/ID, artefacts/DIGEST, evaluations/DIGEST, or the id of a record or instance"
    )
    lineage = _part(parts, "lineage", _lineage, "what an artefact was made from, or what was made from it")
    lineage.add_argument("name", help="artefacts/DIGEST")
    lineage.add_argument("--downstream", action="store_true", help="what was made from it")
    lineage.add_argument("--depth", type=int, default=0, help="steps at most (default: all)")
    thread = _part(parts, "thread", _thread, "an id from the raw file to the verdict")
    thread.add_argument("id", help="of a record or an instance")
    licences = _part(parts, "licences", _licences, "the licences of a mix; exits with 2 if one is refused")
    licences.add_argument("corpora", nargs="*", metavar="CORPUS", help="default: those enrolled")


def _add_sync(parts: Any) -> None:
    what = "fill the catalog's database from the repository, as often as you like"
    sync = parts.add_parser("sync", help=what, description=what)
    serving.add_places(sync)
    sync.add_argument("--evaluation", action="append", default=[], metavar="FOLDER", help="also this folder of scores")
    sync.add_argument("--json", action="store_true", help="JSON")
    sync.set_defaults(run=ending(_sync))


def _part(parts: Any, name: str, run: Any, what: str) -> argparse.ArgumentParser:
    part: argparse.ArgumentParser = parts.add_parser(name, help=what, description=what)
    connecting.add_to(part)
    part.set_defaults(run=ending(run))
    return part


def _sync(arguments: argparse.Namespace) -> None:
    import sys

    from services.catalog.wiring import synchronise

    def progress(line: str) -> None:
        print(line, file=sys.stderr)

    changes = synchronise(serving.places(arguments), progress, arguments.evaluation)
    if arguments.json:
        cli_output.json(changes)
    else:
        print(changes)


def _list(arguments: argparse.Namespace) -> None:
    with connecting.client(arguments) as client:
        if arguments.what == "corpora":
            _corpora(client.catalog.corpora(filter=arguments.filter), arguments)
        elif arguments.what == "artefacts":
            _artefacts(client.catalog.artefacts(filter=arguments.filter), arguments)
        else:
            found = islice(client.catalog.evaluations(), arguments.limit)
            rows = [
                (e.name, e.model, f"{e.macro:.4f}", f"{e.questions:,}", str(len(e.benchmarks)))
                for e in _said(found, arguments)
            ]
            _table("evaluations", ("name", "model", "macro", "questions", "benchmarks"), rows, arguments)


def _search(arguments: argparse.Namespace) -> None:
    with connecting.client(arguments) as client:
        _corpora(client.catalog.corpora(filter=arguments.filter, query=arguments.query), arguments)


def _corpora(found: Iterable[Any], arguments: argparse.Namespace) -> None:
    rows = [
        (c.name, c.language, " ".join(c.tasks), c.licence, f"{c.size_records:,}" if c.size_records else "", c.title)
        for c in _said(islice(found, arguments.limit), arguments)
    ]
    _table("corpora", ("name", "language", "tasks", "licence", "records", "title"), rows, arguments)


def _artefacts(found: Iterable[Any], arguments: argparse.Namespace) -> None:
    limit = getattr(arguments, "limit", None)
    rows = [(a.name, a.kind, a.stage, a.corpus, a.path) for a in _said(islice(found, limit), arguments)]
    _table("artefacts", ("name", "kind", "stage", "corpus", "path"), rows, arguments)


def _show(arguments: argparse.Namespace) -> None:
    name = arguments.name
    with connecting.client(arguments) as client:
        catalog = client.catalog
        if name.count("/") >= 2:
            answer = catalog.instance(name) if "#" in name else catalog.record(name)
            found = connecting.plain(answer)
            key = "instance_json" if "#" in name else "record_json"
            found[key.removesuffix("_json")] = json.loads(found.pop(key))
        else:
            ask = {"artefacts": catalog.artefact, "evaluations": catalog.evaluation}.get(
                name.partition("/")[0], catalog.corpus
            )
            found = connecting.plain(ask(name if "/" in name else f"corpora/{name}"))
    cli_output.json(found)


def _lineage(arguments: argparse.Namespace) -> None:
    with connecting.client(arguments) as client:
        direction: Any = "downstream" if arguments.downstream else "upstream"
        _artefacts(client.catalog.lineage(arguments.name, direction, arguments.depth), arguments)


def _thread(arguments: argparse.Namespace) -> None:
    with connecting.client(arguments) as client:
        rows = [
            (step.stage, f"{step.file}:{step.line}" if step.line else step.file, step.content)
            for step in _said(client.catalog.thread(arguments.id), arguments)
        ]
    if not arguments.json:
        cli_output.table(arguments.id, ("stage", "where", "content"), rows, one_line=True)


def _licences(arguments: argparse.Namespace) -> int:
    names = [name if "/" in name else f"corpora/{name}" for name in arguments.corpora]
    with connecting.client(arguments) as client:
        report = client.catalog.licences(names)
    if arguments.json:
        cli_output.json(connecting.plain(report))
    else:
        rows = [(row.corpus, row.licence, row.refused or "let in") for row in report.rows]
        cli_output.table("licences", ("corpus", "licence", "policy"), rows)
    return OK if report.admitted else REFUSED


def _said(found: Iterable[Any], arguments: argparse.Namespace) -> Iterable[Any]:
    """The messages; with --json, printed as they go by."""
    for message in found:
        if arguments.json:
            cli_output.lines([connecting.plain(message)])
        yield message


def _table(title: str, columns: tuple[str, ...], rows: Sequence[Sequence[str]], arguments: argparse.Namespace) -> None:
    if not arguments.json:
        cli_output.table(title, columns, rows)
