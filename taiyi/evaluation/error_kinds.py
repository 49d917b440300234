"""What kind of error each wrong item is: every missed and every spurious item of an answer is in exactly one error."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from itertools import combinations, product
from typing import Literal, NamedTuple

from taiyi.evaluation.flags import folded, strings
from taiyi.evaluation.places import Places
from taiyi.instances import Item, Items
from taiyi.records import Part

Kind = Literal[
    "spelling", "type", "too_long", "too_short", "shifted", "boundary_and_type",
    "relation", "reversed", "end_boundary", "wrong_head", "wrong_tail", "arguments", "concept", "confused",
    "split", "merged", "missed", "spurious", "hallucinated", "unread", "unanswered",
]  # fmt: skip

MEANING: Mapping[Kind, str] = {
    "spelling": "as in the gold but for case, width or blanks",
    "type": "the gold's text, another type",
    "too_long": "the gold's type; its text and more",
    "too_short": "the gold's type; a part of its text",
    "shifted": "the gold's type; begins and ends elsewhere, overlapping",
    "boundary_and_type": "overlaps with gold text of another type",
    "relation": "the gold's two ends, another relation",
    "reversed": "head and tail exchanged",
    "end_boundary": "the gold's relation between ends that overlap with the gold's",
    "wrong_head": "the gold's relation and tail, another head",
    "wrong_tail": "the gold's relation and head, another tail",
    "arguments": "the gold's type and trigger, other arguments",
    "concept": "the gold's mention, another id",
    "confused": "another label than the gold's",
    "split": "mentions of one thing, answered as two",
    "merged": "mentions of two things, answered as one",
    "missed": "in the gold; nothing like it in the answer",
    "spurious": "in the answer and in its source; nothing like it in the gold",
    "hallucinated": "in the answer, and not even in its source",
    "unread": "in the gold; the answer could not be read",
    "unanswered": "in the gold; there is no answer",
}
"""What each kind says, in the order in which kinds are shown."""

LABELLED = ("tc", "qa_mc", "tp_ss", "tp_te")
TEXTS = ("mt", "tt_ds", "tt_ts", "mrd", "qa_sqa", "qa_cqa")
"""Tasks whose answers are texts: compared by likeness, not item by item."""


class Error(Part, frozen=True):
    """One error: a gold item that was missed, a predicted one that is wrong, or both where the one stands for the other."""

    kind: Kind
    gold: Item | None = None
    predicted: Item | None = None


class _Likeness(NamedTuple):
    """How a wrong item is like a missed one: the kind, how sure (0 first), and how much they share."""

    kind: Kind
    rank: int
    shared: int = 0


Compare = Callable[[Item, Item, Places], _Likeness | None]


def comparable(items: Items, task: str) -> frozenset[Item]:
    """The items that count, each once, in the form compared: the links of clusters, events with arguments in order."""
    if task == "coref":
        return frozenset(pair for item in items for pair in combinations(sorted(set(map(str, item))), 2))
    if task == "ee":
        return frozenset((*item[:2], tuple(sorted(dict.fromkeys(item[2]), key=str))) for item in items)
    return frozenset(items)


def errors(task: str, gold: Collection[Item], predicted: Collection[Item], source: str) -> list[Error]:
    """The errors of one answer that was read, from the items of `comparable`. Items with likeness are paired one to
    one, the surest and closest first; the others are missed, spurious or hallucinated.
    """
    missed, wrong = set(gold) - set(predicted), set(predicted) - set(gold)
    if task == "coref":
        return [*_links(missed, predicted, gold=True), *_links(wrong, gold, gold=False)]
    places, shape = Places(source), _shape(task, missed | wrong)
    found: list[Error] = []
    if shape != "label" or len(gold) == len(predicted) == 1 or len(missed) == len(wrong) == 1:
        found.extend(_paired(missed, wrong, _COMPARE.get(shape, _label), places))
    missed -= {error.gold for error in found if error.gold}
    wrong -= {error.predicted for error in found if error.predicted}
    found.extend(Error("missed", gold=item) for item in sorted(missed, key=str))
    found.extend(Error(_alone(task, item, places), predicted=item) for item in sorted(wrong, key=str))
    return found


def unread(gold: Collection[Item], *, answered: bool) -> list[Error]:
    """The errors where nothing was read: every gold item."""
    return [Error("unread" if answered else "unanswered", gold=item) for item in sorted(gold, key=str)]


def _shape(task: str, items: Collection[Item]) -> str:
    """What is compared: the task's own items, or labels (yes or no of a mention, terms to choose from)."""
    return "label" if task in LABELLED or all(len(item) == 1 for item in items) else task


