"""Passages joined into the text of one document."""

from __future__ import annotations

from collections.abc import Sequence

from taiyi.records import Passage


def joined(parts: Sequence[tuple[str, str]], joiner: str = " ") -> tuple[str, tuple[Passage, ...], list[int]]:
    """The text of passages given as (kind, text), the passages, and where each part begins.

    An empty part has its place and is no passage; what would join it to nothing at the end is left out.
    """
    starts: list[int] = []
    passages: list[Passage] = []
    at = 0
    for kind, text in parts:
        starts.append(at)
        if text:
            passages.append(Passage(kind, at, at + len(text)))
        at += len(text) + len(joiner)
    end = passages[-1].end if passages else 0
    return joiner.join(text for _, text in parts)[:end], tuple(passages), starts
