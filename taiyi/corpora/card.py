"""A corpus's data card: sizes, lengths, types, examples and what in its files is suspicious; one pass over each split."""

from __future__ import annotations

import difflib
import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from taiyi import corpora
from taiyi.corpora import counts
from taiyi.corpora.descriptor import Descriptor, Use
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, Argument, Document, Part

EXAMPLES = 3
"""Records shown of each split that is used."""
_BINS = 24
_LEAST_SHARE = 20  # a label this many times rarer than one that looks like it is a suspect


class Lengths(Part, frozen=True):
    """Characters of each record's texts together. `bins`: (upper edge, count), of equal width from 0 to p99."""

    median: int
    p95: int
    longest: int
    bins: tuple[tuple[int, int], ...]


class Finding(Part, frozen=True):
    """Something to look at: what, how often, and an example (a record id and what is wrong there)."""

    what: str
    count: int
    example: str = ""


class Piece(Part, frozen=True):
    """A stretch of text and the types of the mentions that it is part of."""

    text: str
    types: tuple[str, ...] = ()


class Example(Part, frozen=True):
    """A record as shown: its parts by name, a document's text with its mentions."""

    id: str
    parts: tuple[tuple[str, tuple[Piece, ...]], ...]


class SplitCard(Part, frozen=True):
    """One split, read; `documented`: the size that its publishers state, 0 if they do not."""

    name: str
    use: Use
    documented: int
    counts: counts.Counts
    lengths: Lengths
    findings: tuple[Finding, ...]
    examples: tuple[Example, ...]


class Card(Part, frozen=True):
    """A corpus: what is known of it, and what its files hold."""

    described: Descriptor
    splits: tuple[SplitCard, ...]

    def absent(self) -> tuple[str, ...]:
        """The splits that are used and were not read."""
        read = {split.name for split in self.splits}
        return tuple(name for name in self.described.used_splits() if name not in read)


def make(described: Descriptor, raw: Path, *, splits: Iterable[str] = ()) -> Card:
    """Read the splits (default: those that are used and there) of native files below `raw`/folder."""
    looks = []
    for name in tuple(splits) or corpora.splits(described, raw, absent="skip"):
        ledger = Ledger()
        look = Look(described, name, ledger)
        for _ in look.over(corpora.read(described, name, raw, ledger)):
            pass
        looks.append(look.card())
    return Card(described, tuple(looks))


class Look:
    """Looks at the records of a split as they stream by: flat in memory but for a length and a hash of each."""

    def __init__(self, described: Descriptor, split: str, ledger: Ledger) -> None:
        self._described, self._split, self._ledger = described, split, ledger
        self._tally = counts.Tally()
        self._lengths = array("L")
        self._texts: set[bytes] = set()
        self._found: Counter[str] = Counter()
        self._first: dict[str, str] = {}
        self._shown: list[tuple[bytes, AnyRecord]] = []

    def over(self, records: Iterable[AnyRecord]) -> Iterator[AnyRecord]:
        """The records, each looked at."""
        for record in records:
            self._tally.add(record)
            texts = tuple(record.texts())
            self._lengths.append(sum(map(len, texts)))
            for what in _suspicious(record, texts):
                self._note(what, record.id)
            key = hashlib.blake2b("\0".join(" ".join(t.split()) for t in texts).encode(), digest_size=8).digest()
            if key in self._texts:
                self._note("the text of an earlier record", record.id)
            self._texts.add(key)
            self._offer(record)
            yield record

    def card(self) -> SplitCard:
        """What was seen; to be called once all records went by."""
        split, counted = self._described.splits[self._split], self._tally.counts(self._ledger)
        findings = [
            *self._from_ledger(),
            *(Finding(what, n, self._first[what]) for what, n in self._found.most_common()),
        ]
        if split.documents and split.documents != counted.documents:
            findings.append(Finding("records more or fewer than documented", abs(split.documents - counted.documents)))
        return SplitCard(
            name=self._split,
            use=self._described.use(self._split),
            documented=split.documents,
            counts=counted,
            lengths=_lengths(self._lengths),
            findings=(*findings, *typos(counted)),
            examples=tuple(Example(record.id, tuple(_parts(record))) for _, record in self._shown),
        )

    def _from_ledger(self) -> Iterator[Finding]:
        first = {entry.rule: f"{entry.id}: {entry.reason}" for entry in reversed(list(self._ledger))}
        return (Finding(rule, count, first[rule]) for rule, count in self._ledger.counts().items())

    def _note(self, what: str, record: str) -> None:
        self._found[what] += 1
        self._first.setdefault(what, record)

    def _offer(self, record: AnyRecord) -> None:
        """Keep the records whose ids hash lowest, annotated ones first."""
        rank = (b"\0" if _has_gold(record) else b"\1") + hashlib.blake2b(record.id.encode(), digest_size=8).digest()
        if len(self._shown) < EXAMPLES or rank < self._shown[-1][0]:
            self._shown = sorted([*self._shown, (rank, record)], key=lambda pair: pair[0])[:EXAMPLES]


