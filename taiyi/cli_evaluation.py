"""The commands about scores: benchmarks, score, evaluate, compare, errors, leaderboard."""

from __future__ import annotations

from typing import Any

from taiyi import cli_compare


def add_to(commands: Any) -> None:
    """Put the commands beside the others."""
    cli_compare.add_to(commands)
