"""Micro-F1 over items of documents, with its variants, from plain data: mentions, spans, concepts, pairs, triples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Literal

from taiyi.errors import InvalidInput
from taiyi.metrics import Score, signature
from taiyi.metrics.matching import EXACT, Documents, Key, Matching, tally_bags
from taiyi.metrics.outcomes import ratio
from taiyi.metrics.sets import Tally, total

Unit = Literal["text", "span", "concept", "pair", "triple", "relation", "term"]
OffSchema = Literal["wrong", "dropped"]
Bags = dict[str, Counter[Key]]


def score(
    gold: Documents,
    predicted: Documents,
    *,
    task: str,
    unit: Unit = "text",
    matching: Matching = EXACT,
    types: Sequence[str] = (),
    off_schema: OffSchema = "wrong",
) -> Score:
    """Micro precision, recall and F1 over (document, item): with the defaults the Taiyi paper's metric.

    An item is a tuple that begins with its type: (type, text), (type, start, end), (type, concept), (relation, head,
    tail) with ends that may be relations. `unit` only names, in the signature, what the items are.
    The documents of `gold` are scored, those without an item too; a document that `predicted` lacks predicts nothing,
    one that `gold` lacks is left out and counted in `extra_documents` (so does the BioCreative V CDR kit).
    `types` are the types asked for: the macro mean is over all of them, whether or not the gold holds them; without,
    it is over the gold's types. A predicted item of another type is wrong, or `dropped`: then `off_schema` only counts.
    Undefined values are 0 (PromptCBLUE's convention; the CDR kit prints NaN). Raises InvalidInput where the gold holds a
    type that is not asked for: it could not be found.
    Details: precision, recall, tp, predicted, gold; the six for each type (f1:type);
    macro_precision, macro_recall, macro_f1 over types; document_precision, document_recall, document_f1.
    """
    golds = {name: matching.bag(items) for name, items in gold.items()}
    answers = {name: matching.bag(predicted.get(name, ())) for name in golds}
    asked = tuple(matching.form(name) for name in types)
    _refuse_unasked(golds, asked)
    outside = sum(_outside(bag, asked).total() for bag in answers.values())
    if off_schema == "dropped":
        answers = {name: bag - _outside(bag, asked) for name, bag in answers.items()}
    tallies = [tally_bags(golds[name], answers[name]) for name in golds]
    whole = total(tallies)
    return Score(
        name="f1",
        value=whole.f1,
        baseline=0.0,
        baseline_name="empty answer",
        items=len(golds),
        signature=signature("f1", **_settings(task, unit, matching, types, off_schema)),
        details={
            **figures(whole),
            **by_type(golds, answers, asked),
            **over_documents(tallies),
            "off_schema": float(outside),
            "extra_documents": float(sum(name not in golds for name in predicted)),
        },
    )


def figures(counts: Tally) -> dict[str, float]:
    """Precision, recall, F1 and the counts that they divide."""
    return {
        "precision": ratio(counts.tp, counts.predicted),
        "recall": ratio(counts.tp, counts.gold),
        "f1": counts.f1,
        "tp": float(counts.tp),
        "predicted": float(counts.predicted),
        "gold": float(counts.gold),
    }


def by_type(golds: Bags, answers: Bags, types: Collection[str] = ()) -> dict[str, float]:
    """Precision, recall, F1 and support of each type, and their means over `types` (or else the gold's types)."""
    tp, predicted, gold = Counter[str](), Counter[str](), Counter[str]()
    for name in golds:
        for counter, bag in ((tp, golds[name] & answers[name]), (predicted, answers[name]), (gold, golds[name])):
            for item, count in bag.items():
                counter[str(item[0])] += count
    named = {name: figures(Tally(tp[name], predicted[name], gold[name])) for name in {**gold, **predicted}}
    meant = [named.get(name, figures(Tally(0, 0, 0))) for name in types or sorted(gold)]
    details = {f"macro_{key}": ratio(sum(one[key] for one in meant), len(meant)) for key in _MEANS}
    for name in sorted(named):
        details |= {f"{key}:{name}": named[name][key] for key in (*_MEANS, "tp", "predicted", "gold")}
    return details


def over_documents(tallies: Sequence[Tally]) -> dict[str, float]:
    """Means over documents of precision, recall and F1 (F1 of each document, not of the means), as bc-evaluate's macro
    figures; a document with no item on either side counts 1, one with items on one side only 0."""
    each = [dict.fromkeys(_MEANS, 1.0) if counts == (0, 0, 0) else figures(counts) for counts in tallies]
    return {f"document_{key}": ratio(sum(one[key] for one in each), len(each)) for key in _MEANS}


_MEANS = ("precision", "recall", "f1")


def _outside(bag: Counter[Key], asked: Collection[str]) -> Counter[Key]:
    """The items of types not asked for; none where any type may come."""
    return Counter({item: count for item, count in bag.items() if asked and item[0] not in asked})


def _refuse_unasked(golds: Bags, asked: Collection[str]) -> None:
    for name, bag in golds.items():
        for item in _outside(bag, asked):
            raise InvalidInput(
                f"gold of type {item[0]!r}", where=name, remedy=f"the types asked for: {', '.join(asked)}"
            )


def _settings(task: str, unit: Unit, matching: Matching, types: Sequence[str], off_schema: OffSchema) -> dict[str, str]:
    asked = {"types": ",".join(types), "off-schema": off_schema} if types else {"types": "gold"}
    return {"task": task, "average": "micro", "match": unit, "undefined": "0", **matching.settings(), **asked}
