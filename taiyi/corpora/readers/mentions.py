"""The one place where native offsets and native mention text become an Entity, and native ids become concepts."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

import msgspec

from taiyi.errors import InvalidInput, InvalidParams
from taiyi.ledger import Ledger
from taiyi.records import Coreference, Entity, Event, Relation, text_at

OnMismatch = Literal["refuse", "repair", "drop"]
Spans = tuple[tuple[int, int], ...]

FURTHEST_SHIFT = 3
_SHIFTS = tuple(sign * step for step in range(1, FURTHEST_SHIFT + 1) for sign in (1, -1))
_NAMES_A_DATABASE = re.compile(r"[A-Za-z][\w.-]*:")


class Mentions(msgspec.Struct, frozen=True, kw_only=True):
    """Makes the entities of one record.

    record: its id; text: its text; on_mismatch: what happens to a mention that is not the text at its offsets:
    "refuse" raises InvalidInput; "repair" looks for the mention up to three characters away and else takes the text
    at the offsets; "drop" leaves the mention out. A difference in white space only is always repaired. What is
    repaired or dropped stands in the ledger; `dropped` collects the ids of what was.
    """

    record: str
    text: str
    ledger: Ledger
    on_mismatch: OnMismatch = "refuse"
    dropped: set[str] = msgspec.field(default_factory=set)

    def entity(
        self, identifier: str, kind: str, spans: Spans, mention: str, where: str, concepts: tuple[str, ...] = ()
    ) -> Entity | None:
        """The entity at `spans` (half-open, code points), or none if it is dropped. `where`: the native `file:line`."""
        if len(spans) == 1:  # nearly all; what follows comes to the same
            [(start, end)] = spans
            if 0 <= start < end <= len(self.text) and self.text[start:end] == mention:
                return Entity(identifier, kind, spans, mention, concepts)
        inside = self._inside(spans)
        found = text_at(self.text, spans) if inside else ""
        if not inside or found != mention:
            if inside and _dense(found) == _dense(mention):
                self._note(
                    "mention_repaired",
                    f"entity {identifier}: the annotation spaces {mention!r} otherwise than the text, {found!r}",
                )
            else:
                settled = self._settle(identifier, spans, mention, where)
                if settled is None:
                    return None
                spans = settled
            found = text_at(self.text, spans)
        return Entity(identifier, kind, spans, found, concepts)

    def _settle(self, identifier: str, spans: Spans, mention: str, where: str) -> Spans | None:
        """Spans for a mention that is not the text at its offsets, by the policy; none if it is dropped."""
        inside = self._inside(spans)
        at = ",".join(f"{start}-{end}" for start, end in spans)
        reads = (
            f"the text at {at} reads {text_at(self.text, spans)!r}"
            if inside
            else f"{at} lies outside a text of {len(self.text)} characters"
        )
        problem = f"entity {identifier}: {reads}, the annotation says {mention!r}"
        if self.on_mismatch == "refuse":
            raise InvalidInput(
                f"{self.record}: {problem}",
                where=where,
                remedy="correct the offsets, or set the reader's option on_mismatch to repair or drop",
            )
        if self.on_mismatch == "repair":
            for shift in _SHIFTS:
                moved = tuple((start + shift, end + shift) for start, end in spans)
                if self._inside(moved) and text_at(self.text, moved) == mention:
                    self._note("mention_repaired", f"{problem}; it was found {shift:+d} characters away")
                    return moved
            if inside:
                self._note("mention_repaired", f"{problem}; the text is taken")
                return spans
        self.ledger.note(self.record, "mention_dropped", problem, action="dropped")
        self.dropped.add(identifier)
        return None

    def _inside(self, spans: Spans) -> bool:
        return bool(spans) and all(0 <= start < end <= len(self.text) for start, end in spans)

    def _note(self, rule: str, reason: str) -> None:
        self.ledger.note(self.record, rule, reason)


def _dense(text: str) -> str:
    return "".join(text.split())


@cache
def _any_of(separators: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(separators)}]")


class Concepts:
    """Native concept ids as `DB:ID`. It remembers each id's database, which relations between concepts do not repeat."""

    def __init__(self, *, separators: str, databases: dict[str, str], none: tuple[str, ...], cut: str = "") -> None:
        self._separators = _any_of(separators) if separators else None
        try:
            self._cut = re.compile(cut) if cut else None
        except re.error as error:
            raise InvalidParams(f"concept_cut {cut!r} is no regular expression: {error}") from error
        self._databases = databases
        self._none = none
        self._seen: dict[str, str] = {}
        self._made: dict[tuple[str, str], tuple[str, ...]] = {}

    def of(self, native: str, kind: str) -> tuple[str, ...]:
        """The concepts in an id column of a mention of that type, each once, in order."""
        key = native, kind
        if (made := self._made.get(key)) is None:
            made = self._made[key] = self._parted(native, kind)
        return made

    def _parted(self, native: str, kind: str) -> tuple[str, ...]:
        native = self._cut.sub("", native) if self._cut else native
        parts = self._separators.split(native) if self._separators else [native]
        found: dict[str, None] = {}
        for part in (p.strip() for p in parts):
            if part not in self._none:
                found[self._named(part, kind)] = None
        return tuple(found)

    def end(self, native: str) -> str:
        """The concept at one end of a relation."""
        return self._seen.get(native) or self._named(native, "*")

    def _named(self, native: str, kind: str) -> str:
        database = self._databases.get(kind, self._databases.get("*", ""))
        named = not database or (":" in native and _NAMES_A_DATABASE.match(native))
        name = native if named else f"{database}:{native}"
        self._seen.setdefault(native, name)
        return name


class Parts(msgspec.Struct, frozen=True):
    """What refers to mentions in one record."""

    relations: tuple[Relation, ...] = ()
    events: tuple[Event, ...] = ()
    coreferences: tuple[Coreference, ...] = ()


def without(dropped: set[str], parts: Parts, record: str, ledger: Ledger) -> Parts:
    """What is left once mentions were dropped: nothing refers to them, and the ledger says what went with them.

    A relation goes with either end, an event with its trigger, an argument alone; a group needs two members.
    """
    if not dropped:
        return parts
    gone = set(dropped)
    while more := {e.id for e in parts.events if e.trigger.ref in gone} | {
        r.id for r in parts.relations if {r.head.ref, r.tail.ref} & gone
    }:
        if more <= gone:
            break
        gone |= more
    for identifier in sorted(gone - dropped):
        ledger.note(record, "part_dropped", f"{identifier} refers to a mention that was dropped", action="dropped")
    events: list[Event] = []
    for event in parts.events:
        left = tuple(argument for argument in event.arguments if argument.ref not in gone)
        if event.id not in gone:
            events.append(msgspec.structs.replace(event, arguments=left))
            for argument in set(event.arguments) - set(left):
                ledger.note(
                    record,
                    "part_dropped",
                    f"{event.id} loses its {argument.role} {argument.ref}, which was dropped",
                    action="dropped",
                )
    groups = [Coreference(group.id, tuple(m for m in group.members if m not in gone)) for group in parts.coreferences]
    for group in groups:
        if len(group.members) < 2:
            ledger.note(record, "part_dropped", f"{group.id} has fewer than two members left", action="dropped")
    return Parts(
        tuple(relation for relation in parts.relations if relation.id not in gone),
        tuple(events),
        tuple(group for group in groups if len(group.members) > 1),
    )
