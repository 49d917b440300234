"""What of a record is compared with what, when texts are alike rather than the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from taiyi.curation.normalise import fingerprint, gold_of
from taiyi.curation.shingles import Hashes, common, jaccard, sets
from taiyi.records import AnyRecord, Classification, Dialogue, Pair, Parallel, Question

Part: TypeAlias = tuple[str, ...]
"""Texts that are compared as one set of shingles, whatever their order."""


def parts_of(record: AnyRecord) -> tuple[Part, ...]:
    """What a record asks, in parts that must each be alike for two records to be: many questions stand on one context,
    many pairs share a sentence. The options of a choice question are one part, so their order does not count.
    """
    match record:
        case Question():
            return (record.question,), tuple(choice.text for choice in record.choices), (record.context,)
        case Pair():
            return (record.text_1,), (record.text_2,)
        case Parallel():
            return ((record.translations[record.language],),)
        case Dialogue():
            return tuple(turn.text for turn in record.turns if turn.role == "user"), (record.context,)
        case _:
            return (tuple(record.texts()),)


def passages_of(record: AnyRecord) -> tuple[tuple[Part, ...], ...]:
    """The passages by which a training record can give a scored one away, each in parts that only count together: a
    question with its options, a context, either language, both texts of a pair.
    """
    match record:
        case Question():
            asked = (record.question, *(choice.text for choice in record.choices))
            return ((asked,), ((record.context,),)) if record.context else ((asked,),)
        case Pair():
            return (((record.text_1,), (record.text_2,)),)
        case Parallel():
            return tuple(((text,),) for text in record.translations.values())
        case Dialogue():
            said = tuple(turn.text for turn in record.turns if turn.role == "user")
            return ((said,), ((record.context,),)) if record.context else ((said,),)
        case _:
            return tuple(((text,),) for text in record.texts())


def label_of(record: AnyRecord) -> bytes:
    """The gold of a record that is answered with a label, as bytes to compare; empty for any other."""
    labelled = isinstance(record, (Classification, Pair)) or (isinstance(record, Question) and record.kind == "choice")
    return fingerprint(*gold_of(record)) if labelled else b""


def part_sets(parts: Sequence[Part], *, words: int, characters: int) -> tuple[Hashes, ...]:
    """The shingle set of each part."""
    made = sets(parts, words=words, characters=characters)
    return tuple(made.of(index) for index in range(len(parts)))


def likeness(first: Sequence[Hashes], second: Sequence[Hashes], *, either_order: bool = False) -> float:
    """The Jaccard similarity of the parts that are least alike; of a pair, in the order that is better."""
    if len(first) != len(second):
        return 0.0
    found = min(jaccard(a, b) for a, b in zip(first, second, strict=True))
    return max(found, likeness(first, second[::-1])) if either_order else found


def contained(parts: Sequence[Hashes], others: Sequence[Hashes]) -> float:
    """The share of the part that is least contained in the other parts together."""
    whole = others[0] if len(others) == 1 else np.unique(np.concatenate(others))
    return min((common(part, whole) / len(part) for part in parts if len(part)), default=0.0)
