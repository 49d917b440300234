"""`taiyi chat` and `taiyi extract`: the served model asked."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.commands import connecting
from services.commands.ends import ending
from taiyi import cli_output
from taiyi.errors import InvalidInput

if TYPE_CHECKING:
    from taiyi_api.inference.v1 import inference_service_pb2 as wire

    from taiyi_client import Client


def add_to(commands: Any) -> None:
    """Add both commands."""
    chat = commands.add_parser(
        "chat",
        help="talk to the served model",
        description="With MESSAGE: one answer. Without: a conversation on the terminal, or one message from standard input. "
        "Ctrl-C ends an answer, Ctrl-D the conversation.",
    )
    chat.add_argument("message", nargs="?", metavar="MESSAGE")
    chat.add_argument("--max-new-tokens", type=int, default=0, help="default: the server's")
    chat.add_argument("--temperature", type=float, default=0.0, help="0: the likeliest answer, always the same")
    chat.add_argument("--seed", type=int, default=0)
    chat.set_defaults(run=ending(_chat))
    extract = commands.add_parser(
        "extract", help="what a text says: mentions at their offsets, and the structured answer"
    )
    extract.add_argument("text", metavar="TEXT", help="the text, or - for standard input, or @FILE")
    extract.add_argument("--task", default="ner", help="a task type (default: %(default)s)")
    extract.add_argument("--types", nargs="*", default=[], help="what to look for, such as disease chemical")
    extract.add_argument("--language", default="", choices=("", "en", "zh"), help="default: by the text's script")
    extract.set_defaults(run=ending(_extract))
    for parser in (chat, extract):
        parser.add_argument("--adapter", default="", help="adapters/NAME (default: the server's)")
        connecting.add_to(parser)


def _chat(arguments: argparse.Namespace) -> None:
    with connecting.client(arguments) as client:
        if arguments.message is None and sys.stdin.isatty():
            _converse(client, arguments)
            return
        text = arguments.message if arguments.message is not None else sys.stdin.read()
        if arguments.json:
            answer = client.inference.chat(text, **_how(arguments))
            cli_output.json(connecting.plain(answer))
        else:
            _answer(client, [_turn("user", text)], arguments)


def _converse(client: Client, arguments: argparse.Namespace) -> None:
    """Turns from the terminal until its end."""
    turns: list[wire.Turn] = []
    while True:
        try:
            text = input("> ")
        except (EOFError, KeyboardInterrupt):
            print()
            return
        if not text.strip():
            continue
        turns.append(_turn("user", text))
        try:
            turns.append(_turn("assistant", _answer(client, turns, arguments) or "-"))
        except KeyboardInterrupt:
            print("\n(ended)", file=sys.stderr)
            turns.pop()


def _answer(client: Client, turns: list[wire.Turn], arguments: argparse.Namespace) -> str:
    """Print an answer as it comes; all of it."""
    said = []
    for piece in client.inference.stream_chat(turns, **_how(arguments)):
        said.append(piece.text)
        print(piece.text, end="", flush=True)
    print()
    return "".join(said)


def _how(arguments: argparse.Namespace) -> dict[str, Any]:
    from taiyi_api.inference.v1 import inference_service_pb2 as wire

    sampling = wire.Sampling(
        max_new_tokens=arguments.max_new_tokens, temperature=arguments.temperature, seed=arguments.seed
    )
    return {"adapter": arguments.adapter, "sampling": sampling, **connecting.limits(arguments)}


def _turn(role: str, text: str) -> wire.Turn:
    from taiyi_api.inference.v1 import inference_service_pb2 as wire

    return wire.Turn(role=role, text=text)


def _extract(arguments: argparse.Namespace) -> None:
    with connecting.client(arguments) as client:
        answer = client.inference.extract(
            _text(arguments.text),
            arguments.task,
            arguments.types,
            language=arguments.language,
            adapter=arguments.adapter,
            **connecting.limits(arguments),
        )
    if arguments.json:
        found = connecting.plain(answer)
        found["items"] = json.loads(found.pop("items_json") or "null")
        cli_output.json(found)
        return
    rows = [(mention.type, mention.text, f"{mention.start}-{mention.end}") for mention in answer.mentions]
    cli_output.table(f"{arguments.task}: {answer.parse_status}", ("type", "text", "at"), rows)
    for text in answer.hallucinated:
        print(f"answered, but not in the text: {text}")


def _text(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot be read: {error}", where=given[1:]) from error
