"""F1 over sets of items: the Taiyi paper's metric, exact text and name without offsets, and its variants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np

from taiyi.errors import InvalidInput
from taiyi.instances import Item, Items, Outcome
from taiyi.metrics import Score, label_counts, signature, significance
from taiyi.metrics.accuracy import majority
from taiyi.metrics.grounding import span_items
from taiyi.metrics.matching import Key, Matching
from taiyi.metrics.measures import Figure, Measure, Rows, one_of
from taiyi.metrics.outcomes import ratio, readable
from taiyi.metrics.sets import Keep, Tally, mention_key
from taiyi.metrics.sources import sources

_NAMELESS = ("nen", "coref")
"""Tasks whose items do not begin with a name."""
_VALUES = {
    "case": ("mixed", "fold"),
    "unicode": ("nfc", "nfkc"),
    "duplicates": ("once", "multiset"),
    "off_schema": ("dropped", "wrong"),
    "average": ("micro", "macro", "document"),
    "match": ("text", "span"),
    "trivial": ("empty", "majority"),
}
_TRIVIAL = {"empty": "empty answer", "majority": "majority labels"}
_NAMES = {"micro": "f1", "macro": "macro_f1", "document": "document_f1"}


class _Sides(NamedTuple):
    """What one question's gold and answer hold, and both, in the form compared."""

    gold: frozenset[Key]
    predicted: frozenset[Key]
    both: frozenset[Key]

    @property
    def tally(self) -> Tally:
        return Tally(len(self.both), len(self.predicted), len(self.gold))


class _Settings(NamedTuple):
    """The settings of one measure; see `set_f1`. keep, only: a further restriction of the items, and its name."""

    task: str
    matching: Matching
    types: tuple[str, ...]
    off_schema: str
    average: str
    match: str
    trivial: str
    keep: Keep | None = None
    only: str = ""

    def signature(self) -> str:
        """Every setting; `types` and `off-schema` where they are restricted, `trivial` is none of the score."""
        types = {"types": ",".join(self.types), "off-schema": self.off_schema} if self.types else {"types": "all"}
        only = {"only": self.only} if self.only else {}
        given = {"task": self.task, "average": self.average, "match": self.match, "undefined": "0"}
        return signature("f1", **given, **self.matching.settings(), **types, **only)


def set_f1(
    *,
    task: str,
    case: str = "mixed",
    unicode: str = "nfc",
    duplicates: str = "once",
    types: str = "",
    off_schema: str = "dropped",
    average: str = "micro",
    match: str = "text",
    trivial: str = "empty",
) -> Measure:
    """F1 over the items of answers (type and text; relation, head and tail ...), compared as sets of texts.

    What is undefined is 0; an unreadable answer predicts nothing, its gold counts. case: `mixed` (Ulcer is not ulcer) or
    `fold`. unicode: `nfc`, or `nfkc`, which merges full- and half-width forms. duplicates: an item counts `once`, or as
    often as it is given (`multiset`). types: only items of these names count, separated by commas; off_schema: an
    answer's items of other names are `dropped` or `wrong`. average: `micro` over all items; `macro`, the mean over types
    (those named, or else the gold's); `document`, the mean over questions (1 where both sides are empty). match: `text`,
    or `span`: each text (ner alone) stands for all its places in the source, gold and answer alike, and one that the
    source does not hold is a wrong item. trivial: what the baseline answers, `empty` or `majority`.
    """
    given = {"case": case, "unicode": unicode, "duplicates": duplicates, "off_schema": off_schema, "average": average}
    for setting, value in (given | {"match": match, "trivial": trivial}).items():
        one_of(value, _VALUES[setting], setting)
    if match == "span" and task != "ner":
        raise InvalidInput(
            f"match is span, of {task}", remedy="only the mentions of ner are looked for in their source"
        )
    if average == "macro" and task in _NAMELESS:
        raise InvalidInput(f"average is macro, of {task}", remedy="its items have no types to average over")
    matching = Matching(cast(Any, case), cast(Any, unicode), cast(Any, duplicates))
    named = tuple(filter(None, types.split(",")))
    return _measure(_Settings(task, matching, named, off_schema, average, match, trivial))


def by_seen(outcomes: Sequence[Outcome], seen: frozenset[str], *, task: str) -> tuple[Score, Score]:
    """Micro-F1 over the items whose mention was seen in training, and over the others.

    `seen` holds `mention_key`s of the training items. A gold item and a predicted item are each put on one side by
    their own text, so the counts of the two add up to the whole one's.
    """
    exact = _Settings(task, Matching(), (), "dropped", "micro", "text", "empty")
    known: dict[Item, bool] = {}

    def was_seen(item: Item) -> bool:
        if item not in known:
            known[item] = mention_key(item) in seen
        return known[item]

    sides = (exact._replace(keep=was_seen, only="seen"), exact._replace(keep=lambda i: not was_seen(i), only="unseen"))
    first, second = (_measure(one).score(outcomes) for one in sides)
    return first, second


