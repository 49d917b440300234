"""`taiyi score --server` and `taiyi render --server`: the core's commands, done by a server where one is named."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from services.commands import connecting
from services.commands.ends import ending
from taiyi import cli_output
from taiyi.errors import InvalidInput

_SCORED_HERE = ("gold", "corpora", "out", "benchmarks", "descriptors", "templates", "ignore_extra")
_RENDERED_HERE = ("source", "template", "templates", "descriptors")
_STYLES = {"taiyi": 1, "json": 2}
"""The numbers of AnswerStyle."""


def add_to(commands: Any) -> None:
    """Give the two commands their other way."""
    _give(commands.choices["score"], _score, _SCORED_HERE)
    _give(commands.choices["render"], _render, _RENDERED_HERE)


def _give(parser: argparse.ArgumentParser, remote: Callable[[argparse.Namespace], None], here: tuple[str, ...]) -> None:
    """A server is asked where --server says one; what only means something here is refused then."""
    connecting.add_server(parser.add_argument_group("asking a server"), "ask this server, which has files of its own")
    local = parser.get_default("run")

    def checked(arguments: argparse.Namespace) -> None:
        given = [name for name in here if getattr(arguments, name) != parser.get_default(name)]
        if given:
            named = ", ".join("--" + {"source": "from"}.get(name, name).replace("_", "-") for name in given)
            raise InvalidInput(f"{named} is about files here, not a server's", where="--server", remedy="leave one out")
        remote(arguments)

    def run(arguments: argparse.Namespace) -> None:
        (ending(checked) if arguments.server else local)(arguments)

    parser.set_defaults(run=run)


def _score(arguments: argparse.Namespace) -> None:
    import msgspec

    from taiyi.evaluation import scorecard
    from taiyi.evaluation.results import BenchmarkResult

    with connecting.client(arguments) as client:
        answer = client.scorer.score(
            f"benchmarks/{arguments.benchmark}",
            _answers(arguments),
            system=arguments.name or arguments.pred.stem,
            **connecting.limits(arguments),
        )
    if arguments.json:
        sys.stdout.write(answer.result_json + "\n")
        return
    result = msgspec.json.decode(answer.result_json, type=BenchmarkResult)
    cli_output.table(
        f"{answer.benchmark}: {arguments.name or arguments.pred.stem}", ("figures x100", ""), scorecard.rows(result)
    )


def _answers(arguments: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Id and text of each line; a text that is null is no answer."""
    from taiyi import jsonl

    for number, row in enumerate(jsonl.read(arguments.pred, dict[str, Any]), start=1):
        identifier, text = row.get("id"), row.get("text")
        if not isinstance(identifier, str) or not isinstance(text, str | None) or "text" not in row:
            raise InvalidInput('{"id": "...", "text": "..."} is needed', where=f"{arguments.pred}:{number}")
        if text is not None:
            yield identifier, text


def _render(arguments: argparse.Namespace) -> None:
    import msgspec
    from taiyi_api.renderer.v1 import renderer_service_pb2 as wire

    from taiyi.instances import Instance

    if arguments.style not in _STYLES:
        raise InvalidInput(f"{arguments.style!r} is no style; there are {', '.join(_STYLES)}", where="--style")
    wording = wire.Wording(style=_STYLES[arguments.style], seed=arguments.seed)  # type: ignore[arg-type]
    with connecting.client(arguments) as client:
        batches = client.renderer.render_corpus(
            f"corpora/{arguments.corpus}",
            arguments.split or "train",
            tasks=arguments.task,
            limit=arguments.limit,
            wording=wording,
        )
        instances = list(islice((text for batch in batches for text in batch.instances_json), arguments.limit))
    found = [msgspec.json.decode(text, type=Instance) for text in instances]
    if arguments.json:
        cli_output.json(found)
    else:
        for instance in found:
            cli_output.conversation(instance)