def _paired(missed: set[Item], wrong: set[Item], compare: Compare, places: Places) -> Iterator[Error]:
    alike = [
        (likeness.rank, -likeness.shared, str(item), str(other), item, other, likeness.kind)
        for item, other in product(missed, wrong)
        if (likeness := compare(item, other, places))
    ]
    taken: set[tuple[str, Item]] = set()
    for *_, item, other, kind in sorted(alike, key=lambda row: row[:4]):
        if ("gold", item) not in taken and ("predicted", other) not in taken:
            taken |= {("gold", item), ("predicted", other)}
            yield Error(kind, gold=item, predicted=other)


def _mention(gold: Item, predicted: Item, places: Places) -> _Likeness | None:
    """Of (type, text): spelling, then type, then boundary, then both."""
    text, other = str(gold[1]), str(predicted[1])
    if text == other:
        return _Likeness("type", 1)
    same = gold[0] == predicted[0]
    if same and _spelt(text) == _spelt(other):
        return _Likeness("spelling", 0)
    shared = places.shared(text, other)
    if not shared:
        return None
    return _Likeness(_boundary(text, other), 2, shared) if same else _Likeness("boundary_and_type", 3, shared)


def _relation(gold: Item, predicted: Item, places: Places) -> _Likeness | None:
    """Of (relation, head, tail): one thing that is other than in the gold."""
    ends, others = gold[1:], predicted[1:]
    if gold[0] != predicted[0]:
        return _Likeness("relation", 2) if ends == others else None
    if others == ends[::-1]:
        return _Likeness("reversed", 1)
    if [_spelt(_flat(end)) for end in ends] == [_spelt(_flat(end)) for end in others]:
        return _Likeness("spelling", 0)
    shared = [places.shared(_flat(end), _flat(other)) for end, other in zip(ends, others, strict=False)]
    if all(shared):
        return _Likeness("end_boundary", 3, sum(shared))
    if ends[1:] == others[1:]:
        return _Likeness("wrong_head", 4)
    return _Likeness("wrong_tail", 4) if ends[:1] == others[:1] else None


def _event(gold: Item, predicted: Item, places: Places) -> _Likeness | None:
    """Of (type, trigger, arguments): the trigger as a mention; where it is right, the arguments."""
    if gold[:2] == predicted[:2]:
        return _Likeness("arguments", 0, len({*gold[2]} & {*predicted[2]}))
    return _mention(gold, predicted, places)


def _concept(gold: Item, predicted: Item, _places: Places) -> _Likeness | None:
    """Of (mention, ids)."""
    if gold[0] == predicted[0]:
        return _Likeness("concept", 1, len({*str(gold[1]).split("|")} & {*str(predicted[1]).split("|")}))
    same = gold[1:] == predicted[1:] and _spelt(str(gold[0])) == _spelt(str(predicted[0]))
    return _Likeness("spelling", 0) if same else None


def _label(_gold: Item, _predicted: Item, _places: Places) -> _Likeness | None:
    return _Likeness("confused", 0)


_COMPARE: Mapping[str, Compare] = {
    "ner": _mention, "re": _relation, "cre": _relation, "ee": _event, "nen": _concept, "label": _label
}  # fmt: skip


def _links(wrong: Collection[Item], other: Collection[Item], *, gold: bool) -> Iterator[Error]:
    """Links on one side only: `split` or `merged` where the other side knows both mentions, else missed or spurious."""
    known = {text for link in other for text in link}
    for link in sorted(wrong, key=str):
        both = known.issuperset(link)
        if gold:
            yield Error("split" if both else "missed", gold=link)
        else:
            yield Error("merged" if both else "spurious", predicted=link)


def _alone(task: str, item: Item, places: Places) -> Kind:
    return "hallucinated" if not all(places.of(text) for text in copied(task, item)) else "spurious"


def copied(task: str, item: Item) -> list[str]:
    """The texts of an item that come from the source: no types, relations, roles, ids and labels."""
    if len(item) < 2 or task in LABELLED:
        return []
    match task:
        case "ner":
            return [str(item[1])]
        case "re" | "cre":
            return [text for end in item[1:] for text in ([end] if isinstance(end, str) else copied(task, end))]
        case "ee":
            return [str(item[1]), *(str(slot[1]) for slot in item[2])]
        case "nen":
            return [str(item[0])]
        case "coref":
            return [str(text) for text in item]
    return []


def _boundary(text: str, other: str) -> Kind:
    if text in other:
        return "too_long"
    return "too_short" if other in text else "shifted"


def _flat(end: str | Item) -> str:
    return end if isinstance(end, str) else " ".join(strings(end))


@lru_cache(maxsize=1 << 14)
def _spelt(text: str) -> str:
    """A text without what makes a spelling: case, width, blanks."""
    return "".join(folded(text).split())
