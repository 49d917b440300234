"""DVC as this package sees it: a process that is asked, watched, asked again where that can help, and never trusted."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

from taiyi.errors import InvalidInput, NotReady, TaiyiError
from taiyi.records import Part

ATTEMPTS = 3
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_TEXT = 600

_DAMAGED_LISTING = re.compile(r"object ([0-9a-f]{32}\.dir) is corrupted")
_CREDENTIALS = re.compile(
    r"unable to locate credentials|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|Access ?Denied|\b40[13]\b"
    r"|Forbidden|Permission denied|authentication failed",
    re.IGNORECASE,
)
_ABSENT = re.compile(r"NoSuchBucket|bucket does not exist", re.IGNORECASE)
_PASSING = re.compile(
    r"could not connect|connect(ion)? to|connection (reset|refused|aborted|closed)|timed? ?out|broken pipe|temporar"
    r"|name resolution|slow ?down|RequestTimeTooSkewed|reduce your request rate|\b50[0234]\b|acquire lock"
    r"|failed to (down|up)load",
    re.IGNORECASE,
)


class Done(Part, frozen=True):
    """What a run of DVC came to: its exit status and its events."""

    status: int
    events: tuple[dict[str, Any], ...]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["kind"] == kind]

    @property
    def refused(self) -> list[str]:
        """The objects that did not hold what they are named by."""
        listings = (_DAMAGED_LISTING.search(event["text"]) for event in self.of("error"))
        return sorted({event["object"] for event in self.of("refused")} | {found[1] for found in listings if found})

    @property
    def problem(self) -> str:
        """What DVC said was wrong."""
        texts = list(dict.fromkeys(event["text"].strip() for event in self.of("error")))
        text = "; ".join(texts) or f"it ended with status {self.status} and said nothing"
        return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]} ..."


def ask(request: dict[str, Any], *, out: IO[str] | None = None) -> Done:
    """Run one request of `watched` to its end. DVC's bars and lines go to this terminal, or its lines to `out`."""
    with tempfile.TemporaryDirectory(prefix="taiyi-") as folder:
        events = Path(folder) / "events.jsonl"
        command = [sys.executable, "-m", f"{__package__}.watched", json.dumps(request), str(events)]
        status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, check=False).returncode
        lines = events.read_text(encoding="utf-8").splitlines() if events.exists() else []
    return Done(status, tuple(json.loads(line) for line in lines))


def answer(request: dict[str, Any]) -> Any:
    """The answer to a request that has one; the error if there is none."""
    done = persistent(request, out=sys.stderr)
    answers = done.of("answer")
    if done.status or not answers:
        raise failure("DVC", done)
    return answers[0]["value"]


def persistent(request: dict[str, Any], *, out: IO[str] | None = None) -> Done:
    """Ask, and where a failure may pass (a connection, a lock, a busy server), up to twice more, with pauses."""
    pause = _FIRST_PAUSE_SECONDS
    for attempt in range(1, ATTEMPTS + 1):
        done = ask(request, out=out)
        if not done.status or done.refused or not passing(done.problem) or attempt == ATTEMPTS:
            return done
        print(f"attempt {attempt} of {ATTEMPTS} failed; again in {pause:g} s", file=sys.stderr, flush=True)
        time.sleep(pause)
        pause *= 2
    raise AssertionError("the last attempt returns")


def passing(problem: str) -> bool:
    """Whether a failure may pass if one waits; what is denied or does not exist stays so."""
    return not (_CREDENTIALS.search(problem) or _ABSENT.search(problem)) and _PASSING.search(problem) is not None


def failure(what: str, done: Done, remedy: str = "") -> TaiyiError:
    """The error for a run that failed, with what would help."""
    problem = done.problem
    if _CREDENTIALS.search(problem):
        return NotReady(
            f"{what}: the remote does not let us in: {problem}\n"
            "  put the keys in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), or in .dvc/config.local, which git"
            " does not hold: dvc remote modify --local NAME access_key_id KEY"
        )
    if _ABSENT.search(problem):
        return InvalidInput(problem, where=what, remedy="make the bucket, or name another one in .dvc/config")
    if passing(problem):
        return NotReady(f"{what}: the remote cannot be used: {problem}\n  {remedy}".rstrip())
    return TaiyiError(f"{what}: {problem}\n  {remedy}".rstrip())
