"""Runs one training process for a claimed job: keeps the lease, hands its news on, ends it when asked, and says how it ended.

The process is in a group of its own and dies with this one. Without the lease nothing is recorded, and the group is killed.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from services.kit.database import Database
from services.kit.errors import DatabaseAway, StorageFull
from services.trainer import orders
from services.trainer.ends import Intent, outcome_of
from services.trainer.news import Tail
from services.trainer.orders import SUPERVISOR, Orders
from services.trainer.states import DISK_FULL
from services.trainer.store import leases
from services.trainer.store.leases import Claim, News, Outcome
from taiyi import artefacts, jsonl
from taiyi.errors import TaiyiError

log = logging.getLogger("taiyi.services")
_POLL_SECONDS = 0.1
_SAFE_SHARE = 0.8
"""Of the lease: after so long without an answer from the database, the process is ended, before another may begin."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How a supervisor works. state: its folder; root: the repository; gpu: of CUDA_VISIBLE_DEVICES, empty: all.

    news_seconds: the least time between two heartbeats that bring news. no_progress_seconds: a process that says nothing
    for so long is killed. grace_seconds: from SIGTERM to SIGKILL. patience_seconds: how long an end is tried to be told.
    first_wait_seconds: before a second attempt; doubled with each further one.
    """

    state: Path
    root: Path
    owner: str
    gpu: str = ""
    command: tuple[str, ...] = (sys.executable, "-m", "services.trainer.child")
    lease_seconds: float = leases.LEASE_SECONDS
    heartbeat_seconds: float = 10.0
    news_seconds: float = 1.0
    no_progress_seconds: float = 1800.0
    grace_seconds: float = 60.0
    save_every_seconds: float = 600.0
    patience_seconds: float = 600.0
    first_wait_seconds: float = leases.FIRST_WAIT_SECONDS


class Supervisor:
    """One attempt at one job. stop: set when the worker is to end; the process then saves and the job is given back."""

    def __init__(self, database: Database, terms: Terms, stop: threading.Event, claim: Claim) -> None:
        self._database, self._terms, self._stop, self._claim = database, terms, stop, claim
        self._folder = orders.folder(terms.state, claim.id, claim.fence)
        self._tail = Tail(self._folder.progress)
        self._news: list[News] = []
        self._intent: Intent = ""
        self._kill_at = 0.0
        self._moved = self._beaten = self._held = self._began = time.monotonic()

    def run(self) -> bool:
        """Run the attempt to its end; whether that end counts, which it does not if the lease was lost."""
        try:
            child = self._start()
        except (OSError, TaiyiError) as error:
            log.warning("not started", extra={"fields": self._fields(error=str(error))})
            return self._finish(Outcome(kind="disruption", reason=DISK_FULL, message=str(error), wait=True))
        try:
            code = self._watch(child)
        finally:
            _signal(child, signal.SIGKILL)
            child.wait()
        if self._intent == "fenced":
            log.warning("lease lost", extra={"fields": self._fields()})
            return False
        outcome = self._kept(outcome_of(self._intent, code, self._folder))
        log.info("attempt ended", extra={"fields": self._fields(reason=outcome.reason, exit_code=code)})
        counts = self._finish(outcome)
        if counts and outcome.kind == "done":
            shutil.rmtree(self._folder.path.parent, ignore_errors=True)
        return counts

    def _start(self) -> subprocess.Popen[bytes]:
        claim, terms, folder = self._claim, self._terms, self._folder
        folder.path.mkdir(parents=True, exist_ok=True)
        told = Orders(
            job=claim.id,
            fence=claim.fence,
            spec=claim.spec,
            params=claim.params,
            fingerprint=claim.fingerprint,
            resume_after_fence=claim.resume_after_fence,
            root=str(terms.root.resolve()),
            store=str(orders.store(terms.state).resolve()),
            save_every_seconds=terms.save_every_seconds,
        )
        jsonl.write_json(folder.orders, told)
        with folder.log.open("ab") as output:
            return subprocess.Popen(
                [*terms.command, str(folder.path.resolve())],
                cwd=terms.root,
                env=_environment(terms),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _watch(self, child: subprocess.Popen[bytes]) -> int:
        """Until the process has ended or the lease is lost; its exit status."""
        self._beat()
        while child.poll() is None and self._intent != "fenced":
            self._hear()
            since = time.monotonic() - self._beaten
            if since >= self._terms.heartbeat_seconds or (self._news and since >= self._terms.news_seconds):
                self._beat()
            self._press(child)
            with suppress(subprocess.TimeoutExpired):
                child.wait(_POLL_SECONDS)
        self._hear()
        return child.returncode if child.returncode is not None else 0

    def _hear(self) -> None:
        news, alive = self._tail.read()
        self._news.extend(news)
        if alive:
            self._moved = time.monotonic()

    def _beat(self) -> None:
        """Tell the news and keep the lease. Without an answer for too long, or with a no, there is no lease any more."""
        before = time.monotonic()
        self._beaten = before
        try:
            heard = leases.heartbeat(
                self._database,
                self._claim,
                self._news,
                fingerprint=self._tail.fingerprint,
                lease_seconds=self._terms.lease_seconds,
            )
        except (DatabaseAway, StorageFull) as error:
            log.warning("no heartbeat", extra={"fields": self._fields(error=str(error))})
            if time.monotonic() - self._held > self._terms.lease_seconds * _SAFE_SHARE:
                self._intent = "fenced"
            return
        self._news, self._held = [], before
        if not heard.held:
            self._intent = "fenced"
        elif heard.cancelled:
            self._intend("cancel")

    def _press(self, child: subprocess.Popen[bytes]) -> None:
        """End the process if it is to end: asked first, then killed."""
        moment, terms = time.monotonic(), self._terms
        if self._stop.is_set():
            self._intend("shutdown")
        if 0 < self._claim.time_limit_seconds < moment - self._began:
            self._intend("limit")
        if not self._intent and moment - self._moved > terms.no_progress_seconds:
            self._intend("stalled")
        if not self._intent:
            return
        if self._intent == "stalled" or (self._kill_at and moment > self._kill_at):
            _signal(child, signal.SIGKILL)
        elif not self._kill_at:
            self._kill_at = moment + terms.grace_seconds
            _signal(child, signal.SIGTERM)

    def _intend(self, intent: Intent) -> None:
        self._intent = self._intent or intent

    def _kept(self, outcome: Outcome) -> Outcome:
        """Put a finished adapter into the store of artefacts before the job is said to be done."""
        if outcome.kind != "done":
            return outcome
        try:
            artefacts.keep(self._folder.adapter, outcome.adapter, orders.store(self._terms.state))
        except OSError as error:
            return Outcome(kind="disruption", reason=DISK_FULL, message=str(error), wait=True)
        return msgspec.structs.replace(outcome, adapter=artefacts.PREFIX + outcome.adapter)

    def _finish(self, outcome: Outcome) -> bool:
        """Record the end; while the database is away, for as long as the patience lasts. The fence guards it."""
        deadline = time.monotonic() + self._terms.patience_seconds
        while True:
            if self._news:
                self._beat()
            try:
                return leases.finish(self._database, self._claim, outcome, self._terms.first_wait_seconds)
            except (DatabaseAway, StorageFull) as error:
                if time.monotonic() > deadline:
                    log.error("end not told", extra={"fields": self._fields(error=str(error))})
                    return False
                time.sleep(1.0)

    def _fields(self, **more: object) -> dict[str, object]:
        return {"job": self._claim.id, "attempt": self._claim.attempt, "fence": self._claim.fence, **more}


def _environment(terms: Terms) -> dict[str, str]:
    told = {**os.environ, SUPERVISOR: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
    return told | ({"CUDA_VISIBLE_DEVICES": terms.gpu} if terms.gpu else {})


def _signal(child: subprocess.Popen[bytes], number: int) -> None:
    """To the whole group of the process, which outlives its leader if that left anyone behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)
