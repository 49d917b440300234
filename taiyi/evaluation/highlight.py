"""A source text in pieces, marked where gold and predicted mentions stand, for terminals and pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Literal, NamedTuple

from taiyi.evaluation.error_kinds import copied
from taiyi.evaluation.places import Places
from taiyi.instances import Item
from taiyi.records import Part

State = Literal["", "found", "near", "missed", "spurious"]

STATES: Mapping[State, str] = {
    "near": "overlaps, or of another type",
    "missed": "missed",
    "spurious": "spurious",
    "found": "found",
}
"""What a mark says, the one that prevails where several meet first."""


class Ended(Part, frozen=True):
    """A mention that ends with a piece: what became of it, and its type or role; `→ label` where only the answer says so."""

    state: State
    label: str = ""


class Piece(Part, frozen=True):
    """A stretch of text within the same mentions. gold, predicted: whether one of that side holds it; state: the mark
    that prevails; ended: the mentions that end with it.
    """

    text: str
    gold: bool = False
    predicted: bool = False
    state: State = ""
    ended: tuple[Ended, ...] = ()


class _Mark(NamedTuple):
    start: int
    end: int
    gold: bool
    predicted: bool
    state: State
    label: str


def pieces(task: str, gold: Collection[Item], predicted: Collection[Item], source: str) -> tuple[Piece, ...]:
    """The whole source in order, at every place where one of the mentions stands marked with what became of it.

    A mention on both sides with the same label is found; one that overlaps with another of the other side alone, or
    has its text, is near. What does not stand in the source is not shown.
    """
    marks = _marks(_labelled(task, gold), _labelled(task, predicted), Places(source))
    cuts = sorted({0, len(source), *(m.start for m in marks), *(m.end for m in marks)})
    made = []
    for start, end in pairwise(cuts):
        here = [mark for mark in marks if mark.start <= start and end <= mark.end]
        ended = dict.fromkeys(Ended(mark.state, mark.label) for mark in here if mark.end == end)
        states = {mark.state for mark in here}
        state: State = next((name for name in STATES if name in states), "")
        sides = any(mark.gold for mark in here), any(mark.predicted for mark in here)
        made.append(Piece(source[start:end], *sides, state, tuple(ended)))
    return tuple(made)


def _labelled(task: str, items: Iterable[Item]) -> set[tuple[str, str]]:
    """(label, text) of every mention in items: its type, an event's type, an argument's role, ids; else no label."""
    found: set[tuple[str, str]] = set()
    for item in items:
        texts = copied(task, item)
        if task == "ner" and texts:
            found.add((str(item[0]), str(item[1])))
        elif task == "nen" and texts:
            found.add((str(item[1]), str(item[0])))
        elif task == "ee":
            found |= {(str(item[0]), str(item[1])), *((str(slot[0]), str(slot[1])) for slot in item[2])}
        else:
            found |= {("", text) for text in texts}
    return found


def _marks(gold: set[tuple[str, str]], predicted: set[tuple[str, str]], places: Places) -> list[_Mark]:
    found: list[_Mark] = []
    both, missed, spurious = gold & predicted, gold - predicted, predicted - gold
    for label, text in sorted(both):
        found.extend(_Mark(start, end, True, True, "found", label) for start, end in places.of(text))
    for label, text in sorted(missed):
        near = _near(text, spurious, places)
        state: State = "near" if near else "missed"
        found.extend(_Mark(start, end, True, False, state, label) for start, end in places.of(text))
    for label, text in sorted(spurious):
        state = "near" if _near(text, missed, places) else "spurious"
        found.extend(
            _Mark(start, end, False, True, state, f"→ {label}" if label else "") for start, end in places.of(text)
        )
    return found


def _near(text: str, others: Iterable[tuple[str, str]], places: Places) -> bool:
    return any(text == other or places.shared(text, other) for _, other in others)
