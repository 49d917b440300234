"""What every stage's process does around its work: parameters, a lock, death with its parent, and errors as messages."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from taiyi import layout, params
from taiyi.errors import Conflict, TaiyiError

_PR_SET_PDEATHSIG = 1
_LOCKS = Path(".state/locks")


def _die_with_parent() -> None:
    """Ask Linux for SIGTERM when the parent ends: a killed `dvc repro` would otherwise leave this process running."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _interrupt(signum: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(signal.Signals(signum).name)


@contextmanager
def _lock(name: str) -> Iterator[None]:
    """Hold the stage's lock file, so that two runs never write the same output."""
    _LOCKS.mkdir(parents=True, exist_ok=True)
    with (_LOCKS / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(f"another process runs stage {name} in this folder; wait for it or stop it") from error
        yield


def progress(text: str) -> None:
    """One line of progress, shown at once."""
    print(text, flush=True)


def run(stage: str, work: Callable[[params.Params], None], *, item: str = "") -> int:
    """Run a stage's work with its parameters and return the exit status: 0 done, 2 refused, 130 interrupted."""
    name = f"{stage}@{item}" if item else stage
    _die_with_parent()
    signal.signal(signal.SIGTERM, _interrupt)
    started = time.monotonic()
    try:
        with _lock(name):
            work(params.load(layout.PARAMS))
    except TaiyiError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{name}: interrupted; nothing half-written is left, the next run continues", file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        print(f"{name}: {error.filename or 'a file'}: {os.strerror(error.errno)}; free some space", file=sys.stderr)
        return 2
    progress(f"{name}: done in {time.monotonic() - started:.1f} s")
    return 0


def main(stage: str, work: Callable[[params.Params], None], argv: Sequence[str] | None = None) -> None:
    """The entry point of a stage that takes no item; exits."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments:
        sys.exit(f"{stage} takes no arguments, got {' '.join(arguments)}")
    sys.exit(run(stage, work))
