"""What left the stream of records or instances, by id, rule and reason; counts that must add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from taiyi.errors import Conflict
from taiyi.records import Part

Action = Literal["dropped", "repaired", "shortened"]


class Entry(Part, frozen=True):
    """One row: what happened to which record or instance, under which rule, and why. `other` is a second id
    (the record it duplicates, the test record it overlaps).
    """

    id: str
    rule: str
    reason: str
    action: Action = "dropped"
    other: str = ""


class Ledger:
    """Rows in the order written. `drop` takes something out of the stream; `repair` and `shorten` only say so."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._dropped = 0

    def drop(self, identifier: str, rule: str, reason: str, *, other: str = "") -> None:
        """Record that `identifier` leaves the stream."""
        self.entries.append(Entry(identifier, rule, reason, "dropped", other))
        self._dropped += 1

    def note(self, identifier: str, rule: str, reason: str, *, action: Action = "repaired") -> None:
        """Record that `identifier` stays, changed, or that a part of it (an entity, a relation) left it."""
        self.entries.append(Entry(identifier, rule, reason, action))

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def counts(self) -> dict[str, int]:
        """Rows per rule."""
        return dict(sorted(Counter(entry.rule for entry in self.entries).items()))

    def balance(self, *, entered: int, left: int) -> None:
        """Raise Conflict unless what entered is what left plus what was dropped."""
        if entered != left + self._dropped:
            raise Conflict(
                f"{entered} entered, {left} left and {self._dropped} are in the ledger: {entered - left - self._dropped:+d} unaccounted for"
            )
