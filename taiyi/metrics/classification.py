"""Classification over sets of labels: micro, macro, weighted, by instance, by document, as the reference scorers do it.

A single-label answer is a set of one, an answer that cannot be read the empty set.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeVar, get_args

from taiyi.errors import InvalidInput
from taiyi.metrics import Score, signature
from taiyi.metrics.outcomes import f1, ratio
from taiyi.metrics.sets import Tally, total
from taiyi.metrics.significance import wilson

Labels = frozenset[str]
Pair = tuple[Labels, Labels]  # gold, predicted
Pairs = Sequence[Pair]
Average = Literal["micro", "macro", "weighted", "samples", "example", "accuracy"]
Policy = Literal["gold", "seen"]  # whose labels a macro average is taken over, where no list is given
T = TypeVar("T")


class Figures(NamedTuple):
    """Precision, recall and F1, each in [0, 1]; what is undefined is 0."""

    precision: float
    recall: float
    f1: float


def aligned(gold: Mapping[str, T], predicted: Mapping[str, T], missing: T) -> list[tuple[T, T]]:
    """Gold and prediction of each id of the gold, in its order; an id without prediction gets `missing` and stays.

    So N is the gold's, whatever was answered (PubMedQA's script refuses such predictions instead). Raises
    InvalidInput for a prediction whose id the gold does not have.
    """
    strangers = sorted(predicted.keys() - gold.keys())
    if strangers:
        raise InvalidInput(
            f"{len(strangers)} predictions have ids that the gold lacks, among them {', '.join(strangers[:3])}",
            remedy="score these predictions against the gold they were made for",
        )
    return [(item, predicted.get(key, missing)) for key, item in gold.items()]


def filled(sets: Iterable[Labels], label: str) -> list[Labels]:
    """The sets, an empty one replaced by {label}.

    With `none` on both sides an unlabelled text becomes a class (Hallmarks as BigBio has it; `empty` in BioGPT's
    script). On the predictions alone it turns abstention into an answer: "" into one that is wrong and costs
    precision, a label's name into a guess of that label (PromptCBLUE's script, which so gives an empty model points).
    """
    return [labels or frozenset((label,)) for labels in sets]


def by_document(sets: Iterable[Labels], documents: Iterable[str]) -> dict[str, Labels]:
    """The union of the labels of a document's sentences, documents in the order they first come (BLURB's Hallmarks)."""
    found: dict[str, Labels] = {}
    for labels, document in zip(sets, documents, strict=True):
        found[document] = found.get(document, frozenset()) | labels
    return found


def above(probabilities: Mapping[str, float], threshold: float = 0.5) -> Labels:
    """The labels whose probability exceeds the threshold; the threshold itself is a no (BioCreative VII LitCovid)."""
    return frozenset(label for label, probability in probabilities.items() if probability > threshold)


def tallies(pairs: Pairs) -> dict[str, Tally]:
    """The counts of every label of the gold or the predictions, sorted by label."""
    tp, predicted, gold = Counter[str](), Counter[str](), Counter[str]()
    for here, there in pairs:
        tp.update(here & there)
        predicted.update(there)
        gold.update(here)
    return {label: Tally(tp[label], predicted[label], gold[label]) for label in sorted({*predicted, *gold})}


def figures(tally: Tally) -> Figures:
    """Precision, recall and F1 of one label's counts, or of their sum."""
    return Figures(ratio(tally.tp, tally.predicted), ratio(tally.tp, tally.gold), tally.f1)


def micro(counts: Mapping[str, Tally]) -> Figures:
    """Over all decisions. Labels outside the schema count against precision, which a list of labels would hide."""
    return figures(total(list(counts.values())))


def macro(counts: Mapping[str, Tally], labels: Policy | Sequence[str] = "gold") -> Figures:
    """The unweighted mean over labels: those of the gold, all seen, or a list, whose absent labels count 0.

    The list is CHIP-CTC's official rule (44 tags), all seen is scikit-learn's without `labels` (PubMedQA's and
    PromptCBLUE's scripts), where each answer outside the schema adds a class of F1 0. F1 is the mean of the F1s.
    """
    return _mean([figures(counts.get(label, Tally(0, 0, 0))) for label in _listed(counts, labels)])


def weighted(counts: Mapping[str, Tally]) -> Figures:
    """The mean over labels weighted by their number in the gold (PromptCBLUE's "micro" F1 of text pairs)."""
    support = sum(tally.gold for tally in counts.values())
    parts = [(figures(tally), tally.gold) for tally in counts.values()]
    return Figures(*(ratio(sum(part[k] * gold for part, gold in parts), support) for k in range(3)))


def samples(pairs: Pairs, *, empty: float = 0.0) -> Figures:
    """The mean over instances of each one's precision, recall and F1; `empty` for one with neither gold nor prediction.

    scikit-learn's samples average has empty = 0: a right "no label" then scores nothing.
    """
    return _mean([_instance(gold, predicted, empty) for gold, predicted in pairs])


