"""Texts as sets of shingles: hashes of overlapping runs of tokens, made for many texts at once with numpy.

A token is a Chinese character or a word (a run of other letters and digits), compared without case, width and
punctuation. A run that begins with a character has `characters` tokens, one that begins with a word has `words`, so that
the shingles of a sentence are those of any text it stands in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Hashes: TypeAlias = npt.NDArray[np.uint64]
Counts: TypeAlias = npt.NDArray[np.int64]

BATCH = 64
"""So many records at once: fewer cost calls, more fall out of the processor's cache."""

_WORD, _IDEOGRAPH = 1, 2
_IDEOGRAPHS = ((0x3040, 0x3100), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x40000))
_POWER, _STEP = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93


class Sets(NamedTuple):
    """The sets one after another: set i is `values[starts[i] : starts[i + 1]]`, ascending, no value twice."""

    values: Hashes
    starts: Counts

    def of(self, index: int) -> Hashes:
        """One set."""
        return self.values[self.starts[index] : self.starts[index + 1]]


def common(first: Hashes, second: Hashes) -> int:
    """How many values two sets share."""
    if not len(first) or not len(second):
        return 0
    if len(first) > len(second):
        first, second = second, first
    places = np.searchsorted(second, first)
    return int(np.count_nonzero(second.take(places, mode="clip") == first))


def jaccard(first: Hashes, second: Hashes) -> float:
    """Shared values over all values; 1 for two empty sets. Exact, but for collisions of 64-bit hashes."""
    shared = common(first, second)
    whole = len(first) + len(second) - shared
    return shared / whole if whole else 1.0


def mixed(values: Hashes) -> Hashes:
    """Every bit of the result depends on every bit of the value (the finaliser of MurmurHash3)."""
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))


def sets(groups: Sequence[Sequence[str]], *, words: int, characters: int) -> Sets:
    """The shingles of each group of texts; none crosses from one text to the next, so their order does not count.

    A text with fewer tokens than a shingle is one shingle; a text without letters has none.
    """
    texts = [_folded(text) for group in groups for text in group]
    if not texts:
        return Sets(np.zeros(0, np.uint64), np.zeros(len(groups) + 1, np.int64))
    text_ends = np.cumsum([len(text) + 1 for text in texts])
    tokens, ideographs, ends = _tokens("\n".join([*texts, ""]), text_ends)
    values, made = _runs(tokens, ideographs, ends, words, characters)
    # Where each group ends: in texts, in tokens, and in shingles that were made.
    last_texts = np.cumsum([len(group) for group in groups])
    last_tokens = np.concatenate(([0], ends))[last_texts]
    starts = np.concatenate(([0], np.cumsum(made)))[np.concatenate(([0], last_tokens))]
    return _distinct(values[made], starts)


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=1)
def _kinds() -> npt.NDArray[np.uint8]:
    """Code point -> part of a word, an ideograph, or neither (0)."""
    kinds = np.fromiter(map(str.isalnum, map(chr, range(0x110000))), np.uint8, 0x110000)
    for start, stop in _IDEOGRAPHS:
        kinds[start:stop] *= _IDEOGRAPH
    return kinds


@lru_cache(maxsize=4)
def _powers(size: int) -> tuple[Hashes, Hashes]:
    """The first powers of an odd number modulo 2**64, and their inverses."""
    inverse = pow(_POWER, -1, 2**64)
    both = []
    for factor in (_POWER, inverse):
        powers = np.full(size, factor, np.uint64)
        powers[0] = 1
        both.append(np.multiply.accumulate(powers))
    return both[0], both[1]


def _hashed(values: Hashes, firsts: Counts, lasts: Counts) -> Hashes:
    """The hash of each stretch `values[first:last]`, wherever it stands: a polynomial, by sums up to each place."""
    powers, inverses = _powers(1 << max(18, len(values).bit_length()))
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * powers[: len(values)], out=sums[1:])
    return mixed((sums[lasts] - sums[firsts]) * inverses[firsts])


def _tokens(text: str, text_ends: Counts) -> tuple[Hashes, npt.NDArray[np.bool_], Counts]:
    """The tokens' hashes, which of them are ideographs, and the number of tokens up to the end of each text."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _kinds().take(points)
    word, single = kinds == _WORD, kinds == _IDEOGRAPH
    first, last = single.copy(), single.copy()
    first[0] |= word[0]
    first[1:] |= word[1:] & ~word[:-1]
    last[:-1] |= word[:-1] & ~word[1:]  # the text ends in a line feed, so no word does
    firsts, lasts = np.flatnonzero(first), np.flatnonzero(last) + 1
    return _hashed(points.astype(np.uint64), firsts, lasts), single[firsts], np.searchsorted(firsts, text_ends)


def _runs(
    tokens: Hashes, ideographs: npt.NDArray[np.bool_], ends: Counts, words: int, characters: int
) -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """At each token the hash of the shingle that begins there, and whether there is one."""
    counts = np.diff(ends, prepend=0)
    left = np.repeat(ends, counts) - np.arange(len(tokens))
    values = _rolled(tokens, words)
    if characters != words:
        values = np.where(ideographs, _rolled(tokens, characters), values)
    made = left >= np.where(ideographs, characters, words)
    begins = ends - counts
    upto = np.concatenate(([0], np.cumsum(made)))
    short = (upto[ends] == upto[begins]) & (counts > 0)
    if short.any():
        values[begins[short]] = _hashed(tokens, begins[short], ends[short])
        made[begins[short]] = True
    return values, made


def _rolled(tokens: Hashes, size: int) -> Hashes:
    """The hash of each token with the `size` - 1 that follow it, as far as they go."""
    values = tokens.copy()
    for distance in range(1, min(size, len(tokens))):
        values *= np.uint64(_STEP)
        values[: len(tokens) - distance] += tokens[distance:]
    return mixed(values)


def _distinct(values: Hashes, starts: Counts) -> Sets:
    bounds = starts.tolist()
    for begin, end in pairwise(bounds):
        values[begin:end].sort()
    kept = np.ones(len(values) + 1, np.bool_)
    kept[1:-1] = values[1:] != values[:-1]
    kept[starts] = True
    upto = np.concatenate(([0], np.cumsum(kept[:-1])))
    return Sets(values[kept[:-1]], upto[starts])
