"""When two items are the same: case, Unicode form, how often a repeated item counts. Then tallies by document."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from taiyi.metrics.sets import Tally
from taiyi.records import Part

Key: TypeAlias = tuple[Any, ...]
"""An item to compare: strings, whole numbers (offsets) and tuples of them. Its first element is its type."""

Documents: TypeAlias = Mapping[str, Iterable[Key]]
"""Items by document, as they were read: repeated items and all."""


class Matching(Part, frozen=True):
    """The settings that every signature names.

    case: `mixed` (the paper's metric: Ammonia and ammonia are two items) or `fold` (Unicode case folding).
    unicode: `nfc`; `nfkc` also merges full- and half-width forms, and with them ① and 1, β² and β2.
    duplicates: `once` compares sets; `multiset` compares multisets, each repetition an item of its own.
    White space around a string never counts.
    """

    case: Literal["mixed", "fold"] = "mixed"
    unicode: Literal["nfc", "nfkc"] = "nfc"
    duplicates: Literal["once", "multiset"] = "once"

    def settings(self) -> dict[str, str]:
        """The settings as a signature's parts."""
        return {"case": self.case, "unicode": self.unicode, "duplicates": self.duplicates}

    def form(self, value: Any) -> Any:
        """A string in the form compared, a tuple with all its parts so, anything else as it is."""
        return _form(value, self.case, self.unicode)

    def bag(self, items: Iterable[Key]) -> Counter[Key]:
        """Items in the form compared, with the number of times that each counts."""
        found: Counter[Key] = Counter(map(self.form, items))
        return Counter(found.keys()) if self.duplicates == "once" else found

    def counted(self, items: Iterable[Key]) -> frozenset[Key]:
        """The same as a set: where repetitions count, the second and later ones of an item bear their number."""
        if self.duplicates == "once":
            return frozenset(_form(item, self.case, self.unicode) for item in items)
        bag = self.bag(items)
        return frozenset((*item, place) if place else item for item, often in bag.items() for place in range(often))


@lru_cache(1 << 17)  # gold and answers share most items, and several measures compare them in one form
def _form(value: Any, case: str, unicode: str) -> Any:
    if isinstance(value, tuple):
        return tuple(
            _form(part, case, unicode) if isinstance(part, tuple) else _part(part, case, unicode) for part in value
        )
    return _part(value, case, unicode)


def _part(value: Any, case: str, unicode: str) -> Any:
    return _text(value, case, unicode) if isinstance(value, str) else value


def _text(text: str, case: str, unicode: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize(_FORMS[unicode], text)
    if case == "fold":  # folding may undo the form: U+0390, say
        text = unicodedata.normalize(_FORMS[unicode], text.casefold())
    return text.strip()


_FORMS: dict[str, Literal["NFC", "NFKC"]] = {"nfc": "NFC", "nfkc": "NFKC"}
EXACT = Matching()
"""The default: exact text in NFC, each item once."""


def tally(gold: Iterable[Key], predicted: Iterable[Key], matching: Matching = EXACT) -> Tally:
    """The counts of one document."""
    return tally_bags(matching.bag(gold), matching.bag(predicted))


def tally_bags(gold: Counter[Key], predicted: Counter[Key]) -> Tally:
    """The counts of two bags, an item being found as often as both hold it."""
    return Tally((gold & predicted).total(), predicted.total(), gold.total())
