"""The part of the `taiyi` command that starts, keeps and calls the services."""

from __future__ import annotations

from typing import Any

from services.commands import catalog, databases, doctor, health, jobs, model, remote, serve, tokens, worker


def add_to(commands: Any) -> None:
    """Add the commands: an entry point of the group `taiyi.commands`."""
    for module in (serve, worker, doctor, health, tokens, databases, catalog, jobs, model, remote):
        module.add_to(commands)
