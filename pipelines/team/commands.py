"""The commands `taiyi repro` and `taiyi remote`, added to the command line through an entry point; light to import."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    _add_repro(commands)
    remote = commands.add_parser("remote", help="the team's remotes: add one, check what one holds").add_subparsers(
        required=True, metavar="COMMAND"
    )
    _add_add(remote)
    _add_check(remote)


def _add_repro(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "repro",
        help="dvc repro, with what teammates have computed pulled before and what is new pushed after",
        description="Pull what teammates have computed, verified; run the rest (dvc repro); push what is new.",
        epilog="Options of `dvc repro` stand after --, as in: taiyi repro -- --force curate. Without a remote it is dvc repro.",
    )
    parser.add_argument("arguments", nargs="*", metavar="STAGE", help="stages to bring up to date; none: all")
    parser.add_argument("--remote", default="", metavar="NAME", help="another remote than the default one")
    parser.add_argument("--no-pull", action="store_true", help="take nothing from the remote")
    parser.add_argument("--no-push", action="store_true", help="send nothing to the remote")
    parser.add_argument("--json", action="store_true", help="a summary as JSON; DVC's lines go to standard error")
    parser.set_defaults(run=_repro)


def _add_add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("add", help="add a remote to .dvc/config, with verification on")
    parser.add_argument("name")
    parser.add_argument("url", help="s3://bucket/path, ssh://host/path, a shared folder ...")
    parser.add_argument("--endpoint", default="", metavar="URL", help="of an S3-compatible server that is not Amazon's")
    parser.add_argument("--not-default", action="store_true", help="leave the default remote as it is")
    parser.set_defaults(run=_add)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("check", help="whether a remote holds all that this commit needs")
    parser.add_argument("name", nargs="?", default="", help="default: the default remote")
    parser.add_argument("--read", action="store_true", help="read every object there whole, and compare its hash")
    parser.add_argument("--repair", action="store_true", help="send what is missing or garbled anew, where it is here")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    parser.set_defaults(run=_check)


def _repro(arguments: argparse.Namespace) -> None:
    from pipelines.team import repro
    from taiyi import cli_output

    out = sys.stderr if arguments.json else None
    pull, push = not arguments.no_pull, not arguments.no_push
    done = repro.repro(arguments.arguments, name=arguments.remote, pull=pull, push=push, out=out)
    if arguments.json:
        cli_output.json(done)
    else:
        print(done)


def _add(arguments: argparse.Namespace) -> None:
    from pipelines.team import remotes, repro

    repro.in_project()
    made = remotes.add(arguments.name, arguments.url, endpoint=arguments.endpoint, default=not arguments.not_default)
    print(
        f"{made.name}: {made.url}, verified; written to .dvc/config. Keys belong in the environment or .dvc/config.local"
    )


def _check(arguments: argparse.Namespace) -> None:
    from pipelines.team import remotes, repro
    from taiyi import cli_output
    from taiyi.errors import DataLoss, NotReady

    repro.in_project()
    remote = remotes.chosen(remotes.look(), arguments.name)
    if remote is None:
        raise NotReady("there is no remote; add one: taiyi remote add team s3://bucket/path")
    remotes.reach(remote, "see that it runs, and that its endpoint in .dvc/config is right")
    found: dict[str, Any] = repro.compare(remote, [], read=arguments.read, repair=arguments.repair)
    if arguments.json:
        cli_output.json(found)
    else:
        for row in found["wrong"]:
            print(f"{row['problem']}{', repaired' * row['repaired']}: {row['path']} ({row['url']})")
        print(f"{remote.name}: {found['objects']} objects, {len(found['wrong'])} missing or garbled")
    left = sum(not row["repaired"] for row in found["wrong"])
    if left:
        raise DataLoss(
            f"{left} objects are not sound in {remote.name}; with --repair, those that are here are sent anew"
        )
