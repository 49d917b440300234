"""`taiyi doctor`: whether this set-up can serve and train, and what to do where it cannot."""

from __future__ import annotations

import argparse
from typing import Any

from services.commands import serving
from services.commands.ends import FAILED, OK, ending
from taiyi import cli_output


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "doctor",
        help="examine this set-up, and say what to do about each trouble",
        description="Exits with 1 where something will not work.",
    )
    serving.add_places(parser)
    parser.add_argument("--json", action="store_true", help="JSON")
    parser.set_defaults(run=ending(_examine))


def _examine(arguments: argparse.Namespace) -> int:
    from services.run import checks

    found = list(checks.every(serving.places(arguments)))
    fine = all(check.state != "bad" for check in found)
    if arguments.json:
        cli_output.json({"fine": fine, "checks": found})
    else:
        cli_output.table(
            "doctor", ("what", "state", "found", "what to do"), [(c.name, c.state, c.found, c.remedy) for c in found]
        )
    return OK if fine else FAILED
