"""Labels given token by token, turned into mentions: neighbouring tokens of one label are one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from taiyi.records import Entity

Span = tuple[int, int]


class Run(NamedTuple):
    """Neighbouring tokens of one label, half-open."""

    label: str
    first: int
    end: int


def of(labels: Sequence[str], nothing: str = "0") -> Iterator[Run]:
    """The runs among these labels; `nothing` is the label of a token outside of all."""
    first = 0
    for number in range(1, len(labels) + 1):
        if number == len(labels) or labels[number] != labels[first]:
            if labels[first] != nothing:
                yield Run(labels[first], first, number)
            first = number


def entity(identifier: str, kind: str, run: Run, tokens: Sequence[Span], text: str) -> Entity:
    """The mention that a run is in a text whose tokens stand at these offsets."""
    span = (tokens[run.first][0], tokens[run.end - 1][1])
    return Entity(identifier, kind, (span,), text[span[0] : span[1]])
