"""Averages over labels: micro, macro, weighted, by question and by document, as the reference scorers take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from taiyi.errors import InvalidInput
from taiyi.instances import Item, Outcome
from taiyi.metrics import classification, label_counts, signature, significance
from taiyi.metrics.accuracy import majority
from taiyi.metrics.classification import Labels, Pair
from taiyi.metrics.measures import Figure, Measure, Rows, one_of
from taiyi.metrics.outcomes import f1, gold_set, predicted_set, ratio

_AVERAGES = ("micro", "macro", "weighted", "samples", "example", "accuracy")
_POLICIES = ("gold", "seen")


class _Settings(NamedTuple):
    """The settings of one measure; see `label_f1`."""

    task: str
    average: str
    labels: str
    types: frozenset[str]
    without: frozenset[str]
    fill: str
    unparsable: str
    unit: str
    document: str
    digits: int | None

    @property
    def listed(self) -> tuple[str, ...]:
        """The labels that a macro average is over, where a list is given."""
        return () if self.labels in _POLICIES else tuple(dict.fromkeys(filter(None, self.labels.split(","))))

    def signature(self) -> str:
        """Every setting that counts for this average."""
        given = {"task": self.task, "average": self.average, "unit": self.unit, "unparsable": self.unparsable}
        named = {"types": self.types, "without": self.without}
        given |= {name: ",".join(sorted(labels)) for name, labels in named.items() if labels}
        if self.average == "macro" or (self.average == "weighted" and self.listed):
            given["labels"] = self.labels
        if self.unit == "document":
            given["document"] = self.document
        if self.fill:
            given["empty"] = self.fill
        if self.digits is not None:
            given["digits"] = str(self.digits)
        name = "accuracy" if self.average == "accuracy" else "f1"
        return signature(name, case="mixed", duplicates="once", unicode="as-is", undefined="0", **given)


def label_f1(
    *,
    task: str,
    average: str = "micro",
    labels: str = "gold",
    types: str = "",
    without: str = "",
    fill: str = "",
    unparsable: str = "abstains",
    unit: str = "question",
    document: str = "",
    digits: str = "",
) -> Measure:
    """F1 over sets of labels, or the share of right sets (average: accuracy).

    average: `micro` over all labels given; `macro`, the mean over labels; `weighted` by their number in the gold;
    `samples`, the mean over questions; `example`, the harmonic mean of mean precision and mean recall over questions.
    labels: whose labels a `macro` average is over: `gold`, `seen` (on either side) or a list, separated by commas, whose
    absent labels count 0. types: only these labels count; without:
    all but these (`none`). fill: the label that an empty set on either side is replaced by, when labels have been left
    out and documents united (BioGPT's `empty`). unparsable: an answer without a label `abstains`, or is `wrong`: one
    label that is none of the gold's. unit: `question`, or `document`, whose questions' labels are united; the document
    of a record is its key up to the last `document` (12345.7 is of 12345 with `.`). digits: of the two means that an
    `example` average combines (4 in LitCovid's script).
    """
    one_of(average, _AVERAGES, "average")
    one_of(unparsable, ("abstains", "wrong"), "unparsable")
    one_of(unit, ("question", "document"), "unit")
    if unit == "document" and not document:
        raise InvalidInput("unit is document, and document is empty", remedy="what ends a document's name in its keys")
    if digits and not digits.isdecimal():
        raise InvalidInput(f"digits is {digits!r}", remedy="a whole number")
    only, left_out = (frozenset(filter(None, names.split(","))) for names in (types, without))
    rounded = int(digits) if digits else None
    return _measure(
        _Settings(task, average, labels, only, left_out, fill, unparsable, unit, document, rounded),
    )


def _measure(settings: _Settings) -> Measure:
    last: list[tuple[Sequence[Outcome], list[Pair]]] = []

    def pairs(outcomes: Sequence[Outcome]) -> list[Pair]:
        """Gold and predicted labels of each unit; those of the last outcomes are kept, since all functions need them."""
        if not last or last[0][0] is not outcomes:
            last[:] = [(outcomes, _pairs(outcomes, settings))]
        return last[0][1]

    def trivial(outcomes: Sequence[Outcome]) -> tuple[float, str]:
        answer = frozenset(majority(outcomes))
        found = _pairs(outcomes, settings, answer)
        value = figure(_rows(found, settings).sum(axis=0, keepdims=True))[0] if found else 0.0
        return float(value), "majority labels"

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        """A document's counts stand at its first question; the others add nothing."""
        made = _rows(pairs(outcomes), settings)
        first = _units(outcomes, settings)
        found = np.zeros((len(outcomes), made.shape[1]))
        found[list(first.values())] = made
        return found

    figure = _figure(settings)
    return Measure(
        name="accuracy" if settings.average == "accuracy" else f"{settings.average}_f1",
        rows=rows,
        figure=figure,
        signature=lambda _: settings.signature(),
        details=lambda outcomes: _details(pairs(outcomes), settings),
        trivial=trivial,
        document_of=partial(_document, mark=settings.document) if settings.document else None,
    )


def _document(record: str, mark: str) -> str:
    """The document of a record id."""
    return record.rpartition(mark)[0] or record


def _units(outcomes: Sequence[Outcome], settings: _Settings) -> dict[str, int]:
    """Every unit by name, with the place of its first question."""
    found: dict[str, int] = {}
    for place, outcome in enumerate(outcomes):
        record = outcome.instance.record
        found.setdefault(_document(record, settings.document) if settings.unit == "document" else str(place), place)
    return found


def _pairs(outcomes: Sequence[Outcome], settings: _Settings, answer: frozenset[Item] | None = None) -> list[Pair]:
    """The labels of each unit in the form compared; `answer`: what every question is answered with instead."""
    golds = [_labels(gold_set(outcome), settings) for outcome in outcomes]
    answers = [_labels(predicted_set(outcome) if answer is None else answer, settings) for outcome in outcomes]
    if settings.unit == "document":
        names = [_document(outcome.instance.record, settings.document) for outcome in outcomes]
        golds, answers = (list(classification.by_document(side, names).values()) for side in (golds, answers))
    if settings.fill:
        golds, answers = classification.filled(golds, settings.fill), classification.filled(answers, settings.fill)
    if settings.unparsable == "wrong":
        answers = classification.filled(answers, "")
    return list(zip(golds, answers, strict=True))


def _labels(items: Iterable[Item], settings: _Settings) -> Labels:
    names = frozenset(" ".join(map(str, item)) for item in items)
    return (names & settings.types if settings.types else names) - settings.without


def _rows(pairs: Sequence[Pair], settings: _Settings) -> Rows:
    each: dict[str, Callable[[Pair], tuple[float, ...]]] = {
        "micro": lambda p: (len(p[0] & p[1]), len(p[1]), len(p[0])),
        "samples": lambda p: (f1(len(p[0] & p[1]), len(p[1]), len(p[0])), 1),
        "example": lambda p: (ratio(len(p[0] & p[1]), len(p[1])), ratio(len(p[0] & p[1]), len(p[0])), 1),
        "accuracy": lambda p: (p[0] == p[1], 1),
    }
    if settings.average in each:
        made = [each[settings.average](pair) for pair in pairs]
        return np.array(made, dtype=np.float64).reshape(len(pairs), -1 if pairs else 1)
    labels = settings.listed or sorted({label for gold, _ in pairs for label in gold})
    if settings.average == "macro" and settings.labels == "seen":
        labels = sorted({label for pair in pairs for side in pair for label in side})
    counted = [
        label_counts.Sides(*(dict.fromkeys(side, 1) for side in (gold, read, gold & read))) for gold, read in pairs
    ]
    return label_counts.rows(counted, labels)


def _figure(settings: _Settings) -> Figure:
    if settings.average == "macro":
        return partial(label_counts.macro_f1, policy="listed" if settings.listed else settings.labels)
    figures: dict[str, Figure] = {
        "micro": significance.micro_f1,
        "weighted": label_counts.weighted_f1,
        "samples": significance.share,
        "example": partial(_example, digits=settings.digits),
        "accuracy": significance.share,
    }
    return figures[settings.average]


def _example(sums: Rows, digits: int | None) -> Rows:
    """The harmonic mean of mean precision and mean recall."""
    means = sums[:, :2] / np.maximum(sums[:, 2:], 1)
    if digits is not None:
        means = np.round(means, digits)
    found: Rows = 2 * means.prod(axis=1) / np.where(means.any(axis=1), means.sum(axis=1), 1)
    return found


def _details(pairs: Sequence[Pair], settings: _Settings) -> dict[str, float]:
    """Precision, recall and F1 of each average, accuracy; f1:, precision:, recall:, gold: of each label."""
    counts = classification.tallies(pairs)
    averages = {
        "micro": classification.micro(counts),
        "macro": classification.macro(counts, settings.listed or settings.labels),
        "weighted": classification.weighted(counts),
        "samples": classification.samples(pairs),
        "example": classification.example_based(pairs, digits=settings.digits),
    }
    details = {"accuracy": classification.accuracy(pairs), "units": float(len(pairs))}
    for name, found in averages.items():
        details |= {f"{name}_{field}": value for field, value in found._asdict().items()}
    for label, tally in counts.items():
        figures = classification.figures(tally)
        details |= {f"{field}:{label}": value for field, value in figures._asdict().items()}
        details[f"gold:{label}"] = float(tally.gold)
    return details


MEASURES = {"label_f1": label_f1}
