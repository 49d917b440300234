"""Events with spans, matched as the BioNLP shared tasks match them: strict, or with approximate boundaries and recursion.

Source: a2-evaluate.pl (GENIA 2009-2011) and the organisers' Python evaluator (CG and PC, 2013): Kim et al. 2009, 2011.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from typing import NamedTuple

from taiyi.metrics import Score, signature
from taiyi.metrics.assignment import pairs_off
from taiyi.metrics.outcomes import ratio

_HALT = frozenset(".!?,\"'")
_NUMBER = re.compile(r"\d+$")
_THEME, _SITE = "Theme", "Site"


class Span(NamedTuple):
    """A typed stretch [start, end) of the document's text: an entity, or the trigger of an event."""

    type: str
    start: int
    end: int


class Event(NamedTuple):
    """An event: its trigger, whose type is the event's, and arguments (role, span or id of another event)."""

    trigger: Span
    arguments: tuple[tuple[str, Span | str], ...] = ()


class Document(NamedTuple):
    """What one side says of a document.

    events: by id; modifications: (Negation or Speculation, id of an event).
    Of the gold only: the text, all its spans (entities and triggers: an extended boundary stops at them), and the sets
    of spans that name one thing (`Equiv`), any of which stands for the others.
    """

    events: Mapping[str, Event]
    modifications: tuple[tuple[str, str], ...] = ()
    text: str = ""
    spans: tuple[Span, ...] = ()
    equivalent: tuple[tuple[Span, ...], ...] = ()


class Counts(NamedTuple):
    """Events of the gold, those found; events predicted, those right. With approximate matching the two may differ."""

    gold: int = 0
    found: int = 0
    predicted: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """Right of the predicted; 0 where nothing is predicted."""
        return ratio(self.right, self.predicted)

    @property
    def recall(self) -> float:
        """Found of the gold; 0 where there is none."""
        return ratio(self.found, self.gold)

    @property
    def f1(self) -> float:
        """The harmonic mean of the two; 0 where both are 0."""
        return ratio(2 * self.precision * self.recall, self.precision + self.recall)


class _Argument(NamedTuple):
    role: str
    value: Span | int | str  # an int is the number of an event; a str stands in an event that cannot be resolved
    site: Span | int | None = None


class _Node(NamedTuple):
    """An event with its arguments in one order, events among them by number: equal nodes match strictly."""

    type: str
    trigger: Span | None
    arguments: tuple[_Argument, ...]


Boundary = Callable[[Span], tuple[int, int]]


def score(
    pairs: Sequence[tuple[Document, Document]],
    *,
    task: str = "ee",
    approximate: bool = True,
    ignored: Collection[str] = (),
) -> Score:
    """F1 over events of (gold, predicted) documents; details: precision, recall, counts, f1: and gold: for each type."""
    by_type = counts(pairs, approximate=approximate, ignored=ignored)
    whole = total(list(by_type.values()))
    details = {"precision": whole.precision, "recall": whole.recall}
    details |= {name: float(value) for name, value in zip(Counts._fields, whole, strict=True)}
    for name, each in by_type.items():
        details |= {f"f1:{name}": each.f1, f"gold:{name}": float(each.gold)}
    matching = {"boundary": "approximate", "recursion": "themes"} if approximate else {"boundary": "exact"}
    roles = "+".join(sorted(ignored)) or "none"
    return Score(
        name="event_f1",
        value=whole.f1,
        baseline=0.0,
        baseline_name="empty answer",
        items=len(pairs),
        signature=signature("event_f1", task=task, match="spans", duplicates="once", ignored=roles, **matching),
        details=details,
    )


def counts(
    pairs: Sequence[tuple[Document, Document]], *, approximate: bool = True, ignored: Collection[str] = ()
) -> dict[str, Counts]:
    """Counts by event type over documents given as (gold, predicted).

    A predicted event matches a gold one of its type whose trigger and arguments match one to one, in any order. Strict:
    triggers have equal spans, arguments are equal down to the leaves. Approximate (`-s -p` of both tools, the published
    metric): a predicted trigger may lie anywhere in the gold one's word, and of events that are arguments only the
    Themes are compared. Entities match exactly, or through `equivalent`. Numbers of roles (Theme2) only tie a Site to
    its Theme. `ignored` roles do not count (GENIA's task 1 leaves out Site, CSite, AtLoc and ToLoc).

    Equal events of one side count once; so do predicted ones beyond as many as the gold events that all of them match.
    An event that holds itself, or an event that does not exist, at whatever depth, matches nothing.
    Unlike both tools, an empty class is 0 (the Python one prints 100), Binding's themes may come in any order (the Perl
    one compares lists, after a2-normalize), and an event without a Theme does not hang.
    """
    found: dict[str, Counts] = {}
    for gold, predicted in pairs:
        for name, each in _document(gold, predicted, approximate, ignored).items():
            found[name] = total([found.get(name, Counts()), each])
    return dict(sorted(found.items()))


def total(each: Sequence[Counts]) -> Counts:
    """Their sum."""
    return Counts(*(sum(column) for column in zip(*each, strict=True))) if each else Counts()


