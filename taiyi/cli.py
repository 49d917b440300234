"""The `taiyi` command: thin. Heavy libraries are imported where they are used, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from taiyi import __version__, layout
from taiyi.errors import NotFound, TaiyiError


def _print_json(value: Any) -> None:
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _corpora_list(arguments: argparse.Namespace) -> None:
    from taiyi.corpora import descriptor

    described = [descriptor.find(corpus, arguments.descriptors) for corpus in descriptor.ids(arguments.descriptors)]
    if arguments.json:
        _print_json(described)
        return
    rows = [(d.id, d.language, " ".join(d.tasks), " ".join(d.splits), d.access, d.licence.name) for d in described]
    _table(f"{len(rows)} corpora", ("id", "language", "tasks", "splits", "access", "licence"), rows)


def _corpora_counts(arguments: argparse.Namespace) -> None:
    from taiyi import corpora
    from taiyi.corpora import counts, descriptor
    from taiyi.ledger import Ledger

    described = descriptor.find(arguments.corpus, arguments.descriptors)
    result = {}
    for split in arguments.split or described.splits:
        ledger = Ledger()
        result[split] = counts.count(corpora.read(described, split, arguments.source, ledger), ledger)
    if arguments.json:
        _print_json(result)
        return
    rows = [
        (split, kind, name, str(number)) for split, table in result.items() for kind, name, number in counts.rows(table)
    ]
    _table(described.title, ("split", "what", "name", "count"), rows)


def _samples(arguments: argparse.Namespace) -> None:
    from taiyi import samples

    samples.write(arguments.folder, documents=arguments.documents, seed=arguments.seed)
    print(f"sample corpora in {arguments.folder}; what is planted in them: {arguments.folder / 'plants.json'}")


def _trace(arguments: argparse.Namespace) -> None:
    found = {where: rows for where, rows in _traces(arguments.id) if rows}
    if not found:
        raise NotFound(
            f"no artefact holds {arguments.id!r}; an id looks like corpus/split/key or corpus/split/key#task.language.template"
        )
    _print_json(found)


def _traces(identifier: str) -> Iterator[tuple[str, list[Any]]]:
    """Every row of every JSON Lines artefact that carries the id, or an id that extends it, in pipeline order."""
    from taiyi import jsonl
    from taiyi.records import split_record_id

    corpus = split_record_id(identifier)[0] if identifier.count("/") >= 2 else ""
    record = identifier.partition("#")[0]
    folders = (
        layout.records(corpus),
        layout.CURATED,
        layout.INSTRUCTIONS,
        layout.TOKENS,
        layout.PREDICTIONS,
        layout.EVALUATION,
    )
    for folder in folders if corpus else ():
        for path in sorted(folder.rglob("*.jsonl")):
            yield path.as_posix(), [row for row in jsonl.read(path, Any) if _carries(row, identifier, record)]


def _carries(row: Any, identifier: str, record: str) -> bool:
    own = row.get("id", "") if isinstance(row, dict) else ""
    return own in (identifier, record) or own.startswith((f"{identifier}#", f"{identifier}."))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="taiyi",
        description="From annotated biomedical corpora to an evaluated language model.",
        epilog="The pipeline itself is run by `dvc repro` (make repro); stages are modules: python -m pipelines.<stage>.",
    )
    parser.add_argument("--version", action="version", version=f"taiyi {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_corpora(commands.add_parser("corpora", help="what corpora are described, and what their native files hold"))

    samples = commands.add_parser("samples", help="write the sample corpora in their native formats")
    samples.add_argument("folder", type=Path)
    samples.add_argument("--documents", type=int, default=300, help="training documents of each (default: %(default)s)")
    samples.add_argument("--seed", type=int, default=13, help="default: %(default)s")
    samples.set_defaults(run=_samples)

    trace = commands.add_parser("trace", help="follow an id: record, ledger, instance, prediction, verdict")
    trace.add_argument("id", help="a record id corpus/split/key, or an instance id that extends it")
    trace.set_defaults(run=_trace)
    return parser


def _add_corpora(parser: argparse.ArgumentParser) -> None:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--descriptors", type=Path, default=layout.DESCRIPTORS, help="folder of descriptors (default: %(default)s)"
    )
    shared.add_argument("--json", action="store_true", help="print JSON")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listed = actions.add_parser("list", parents=[shared], help="every described corpus")
    listed.set_defaults(run=_corpora_list)
    counted = actions.add_parser("counts", parents=[shared], help="read native files and count what is in them")
    counted.add_argument("corpus", help="the corpus's id")
    counted.add_argument(
        "--from",
        dest="source",
        type=Path,
        default=layout.RAW,
        help="folder with one subfolder per corpus (default: %(default)s)",
    )
    counted.add_argument("--split", action="append", help="only this split (may be given again)")
    counted.set_defaults(run=_corpora_counts)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0 done, 2 refused, 130 interrupted."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except TaiyiError as error:
        print(f"taiyi: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
    return 0


if __name__ == "__main__":
    sys.exit(main())
