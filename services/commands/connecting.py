"""What commands that call a server have in common: where it is, who calls, how long to wait, and messages as JSON."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.commands import environment
from taiyi.errors import InvalidInput

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from taiyi_client import Client


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add --server, --token-file, --ca, --certificate, --timeout and --json."""
    add_server(parser, "default: TAIYI_SERVER, or this machine")
    parser.add_argument("--json", action="store_true", help="JSON; lists and streams as one object a line")


def add_server(parser: Any, what: str) -> None:
    """Add all of them but --json. what: is done without --server, or with it."""
    addresses = "HOST, HOST:PORT, unix:PATH or catalog=HOST:PORT,..."
    parser.add_argument("--server", default="", metavar="ADDRESS", help=f"{addresses}; {what}")
    parser.add_argument("--token-file", type=Path, help="file with the token; default: TAIYI_TOKEN")
    parser.add_argument("--ca", type=Path, help="authority of the server's certificate (TLS); default: TAIYI_CA")
    parser.add_argument("--certificate", type=Path, nargs=2, metavar=("CERT", "KEY"), help="your own, for mTLS")
    parser.add_argument("--timeout", type=float, default=0.0, metavar="SECONDS", help="of each call")


def client(arguments: argparse.Namespace) -> Client:
    """A client as the arguments say; to be used with `with`."""
    from taiyi_client import Client
    from taiyi_client.channel import UNARY_SECONDS

    token = environment.file(arguments.token_file) if arguments.token_file else environment.value("TAIYI_TOKEN")
    try:
        return Client(
            arguments.server,
            token=token,
            ca=arguments.ca,
            certificate=tuple(arguments.certificate) if arguments.certificate else None,
            timeout_seconds=arguments.timeout or UNARY_SECONDS,
        )
    except (ValueError, OSError) as error:
        raise InvalidInput(str(error), where="--server") from error


def limits(arguments: argparse.Namespace) -> dict[str, float]:
    """The time that was asked for, for methods that have one of their own."""
    return {"timeout_seconds": arguments.timeout} if arguments.timeout else {}


def plain(message: Message) -> dict[str, Any]:
    """A message as JSON has it: field names of the contract, everything that is set or has a default."""
    from google.protobuf.json_format import MessageToDict

    found: dict[str, Any] = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return found
