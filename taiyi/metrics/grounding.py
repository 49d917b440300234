"""Mentions given as texts, found again in their source: the way from text sets to spans, and hallucinated mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from taiyi.metrics.matching import Key

_LETTER = re.compile(r"[^\W\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""A letter or digit of a script that separates words (CJK does not)."""


class Grounded(NamedTuple):
    """spans: (type, start, end) for every place; absent: (type, text) of mentions that the source does not hold."""

    spans: list[Key]
    absent: list[Key]


def ground(mentions: Iterable[tuple[str, str]], source: str, *, nested: bool = False) -> Grounded:
    """All places in `source` of each (type, text), offsets half-open in code points, in the order of the text.

    Texts match exactly, and whole words: "ion" is not found in "ions" (in CJK, which has no word boundaries, it may be
    found anywhere). Without `nested`, longer texts take their places first and shorter ones of the same type are not
    placed inside them or across their ends; a text left without a place by that is not absent.
    An absent mention is a hallucinated one: scored by spans it is a wrong item, which the caller adds.
    """
    taken: dict[str, list[tuple[int, int]]] = {}
    spans: list[Key] = []
    absent: list[Key] = []
    for kind, text in sorted(dict.fromkeys(mentions), key=lambda item: (-len(item[1]), item)):
        places = list(_places(text, source))
        if not places:
            absent.append((kind, text))
        used = taken.setdefault(kind, [])
        free = [one for one in places if nested or not any(one[0] < end and start < one[1] for start, end in used)]
        used.extend(free)
        spans.extend((kind, start, end) for start, end in free)
    return Grounded(sorted(spans, key=lambda item: (item[1], item[2], item[0])), sorted(absent))


def span_items(mentions: Iterable[tuple[str, str]], source: str, *, nested: bool = False) -> list[Key]:
    """What a span score compares: the spans, and for each absent mention one item that no gold span equals."""
    found = ground(mentions, source, nested=nested)
    return [*found.spans, *((kind, "absent", text) for kind, text in found.absent)]


def _places(text: str, source: str) -> Iterator[tuple[int, int]]:
    """The places of a text that are no part of a longer word, none across another."""
    start = source.find(text) if text else -1
    while start >= 0:
        end = start + len(text)
        whole = not _joined(source, start) and not _joined(source, end)
        if whole:
            yield start, end
        start = source.find(text, end if whole else start + 1)


def _joined(source: str, place: int) -> bool:
    """Whether the characters on both sides of a place belong to one word."""
    return 0 < place < len(source) and bool(_LETTER.match(source, place - 1) and _LETTER.match(source, place))
