"""`taiyi token`: who may call servers of this state."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from services.commands import serving
from services.commands.ends import ending
from taiyi import cli_output


def add_to(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("token", help="let callers in: create, list and revoke tokens")
    parts = parser.add_subparsers(required=True, metavar="PART")
    create = parts.add_parser("create", help="a new token, shown once")
    create.add_argument("name", help="who calls with it: in logs, and as owner of jobs")
    create.add_argument("--scope", default="read", choices=("read", "submit", "admin"), help="default: %(default)s")
    create.add_argument("--days", type=float, default=90.0, help="until it expires (default: %(default)g)")
    create.set_defaults(run=ending(_create))
    shown = parts.add_parser("list", help="all tokens, without their text, which is not kept")
    shown.set_defaults(run=ending(_list))
    revoke = parts.add_parser("revoke", help="forget a token; running servers refuse it from then on")
    revoke.add_argument("name")
    revoke.set_defaults(run=ending(_revoke))
    for part in (create, shown, revoke):
        serving.add_places(part)
        part.add_argument("--json", action="store_true", help="JSON")


def _create(arguments: argparse.Namespace) -> None:
    from services.kit import tokens

    state = serving.places(arguments).state
    text = tokens.create(state, arguments.name, arguments.scope, days=arguments.days)
    if arguments.json:
        cli_output.json({"name": arguments.name, "scope": arguments.scope, "token": text})
    else:
        print(text)
        print("it is not kept and cannot be shown again; clients read it from TAIYI_TOKEN", file=sys.stderr)


def _list(arguments: argparse.Namespace) -> None:
    from datetime import UTC, datetime

    from services.kit import tokens

    now = datetime.now(UTC)
    kept = tokens.every(serving.places(arguments).state)
    if arguments.json:
        rows = [
            {"name": t.name, "scope": t.scope, "created": t.created, "expires": t.expires, "valid": t.valid(now)}
            for t in kept
        ]
        cli_output.json(rows)
        return
    shown = [
        (t.name, t.scope, f"{t.created:%Y-%m-%d}", f"{t.expires:%Y-%m-%d}{'' if t.valid(now) else ' (over)'}")
        for t in kept
    ]
    cli_output.table("tokens", ("name", "scope", "created", "expires"), shown)


def _revoke(arguments: argparse.Namespace) -> None:
    from services.kit import tokens

    tokens.revoke(serving.places(arguments).state, arguments.name)
    if arguments.json:
        cli_output.json({"revoked": arguments.name})
    else:
        print(f"revoked: {arguments.name}")