def _measure(settings: _Settings) -> Measure:
    last: list[tuple[Sequence[Outcome], list[_Sides]]] = []

    def sides(outcomes: Sequence[Outcome]) -> list[_Sides]:
        """The sides of these outcomes; those of the last ones are kept, since rows and details both need them."""
        if not last or last[0][0] is not outcomes:
            last[:] = [(outcomes, _read(outcomes, settings))]
        return last[0][1]

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        return _rows(sides(outcomes), settings)

    def trivial(outcomes: Sequence[Outcome]) -> tuple[float, str]:
        if settings.trivial == "empty" and settings.average != "document":
            return 0.0, _TRIVIAL[settings.trivial]
        answer = _items(majority(outcomes), settings) if settings.trivial == "majority" else frozenset()
        golds = [_Sides(one.gold, answer, one.gold & answer) for one in sides(outcomes)]
        found = figure(_rows(golds, settings).sum(axis=0, keepdims=True))[0] if golds else 0.0
        return float(found), _TRIVIAL[settings.trivial]

    figure = _figure(settings)
    return Measure(
        name=_NAMES[settings.average],
        rows=rows,
        figure=figure,
        signature=lambda _: settings.signature(),
        details=lambda outcomes: _details(outcomes, sides(outcomes), settings),
        trivial=trivial,
    )


def _read(outcomes: Sequence[Outcome], settings: _Settings) -> list[_Sides]:
    texts: Iterable[str] = sources(outcomes) if settings.match == "span" else ("" for _ in outcomes)
    found = []
    for outcome, text in zip(outcomes, texts, strict=True):
        gold = _items(outcome.instance.gold, settings, text)
        items = outcome.parsed.items if readable(outcome) else ()
        if items == outcome.instance.gold and settings.off_schema == "dropped":
            found.append(_Sides(gold, gold, gold))
        else:
            predicted = _items(items, settings, text, answered=True)
            found.append(_Sides(gold, predicted, gold & predicted))
    return found


def _items(items: Items, settings: _Settings, source: str = "", *, answered: bool = False) -> frozenset[Key]:
    """One side in the form compared."""
    kept: Iterable[Item] = items
    if settings.types and not (answered and settings.off_schema == "wrong"):
        kept = [item for item in kept if item[:1] and item[0] in settings.types]
    if settings.keep:
        kept = filter(settings.keep, kept)
    if settings.match == "span":
        mentions = settings.matching.counted(kept)
        return frozenset(span_items(mentions, settings.matching.form(source)))
    return settings.matching.counted(kept)


def _rows(sides: Sequence[_Sides], settings: _Settings) -> Rows:
    if settings.average == "micro":
        return np.array([one.tally for one in sides], dtype=np.float64).reshape(-1, 3)
    if settings.average == "document":
        return np.array([(_document_f1(one.tally), 1.0) for one in sides], dtype=np.float64).reshape(-1, 2)
    names = [settings.matching.form(name) for name in settings.types]
    names = names or sorted({str(item[0]) for one in sides for item in one.gold})
    counted = [label_counts.Sides(*map(_by_name, one)) for one in sides]
    return label_counts.rows(counted, names)


def _figure(settings: _Settings) -> Figure:
    if settings.average == "micro":
        return significance.micro_f1
    if settings.average == "document":
        return significance.share
    return partial(label_counts.macro_f1, policy="listed" if settings.types else "gold")


def _by_name(items: frozenset[Key]) -> Counter[str]:
    return Counter(str(item[0]) for item in items)


def _document_f1(tally: Tally) -> float:
    return 1.0 if tally == (0, 0, 0) else tally.f1


def _details(outcomes: Sequence[Outcome], sides: Sequence[_Sides], settings: _Settings) -> dict[str, float]:
    """precision, recall, f1, tp, predicted, gold; instance_f1, the mean over questions; macro_f1 over the names in the
    gold, and f1:, precision:, recall:, gold: for each name that was offered, where items begin with one.
    """
    tallies = [one.tally for one in sides]
    tp, predicted, gold = (sum(column) for column in zip(*tallies, strict=True)) if tallies else (0, 0, 0)
    details = {
        "precision": ratio(tp, predicted),
        "recall": ratio(tp, gold),
        "f1": Tally(tp, predicted, gold).f1,
        "tp": float(tp),
        "predicted": float(predicted),
        "gold": float(gold),
        "instance_f1": ratio(sum(map(_document_f1, tallies)), len(tallies)),
    }
    return details | _per_name(outcomes, sides, settings)


def _per_name(outcomes: Sequence[Outcome], sides: Sequence[_Sides], settings: _Settings) -> dict[str, float]:
    lists = {outcome.instance.context.offered for outcome in outcomes}
    names = {settings.matching.form(name): name for offered in lists for name in offered}
    counted = sides if names and settings.task not in _NAMELESS else ()
    gold, predicted, tp = (Counter([item[0] for one in counted for item in one[side]]) for side in range(3))
    found = {
        name: Tally(tp[key], predicted[key], gold[key])
        for key, name in sorted(names.items())
        if predicted[key] or gold[key]
    }
    in_gold = [tally.f1 for tally in found.values() if tally.gold]
    details = {"macro_f1": ratio(sum(in_gold), len(in_gold))} if found else {}
    for name, tally in found.items():
        details |= {f"f1:{name}": tally.f1, f"gold:{name}": float(tally.gold)}
        details |= {
            f"precision:{name}": ratio(tally.tp, tally.predicted),
            f"recall:{name}": ratio(tally.tp, tally.gold),
        }
    return details


MEASURES = {"set_f1": set_f1}
