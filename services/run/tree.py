"""All services on one machine: a process for each, started again when it dies, ended together.

A process each, and not one for all, so that a model that runs out of memory takes no queue with it, and no service waits for
another's interpreter lock. The parent imports no server and holds no state.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO

import msgspec

from services.run import start
from services.run.start import WORKER, Start, Word

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, STEADY_SECONDS = 0.5, 30.0, 60.0
"""Before a process that died is started again: at first, at most; and how long it must have lived to begin anew."""
LATE_SECONDS = 15.0
_WORKER_SECONDS = 75.0
"""How long a worker may take to end: a training process has a minute for its checkpoint."""
_SPARE_SECONDS = 5.0
_LOG_BYTES = 16 * 2**20
REFUSED = 2


class News(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a process. event: started, listening, healthy, unhealthy, late, died, refused, killed, ended.

    process: its id; seconds: since it was started.
    """

    event: str
    service: str
    address: str = ""
    process: int = 0
    seconds: float = 0.0
    exit_code: int = 0
    message: str = ""


class Child:
    """A process of the tree and what is known of it."""

    def __init__(self, told: Start, log: Path) -> None:
        self.told, self.log = told, log
        self.process: subprocess.Popen[bytes] | None = None
        self.address = self.refused = ""
        self.ready, self.was_ready, self.late = False, False, False
        self.began = self.again_at = 0.0
        self.number = 0
        self.wait = FIRST_WAIT_SECONDS
        self.words: list[Word] = []

    def launch(self) -> None:
        """Start the process; a port that was found free the first time stays its own."""
        if self.address and not self.address.startswith("unix"):
            settings = msgspec.structs.replace(self.told.settings, listen=self.address)
            self.told = msgspec.structs.replace(self.told, settings=settings)
        self.ready = self.late = False
        self.began = time.monotonic()
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.run.one", self.told.name],  # the name is for who lists processes
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert self.process.stdin and self.process.stdout
        self.number = self.process.pid
        threading.Thread(target=self._hear, args=[self.process.stdout], daemon=True).start()
        with suppress(BrokenPipeError), self.process.stdin as pipe:  # it has died already, which is seen soon
            pipe.write(start.encode(msgspec.structs.replace(self.told, parent=os.getpid())))

    def _hear(self, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                if said := start.word(line):
                    self.words.append(said)

    def signal(self, number: int) -> None:
        """Send a signal, if the process is there to get it."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    @property
    def patience(self) -> float:
        """Seconds that its end may take."""
        return _WORKER_SECONDS if self.told.name == WORKER else self.told.settings.grace_seconds + _SPARE_SECONDS


class Tree:
    """The processes. tell: hears what becomes of them."""

    def __init__(self, starts: Sequence[Start], logs: Path, tell: Callable[[News], object]) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.children = [Child(one, logs / f"{one.name}.log") for one in starts]
        self._tell, self._signals = tell, 0
        self._status = 0

    def run(self) -> int:
        """Until SIGTERM or SIGINT, or until a service cannot be started at all; the exit status."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self._signals and not self._status:
                for child in self.children:
                    self._look(child)
                time.sleep(0.05)
            self._end()
        finally:
            for child in self.children:
                child.signal(signal.SIGKILL)
            for number, handler in before.items():
                signal.signal(number, handler)
        return self._status

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1

    def _look(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.again_at:
                child.launch()
                self._say(child, "started")
            return
        code = child.process.poll()
        self._heard(child)
        if code is not None:
            self._died(child, code)
        elif not child.ready and not child.late and time.monotonic() - child.began > LATE_SECONDS:
            child.late = True
            self._say(child, "late", message=f"not healthy after {LATE_SECONDS:.0f} s; its log: {child.log}")

    def _heard(self, child: Child) -> None:
        while child.words:
            said = child.words.pop(0)
            child.refused = said.refused or child.refused
            if said.address:
                child.address = said.address
                self._say(child, "listening")
            if said.ready is not None and said.ready != child.ready:
                child.ready = said.ready
                child.was_ready = child.was_ready or said.ready
                self._say(child, "healthy" if said.ready else "unhealthy")

    def _died(self, child: Child, code: int) -> None:
        """Start it again a little later; or give up, if it never ran and says that it cannot."""
        lived = time.monotonic() - child.began
        child.process = None
        if code == REFUSED and not child.was_ready:
            self._status = REFUSED
            self._say(child, "refused", exit_code=code, message=child.refused or f"its log: {child.log}")
            return
        child.wait = FIRST_WAIT_SECONDS if lived > STEADY_SECONDS else min(child.wait * 2, LONGEST_WAIT_SECONDS)
        child.again_at = time.monotonic() + child.wait
        how = f"ended by signal {-code}" if code < 0 else f"ended with {code}"
        again = f"{how} after {lived:.1f} s; started again in {child.wait:g} s; its log: {child.log}"
        self._say(child, "died", exit_code=code, message=f"{child.refused}; {again}" if child.refused else again)
        child.refused = ""

    def _end(self) -> None:
        """SIGTERM to all at once; SIGKILL to who takes too long, and to all at a second signal."""
        signals, began = self._signals, time.monotonic()
        for child in self.children:
            child.signal(signal.SIGTERM)
        running = [child for child in self.children if child.process]
        while running:
            for child in running:
                assert child.process
                if child.process.poll() is not None:
                    self._say(child, "ended", exit_code=child.process.returncode)
                elif self._signals > max(signals, 1) or time.monotonic() - began > child.patience:
                    child.signal(signal.SIGKILL)
                    child.process.wait()
                    self._say(child, "killed", message=f"did not end in {time.monotonic() - began:.0f} s")
            running = [child for child in running if child.process and child.process.returncode is None]
            time.sleep(0.05)

    def _say(self, child: Child, event: str, *, exit_code: int = 0, message: str = "") -> None:
        seconds = round(time.monotonic() - child.began, 2)
        self._tell(News(event, child.told.name, child.address, child.number, seconds, exit_code, message))
