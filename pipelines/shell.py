"""What every stage's process does around its work: parameters, a lock, death with its parent, and errors as messages."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from taiyi import layout, params, process
from taiyi.errors import TaiyiError

_LOCKS = Path(".state/locks")


def progress(text: str) -> None:
    """One line of progress, shown at once."""
    print(text, flush=True)


def run(stage: str, work: Callable[[params.Params], None], *, item: str = "") -> int:
    """Run a stage's work with its parameters and return the exit status: 0 done, 2 refused, 130 or 143 interrupted."""
    name = f"{stage}@{item}" if item else stage
    process.die_with_parent()
    started = time.monotonic()
    try:
        with process.exit_on_sigterm(), process.exclusive(_LOCKS / name):
            work(params.load(layout.PARAMS))
    except TaiyiError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, SystemExit) as stop:
        print(f"{name}: interrupted; nothing half-written is left, the next run continues", file=sys.stderr)
        return stop.code if isinstance(stop, SystemExit) and isinstance(stop.code, int) else 130
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
