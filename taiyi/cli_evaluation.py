"""The commands about scores: benchmarks, score, evaluate, compare, errors, leaderboard."""

from __future__ import annotations

from typing import Any

from taiyi import cli_benchmarks, cli_compare, cli_errors, cli_evaluate, cli_leaderboard, cli_score


def add_to(commands: Any) -> None:
    """Put the commands beside the others."""
    cli_benchmarks.add_to(commands)
    cli_score.add_to(commands)
    cli_evaluate.add_to(commands)
    cli_compare.add_to(commands)
    cli_errors.add_to(commands)
    cli_leaderboard.add_to(commands)
