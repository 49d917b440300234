"""A process among others: it dies with its parent, holds a lock on its folder, and turns SIGTERM into an exit."""

from __future__ import annotations

import ctypes
import fcntl
import gc
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from taiyi.errors import Conflict

TERMINATED = 128 + signal.SIGTERM
"""The exit status of a process that SIGTERM ended."""
_PR_SET_PDEATHSIG = 1


def die_with_parent(number: int = signal.SIGTERM, parent: int | None = None) -> None:
    """Have the kernel send a signal to this process when its parent dies (prctl(2)); elsewhere than on Linux, nothing.

    `dvc repro`, killed, leaves its stage running otherwise. The signal follows the parent's thread that started us.
    parent: its process id, where it is known; a parent that died before this call is noticed then.
    """
    parent = parent or os.getppid()
    try:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


class Held(Conflict):
    """Another process is at work there; it may be free later."""


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold `folder/lock` for as long as the block runs; Held if another process holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise Held(f"{folder}: process {holder} is at work here; wait for it or stop it") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def exit_on_sigterm() -> Iterator[None]:
    """SIGTERM ends the block as SystemExit(143), so that what cleans up gets to run. Main thread only; else nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Within it, cycles of garbage are looked for rarely: where many small lists live at once and none is in a cycle,
    looking takes a third of the time (docs/experiments.md).
    """
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
