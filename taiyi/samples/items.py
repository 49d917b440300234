"""What a document is before it has an id and a format: an annotated text, or the fields of a row."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec


class Name(msgspec.Struct, frozen=True):
    """A name to be written into a text: its type and native concept ids; `parts` spells out a composite mention."""

    text: str
    type: str
    concept: str = ""
    parts: str = ""


class Mention(msgspec.Struct, frozen=True):
    """A name where it stands: half-open spans into the item's text; more than one where it is discontinuous."""

    spans: tuple[tuple[int, int], ...]
    name: Name


class Link(msgspec.Struct, frozen=True):
    """An event: type, number of its trigger's mention, arguments (role, "T" or "E", number), modifier."""

    type: str
    trigger: int
    arguments: tuple[tuple[str, str, int], ...]
    modifier: str = ""


class Annotated(msgspec.Struct, frozen=True, kw_only=True):
    """A text in passages (kind, start, end), its mentions, relations (type, concept, concept), events, and
    groups of mentions of one thing; `given` mentions stand in the file of given entities.
    """

    text: str
    passages: tuple[tuple[str, int, int], ...]
    mentions: tuple[Mention, ...] = ()
    relations: tuple[tuple[str, str, str], ...] = ()
    events: tuple[Link, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()
    corefers: tuple[tuple[int, int], ...] = ()
    given: int = 0

    def at(self, mention: Mention) -> str:
        """The text of a mention: its fragments joined by one blank."""
        return " ".join(self.text[start:end] for start, end in mention.spans)


class Row(msgspec.Struct, frozen=True):
    """The fields of a JSON object or table row, in their native order."""

    fields: dict[str, Any]


Item = Annotated | Row


@lru_cache(maxsize=4096)
def _pieces(template: str) -> tuple[str, ...]:
    """Text and slot names of a template in turn."""
    return tuple(re.split(r"\{(\w+)\}", template))


Slot = Name | str | Callable[[], Name | str]


class Draft:
    """A text in the making. Templates hold slots: `{drug}`; a slot filled with a Name becomes a mention.

    A slot given as a function is filled when a template first asks for it: nothing is picked that the text does not show.
    """

    def __init__(self, **slots: Slot) -> None:
        self.slots = slots
        self.text = ""
        self.passages: list[tuple[str, int, int]] = []
        self.mentions: list[Mention] = []

    def add(self, kind: str, template: str) -> None:
        """Append a passage, one blank after the one before."""
        start = len(self.text) + 1 if self.text else 0
        parts: list[str] = []
        length = start
        for number, piece in enumerate(_pieces(template)):
            value = self.value(piece) if number % 2 else piece
            text = value if isinstance(value, str) else value.text
            if isinstance(value, Name):
                self.mentions.append(Mention(((length, length + len(text)),), value))
            parts.append(text)
            length += len(text)
        self.text = f"{self.text} {''.join(parts)}" if self.text else "".join(parts)
        self.passages.append((kind, start, length))

    def value(self, slot: str) -> Name | str:
        """What a slot is filled with."""
        value = self.slots[slot]
        if callable(value):
            value = self.slots[slot] = value()
        return value

    def done(self, **parts: Any) -> Annotated:
        """The annotated text; `parts` are further fields of Annotated."""
        mentions = parts.pop("mentions", tuple(self.mentions))
        return Annotated(text=self.text, passages=tuple(self.passages), mentions=mentions, **parts)


class Filler:
    """Slots for several templates of one document; filled as in Draft."""

    def __init__(self, **slots: str | Callable[[], str]) -> None:
        self._slots = slots

    def __getitem__(self, slot: str) -> str:
        value = self._slots[slot]
        if callable(value):
            value = self._slots[slot] = value()
        return value

    def __call__(self, template: str) -> str:
        """A template's text with its slots filled."""
        return "".join(self[piece] if number % 2 else piece for number, piece in enumerate(_pieces(template)))
