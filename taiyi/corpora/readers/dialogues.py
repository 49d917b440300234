"""Turns of a conversation, joined to what a Dialogue asks for: the user first, and the roles in turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from taiyi.records import Turn


class Turns:
    """Contributions as they come. Neighbours of one speaker are joined by a line break; what the assistant says before
    the user's first turn goes to the context.
    """

    def __init__(self, *context: str) -> None:
        self._before = [text for text in context if text]
        self._turns: list[Turn] = []

    def add(self, text: str, *, is_user: bool) -> None:
        """The next contribution."""
        if not self._turns and not is_user:
            self._before.append(text)
        elif self._turns and (self._turns[-1].role == "user") == is_user:
            self._turns[-1] = Turn(self._turns[-1].role, f"{self._turns[-1].text}\n{text}")
        else:
            self._turns.append(Turn("user" if is_user else "assistant", text))

    def __bool__(self) -> bool:
        return bool(self._turns)

    def texts(self) -> tuple[str, ...]:
        """All that is said, to name a record by."""
        return (*self._before, *(turn.text for turn in self._turns))

    def fields(self) -> dict[str, Any]:
        """`turns` and `context` of a Dialogue."""
        return {"turns": tuple(self._turns), "context": "\n".join(self._before)}


class Marks:
    """What a speaker's words begin with, `Patient:` or `医生：`."""

    def __init__(self, user: Sequence[str], assistant: Sequence[str]) -> None:
        self._is_user = {**dict.fromkeys(assistant, False), **dict.fromkeys(user, True)}
        longest_first = sorted(self._is_user, key=len, reverse=True)
        self._any = re.compile("|".join(map(re.escape, longest_first)))

    def alone(self, text: str) -> bool | None:
        """Whether the user speaks after this mark; None if the text is no mark."""
        return self._is_user.get(text)

    def leading(self, text: str) -> tuple[bool, str] | None:
        """Whether the user speaks, and the words after the mark that the text begins with; None if there is no mark."""
        found = self._any.match(text)
        return (self._is_user[found[0]], text[found.end() :].strip()) if found else None

    def parted(self, text: str) -> Iterator[tuple[bool | None, str]]:
        """The contributions in one text that marks stand in: who speaks (None for words before the first mark), and what."""
        marks = list(self._any.finditer(text))
        before = text[: marks[0].start()] if marks else text
        if before.strip():
            yield None, before.strip()
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        for mark, end in zip(marks, ends, strict=False):
            yield self._is_user[mark[0]], text[mark.end() : end].strip()
