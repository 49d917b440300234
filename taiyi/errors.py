"""The tree of errors. Each says what was wrong, where, and what would be right.

TaiyiError
├── InvalidInput        a file, line, record, parameter or option that cannot be accepted
│   └── InvalidParams   params.yaml or a descriptor: an unknown key, a wrong type, a value out of range
├── NotFound            a name or file that does not exist; says what is close
├── Conflict            two things that exclude each other (a lock that is held, a manifest that disagrees)
├── NotReady            something that must be made first, and the command that makes it
└── DataLoss            what was stored and does not read back as it was written
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

_LONGEST, _KEPT = 20_000, 500


class TaiyiError(Exception):
    """Anything this project refuses; the command line prints it as one message and exits with 2."""


class InvalidInput(TaiyiError):
    """Input that cannot be accepted. `where` is a file, `file:line` or record id."""

    def __init__(self, problem: str, *, where: str | Path = "", remedy: str = "") -> None:
        if len(problem) > _LONGEST:  # it quotes a file's content, which may be one endless line
            problem = f"{problem[:_KEPT]} ... {problem[-_KEPT:]} ({len(problem):,} characters)"
        self.problem, self.where, self.remedy = problem, str(where), remedy
        text = f"{where}: {problem}" if str(where) else problem
        super().__init__(f"{text}\n  {remedy}" if remedy else text)


class InvalidParams(InvalidInput):
    """A parameter or descriptor that is misspelt, of the wrong type or out of range."""


class NotFound(TaiyiError):
    """A name that does not exist, with what is close to it."""


class Conflict(TaiyiError):
    """Two things that exclude each other."""


class NotReady(TaiyiError):
    """Something that must be made first; the message names the command that makes it."""


class DataLoss(TaiyiError):
    """What was stored and does not read back as it was written; the message says what can still be done."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> NotFound:
    """The error for a misspelt name: suggests the closest known ones, or lists them all."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(repr(n) for n in close)}?" if close else f"known: {', '.join(names) or 'none'}"
    return NotFound(f"no {kind} {name!r}; {hint}")
