"""Events without spans, as sets of (type, trigger, arguments) per document: what a written answer can be scored on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from taiyi.instances import Item, Items
from taiyi.metrics import Score, signature
from taiyi.metrics.outcomes import ratio
from taiyi.metrics.sets import Tally, total

Level = Literal["event", "trigger", "argument", "argument_of_trigger"]
_NUMBER = re.compile(r"\d+$")


def score(pairs: Sequence[tuple[Items, Items]], *, level: Level = "event", task: str = "ee") -> Score:
    """Micro-F1 over documents given as (gold, predicted) items `(type, trigger, ((role, text), ...))`.

    What is counted, each once per document, text exact:
    - event: type, trigger and the set of its (role, text);
    - trigger: type and trigger (trigger classification);
    - argument: type, role and text, whichever trigger it hangs on;
    - argument_of_trigger: type, trigger, role and text.

    Numbers of roles are dropped (Theme2 is a Theme); an argument that is an event stands as its trigger's text. Not
    comparable with scores over spans (`standoff_events`). Undefined values are 0. Details: precision, recall, tp,
    predicted, gold.
    """
    tp, predicted, gold = whole = tally(pairs, level=level)
    details = {"precision": ratio(tp, predicted), "recall": ratio(tp, gold)}
    return Score(
        name=f"{level}_f1",
        value=whole.f1,
        baseline=0.0,
        baseline_name="empty answer",
        items=len(pairs),
        signature=signature("f1", task=task, average="micro", match="exact", only=f"{level}s"),
        details=details | {"tp": float(tp), "predicted": float(predicted), "gold": float(gold)},
    )


def tally(pairs: Sequence[tuple[Items, Items]], *, level: Level = "event") -> Tally:
    """The counts behind that F1, summed over documents."""
    found = []
    for gold, predicted in pairs:
        theirs, ours = (frozenset(parts(map(unnumbered, side), level)) for side in (gold, predicted))
        found.append(Tally(len(theirs & ours), len(ours), len(theirs)))
    return total(found)


def parts(events: Iterable[Item], level: Level) -> Iterator[Item]:
    """What is counted of events at a level; roles as they are written."""
    return (part for event in events for part in _PARTS[level](event))


def unnumbered(event: Item) -> Item:
    """The event without numbers of roles."""
    slots = tuple((_NUMBER.sub("", role), text) for role, text in _slots(event))
    return (*event[:2], slots)


def _event(event: Item) -> Iterable[Item]:
    return [(*event[:2], tuple(sorted(set(_slots(event)))))]


def _trigger(event: Item) -> Iterable[Item]:
    return [(event[0], event[1])]


def _argument(event: Item) -> Iterable[Item]:
    return [(event[0], *slot) for slot in _slots(event)]


def _argument_of_trigger(event: Item) -> Iterable[Item]:
    return [(event[0], event[1], *slot) for slot in _slots(event)]


def _slots(event: Item) -> list[tuple[str, str]]:
    slots = event[2] if len(event) > 2 else ()
    return [(str(slot[0]), str(slot[1])) for slot in slots]


_PARTS: dict[Level, Callable[[Item], Iterable[Item]]] = {
    "event": _event,
    "trigger": _trigger,
    "argument": _argument,
    "argument_of_trigger": _argument_of_trigger,
}
