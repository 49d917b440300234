"""Turns of a conversation, joined to what a Dialogue asks for: the user first, and the roles in turn."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from taiyi.corpora.readers import files
from taiyi.corpora.readers.families import DialogueKeys
from taiyi.corpora.readers.json_files import Fields
from taiyi.errors import InvalidInput
from taiyi.records import Turn

Said = tuple[bool, str]
"""Whether it is the user who speaks, and what."""


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


def turns(fields: Fields, keys: DialogueKeys) -> tuple[Turns, list[str]]:
    """The conversation in a JSON object or table row, and what to say of the turns without words that were left out."""
    made = Turns(fields.optional_text(keys.context))
    left_out: list[str] = []
    said = [*_SAID[keys.given](fields, keys), *([(False, fields.text(keys.reply))] if keys.reply else [])]
    for number, (is_user, text) in enumerate(said, start=1):
        if text.strip() or keys.on_empty == "keep":
            made.add(text, is_user=is_user)
            continue
        left_out.append(f"{fields.where}: turn {number}, the {'user' if is_user else 'assistant'}'s, has no words")
        if keys.on_empty == "refuse":
            raise fields.refuse(left_out[0], "set on_empty to drop to leave such turns out")
    return made, left_out


def _objects(fields: Fields, keys: DialogueKeys) -> Iterator[Said]:
    for item in fields.items(keys.turns):
        speaker = item.text(keys.role)
        if speaker not in (*keys.user, *keys.assistant):
            raise item.refuse(
                f"the speaker is {speaker!r}",
                f"the user is {' or '.join(keys.user)}, the assistant {' or '.join(keys.assistant)}",
            )
        yield speaker in keys.user, item.text(keys.text)


def _marked(fields: Fields, keys: DialogueKeys) -> Iterator[Said]:
    marks = Marks(keys.user, keys.assistant)
    for text in fields.texts(keys.turns):
        said = marks.leading(text.lstrip())
        if said is None:
            raise _unmarked(fields, keys, text)
        yield said


def _text(fields: Fields, keys: DialogueKeys) -> Iterator[Said]:
    for is_user, text in Marks(keys.user, keys.assistant).parted(fields.text(keys.turns)):
        if is_user is None:
            raise _unmarked(fields, keys, text)
        yield is_user, text


def _unmarked(fields: Fields, keys: DialogueKeys, text: str) -> InvalidInput:
    return fields.refuse(
        f"nobody is said to say {text[:40]!r}", f"it begins with {' or '.join((*keys.user, *keys.assistant))}"
    )


def _exchanges(fields: Fields, keys: DialogueKeys) -> Iterator[Said]:
    within = files.pattern(keys.within, "within") if keys.within else None
    found = fields.get(keys.turns)
    if not isinstance(found, list | dict):
        raise fields.refuse(f"there are no exchanges under {keys.turns!r}", "it is a list or an object of objects")
    for exchange in found.values() if isinstance(found, dict) else found:
        item = Fields(fields.where, exchange, fields.joiner)
        for is_user, names in ((True, keys.user), (False, keys.assistant)):
            for text in map(item.text, names):
                said = within.fullmatch(text.strip()) if within else None
                if within and not said:
                    raise fields.refuse(f"{text[:40]!r} is not marked as {keys.within!r} says")
                yield is_user, said[1] if said else text


def _asked(fields: Fields, keys: DialogueKeys) -> Iterator[Said]:
    for key, question in keys.asked.items():
        if answer := fields.optional_text(key).strip():
            yield True, _NAME.sub(lambda name: fields.text(name[1]), question)
            yield False, answer


_NAME = re.compile(r"\{(.+?)\}")
_SAID: dict[str, Callable[[Fields, DialogueKeys], Iterator[Said]]] = {
    "objects": _objects,
    "marked": _marked,
    "text": _text,
    "exchanges": _exchanges,
    "asked": _asked,
}
