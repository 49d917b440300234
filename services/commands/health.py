"""`taiyi health`: whether a server takes calls."""

from __future__ import annotations

import argparse
from typing import Any

from services.commands import connecting
from services.commands.ends import OK, UNAVAILABLE, ending
from taiyi import cli_output


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "health", help="ask a server whether it takes calls", description="Exits with 0 if so, else with 4."
    )
    parser.add_argument("address", metavar="ADDRESS", help="HOST:PORT or unix:PATH")
    parser.add_argument("--service", default="", help="the full name of one contract; default: all that it serves")
    connecting.add_to(parser)
    parser.set_defaults(run=ending(_health))


def _health(arguments: argparse.Namespace) -> int:
    from taiyi_client.health import serving

    arguments.server = arguments.address
    with connecting.client(arguments) as client:
        connection = client.connection("catalog")
    fine = serving(connection, arguments.service)
    said = "SERVING" if fine else "NOT_SERVING"
    if arguments.json:
        cli_output.lines([{"address": connection.address, "service": arguments.service, "status": said}])
    else:
        print(f"{connection.address}: {said}")
    return OK if fine else UNAVAILABLE