def example_based(pairs: Pairs, *, digits: int | None = None) -> Figures:
    """Mean precision and mean recall over instances and the harmonic mean of the two (not the mean F1).

    BLUE's Hallmarks figure (its script prints precision as recall and recall as precision) and LitCovid's
    instance-based one, whose script takes the harmonic mean of the means rounded to 4 `digits`, NaN where both are 0.
    """
    precision, recall, _ = samples(pairs)
    if digits is not None:
        precision, recall = round(precision, digits), round(recall, digits)
    return Figures(precision, recall, ratio(2 * precision * recall, precision + recall))


def accuracy(pairs: Pairs) -> float:
    """The share of instances whose predicted set is the gold set."""
    return ratio(sum(gold == predicted for gold, predicted in pairs), len(pairs))


def matthews(pairs: Sequence[tuple[str, str]]) -> float:
    """Matthews' correlation of single labels, gold and predicted, over any number of classes (Gorodkin 2004); in [-1, 1].

    0 where either side has one class only, and where there are no pairs.
    """
    gold, predicted = Counter(g for g, _ in pairs), Counter(p for _, p in pairs)
    n, right = len(pairs), sum(g == p for g, p in pairs)
    chance = sum(gold[label] * predicted[label] for label in gold)
    spread = (n * n - sum(c * c for c in gold.values())) * (n * n - sum(c * c for c in predicted.values()))
    return ratio(n * right - chance, math.sqrt(spread))


def score(
    pairs: Pairs,
    *,
    task: str,
    average: Average = "micro",
    labels: Policy | Sequence[str] = "gold",
    unit: str = "instance",
    empty: float = 0.0,
) -> Score:
    """One average as the value, all of them in the details; an empty predicted set is an abstention: it costs recall.

    `unit` names in the signature what a pair stands for (instance, sentence, sentence+none, document ...). The
    baseline gives the commonest gold set as every answer. Details: precision, recall and f1 of each average
    (`micro:f1`), accuracy with its Wilson interval (`accuracy:low`, `accuracy:high`), abstained (empty predictions),
    and f1:, gold: by label.
    """
    answer = _majority(pairs)
    trivial: Pairs = [(gold, answer) for gold, _ in pairs]
    named = labels if isinstance(labels, str) else f"fixed-{len(set(labels))}"
    counts = tallies(pairs)
    low, high, _ = wilson(sum(gold == predicted for gold, predicted in pairs), len(pairs))
    details = {"accuracy": accuracy(pairs), "accuracy:low": low, "accuracy:high": high}
    details["abstained"] = float(sum(not predicted for _, predicted in pairs))
    for name, find in _averages(labels, empty).items():
        details |= {f"{name}:{field}": value for field, value in find(pairs)._asdict().items()}
    for label, tally in counts.items():
        details |= {f"f1:{label}": tally.f1, f"gold:{label}": float(tally.gold)}
    return Score(
        name="accuracy" if average == "accuracy" else f"{average}_f1",
        value=_value(pairs, average, labels, empty),
        baseline=_value(trivial, average, labels, empty),
        baseline_name="majority labels",
        items=len(pairs),
        signature=signature(
            "accuracy" if average == "accuracy" else "f1",
            **{"task": task, "average": average, "labels": named, "unit": unit, "empty": f"{empty:g}"},
            **{"case": "mixed", "unicode": "as-is", "duplicates": "once", "unparsable": "abstains"},
        ),
        details=details,
    )


def _averages(labels: Policy | Sequence[str], empty: float) -> dict[str, Callable[[Pairs], Figures]]:
    return {
        "micro": lambda pairs: micro(tallies(pairs)),
        "macro": lambda pairs: macro(tallies(pairs), labels),
        "weighted": lambda pairs: weighted(tallies(pairs)),
        "samples": lambda pairs: samples(pairs, empty=empty),
        "example": example_based,
    }


def _value(pairs: Pairs, average: Average, labels: Policy | Sequence[str], empty: float) -> float:
    value = accuracy(pairs) if average == "accuracy" else _averages(labels, empty)[average](pairs).f1
    return min(value, 1.0)  # a mean of ones may be one bit above


def _majority(pairs: Pairs) -> Labels:
    found = Counter(gold for gold, _ in pairs)
    return min(found, key=lambda labels: (-found[labels], sorted(labels)), default=frozenset())


def _listed(counts: Mapping[str, Tally], labels: Policy | Sequence[str]) -> list[str]:
    if not isinstance(labels, str):
        return list(dict.fromkeys(labels))
    if labels not in get_args(Policy):  # any text is a Sequence[str] to a type checker
        raise ValueError(f"labels are {' or '.join(get_args(Policy))}, or a list of names; not {labels!r}")
    return [label for label, tally in counts.items() if tally.gold or labels == "seen"]


def _instance(gold: Labels, predicted: Labels, empty: float) -> Figures:
    if not gold and not predicted:
        return Figures(empty, empty, empty)
    right = len(gold & predicted)
    return Figures(ratio(right, len(predicted)), ratio(right, len(gold)), f1(right, len(predicted), len(gold)))


def _mean(parts: Sequence[Figures]) -> Figures:
    return Figures(*(ratio(math.fsum(part[k] for part in parts), len(parts)) for k in range(3)))
