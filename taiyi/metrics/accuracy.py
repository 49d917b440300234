"""Accuracy: the share of answers whose set of labels equals the gold's, over all instances asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from taiyi.instances import Item, Outcome
from taiyi.metrics import Score, signature
from taiyi.metrics.outcomes import counts, f1, gold_set, predicted_set, ratio


def score(outcomes: Sequence[Outcome], *, task: str) -> Score:
    """Accuracy; an unanswered or unparsable answer is wrong. The baseline answers the commonest gold everywhere.

    Details: macro_f1, the mean F1 over the labels of the gold (an answer outside them lowers recall and adds no
    class of its own; PubMedQA's own script adds one), and f1:, gold: for each label.
    """
    details = counts(outcomes)
    return Score(
        name="accuracy",
        value=ratio(details["right"], len(outcomes)),
        baseline=ratio(commonest(outcomes), len(outcomes)),
        baseline_name="majority class",
        items=len(outcomes),
        signature=signature("accuracy", task=task, match="exact", unparsable="wrong"),
        details={**by_label(outcomes), **details},
    )


def majority(outcomes: Sequence[Outcome]) -> tuple[Item, ...]:
    """The commonest gold set; of several, the one that sorts first. Empty where there are no outcomes."""
    found = Counter(gold_set(outcome) for outcome in outcomes)
    most = max(found.values(), default=0)
    return min(
        (tuple(sorted(items, key=repr)) for items, often in found.items() if often == most), key=repr, default=()
    )


def commonest(outcomes: Sequence[Outcome]) -> int:
    """How many questions have the commonest gold set."""
    answer = frozenset(majority(outcomes))
    return sum(gold_set(outcome) == answer for outcome in outcomes)


def by_label(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """macro_f1 over the labels of the gold; f1:, gold: of each."""
    tp: Counter[Item] = Counter()
    predicted: Counter[Item] = Counter()
    gold: Counter[Item] = Counter()
    for outcome in outcomes:
        here, there = gold_set(outcome), predicted_set(outcome)
        tp.update(here & there)
        predicted.update(there)
        gold.update(here)
    by_label = {label: f1(tp[label], predicted[label], gold[label]) for label in sorted(gold, key=repr)}
    details = {"macro_f1": ratio(sum(by_label.values()), len(by_label))}
    for label, value in by_label.items():
        name = " ".join(str(part) for part in label)
        details |= {f"f1:{name}": value, f"gold:{name}": float(gold[label])}
    return details
