"""Places given as line and token, turned into character offsets of the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import accumulate, pairwise

from taiyi.corpora.readers.mentions import Spans

Span = tuple[int, int]
Where = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last (line, token) of a stretch: lines from 1, tokens from 0."""

ELLIPSIS = "..."
"""What parts the pieces of a mention in several places."""

MOST_PUNCTUATION = 40
"""Characters of its tokens that are no part of a mention."""


class Tokens:
    """The tokens of a text, line by line.

    Tokens are parted by white space. Some annotators' tools parted them at every single blank, so that two blanks hold
    an empty token: where only that reading gives the mention, it is taken.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.split("\n")
        self._begins = [0, *accumulate(len(line) + 1 for line in self._lines)]
        self._known: dict[tuple[int, _Parting], list[Span]] = {}

    def spans(self, places: Iterable[Where], mention: str) -> Spans | None:
        """Half-open offsets of these places; none if a line has not so many tokens.

        A mention that is less than its tokens, but for punctuation around it, is found within them.
        """
        places = tuple(places)
        readings = [self._found(places, parting) for parting in (_by_white_space, _by_blanks)]
        for found in readings:
            if found and (narrowed := self._narrowed(found, mention)):
                return narrowed
        return readings[0] or readings[1]

    def said(self, spans: Spans, mention: str) -> str:
        """The text at these offsets where the mention is the same but for case (the format writes it small) and the
        ellipsis between its pieces; else the mention as it is annotated.
        """
        found = [self._text[start:end] for start, end in spans]
        pieces = _pieces(mention, spans)
        return " ".join(found) if list(map(_dense, found)) == list(map(_dense, pieces)) else mention

    def _found(self, places: tuple[Where, ...], parting: _Parting) -> Spans | None:
        spans: list[Span] = []
        for first, last in places:
            start, end = self._token(*first, parting), self._token(*last, parting)
            if start is None or end is None or start[0] >= end[1]:
                return None
            spans.append((start[0], end[1]))
        return tuple(spans)

    def _token(self, line: int, number: int, parting: _Parting) -> Span | None:
        if not 1 <= line <= len(self._lines):
            return None
        if (line, parting) not in self._known:
            self._known[line, parting] = parting(self._lines[line - 1])
        tokens, begin = self._known[line, parting], self._begins[line - 1]
        return (begin + tokens[number][0], begin + tokens[number][1]) if number < len(tokens) else None

    def _narrowed(self, spans: Spans, mention: str) -> Spans | None:
        """The spans of the mention itself; none if it is not there."""
        pieces = _pieces(mention, spans)
        if len(pieces) != len(spans):
            return None
        found = [self._within(start, end, piece) for (start, end), piece in zip(spans, pieces, strict=True)]
        return tuple(span for span in found if span) if all(found) else None

    def _within(self, start: int, end: int, piece: str) -> Span | None:
        whole, wanted = _dense(self._text[start:end]), _dense(piece)
        if whole == wanted:
            return start, end
        if not wanted or len(whole) - len(wanted) > MOST_PUNCTUATION:
            return None
        letters = [(small, at) for at in range(start, end) for small in _dense(self._text[at])]
        at = whole.find(wanted)
        if at < 0:
            return None
        inner = letters[at][1], letters[at + len(wanted) - 1][1] + 1
        around = self._text[start : inner[0]] + self._text[inner[1] : end]
        return None if any(character.isalnum() for character in around) else inner


def _pieces(mention: str, spans: Spans) -> list[str]:
    return mention.split(ELLIPSIS) if len(spans) > 1 else [mention]


_Parting = Callable[[str], list[Span]]


def _by_white_space(line: str) -> list[Span]:
    return [match.span() for match in re.finditer(r"\S+", line)]


def _by_blanks(line: str) -> list[Span]:
    ends = accumulate((len(token) + 1 for token in line.rstrip("\r").split(" ")), initial=0)
    return [(begin, after - 1) for begin, after in pairwise(ends)]


def _dense(text: str) -> str:
    return "".join(text.split()).casefold()
