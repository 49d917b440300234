"""The commands about scores: benchmarks, score, evaluate, compare, errors, leaderboard."""

from __future__ import annotations

from typing import Any


def add_to(commands: Any) -> None:
    """Put the commands beside the others."""
