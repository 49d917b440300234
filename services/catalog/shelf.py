"""All corpora of one revision of the catalog in memory: found by id at once, and by filters as sets of bits."""

from __future__ import annotations

import operator
from bisect import bisect_right
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar, get_args

import numpy as np
from google.protobuf.message import Message

from services.kit import filters
from services.kit.errors import invalid_field
from services.kit.filters import And, Kind, Node, Not, Or, Term
from taiyi import tasks
from taiyi.corpora.descriptor import Access
from taiyi.errors import unknown_name
from taiyi.licences import Terms
from taiyi.records import LANGUAGES

T = TypeVar("T")
FIELDS: Mapping[str, Kind] = {
    "language": "text",
    "task": "list",
    "licence": "text",
    "terms": "text",
    "access": "text",
    "size_records": "number",
    "enrolled": "flag",
    "held_out": "flag",
}
VALUES: Mapping[str, tuple[str, ...]] = {
    "language": tuple(LANGUAGES),
    "task": tuple(tasks.ids()),
    "terms": get_args(Terms),
    "access": get_args(Access),
}
"""Of fields that have few: another value is a mistake."""
_NUMBERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MOST_BYTES, _MOST_SETS = 64 * 2**20, 2000


class Row(NamedTuple, Generic[T]):
    """A corpus as it stands on the shelf: its row's number and revision, what is asked about, and what it was made into."""

    id: str
    number: int
    revision: int
    fields: dict[str, Any]
    made: T


class Shelf(Generic[T]):
    """The corpora of a revision, by id. A set of them is an integer: bit i stands for the i-th."""

    def __init__(self, revision: int, rows: Sequence[Row[T]]) -> None:
        self.revision = revision
        self.rows = sorted(rows, key=lambda row: row.id)
        self.ids = [row.id for row in self.rows]
        self._all = (1 << len(self.rows)) - 1
        self._places = {row.number: place for place, row in enumerate(self.rows)}
        self._by_id = {row.id: row for row in self.rows}
        self._columns = {name: _column(self.rows, name) for name in FIELDS}
        self._sets: dict[Hashable, int] = {}
        self._answers: dict[Hashable, Message] = {}
        self._bytes = 0

    def get(self, corpus: str) -> T | None:
        """The corpus of that id."""
        row = self._by_id.get(corpus)
        return row.made if row else None

    def matching(self, tree: Node | None) -> int:
        """The corpora that a filter is true of."""
        if tree is None:
            return self._all
        if isinstance(tree, Not):
            return self._all & ~self.matching(tree.part)
        if isinstance(tree, And):
            return _folded(operator.and_, [self.matching(part) for part in tree.parts])
        if isinstance(tree, Or):
            return _folded(operator.or_, [self.matching(part) for part in tree.parts])
        return self._set(tree, lambda: self._compared(tree))

    def holding(self, phrases: tuple[str, ...], find: Callable[[], Sequence[int]]) -> int:
        """The corpora whose text holds these phrases, by the row numbers that `find` looks up, once."""
        return self._set(phrases, lambda: sum(1 << self._places[n] for n in find() if n in self._places))

    def holds(self, phrases: tuple[str, ...]) -> bool:
        """Whether these phrases were looked up before."""
        return phrases in self._sets

    def page(self, found: int, after: str, size: int) -> tuple[list[T], str | None]:
        """So many of a set after an id, and the last one's id where there are more."""
        start = bisect_right(self.ids, after) if after else 0
        rest, page = found >> start, list[T]()
        place = start - 1
        while rest and len(page) < size:
            step = (rest & -rest).bit_length()
            place += step
            rest >>= step
            page.append(self.rows[place].made)
        return page, self.ids[place] if rest else None

    def answer(self, key: Hashable) -> Message | None:
        """What was answered to the same request. It is shared: whoever gets it must not change it."""
        return self._answers.get(key)

    def keep(self, key: Hashable, answer: Message) -> None:
        """Keep an answer, as long as the shelf stands and there is room."""
        self._bytes += answer.ByteSize() + 500
        if self._bytes > _MOST_BYTES:
            self._answers.clear()
            self._bytes = answer.ByteSize()
        self._answers[key] = answer

    def _set(self, key: Hashable, make: Callable[[], int]) -> int:
        if (known := self._sets.get(key)) is not None:
            return known
        if len(self._sets) >= _MOST_SETS:
            self._sets.clear()
        return self._sets.setdefault(key, make())

    def _compared(self, term: Term) -> int:
        column, kind = self._columns[term.field], FIELDS[term.field]
        if kind == "list":
            found: int = column.get(term.value, 0)
            return found
        if kind == "text":
            return _folded(operator.or_, [bits for value, bits in column.items() if _text(value, term)])
        compare = _NUMBERS[term.operator]
        if kind == "number":
            return int.from_bytes(np.packbits(compare(column, term.value), bitorder="little").tobytes(), "little")
        return _folded(operator.or_, [bits for value, bits in column.items() if compare(value, term.value)])


@lru_cache(512)
def parsed(text: str) -> Node | None:
    """The tree of a filter of corpora; INVALID_ARGUMENT says where it goes wrong."""
    tree = filters.parse(text, FIELDS)
    _checked(tree)
    return tree


def _checked(tree: Node | None) -> None:
    """Refuses a value that a field never has."""
    if isinstance(tree, Not):
        _checked(tree.part)
    elif isinstance(tree, And | Or):
        for part in tree.parts:
            _checked(part)
    elif tree is not None and tree.field in VALUES and not (tree.before or tree.after):
        exact = tree.operator != ":" or FIELDS[tree.field] == "list"
        if exact and tree.value not in VALUES[tree.field]:
            raise invalid_field("filter", str(unknown_name(tree.field, str(tree.value), VALUES[tree.field])))


def _text(value: str, term: Term) -> bool:
    """= and != are exact but for `*`; `:` and `*` pay no regard to case."""
    wanted = str(term.value)
    if term.operator == ":":
        return wanted.lower() in value.lower()
    if not (term.before or term.after):
        return (value == wanted) == (term.operator == "=")
    given, wanted = value.lower(), wanted.lower()
    if term.before and term.after:
        same = wanted in given
    else:
        same = given.endswith(wanted) if term.before else given.startswith(wanted)
    return same == (term.operator == "=")


def _column(rows: Sequence[Row[Any]], name: str) -> Any:
    """Value -> the corpora that have it; of numbers, an array."""
    if FIELDS[name] == "number":
        return np.array([row.fields[name] for row in rows], dtype=np.int64)
    places: dict[Any, list[int]] = {}
    for place, row in enumerate(rows):
        value = row.fields[name]
        for one in value if isinstance(value, list) else (value,):
            places.setdefault(one, []).append(place)
    return {value: _bits(among) for value, among in places.items()}


def _bits(places: Sequence[int]) -> int:
    held = bytearray(max(places, default=0) // 8 + 1)
    for place in places:
        held[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(held, "little")


def _folded(join: Callable[[int, int], int], sets: Sequence[int]) -> int:
    found = sets[0] if sets else 0
    for one in sets[1:]:
        found = join(found, one)
    return found
