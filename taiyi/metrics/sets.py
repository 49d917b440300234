"""Micro-F1 over sets of items: the Taiyi paper's "exact match without span" (the set function of PromptCBLUE)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from taiyi.instances import Item, Items, Outcome
from taiyi.metrics import Score, signature
from taiyi.metrics.outcomes import counts, f1, gold_set, predicted_set, ratio

Keep = Callable[[Item], bool]


class Tally(NamedTuple):
    """Items found, items predicted, items in the gold: the counts behind one F1."""

    tp: int
    predicted: int
    gold: int

    @property
    def f1(self) -> float:
        """Their F1; 0 where nothing was found."""
        return f1(*self)


def tally(outcome: Outcome, keep: Keep = lambda _: True) -> Tally:
    """The counts of one instance, over the items that `keep` accepts. Exact strings: case and width count."""
    gold = {item for item in gold_set(outcome) if keep(item)}
    predicted = {item for item in predicted_set(outcome) if keep(item)}
    return Tally(len(gold & predicted), len(predicted), len(gold))


def total(tallies: Sequence[Tally]) -> Tally:
    """The sum of counts: what micro-averaging divides."""
    return Tally(*(sum(column) for column in zip(*tallies, strict=True))) if tallies else Tally(0, 0, 0)


def micro_f1(
    outcomes: Sequence[Outcome],
    *,
    task: str,
    keep: Keep = lambda _: True,
    only: str = "all",
    trivial: Items = (),
    trivial_name: str = "empty answer",
) -> Score:
    """Micro precision, recall and F1 over the sets of items of any subset of outcomes.

    Undefined values are 0, also where gold and predictions are empty throughout (so PromptCBLUE does it).
    An unanswered or unparsable instance predicts nothing; its gold still counts. `keep` restricts the items counted, and
    `only` names that restriction in the signature. The baseline gives `trivial` as the answer to every instance.
    Details: precision, recall, tp, predicted, gold; instance_f1, the mean over instances (1 where both sets are
    empty); macro_f1 over the offered names and f1:, gold: for each, where items begin with one.
    """
    tallies = [tally(outcome, keep) for outcome in outcomes]
    tp, predicted, gold = whole = total(tallies)
    details = {
        "precision": ratio(tp, predicted),
        "recall": ratio(tp, gold),
        "tp": float(tp),
        "predicted": float(predicted),
        "gold": float(gold),
        "instance_f1": ratio(sum(1.0 if t == (0, 0, 0) else t.f1 for t in tallies), len(tallies)),
    }
    return Score(
        name="f1",
        value=whole.f1,
        baseline=_trivial(outcomes, keep, trivial),
        baseline_name=trivial_name,
        items=len(outcomes),
        signature=signature("f1", task=task, average="micro", match="exact", only=only),
        details={**details, **_by_name(outcomes, keep), **counts(outcomes)},
    )


def mention_key(item: Item) -> str:
    """What of an item training may have shown: all after the type, casefolded (an entity's mention, a relation's
    ends, joined by U+001F); the name itself where the item holds no more."""
    return "\x1f".join(_strings(item[1:] or item)).casefold()


def _strings(item: Item) -> list[str]:
    found: list[str] = []
    for element in item:
        found.extend([element] if isinstance(element, str) else _strings(element))
    return found


def _trivial(outcomes: Sequence[Outcome], keep: Keep, trivial: Items) -> float:
    answer = {item for item in trivial if keep(item)}
    golds = [{item for item in gold_set(outcome) if keep(item)} for outcome in outcomes]
    return total([Tally(len(gold & answer), len(answer), len(gold)) for gold in golds]).f1


def _by_name(outcomes: Sequence[Outcome], keep: Keep) -> dict[str, float]:
    """F1 and support of each offered name that begins an item, and the mean F1 over the names in the gold."""
    names = {name for outcome in outcomes for name in outcome.instance.context.offered}
    tp, predicted, gold = Counter[str](), Counter[str](), Counter[str]()
    for outcome in outcomes:
        here = {item for item in gold_set(outcome) if keep(item)}
        there = {item for item in predicted_set(outcome) if keep(item)}
        for counter, items in ((tp, here & there), (predicted, there), (gold, here)):
            counter.update(str(item[0]) for item in items if item[:1] and item[0] in names)
    by_name = {name: Tally(tp[name], predicted[name], gold[name]) for name in sorted({*predicted, *gold})}
    in_gold = [found.f1 for found in by_name.values() if found.gold]
    details = {"macro_f1": ratio(sum(in_gold), len(in_gold))} if by_name else {}
    for name, found in by_name.items():
        details |= {f"f1:{name}": found.f1, f"gold:{name}": float(found.gold)}
    return details
