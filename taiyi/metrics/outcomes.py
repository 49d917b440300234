"""What every metric reads from judged answers: the gold and predicted sets, and how many answers were right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from taiyi.instances import UNPARSABLE, Item, Items, Outcome, Parsed


def gold_set(outcome: Outcome) -> frozenset[Item]:
    """The gold items, each once."""
    return frozenset(outcome.instance.gold)


def predicted_set(outcome: Outcome) -> frozenset[Item]:
    """The items read from the answer, each once; nothing where there is no answer or it could not be read."""
    return frozenset(outcome.parsed.items) if readable(outcome) else frozenset()


def readable(outcome: Outcome) -> bool:
    """Whether there is an answer and something could be made of it (an answer "none" is readable)."""
    return outcome.text is not None and outcome.parsed.status not in UNPARSABLE


def verdict(outcome: Outcome) -> str:
    """`right` (the predicted set equals the gold set), `wrong`, `unparsable` or `unanswered`."""
    if outcome.text is None:
        return "unanswered"
    if not readable(outcome):
        return "unparsable"
    same = outcome.parsed.items == outcome.instance.gold or predicted_set(outcome) == gold_set(outcome)
    return "right" if same else "wrong"


def counts(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """How many answers got each verdict; the four add up to the number of outcomes."""
    found = Counter(verdict(outcome) for outcome in outcomes)
    return {name: float(found[name]) for name in ("right", "wrong", "unparsable", "unanswered")}


def unanswered(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The same questions without any answer: what the empty answer is scored on."""
    return [Outcome(outcome.instance, None, Parsed("unparsed")) for outcome in outcomes]


def projected(outcomes: Iterable[Outcome], project: Callable[[Item], Iterable[Item]]) -> list[Outcome]:
    """The outcomes with every gold and predicted item replaced by what `project` makes of it, each once."""

    def of(items: Items) -> Items:
        return tuple(dict.fromkeys(part for item in items for part in project(item)))

    replace = msgspec.structs.replace
    return [
        replace(
            outcome,
            instance=replace(outcome.instance, gold=of(outcome.instance.gold)),
            parsed=replace(outcome.parsed, items=of(outcome.parsed.items)),
        )
        for outcome in outcomes
    ]


def ratio(part: float, whole: float) -> float:
    """part / whole, 0 where the whole is 0."""
    return part / whole if whole else 0.0


def f1(tp: float, predicted: float, gold: float) -> float:
    """The harmonic mean of tp / predicted and tp / gold; 0 where nothing is right, also when all three are 0."""
    return ratio(2 * tp, predicted + gold)
