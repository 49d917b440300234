"""What is planted in the training sets: duplicates, leaks, conflicts and invalid records, for curation to find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from taiyi.records import Part, content_key
from taiyi.samples.catalogue import CORPORA, NUMBERS, Corpus
from taiyi.samples.draws import Case, Deck
from taiyi.samples.items import Annotated, Item, Row

Kind = Literal["duplicate", "leak_text", "leak_document", "conflict", "invalid", "nested", "discontinuous"]


class Plant(Part, frozen=True):
    """One planted record, and the record that it repeats, gives away or contradicts; keys are those of record ids."""

    kind: Kind
    corpus: str
    split: str
    key: str
    other_corpus: str = ""
    other_split: str = ""
    other_key: str = ""


class Plants(Part, frozen=True):
    """Every planted record; nested and discontinuous mentions are no defects, and only the first few are listed."""

    rows: tuple[Plant, ...] = ()

    def of(self, *kinds: Kind) -> tuple[Plant, ...]:
        """The plants of these kinds."""
        return tuple(plant for plant in self.rows if plant.kind in kinds)


class Order(msgspec.Struct, frozen=True):
    """What stands at a position of a training set instead of its own document: see `orders`.

    source: split and index of the document whose content it has; `varied`: in other case and punctuation.
    target: the corpus of whose test document, by `number`, it carries the id.
    """

    kind: Kind
    source: tuple[str, int] = ("train", 0)
    varied: bool = False
    target: str = ""
    number: int = 0


_ROUND = 20
_LISTED = 5
_PMID_BLOCK = {"train": 0, "dev": 80_000_000, "test": 90_000_000, "extra": 95_000_000}
_PUBMED = tuple(corpus.id for corpus in CORPORA.values() if corpus.ids == "pubmed")


def orders(corpus: Corpus) -> dict[int, Order]:
    """Position in the training set -> what is planted there."""
    made: dict[int, Order] = {}
    for n in range(corpus.plants):
        start = _ROUND * n
        varied = (n + NUMBERS[corpus.id]) % 2 == 1
        made[start + 10] = Order("duplicate", ("train", start + 1), varied)
        made[start + 12] = Order("leak_text", ("test", 1 + n), not varied)
        made[start + 14] = Order("conflict", ("train", start + 5))
        if corpus.invalid and (n == 0 or corpus.ids != "none"):
            made[start + 16] = Order("invalid", ("train", start + 16))
    for n, target in enumerate(corpus.leaks):
        made[_ROUND * n + 18] = Order(
            "leak_document", ("train", _ROUND * n + 18), target=target, number=20 + NUMBERS[corpus.id] + n
        )
    return made


def native_id(corpus: Corpus, split: str, index: int) -> str:
    """The id that a document is written with; empty where the format has none."""
    if corpus.ids == "pubmed":
        return str(100_000_000 * (1 + _PUBMED.index(corpus.id)) + _PMID_BLOCK[split] + index)
    return {"number": str(index + 1), "letter": f"s{index + 1}", "none": ""}[corpus.ids]


def key_of(corpus: Corpus, native: str, item: Item) -> str:
    """The key of a record's id: its native id, else its content as the reader hashes it."""
    if native:
        return corpus.stem + native
    if not isinstance(item, Row) or corpus.content is None:
        raise AssertionError(f"{corpus.id} does not say what names a record")
    return content_key(*corpus.content(item.fields))


