"""`taiyi serve` as a process, and what it says."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

TAIYI = str(Path(sys.executable).parent / "taiyi")


class Serving:
    """A running `taiyi serve --json`; what it said so far, and where its services are."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self._command = [TAIYI, "serve", "--json", *arguments]
        self._environment = environment
        self.events: list[dict[str, Any]] = []
        self._said = threading.Condition()

    def __enter__(self) -> Serving:
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._complain)]
        self.complaints = ""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.end()
        for thread in self._threads:
            thread.join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._said:
                self.events.append(json.loads(line))
                self._said.notify_all()

    def _complain(self) -> None:
        assert self.process.stderr
        self.complaints = self.process.stderr.read()

    def wait(self, event: str, service: str = "", *, seconds: float = 60, after: int = 0) -> dict[str, Any]:
        """The first such event after so many others; AssertionError with all that was said if there is none."""

        def found() -> dict[str, Any] | None:
            told = (one for one in self.events[after:] if one["event"] == event and service in ("", one["service"]))
            return next(told, None)

        with self._said:
            self._said.wait_for(lambda: found() or self.process.poll() is not None, seconds)
            one = found()
        assert one, f"no {event} of {service or 'any'} within {seconds} s: {self.events}"
        return one

    @property
    def addresses(self) -> dict[str, str]:
        return {one["service"]: one["address"] for one in self.events if one.get("address")}

    @property
    def server(self) -> str:
        """As TAIYI_SERVER wants it."""
        return ",".join(f"{name}={address}" for name, address in self.addresses.items())

    def addresses_when_all(self) -> str:
        """As TAIYI_SERVER wants it, once all are healthy."""
        self.wait("all")
        return self.server

    def process_of(self, service: str) -> int:
        """The id of the process that a service has now."""
        return int(next(one["process"] for one in reversed(self.events) if one["service"] == service))

    def end(self, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        """Send a signal; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(seconds)
