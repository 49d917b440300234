"""`taiyi db`: the services' databases migrated, examined and copied."""

from __future__ import annotations

import argparse
from typing import Any

from services.commands import serving
from services.commands.ends import CONFLICT, OK, ending
from taiyi import cli_output

SERVICES = ("catalog", "trainer")


def add_to(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("db", help="migrate, check and back up the databases of services")
    parts = parser.add_subparsers(required=True, metavar="PART")
    for name, run, what in (
        ("migrate", _migrate, "bring schemas to this version's; back a server's database up before (pg_dump)"),
        ("check", _check, "integrity and revision; exits with 5 where a migration is due"),
        ("backup", _backup, "copy SQLite files beside themselves, also while they are in use"),
    ):
        part = parts.add_parser(name, help=what, description=what)
        part.add_argument("services", nargs="*", type=serving.one_of(SERVICES), metavar="SERVICE", help="default: both")
        serving.add_places(part)
        part.add_argument("--json", action="store_true", help="JSON")
        part.set_defaults(run=ending(run))


def _migrate(arguments: argparse.Namespace) -> None:
    from services.run import databases

    rows = [databases.migrate(name, serving.places(arguments)) for name in arguments.services or SERVICES]
    _show(rows, arguments.json)


def _check(arguments: argparse.Namespace) -> int:
    from services.run import databases

    rows = [databases.examined(name, serving.places(arguments)) for name in arguments.services or SERVICES]
    _show(rows, arguments.json)
    return OK if all(row.fine for row in rows) else CONFLICT


def _backup(arguments: argparse.Namespace) -> None:
    from services.run import databases

    rows = [databases.backup(name, serving.places(arguments)) for name in arguments.services or SERVICES]
    _show(rows, arguments.json)


def _show(rows: Any, as_json: bool) -> None:
    if as_json:
        cli_output.json(rows)
    else:
        table = [(row.service, row.database, row.revision or "nothing", row.said) for row in rows]
        cli_output.table("databases", ("service", "database", "revision", ""), table)
