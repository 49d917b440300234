"""Questions put to whatever answers them, answer by answer into a file, so that a killed run goes on where it was."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from taiyi import jsonl
from taiyi.errors import InvalidInput
from taiyi.instances import Instance, Prediction

_SECONDS_BETWEEN_WORDS = 2.0


class Answer(NamedTuple):
    """The answer to question `number` of those asked, in whatever order; text None: there is none, for that `problem`."""

    number: int
    text: str | None
    problem: str = ""


Ask = Callable[[Sequence[Instance]], Iterator[Answer]]
"""Puts questions to a model or an endpoint. It is asked at most once, and only if something is left to ask."""
Told = Callable[[str], None]
"""Is told in words how far it is."""


class Answers(NamedTuple):
    """Raw answers by instance id, and for questions without an answer what stood against it."""

    texts: dict[str, str]
    problems: dict[str, str]


def answer(instances: Sequence[Instance], ask: Ask, partial: Path, told: Told = lambda words: None) -> Answers:
    """Ask what `partial` does not answer yet; each new answer is appended to it as it comes.

    Questions without an answer are not written, so that another run asks them again. `partial` stays: the caller knows
    when its answers are safe elsewhere, and names it after everything that answers depend on.
    """
    done = answered(partial)
    left = [instance for instance in instances if instance.id not in done]
    problems: dict[str, str] = {}
    if done:
        told(f"{len(instances) - len(left)} of {len(instances)} were answered before")
    if not left:
        return Answers(done, problems)
    pace = _Pace(len(left), told)
    with _appended(partial) as file:
        for number, text, problem in ask(left):
            identifier = left[number].id
            if text is None:
                problems[identifier] = problem
            else:
                done[identifier] = text
                file.write(msgspec.json.encode(Prediction(identifier, text)) + b"\n")
                file.flush()
            pace.step()
    return Answers(done, problems)


def answered(partial: Path) -> dict[str, str]:
    """What an interrupted run had answered; a last line that was cut off is not counted. InvalidInput if damaged."""
    if not partial.exists():
        return {}
    done: dict[str, str] = {}
    for number, line in enumerate(partial.read_bytes().split(b"\n")[:-1], start=1):
        try:
            prediction = msgspec.json.decode(line, type=Prediction)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InvalidInput(
                str(error), where=f"{partial}:{number}", remedy="delete the file; its questions are then asked again"
            ) from error
        done[prediction.id] = prediction.text
    return done


def write(path: Path, instances: Sequence[Instance], texts: dict[str, str]) -> int:
    """Write the predictions in the order of the questions, whole or not at all; returns how many there are."""
    return jsonl.write(path, (Prediction(i.id, texts[i.id]) for i in instances if i.id in texts))


def _appended(partial: Path) -> BinaryIO:
    partial.parent.mkdir(parents=True, exist_ok=True)
    file = partial.open("ab")
    # A line cut off by a kill must not be continued.
    file.truncate(partial.read_bytes().rfind(b"\n") + 1)
    return file


class _Pace:
    """Says now and then how many are answered, how fast it goes and how long it will take."""

    def __init__(self, total: int, told: Told) -> None:
        self._total, self._told, self._count = total, told, 0
        self._started = self._spoken = time.monotonic()

    def step(self) -> None:
        self._count += 1
        now = time.monotonic()
        if self._count < self._total and now - self._spoken < _SECONDS_BETWEEN_WORDS:
            return
        self._spoken = now
        rate = self._count / max(now - self._started, 1e-9)
        left = (self._total - self._count) / rate
        self._told(f"{self._count}/{self._total}, {rate:.1f} a second, {left:.0f} s left")
