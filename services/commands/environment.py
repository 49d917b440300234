"""Settings from the environment: VARIABLE, or VARIABLE_FILE with the name of a file that holds it, as secrets come."""

from __future__ import annotations

import os
from pathlib import Path

from taiyi.errors import InvalidInput


def value(name: str, default: str = "") -> str:
    """The variable, or what its file holds without blanks around it. InvalidInput for a file that cannot be read."""
    path = os.environ.get(f"{name}_FILE", "")
    return os.environ.get(name) or (file(Path(path)) if path else default)


def flag(name: str) -> bool:
    """Whether a variable says yes."""
    return value(name).lower() in ("1", "true", "yes", "on")


def file(path: Path) -> str:
    """What a file holds, without blanks around it."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", where=path) from error
