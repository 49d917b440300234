"""Items as normalised concepts, as the BioCreative V CDR kit scores them: ids per document, relations between ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from taiyi.metrics.matching import EXACT, Key, Matching

UNLINKED = "-1"
"""What stands for a mention or an end that no concept was found for."""


def identifiers(raw: str, vocabulary: str = "MESH") -> tuple[str, ...]:
    """The ids of a mention: `MESH:D001|D002` gives D001 and D002; several mean all.

    `vocabulary` is the one that may be left out; ids of others keep theirs, so that none of two vocabularies meet.
    MESH:-1 is -1 here. The CDR kit takes it for a concept of its own, and counts it as wrong.
    """
    parts = (part.strip().removeprefix(f"{vocabulary}:") for part in raw.split("|"))
    return tuple(UNLINKED if part.rpartition(":")[2] == UNLINKED else part for part in parts if part)


def mentioned(mentions: Iterable[tuple[str, str]]) -> list[Key]:
    """(type, id) for every concept of (type, raw id) mentions; what is not linked is left out on both sides.

    Offsets do not count and neither does how often a concept is mentioned, if duplicates count once.
    Source: `Evaluate id` of the CDR kit 0.0.3 (bc5cdr_eval.jar).
    """
    return [(kind, one) for kind, raw in mentions for one in identifiers(raw) if one != UNLINKED]


def related(relations: Iterable[tuple[str, str, str]]) -> list[Key]:
    """(relation, head id, tail id) of (relation, raw head, raw tail); order of the ends counts.

    An end that is not linked stays, as -1, and is wrong: a system that prints it claims a relation that no gold holds.
    Source: `Evaluate relation` of the CDR kit; BioGPT's post-processing writes -1 so.
    """
    return [(name, _one(head), _one(tail)) for name, head, tail in relations]


def ground_pairs(
    pairs: Iterable[tuple[str, str]],
    heads: Iterable[tuple[str, str]],
    tails: Iterable[tuple[str, str]],
    *,
    relation: str,
    matching: Matching = EXACT,
) -> list[Key]:
    """Surface pairs of one document as relations between concepts, for `related`'s scoring.

    `heads` and `tails` are (text, raw id) of the document's mentions that may stand at either end: a text stands for
    all concepts it is a mention of in this document. A pair with a text that is no such mention stays a pair of texts:
    one wrong item. Unlinked mentions give -1, which matches nothing where the gold has no unlinked relations.
    """
    first, second = _concepts(heads, matching), _concepts(tails, matching)
    found: list[Key] = []
    for pair in pairs:
        head, tail = matching.form(pair)
        if head in first and tail in second:
            found.extend((relation, one, other) for one in first[head] for other in second[tail])
        else:
            found.append((relation, ("text", head), ("text", tail)))
    return found


def _concepts(mentions: Iterable[tuple[str, str]], matching: Matching) -> dict[str, Sequence[str]]:
    found: dict[str, dict[str, None]] = {}
    for text, raw in mentions:
        found.setdefault(matching.form(text), {}).update(dict.fromkeys(identifiers(raw)))
    return {text: tuple(ids) for text, ids in found.items()}


def _one(raw: str) -> str:
    return "|".join(identifiers(raw))
