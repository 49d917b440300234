"""How an attempt ended, from the exit status of its process, what it left behind, and what the supervisor wanted of it."""

from __future__ import annotations

from typing import Literal

from services.trainer.news import last_words
from services.trainer.orders import EXIT_DONE, EXIT_INVALID, EXIT_RETRY, EXIT_STOPPED, REASONS, End, Folder
from services.trainer.states import (
    CANCELLED_BY_USER,
    DONE,
    INVALID_JOB,
    KILLED,
    NO_PROGRESS,
    PREEMPTED,
    PROGRAM_FAILED,
    TIME_LIMIT,
    TRY_LATER,
    WORKER_SHUTDOWN,
)
from services.trainer.store.leases import Outcome
from taiyi import jsonl
from taiyi.errors import TaiyiError

Intent = Literal["", "cancel", "shutdown", "limit", "stalled", "fenced"]
_TERMINATED, _KILLED = (EXIT_STOPPED, -15), (137, -9)


def outcome_of(intent: Intent, code: int, folder: Folder) -> Outcome:
    """The outcome; what the process reached counts, even if it was asked to end."""
    end = _end(folder)
    if code == EXIT_DONE and end is not None and end.reason == DONE:
        return Outcome(kind="done", exit_code=code, adapter=end.adapter)
    if intent == "cancel":
        return Outcome(kind="cancelled", reason=CANCELLED_BY_USER, exit_code=code)
    if intent == "shutdown":
        return Outcome(kind="disruption", reason=WORKER_SHUTDOWN, message="the worker was stopped", exit_code=code)
    reason = end.reason if end is not None and end.reason in REASONS else ""
    if code == EXIT_RETRY:
        message = end.message if end else ""
        return Outcome(kind="disruption", reason=reason or TRY_LATER, message=message, exit_code=code, wait=True)
    if code == EXIT_INVALID:
        message = end.message if end else last_words(folder.log)
        return Outcome(kind="fatal", reason=reason or INVALID_JOB, message=message, exit_code=code)
    if not intent and code in _TERMINATED:
        return Outcome(kind="disruption", reason=PREEMPTED, message="it was told to end", exit_code=code)
    return Outcome(kind="failure", reason=_failure(intent, code), message=last_words(folder.log), exit_code=code)


def _failure(intent: Intent, code: int) -> str:
    if intent == "limit":
        return TIME_LIMIT
    if intent == "stalled":
        return NO_PROGRESS
    return KILLED if code in _KILLED else PROGRAM_FAILED


def _end(folder: Folder) -> End | None:
    try:
        found: End = jsonl.read_json(folder.end, End)
    except (OSError, TaiyiError):
        return None
    return found