def _lengths(given: array[int]) -> Lengths:
    ordered = sorted(given) or [0]
    last = len(ordered) - 1
    width = -(-max(1, ordered[int(last * 0.99)]) // _BINS)
    bins = Counter(min(_BINS - 1, length // width) for length in given)
    return Lengths(
        median=ordered[last // 2],
        p95=ordered[int(last * 0.95)],
        longest=ordered[-1],
        bins=tuple(((number + 1) * width, bins[number]) for number in range(_BINS)),
    )


def _has_gold(record: AnyRecord) -> bool:
    return bool(record.entities) if isinstance(record, Document) else record.annotated


def _suspicious(record: AnyRecord, texts: tuple[str, ...]) -> Iterator[str]:
    if not any(text.strip() for text in texts):
        yield "no text"
    if any("\ufffd" in text for text in texts):
        yield "U+FFFD, a character lost in some conversion"
    if any("\0" in text for text in texts):
        yield "a NUL character"
    if isinstance(record, Document) and any(entity.text != entity.text.strip() for entity in record.entities):
        yield "a mention with blanks at an end"


def typos(counted: counts.Counts) -> Iterator[Finding]:
    """Names that look like a much more frequent one of the same kind: `Dsease`, `disease` beside `Disease`."""
    for kind in ("entities", "relations", "events", "labels"):
        given: dict[str, int] = getattr(counted, kind)
        for name, count in given.items():
            frequent = [other for other, times in given.items() if times >= count * _LEAST_SHARE]
            alike = [other for other in frequent if other.casefold() == name.casefold() and other != name]
            alike += difflib.get_close_matches(name, frequent, n=1, cutoff=0.9) if len(name) > 4 else []
            if alike and alike[0] != name:
                yield Finding("a name like a far more frequent one", count, f"{kind}: {name!r}, as {alike[0]!r}")


def _parts(record: AnyRecord) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    """What a reader of the card sees of a record, by name."""
    if isinstance(record, Document):
        yield "text", tuple(pieces(record))
        names = _names(record)
        for relation in record.relations[:5]:
            yield relation.type, (Piece(" → ".join(_end(end, names) for end in (relation.head, relation.tail))),)
        return
    for number, text in enumerate(record.texts(), start=1):
        yield f"text {number}", (Piece(text),)
    for name in ("labels", "label", "score", "answers"):
        value = getattr(record, name, None)
        if value not in (None, "", ()):
            yield name, (Piece("; ".join(map(str, value)) if isinstance(value, tuple) else str(value)),)


def _names(document: Document) -> dict[str, str]:
    """The text of each mention by its id, and of the first mention of each concept by the concept."""
    names = {concept: e.text for e in reversed(document.entities) for concept in e.concepts}
    return names | {mention.id: mention.text for mention in (*document.entities, *document.triggers)}


def _end(end: Argument, names: dict[str, str]) -> str:
    said = names.get(end.ref) or names.get(end.concept, "")
    return end.text or (f"{said} ({end.concept})" if said and end.concept else said or end.concept or end.ref)


def pieces(document: Document) -> Iterator[Piece]:
    """The text cut wherever a mention begins or ends, each stretch with the types that cover it."""
    text = document.text
    edges = sorted({0, len(text), *(at for entity in document.entities for span in entity.spans for at in span)})
    for start, end in pairwise(edges):
        covering = (e.type for e in document.entities if any(s <= start and end <= f for s, f in e.spans))
        yield Piece(text[start:end], tuple(dict.fromkeys(covering)))
