"""Where a text may be cut, and the part of a document that lies between two cuts, its offsets kept true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec

from taiyi.records import Argument, Document, Entity, Passage

_END = re.compile(r"[。！？；]+[”’」』）)\"]*\s*|[.!?]+[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9\u4e00-\u9fff])|\s*\n\s*")
# A full stop after one of these, or after a lone capital (E. coli, J. Smith), ends no sentence.
_ABBREVIATED = re.compile(
    r"(?:^|[\s(\[])(?:[A-Z]|e\.g|i\.e|vs|al|Figs?|Tab|Eqs?|Refs?|Sec|Dr|Mr|Mrs|Ms|Prof|Nos?|approx|ca|cf|resp|spp?|subsp|var|St"
    r"|inc|etc)$"
)


def sentence_ends(text: str) -> list[int]:
    """Offsets after each sentence of an English or Chinese text (code points), the blanks behind it included; the last
    is the length of the text. A line break ends a sentence, too.
    """
    ends = []
    for found in _END.finditer(text):
        stopped = found[0][0] == "."
        if not (stopped and _ABBREVIATED.search(text, max(0, found.start() - 12), found.start())):
            ends.append(found.end())
    return [*(end for end in ends if 0 < end < len(text)), len(text)]


def cuts(document: Document) -> list[int]:
    """Offsets at which a document may be cut: its beginning and end, and those ends of sentences and passages that lie
    in no mention. Sorted.
    """
    passages = (offset for passage in document.passages for offset in (passage.start, passage.end))
    offsets = {*sentence_ends(document.text), *passages}
    spans = (span for mention in (*document.entities, *document.triggers) for span in mention.spans)
    torn = _crossings(spans, len(document.text))
    inner = sorted(offset for offset in offsets if 0 < offset < len(document.text) and not torn[offset])
    return [0, *inner, len(document.text)]


def losses(document: Document, offsets: Sequence[int]) -> list[int]:
    """How many mentions, relations and events a cut at each of the offsets would part."""
    parted = _crossings(_extents(document), len(document.text))
    return [parted[offset] for offset in offsets]


def window(document: Document, start: int, end: int) -> Document:
    """The part of a document between two offsets (code points, half-open), under the document's id.

    It has the mentions that lie in it, and those relations, events and members of clusters whose parts all do: an end
    that is a concept has a mention here, one that is bare text is a part of this text.
    """
    text = document.text[start:end]
    entities = [moved for m in document.entities if (moved := _moved(m, start, end))]
    triggers = [moved for m in document.triggers if (moved := _moved(m, start, end))]
    kept = {m.id for m in (*entities, *triggers)}
    concepts = {concept for m in entities for concept in m.concepts}
    said = "\n".join((_flat(text), *(_flat(m.text) for m in entities)))  # a mention in pieces is one text

    def present(part: Argument) -> bool:
        if part.ref:
            return part.ref in kept
        return part.concept in concepts if part.concept else _flat(part.text) in said

    linked: dict[str, tuple[Argument, ...]] = {r.id: (r.head, r.tail) for r in document.relations}
    linked |= {event.id: (event.trigger, *event.arguments) for event in document.events}
    kept.update(linked)
    while lost := {part for part, ends in linked.items() if part in kept and not all(map(present, ends))}:
        kept -= lost
    return msgspec.structs.replace(
        document,
        text=text,
        passages=tuple(_clipped(p, start, end) for p in document.passages if p.start < end and start < p.end),
        entities=tuple(entities),
        triggers=tuple(triggers),
        relations=tuple(relation for relation in document.relations if relation.id in kept),
        events=tuple(event for event in document.events if event.id in kept),
        coreferences=tuple(
            msgspec.structs.replace(group, members=tuple(m for m in group.members if m in kept))
            for group in document.coreferences
        ),
    )


def _flat(text: str) -> str:
    return " ".join(text.split())


def _moved(mention: Entity, start: int, end: int) -> Entity | None:
    if not all(start <= first and last <= end for first, last in mention.spans):
        return None
    spans = tuple((first - start, last - start) for first, last in mention.spans)
    return msgspec.structs.replace(mention, spans=spans)


def _clipped(passage: Passage, start: int, end: int) -> Passage:
    return Passage(passage.kind, max(passage.start, start) - start, min(passage.end, end) - start)


def _crossings(stretches: Iterable[tuple[int, int]], length: int) -> list[int]:
    """For every offset from 0 to `length`, how many stretches begin before it and end after it."""
    changes = [0] * (length + 2)
    for start, end in stretches:
        if end - start > 1:
            changes[start + 1] += 1
            changes[end] -= 1
    return list(accumulate(changes))[: length + 1]


def _extents(document: Document) -> list[tuple[int, int]]:
    """From the first to the last character of each mention, and of the mentions that each relation and event joins."""
    whole = {m.id: (m.spans[0][0], m.spans[-1][1]) for m in (*document.entities, *document.triggers)}
    found = list(whole.values())
    linked = [(event.id, (event.trigger, *event.arguments)) for event in document.events]
    linked += [(relation.id, (relation.head, relation.tail)) for relation in document.relations]
    for identifier, ends in linked:
        places = [whole[end.ref] for end in ends if end.ref in whole]
        if places:
            whole[identifier] = (min(start for start, _ in places), max(end for _, end in places))
            found.append(whole[identifier])
    return found
