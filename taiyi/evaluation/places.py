"""Where texts stand in a source, and how much of it two of them share."""

from __future__ import annotations

import re
from functools import cached_property

from taiyi.metrics.grounding import ground

Span = tuple[int, int]
_BLANK = re.compile(r"\s")


class Places:
    """A source text, asked for the places of other texts. Offsets are half-open, in code points."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._found: dict[str, tuple[Span, ...]] = {}

    def of(self, text: str) -> tuple[Span, ...]:
        """All places of a text as whole words; of one that stands only within words, those. A blank may be a line
        break in the source.
        """
        if text not in self._found:
            whole = tuple((start, end) for _, start, end in ground([("", text)], self._level, nested=True).spans)
            self._found[text] = whole or self._within(text)
        return self._found[text]

    def shared(self, text: str, other: str) -> int:
        """How many characters two texts share at most where they overlap in the source; where one of them is not in
        it, the length of the one that the other holds as words. 0 of texts that have nothing to do with each other.
        """
        here, there = self.of(text), self.of(other)
        if here and there:
            return _overlap(here, there)
        short, long = sorted((text, other), key=len)
        return len(short) if short in long and ground([("", short)], long).spans else 0

    @cached_property
    def _level(self) -> str:
        """The source with every line break and tab as one blank, so that offsets stay."""
        return _BLANK.sub(" ", self.source)

    def _within(self, text: str) -> tuple[Span, ...]:
        found, start = [], self._level.find(text) if text else -1
        while start >= 0:
            found.append((start, start + len(text)))
            start = self._level.find(text, start + len(text))
        return tuple(found)


def _overlap(ours: tuple[Span, ...], theirs: tuple[Span, ...]) -> int:
    """The longest stretch that two lists of spans share, the spans of each in order and apart from one another."""
    most = here = there = 0
    while here < len(ours) and there < len(theirs):
        (start, end), (begin, stop) = ours[here], theirs[there]
        shared = (end if end < stop else stop) - (start if start > begin else begin)
        most = shared if shared > most else most
        if end < stop:
            here += 1
        else:
            there += 1
    return most
