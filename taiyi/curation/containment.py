"""Which passages contain, or are part of, a protected passage: every one of them, by shingles, none left out.

Prefix filtering (Chaudhuri, Ganti and Kaushik, 2006; Bayardo, Ma and Srikant, 2007) makes it exhaustive and cheap: of n
shingles that are to be shared by a share c, at least one is among the n - ceil(c n) + 1 rarest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from taiyi.curation.shingles import Counts, Hashes, Sets, sets
from taiyi.curation.similarity import Part, contained
from taiyi.params import Leakage

Passages: TypeAlias = Sequence[Sequence[Part]]
"""The passages of one record, each in parts (similarity.passages_of)."""
Bits: TypeAlias = npt.NDArray[np.uint8]

_BITS_PER_SHINGLE = 16  # so many places of the filter for each shingle: one other shingle in 16 passes it
_NONE: Counts = np.zeros(0, np.int64)


class Contained(NamedTuple):
    """A passage and a protected one. holds: it contains the protected passage; else it is part of that.
    share: of the contained one's shingles that are in the other, the least of its parts.
    """

    owner: str
    holds: bool
    share: float


class _Source(NamedTuple):
    """A protected passage."""

    owner: str
    parts: tuple[Hashes, ...]


class Containment:
    """`add` the protected passages, then ask `found` of others; more may be added later."""

    def __init__(self, rules: Leakage) -> None:
        self._rules = rules
        self._sources: list[_Source] = []
        self._index: _Index | None = None

    def add(self, owners: Sequence[str], records: Sequence[Passages]) -> None:
        """Protect the passages of records; owners: their ids."""
        made = self._sets(records)
        last = 0
        for owner, passages in zip(owners, records, strict=True):
            for passage in passages:
                first, last = last, last + len(passage)
                self._sources.append(_Source(owner, tuple(made.of(part).copy() for part in range(first, last))))
        self._index = None

    def found(self, records: Sequence[Passages]) -> list[Contained | None]:
        """For each record the protected passage that it overlaps most, if any."""
        if self._index is None:
            self._index = _Index(self._sources, self._rules)
        made = self._sets(records)
        known = self._index.known(made)
        results: list[Contained | None] = []
        last = 0
        for passages in records:
            hits: list[Contained | None] = []
            for passage in passages:
                first, last = last, last + len(passage)
                if known.upto[made.starts[last]] > known.upto[made.starts[first]]:
                    hits.append(self._most(self._index, made, known, first, last))
            results.append(max(filter(None, hits), key=_share, default=None))
        return results

    def _sets(self, records: Sequence[Passages]) -> Sets:
        """The shingles of every part of every passage."""
        parts = [part for passages in records for passage in passages for part in passage]
        return sets(parts, words=self._rules.words, characters=self._rules.characters)

    def _most(self, index: _Index, made: Sets, known: _Known, first: int, last: int) -> Contained | None:
        """The protected passage that overlaps most with the passage in sets `first` to `last`."""
        candidates = index.candidates(made, known, first, last)
        if not candidates:
            return None
        parts = [made.of(part) for part in range(first, last)]
        enough = sum(map(len, parts)) >= self._rules.shingles
        best: Contained | None = None
        for candidate in sorted(candidates):
            source = self._sources[candidate]
            held = contained(source.parts, parts) if sum(map(len, source.parts)) >= self._rules.shingles else 0.0
            holding = contained(parts, source.parts) if enough else 0.0
            share = max(held, holding)
            if share >= self._rules.containment and (best is None or share > best.share):
                best = Contained(source.owner, held >= holding, share)
        return best


def _share(found: Contained) -> float:
    return found.share


class _Known(NamedTuple):
    """Which of many shingles are protected: `upto` counts them up to each; `places`: theirs in the index, in order."""

    upto: Counts
    places: Counts


class _Index:
    """The protected shingles, ascending, each with the sources it stands in, and with those it is an anchor of: its
    rarest shingles, of which whatever contains the source holds one.
    """

    def __init__(self, sources: Sequence[_Source], rules: Leakage) -> None:
        self._containment = rules.containment
        self._least = rules.shingles
        parts = [(number, part) for number, source in enumerate(sources) for part in source.parts if len(part)]
        sizes = [len(part) for _, part in parts]
        values = np.concatenate([np.zeros(0, np.uint64), *(part for _, part in parts)])
        self.values, places, self._counts = np.unique(values, return_inverse=True, return_counts=True)
        owners = np.repeat(np.array([number for number, _ in parts], np.int64), sizes)
        self._owners, self._starts = _postings(places, owners, len(self.values))
        anchors, anchored = self._anchors(sources, places)
        self._anchored, self._anchor_starts = _postings(anchors, anchored, len(self.values))
        self._shift, self._bits = _filter(self.values)

    def _anchors(self, sources: Sequence[_Source], places: Counts) -> tuple[Counts, Counts]:
        """The rarest shingles of each source's largest part, as places, and the source of each."""
        anchors, anchored = [_NONE], [_NONE]
        end = 0
        for number, source in enumerate(sources):
            sizes = [len(part) for part in source.parts]
            begin, end = end, end + sum(sizes)
            if end - begin < self._least:
                continue
            largest = int(np.argmax(sizes))
            begin += sum(sizes[:largest])
            rarest = self._rarest(places[begin : begin + sizes[largest]], sizes[largest])
            anchors.append(rarest)
            anchored.append(np.full(len(rarest), number))
        return np.concatenate(anchors), np.concatenate(anchored)

    def _rarest(self, places: Counts, size: int) -> Counts:
        """Of a passage with `size` shingles, which are protected at `places`: as many of the rarest as hold one that is
        shared, if enough of all are. What is not protected at all is rarer still.
        """
        tried = size - math.ceil(self._containment * size - 1e-9) + 1 - (size - len(places))
        return places[np.argsort(self._counts[places], kind="stable")[: max(tried, 0)]]

    def known(self, made: Sets) -> _Known:
        """Which shingles of the sets are protected."""
        at = made.values >> self._shift
        passed = np.flatnonzero(self._bits[at >> np.uint64(3)] >> (at & np.uint64(7)).astype(np.uint8) & np.uint8(1))
        wanted = made.values[passed]
        places = np.searchsorted(self.values, wanted)
        right = self.values.take(places, mode="clip") == wanted if len(self.values) else np.zeros(0, np.bool_)
        flags = np.zeros(len(made.values) + 1, np.int64)
        flags[passed[right] + 1] = 1
        return _Known(np.cumsum(flags), places[right])

    def candidates(self, made: Sets, known: _Known, first: int, last: int) -> set[int]:
        """Sources that may be contained in the parts `first` to `last` together, or contain every one of them."""
        places = known.places[known.upto[made.starts[first]] : known.upto[made.starts[last]]]
        begins, ends = self._anchor_starts[places], self._anchor_starts[places + 1]
        found = {
            int(source)
            for begin, end in zip(begins[ends > begins], ends[ends > begins], strict=True)
            for source in self._anchored[begin:end]
        }
        sizes = np.diff(made.starts[first : last + 1])
        if int(sizes.sum()) < self._least:
            return found
        part = first + int(sizes.argmax())
        places = known.places[known.upto[made.starts[part]] : known.upto[made.starts[part + 1]]]
        for place in self._rarest(places, int(sizes.max())):
            found.update(self._owners[self._starts[place] : self._starts[place + 1]].tolist())
        return found


def _postings(places: Counts, owners: Counts, size: int) -> tuple[Counts, Counts]:
    """Owners ordered by place, and where those of each place begin."""
    order = np.argsort(places, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(places, minlength=size))))
    return owners[order], starts


def _filter(values: Hashes) -> tuple[np.uint64, Bits]:
    """A bit for every place that a value's upper bits name; values are ascending."""
    bits = max(10, (len(values) * _BITS_PER_SHINGLE).bit_length())
    shift = np.uint64(64 - bits)
    at = values >> shift
    octets = (at >> np.uint64(3)).astype(np.int64)
    table = np.zeros(1 << (bits - 3), np.uint8)
    begins = np.flatnonzero(np.concatenate(([True], octets[1:] != octets[:-1]))) if len(octets) else _NONE
    if len(begins):
        ones = np.uint8(1) << (at & np.uint64(7)).astype(np.uint8)
        table[octets[begins]] = np.bitwise_or.reduceat(ones, begins)
    return shift, table
