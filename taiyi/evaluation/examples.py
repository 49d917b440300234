"""Examples for the report: a few right, wrong and unparsable answers, balanced over tasks, each with its id."""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Iterable

from taiyi.evaluation.outcomes import Verdict, verdict
from taiyi.instances import Item, Outcome, Status
from taiyi.metrics.outcomes import gold_set, predicted_set
from taiyi.records import Language, Part, Turn

SHOWN: tuple[Verdict, ...] = ("right", "wrong", "unparsable")


class Example(Part, frozen=True):
    """One judged answer to show. `history` holds the turns before the prompt; `missed` and `spurious` the items on
    one side only, as text, where the answer is more than one piece of text.
    """

    id: str
    task: str
    language: Language
    verdict: Verdict
    status: Status
    prompt: str
    gold: str
    prediction: str
    history: tuple[Turn, ...] = ()
    missed: tuple[str, ...] = ()
    spurious: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def choose(outcomes: Iterable[Outcome], each: int = 10) -> tuple[Example, ...]:
    """At most `each` examples of every verdict but unanswered, taken from the tasks and languages in turn.

    Within a task the order is that of a hash of the id: the same for the same outcomes, and not the easiest first.
    """
    by_verdict: dict[Verdict, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_verdict[verdict(outcome)].append(outcome)
    return tuple(example(outcome) for name in SHOWN for outcome in _in_turn(by_verdict[name], each))


def example(outcome: Outcome) -> Example:
    """An outcome as it is shown."""
    instance, gold, predicted = outcome.instance, gold_set(outcome), predicted_set(outcome)
    # Where the gold is its own text, naming it again as missed says nothing.
    plain = instance.gold == ((instance.target,),)
    return Example(
        id=instance.id,
        task=instance.task,
        language=instance.language,
        verdict=verdict(outcome),
        status=outcome.parsed.status,
        prompt=instance.prompt,
        gold=instance.target,
        prediction=outcome.text or "",
        history=instance.turns[:-2],
        missed=() if plain else tuple(sorted(spelled(item) for item in gold - predicted)),
        spurious=() if plain else tuple(sorted(spelled(item) for item in predicted - gold)),
        notes=outcome.parsed.notes,
    )


def spelled(item: Item) -> str:
    """An item on one line: its parts in order, a nested item in brackets."""
    return " · ".join(part if isinstance(part, str) else f"({spelled(part)})" for part in item)


def _in_turn(outcomes: Iterable[Outcome], count: int) -> list[Outcome]:
    queues: dict[tuple[str, str], deque[Outcome]] = defaultdict(deque)
    for outcome in sorted(outcomes, key=lambda o: hashlib.blake2b(o.instance.id.encode()).digest()):
        queues[outcome.instance.task, outcome.instance.language].append(outcome)
    chosen: list[Outcome] = []
    while len(chosen) < count and any(queues.values()):
        for key in sorted(queues):
            if queues[key] and len(chosen) < count:
                chosen.append(queues[key].popleft())
    return chosen
