"""What a supervisor and its training process have in common: the folder of an attempt, orders, the end, exit statuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from services.trainer.states import (
    DATA_LOSS,
    DISK_FULL,
    DONE,
    INPUTS_CHANGED,
    INVALID_JOB,
    TRY_LATER,
)

EXIT_DONE, EXIT_RETRY, EXIT_INVALID, EXIT_STOPPED = 0, 75, 78, 143
"""0: done. 75: try again later. 78: no retry mends it. 143: stopped on request, its checkpoint saved. Others: it failed."""
REASONS = frozenset((DONE, DISK_FULL, TRY_LATER, DATA_LOSS, INPUTS_CHANGED, INVALID_JOB))
"""What a training process may give as its reason."""
SUPERVISOR = "TAIYI_SUPERVISOR"
"""The environment variable with the supervisor's process id."""


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What a training process is told. root: the repository; store: artefacts by digest. fingerprint: of the attempts
    before, empty for the first. resume_after_fence: checkpoints of attempts up to it are left alone.
    """

    job: str
    fence: int
    spec: dict[str, Any]
    params: dict[str, Any]
    fingerprint: str
    resume_after_fence: int
    root: str
    store: str
    save_every_seconds: float = 600.0


class End(msgspec.Struct, frozen=True, kw_only=True):
    """What a training process leaves behind, written last. adapter: the sha256 of the folder `adapter`, if it is done."""

    reason: str
    message: str = ""
    adapter: str = ""
    fingerprint: str = ""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the progress file. kind: alive, progress, checkpoint, message or fingerprint."""

    kind: str
    message: str = ""
    progress: dict[str, Any] | None = None


class Folder:
    """One attempt's folder, `<jobs>/<job>/attempt-<fence>`: nobody writes there but the attempt with that fence."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.orders, self.end = path / "orders.json", path / "end.json"
        self.progress, self.log = path / "progress.jsonl", path / "log.txt"
        self.checkpoints, self.adapter = path / "checkpoints", path / "adapter"

    @property
    def fence(self) -> int:
        """The fence that writes here."""
        return int(self.path.name.removeprefix("attempt-"))

    def others(self, after: int) -> list[Folder]:
        """The job's other attempts with fences above `after`, newest first."""
        found = [Folder(path) for path in self.path.parent.glob("attempt-*") if path != self.path]
        return sorted((one for one in found if one.fence > after), key=lambda one: one.fence, reverse=True)


def folder(state: Path, job: str, fence: int) -> Folder:
    """Where an attempt works."""
    return Folder(state / "jobs" / job / f"attempt-{fence}")


def store(state: Path) -> Path:
    """Where finished adapters lie, by digest."""
    return state / "artefacts"