def _document(gold: Document, predicted: Document, approximate: bool, ignored: Collection[str]) -> dict[str, Counts]:
    same_as = {span: group[0] for group in gold.equivalent for span in group}
    numbers: dict[_Node, int] = {}
    theirs = _numbered(gold, numbers, same_as, ignored, "gold")
    ours = _numbered(predicted, numbers, same_as, ignored, "predicted")
    nodes = list(numbers)
    same = _Approximate(nodes, _extended(gold)).same if approximate else int.__eq__
    matched = [[number for number in theirs if same(own, number)] for own in ours]
    kept = _without_surplus(matched)
    found = {number for row in kept for number in matched[row]}
    columns = (
        Counter(nodes[number].type for number in theirs),
        Counter(nodes[number].type for number in found),
        Counter(nodes[ours[row]].type for row in kept),
        Counter(nodes[ours[row]].type for row in kept if matched[row]),
    )
    return {name: Counts(*(column[name] for column in columns)) for name in {*columns[0], *columns[2]}}


def _without_surplus(matched: Sequence[Sequence[int]]) -> list[int]:
    """Rows to count: of rows that match the very same gold events, no more than there are such events."""
    seen: Counter[tuple[int, ...]] = Counter()
    kept = []
    for row, gold in enumerate(matched):
        seen[tuple(gold)] += 1
        if not gold or seen[tuple(gold)] <= len(gold):
            kept.append(row)
    return kept


def _numbered(
    document: Document, numbers: dict[_Node, int], same_as: Mapping[Span, Span], ignored: Collection[str], side: str
) -> list[int]:
    """The numbers of the events and modifications, each once; new ones are added to `numbers`, inner events first."""
    made: dict[str, int] = {}
    waiting = dict(document.events)

    def number(kind: str, trigger: Span | None, arguments: tuple[_Argument, ...]) -> int:
        return numbers.setdefault(_Node(kind, trigger, arguments), len(numbers))

    while ready := [name for name, event in waiting.items() if _resolved(event, made)]:
        for name in ready:
            event = waiting.pop(name)
            ends = [(role, same_as.get(of, of) if isinstance(of, Span) else made[of]) for role, of in event.arguments]
            made[name] = number(event.trigger.type, event.trigger, _arguments(ends, ignored))
    for name, event in waiting.items():
        made[name] = number(event.trigger.type, event.trigger, (_Argument(side, name),))
    changed = [
        number(kind, None, (_Argument(_THEME, made[name]) if name in made else _Argument(side, name),))
        for kind, name in document.modifications
    ]
    return list(dict.fromkeys([*made.values(), *changed]))


def _resolved(event: Event, made: Container[str]) -> bool:
    return all(isinstance(of, Span) or of in made for _, of in event.arguments)


def _arguments(resolved: Sequence[tuple[str, Span | int]], ignored: Collection[str]) -> tuple[_Argument, ...]:
    """Arguments without the numbers of their roles; a Site goes with the Theme of its number, if there is one."""
    counted = [(role, value) for role, value in resolved if _NUMBER.sub("", role) not in ignored]
    roles = {role for role, _ in counted}
    sites = {role.removeprefix(_SITE): value for role, value in counted if _NUMBER.sub("", role) == _SITE}
    found = []
    for role, value in counted:
        name, number = _NUMBER.sub("", role), role.removeprefix(_NUMBER.sub("", role))
        if name == _SITE and _THEME + number in roles:
            continue
        found.append(_Argument(name, value, sites.get(number) if name == _THEME else None))
    return tuple(sorted(found, key=repr))


class _Approximate:
    """Approximate matching of numbered events, each pair decided once."""

    def __init__(self, nodes: Sequence[_Node], bounds: Boundary) -> None:
        self._nodes = nodes
        self._bounds = bounds
        self._known: dict[tuple[int, int, bool], bool] = {}

    def same(self, ours: int, theirs: int, themes_only: bool = False) -> bool:
        """Whether the predicted event matches the gold one, in its Themes at least."""
        key = (ours, theirs, themes_only)
        if key not in self._known:
            self._known[key] = self._decided(self._nodes[ours], self._nodes[theirs], themes_only)
        return self._known[key]

    def _decided(self, ours: _Node, theirs: _Node, themes_only: bool) -> bool:
        if ours.type != theirs.type or not _inside(ours.trigger, theirs.trigger, self._bounds):
            return False
        sides = (ours.arguments, theirs.arguments)
        left, right = map(_themes, sides) if themes_only else sides
        return pairs_off(left, right, self._alike)

    def _alike(self, one: _Argument, other: _Argument) -> bool:
        same = one.role == other.role and self._equal(one.value, other.value)
        return same and self._equal(one.site, other.site)

    def _equal(self, one: Span | int | str | None, other: Span | int | str | None) -> bool:
        if isinstance(one, int) and isinstance(other, int):
            return self.same(one, other, themes_only=True)
        return one == other


def _themes(arguments: Sequence[_Argument]) -> tuple[_Argument, ...]:
    """The Themes without their Sites, and what stands in an event that cannot be resolved."""
    kept = [each for each in arguments if each.role == _THEME or isinstance(each.value, str)]
    return tuple(each._replace(site=None) for each in kept)


def _inside(ours: Span | None, theirs: Span | None, bounds: Boundary) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    start, end = bounds(theirs)
    return start <= ours.start and ours.end <= end


def _extended(gold: Document) -> Boundary:
    """A gold trigger with one character more on each side, then to the next space, punctuation or gold span."""
    text = gold.text
    taken = {place for span in gold.spans for place in range(span.start, span.end)}

    def stops(place: int) -> bool:
        return place in taken or text[place].isspace() or text[place] in _HALT

    def bounds(span: Span) -> tuple[int, int]:
        start, end = span.start, span.end
        if start > 0 and start - 1 not in taken:
            start -= 1
        while start > 0 and not stops(start - 1):
            start -= 1
        if end < len(text) and end not in taken:
            end += 1
        while end < len(text) and not stops(end):
            end += 1
        return start, end

    return bounds
