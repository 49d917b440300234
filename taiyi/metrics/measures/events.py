"""Micro-F1 over events without spans: whole events, triggers, or arguments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast, get_args

import numpy as np

from taiyi.instances import Item, Outcome
from taiyi.metrics import sets, signature, significance, text_events
from taiyi.metrics.measures import Measure, Rows, one_of
from taiyi.metrics.outcomes import projected
from taiyi.metrics.text_events import Level


def event_f1(*, task: str, level: str = "event", numbers: str = "kept", types: str = "") -> Measure:
    """Events (type, trigger, arguments), arguments in any order, texts exact, each once in a document.

    level: event, trigger (type and trigger), argument (type, role and text) or argument_of_trigger. numbers: kept, or
    dropped: Theme2 is a Theme. types: only events of these types count, separated by commas.
    """
    counted = cast(Level, one_of(level, get_args(Level), "level"))
    dropped = one_of(numbers, ("kept", "dropped"), "numbers") == "dropped"
    only = frozenset(filter(None, types.split(",")))

    def at(asked: Level, outcomes: Sequence[Outcome]) -> list[Outcome]:
        def parts(event: Item) -> Iterable[Item]:
            kept = not only or event[0] in only
            return text_events.parts([text_events.unnumbered(event) if dropped else event], asked) if kept else ()

        return projected(outcomes, parts)

    def details(outcomes: Sequence[Outcome]) -> dict[str, float]:
        found = sets.micro_f1(at(counted, outcomes), task=task).details
        parts = {"trigger_f1": "trigger", "argument_f1": "argument_of_trigger"}
        return found | {name: sets.micro_f1(at(cast(Any, of), outcomes), task=task).value for name, of in parts.items()}

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        return np.array([sets.tally(o) for o in at(counted, outcomes)], dtype=np.float64).reshape(-1, 3)

    settings = {"only": f"{counted}s" if dropped or counted != "event" else "all"}
    settings |= {"roles": "numbered"} if not dropped and counted.startswith("argument") else {}
    settings |= {"types": types} if types else {}
    return Measure(
        name="f1" if counted == "event" else f"{counted}_f1",
        rows=rows,
        figure=significance.micro_f1,
        signature=lambda _: signature("f1", task=task, average="micro", match="exact", **settings),
        details=details,
        trivial=lambda _: (0.0, "empty answer"),
    )


MEASURES = {"event_f1": event_f1}
