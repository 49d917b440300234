"""The `taiyi` command: thin. Heavy libraries are imported where they are used, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from taiyi import __version__, cli_corpora, cli_evaluation, cli_instructions, cli_output, layout
from taiyi.errors import NotFound, TaiyiError

SHELLS = "taiyi.commands"
"""The entry points through which the shells over the core add their commands: functions that take the subparsers."""


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
    cli_output.json(found)


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
    cli_corpora.add_to(
        commands.add_parser("corpora", help="what corpora are described, what files hold, how they come in")
    )

    cli_instructions.add_to(commands)
    cli_evaluation.add_to(commands)

    samples = commands.add_parser("samples", help="write the sample corpora in their native formats")
    samples.add_argument("folder", type=Path)
    samples.add_argument("--documents", type=int, default=300, help="training documents of each (default: %(default)s)")
    samples.add_argument("--seed", type=int, default=13, help="default: %(default)s")
    samples.set_defaults(run=_samples)

    trace = commands.add_parser("trace", help="follow an id: record, ledger, instance, prediction, verdict")
    trace.add_argument("id", help="a record id corpus/split/key, or an instance id that extends it")
    trace.set_defaults(run=_trace)

    for shell in sorted(metadata.entry_points(group=SHELLS), key=lambda entry: entry.name):
        shell.load()(commands)
    return parser


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