class Field:
    """The documents of one corpus, with what is planted among them."""

    def __init__(self, corpus: Corpus, seed: int, chosen: frozenset[str]) -> None:
        self.corpus = corpus
        self.plants: list[Plant] = []
        self._deck = Deck(seed, corpus.id, corpus.bits)
        self._orders = orders(corpus)
        self._chosen = chosen
        self._listed = 0

    def item(self, split: str, index: int) -> Item:
        """The document's content as it would be without plants."""
        case = Case(self._deck, split, index)
        item = self.corpus.make(case)
        case.check()
        return item

    def rows(self, split: str, count: int) -> Iterator[tuple[str, Item]]:
        """Native id and content of the first `count` documents of a split, as they are written."""
        for index in range(count):
            order = self._orders.get(index) if split == "train" else None
            native = native_id(self.corpus, split, index)
            if order:
                yield self._planted(order, native)
                continue
            item = self.item(split, index)
            if split == "extra" and isinstance(item, Row):
                item = Row({key: value for key, value in item.fields.items() if key != self.corpus.gold})
            if split == "train" and self._listed < _LISTED:
                self._list(native, item)
            yield self.corpus.stem + native if self.corpus.stem else native, item

    def _planted(self, order: Order, native: str) -> tuple[str, Item]:
        corpus, (split, index) = self.corpus, order.source
        item = original = self.item(split, index)
        other = Plant(
            order.kind,
            corpus.id,
            "train",
            "",
            corpus.id,
            split,
            key_of(corpus, native_id(corpus, split, index), original),
        )
        if order.kind == "leak_document":
            target = CORPORA[order.target]
            native = native_id(target, "test", order.number)
            other = msgspec.structs.replace(
                other, other_corpus=target.id, other_split="test", other_key=target.stem + native
            )
        elif order.kind == "conflict":
            item = _contradicted(corpus, item)
        elif order.kind == "invalid":
            item = _emptied(corpus, item)
            other = Plant("invalid", corpus.id, "train", "")
        elif order.varied:
            item = _varied(corpus, item)
        key = key_of(corpus, native, item)
        repeats = not native and split == "train" and key == other.other_key
        if other.other_corpus in (*self._chosen, ""):
            # A reader numbers the second record of one content.
            self.plants.append(msgspec.structs.replace(other, key=f"{key}-2" if repeats else key))
        return corpus.stem + native if corpus.stem else native, item

    def _list(self, native: str, item: Item) -> None:
        if isinstance(item, Annotated):
            kind: Kind = "discontinuous"
            found = any(len(mention.spans) > 1 for mention in item.mentions)
        else:
            kind = "nested"
            spans = [(e["start_idx"], e["end_idx"]) for e in item.fields.get("entities", ())]
            found = any(a != b and a[0] <= b[0] and b[1] <= a[1] for a in spans for b in spans)
        if found:
            self._listed += 1
            self.plants.append(Plant(kind, self.corpus.id, "train", key_of(self.corpus, native, item)))


_PUNCTUATION = str.maketrans({"，": "；", "。": "！", "？": "?"})


def _varied(corpus: Corpus, item: Item) -> Item:
    """The same content in other case and punctuation; offsets stay true."""
    if isinstance(item, Annotated):
        return msgspec.structs.replace(item, text=item.text.upper().replace(".", "!"))
    return Row({key: _reworded(value) if key in corpus.inputs else value for key, value in item.fields.items()})


def _reworded(value: Any) -> Any:
    if isinstance(value, str):
        return value.upper() if value.isascii() else f"{value.translate(_PUNCTUATION)}！"
    if isinstance(value, list):
        return [_reworded(inner) for inner in value]
    return {key: inner if key == "speaker" else _reworded(inner) for key, inner in value.items()}


def _contradicted(corpus: Corpus, item: Item) -> Item:
    """The same question with another answer."""
    if isinstance(item, Row):
        if corpus.other is None:
            raise AssertionError(f"{corpus.id} has no other answer")
        return Row({**item.fields, corpus.gold: corpus.other(item.fields[corpus.gold])})
    if item.events:
        first, last = item.events[0], item.events[1]
        changed = msgspec.structs.replace(last, modifier="" if last.modifier else "Negation")
        return msgspec.structs.replace(item, events=(first, changed, *item.events[2:]))
    return msgspec.structs.replace(item, mentions=item.mentions[:-1])


def _emptied(corpus: Corpus, item: Item) -> Item:
    """A record without a question: readers accept it, validation refuses it."""
    if isinstance(item, Annotated):
        return Annotated(text="", passages=tuple((kind, 0, 0) for kind, _, _ in item.passages))
    blank = {key: _blanked(item.fields[key]) for key in corpus.inputs}
    # The mentions of a document would lie outside its text.
    gold: dict[str, Any] = {corpus.gold: []} if corpus.family == "document" else {}
    return Row({**item.fields, **gold, **blank})


def _blanked(value: Any) -> Any:
    if isinstance(value, str):
        return ""
    if isinstance(value, list):
        return [_blanked(inner) for inner in value]
    return {key: inner if key == "speaker" else "" for key, inner in value.items()}
