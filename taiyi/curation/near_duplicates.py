"""Near-duplicates: MinHash signatures in bands find who may be alike, exact Jaccard similarity decides.

Broder, On the resemblance and containment of documents (1997); banding after Leskovec, Rajaraman and Ullman, Mining of
Massive Datasets, section 3.4. Records are read twice and never held: what stays is a signature of each, and the shingles
of those that may be like another.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from taiyi.curation.normalise import ask_of, batches, fingerprint
from taiyi.curation.shingles import BATCH, Counts, Hashes, mixed, sets
from taiyi.curation.similarity import label_of, likeness, part_sets, parts_of
from taiyi.params import NearDuplicates as Rules
from taiyi.records import AnyRecord, Pair, Part

Signatures: TypeAlias = npt.NDArray[np.uint32]

MISSED = 0.001
"""The share of pairs just at the threshold that the bands may miss."""
MARGIN = 0.1
"""A near miss is at most so far below the threshold."""
BINS = 20
"""Bins of the histogram of similarities, from 0 to 1."""

_CROWD = 256  # records in one bucket; in a larger one signatures are compared before pairs are made
_NEIGHBOURS = 32  # pairs of one record in such a bucket, with the earliest records that its signature is like
_BLOCK = 512


class NearMiss(Part, frozen=True):
    """Two records that are alike and both kept: `below` the threshold, with another label (`gold`), or because nothing
    is to be dropped (`report`).
    """

    id: str
    other: str
    similarity: float
    why: Literal["below", "gold", "report"]


class Findings(NamedTuple):
    """What was found. dropped: id -> the record that is kept for it and their similarity. histogram: pairs compared,
    by similarity in `BINS` bins. misses: the most alike, at most as many as asked for. skipped: pairs in crowded
    buckets that were not compared, beyond the `_NEIGHBOURS` of a record.
    """

    dropped: dict[str, tuple[str, float]]
    histogram: tuple[int, ...]
    misses: tuple[NearMiss, ...]
    near_misses: int
    skipped: int


class _Suspect(NamedTuple):
    """A record that may be like another."""

    id: str
    parts: tuple[Hashes, ...]
    label: bytes
    pair: bool


def bands(threshold: float) -> tuple[int, int]:
    """How many bands of how many hashes miss `MISSED` of the pairs at the threshold."""
    rows = 3 if threshold >= 0.7 else 2 if threshold >= 0.45 else 1
    return math.ceil(math.log(MISSED) / math.log1p(-(min(threshold, 0.99) ** rows))), rows


class NearDuplicates:
    """`watch` the records to be compared, in the order in which the first is kept; then `find` reads them again.

    Only records that ask the same are compared: asks, by corpus (`ask_of`).
    """

    def __init__(self, rules: Rules, asks: Mapping[str, str] | None = None) -> None:
        self._rules = rules
        self._asks = asks or {}
        self._bands, self._rows = bands(rules.threshold)
        factors = np.random.default_rng(1).integers(0, 2**31, self._bands * self._rows, dtype=np.uint32)
        self._factors = factors * np.uint32(2) + np.uint32(1)
        self._signatures: list[Signatures] = []
        self._asked: array[int] = array("Q")
        self._skipped = 0

    def watch(self, records: Iterable[AnyRecord]) -> Iterator[AnyRecord]:
        """The same records; their signatures are kept."""
        if self._rules.action == "off":
            yield from records
            return
        for batch in batches(records, BATCH):
            self._signatures.append(self._signed([parts_of(record) for record in batch]))
            for record in batch:
                ask = fingerprint(type(record).__name__, ask_of(record, self._asks))
                self._asked.append(int.from_bytes(ask[:8], "little"))
            yield from batch

    def find(self, reread: Callable[[], Iterable[AnyRecord]]) -> Findings:
        """Compare what may be alike, exactly. reread: the records that were watched, in the same order."""
        if not self._asked:
            return Findings({}, (0,) * BINS, (), 0, 0)
        first, second = self._candidates()
        suspects = self._suspects(reread, set(first.tolist()) | set(second.tolist()))
        return _Judge(self._rules, suspects).judged(first, second, self._skipped)

    def _signed(self, records: Sequence[Sequence[tuple[str, ...]]]) -> Signatures:
        """One row a record: the least of its shingles under each hash; a row of ones for no shingles at all."""
        made = sets([p for parts in records for p in parts], words=self._rules.words, characters=self._rules.characters)
        starts = made.starts[np.cumsum([0, *(len(parts) for parts in records)])]
        full = np.flatnonzero(np.diff(starts))
        signatures = np.full((len(records), len(self._factors)), 0xFFFFFFFF, np.uint32)
        if len(full):
            values = (made.values >> np.uint64(32)).astype(np.uint32)
            for column, factor in enumerate(self._factors):
                signatures[full, column] = np.minimum.reduceat(values * factor, starts[full])
        return signatures

    def _candidates(self) -> tuple[Counts, Counts]:
        """Pairs of positions, the earlier first, in the order of the later; no pair twice."""
        signatures = np.concatenate(self._signatures)
        self._signatures.clear()
        asked = np.frombuffer(self._asked, np.uint64)
        there = np.flatnonzero((signatures != 0xFFFFFFFF).any(1))
        found = [np.zeros(0, np.int64)]
        for band in range(self._bands):
            keys = asked[there]
            for column in range(band * self._rows, (band + 1) * self._rows):
                keys = mixed(keys ^ signatures[there, column])
            found.extend(self._alike(signatures, *pairs) for pairs in self._meeting(keys, there, signatures))
        codes = np.unique(np.concatenate(found))
        return codes % len(asked), codes // len(asked)

    def _alike(self, signatures: Signatures, first: Counts, second: Counts) -> Counts:
        """Those pairs whose signatures agree as far as pairs at the threshold do, as numbers."""
        kept = [np.zeros(0, np.int64)]
        for start in range(0, len(first), 1 << 16):
            one, other = first[start : start + (1 << 16)], second[start : start + (1 << 16)]
            alike = (signatures[one] == signatures[other]).sum(1) >= self._agreeing
            kept.append(np.maximum(one, other)[alike] * len(self._asked) + np.minimum(one, other)[alike])
        return np.concatenate(kept)

    @property
    def _agreeing(self) -> float:
        """Hashes that agree at the threshold, less four standard deviations."""
        count, share = len(self._factors), self._rules.threshold
        return count * share - 4 * math.sqrt(count * share * (1 - share))

    def _meeting(self, keys: Hashes, places: Counts, signatures: Signatures) -> Iterator[tuple[Counts, Counts]]:
        """Pairs of places with the same key."""
        order = np.argsort(keys)
        keys, places = keys[order], places[order]
        begins = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        sizes = np.diff(begins, append=len(keys))
        for begin, size in zip(begins[sizes > _CROWD], sizes[sizes > _CROWD], strict=True):
            yield from self._crowded(np.sort(places[begin : begin + size]), signatures)
        small = (sizes > 1) & (sizes <= _CROWD)
        begins, sizes = begins[small], sizes[small]
        ends = np.repeat(begins + sizes, sizes)
        at = ends - np.repeat(np.cumsum(sizes), sizes) + np.arange(len(ends))
        for distance in range(1, int(sizes.max(initial=0))):
            near = at + distance < ends
            at, ends = at[near], ends[near]
            yield places[at], places[at + distance]

    def _crowded(self, places: Counts, signatures: Signatures) -> Iterator[tuple[Counts, Counts]]:
        """Pairs in a large bucket: of each record with the earliest that its signature is like."""
        columns = np.ascontiguousarray(signatures[places].T)
        for start in range(0, len(places), _BLOCK):
            stop = min(start + _BLOCK, len(places))
            agreeing = np.zeros((stop - start, stop), np.uint16)
            for column in columns:
                agreeing += column[start:stop, None] == column[None, :stop]
            alike = (agreeing >= self._agreeing) & (np.arange(stop)[None, :] < np.arange(start, stop)[:, None])
            taken = alike & (np.cumsum(alike, axis=1) <= _NEIGHBOURS)
            self._skipped += int(alike.sum() - taken.sum())
            later, earlier = np.nonzero(taken)
            yield places[earlier], places[start + later]

    def _suspects(self, reread: Callable[[], Iterable[AnyRecord]], wanted: set[int]) -> dict[int, _Suspect]:
        found = {}
        for place, record in enumerate(reread()):
            if place in wanted:
                parts = part_sets(parts_of(record), words=self._rules.words, characters=self._rules.characters)
                found[place] = _Suspect(record.id, parts, label_of(record), isinstance(record, Pair))
        return found


class _Judge:
    """Goes through the pairs in order, so that what is dropped is like something that is kept."""

    def __init__(self, rules: Rules, suspects: Mapping[int, _Suspect]) -> None:
        self._rules = rules
        self._suspects = suspects
        self._dropped: dict[str, tuple[str, float]] = {}
        self._misses: list[NearMiss] = []
        self._histogram = [0] * BINS

    def judged(self, first: Counts, second: Counts, skipped: int) -> Findings:
        """The findings over all pairs."""
        for earlier, later in zip(first.tolist(), second.tolist(), strict=True):
            self._compare(self._suspects[earlier], self._suspects[later])
        misses = [m for m in self._misses if m.id not in self._dropped and m.other not in self._dropped]
        misses.sort(key=lambda miss: (-miss.similarity, miss.id, miss.other))
        listed = tuple(misses[: self._rules.listed])
        return Findings(self._dropped, tuple(self._histogram), listed, len(misses), skipped)

    def _compare(self, kept: _Suspect, record: _Suspect) -> None:
        similarity = likeness(kept.parts, record.parts, either_order=record.pair)
        self._histogram[min(int(similarity * BINS), BINS - 1)] += 1
        if kept.id in self._dropped or similarity < self._rules.threshold - MARGIN:
            return
        if similarity < self._rules.threshold:
            self._misses.append(NearMiss(record.id, kept.id, similarity, "below"))
        elif record.label != kept.label:
            self._misses.append(NearMiss(record.id, kept.id, similarity, "gold"))
        elif self._rules.action == "report":
            self._misses.append(NearMiss(record.id, kept.id, similarity, "report"))
        elif similarity > self._dropped.get(record.id, ("", 0.0))[1]:
            self._dropped[record.id] = (kept.id, similarity)
