"""Choices of one document: every number gives another document, by construction, so that no text stands twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

from taiyi.samples.names import Pool

T = TypeVar("T")

MOST_SCORED = 2_000
"""Documents of dev, test and extra at most; the numbers of training documents begin after theirs."""
LEAKABLE = 5
"""The first documents of test name nothing unseen: training records are planted that give them away."""

_FIRST = {"dev": 0, "test": MOST_SCORED, "extra": 2 * MOST_SCORED, "train": 3 * MOST_SCORED}
_WORD = (1 << 64) - 1
_UNSEEN_PERCENT = 33


def _words(text: str, count: int) -> list[int]:
    """So many 64-bit words of a text's hash."""
    digest = hashlib.blake2b(text.encode(), digest_size=8 * count).digest()
    return [int.from_bytes(digest[i : i + 8], "little") for i in range(0, 8 * count, 8)]


class Deck:
    """The documents of one corpus, 2**bits of them in an order that the seed decides, then the same again, numbered."""

    def __init__(self, seed: int, corpus: str, bits: int) -> None:
        self.name = f"{seed}/{corpus}"
        self._bits, self._mask, self._shift = bits, (1 << bits) - 1, (bits + 1) // 2
        self._added, first, second = _words(self.name, 3)
        self._factors = (first | 1, second | 1)

    def place(self, number: int) -> tuple[int, int]:
        """How often the deck was used up before, and the position in it: a bijection on `bits` bits."""
        again, position = number >> self._bits, (number + self._added) & self._mask
        for factor in self._factors:
            position = (position * factor) & self._mask
            position ^= position >> self._shift
        return again, position


class Case:
    """One document's choices: a function of seed, corpus, split and index alone.

    `pick` spends the document's number, digit by digit in a mixed radix: as long as the text shows what was picked,
    two numbers never make one text. `toss` is for choices that the text need not show.
    """

    __slots__ = ("_coin", "_deck", "_left", "_path", "again", "index", "split")

    def __init__(self, deck: Deck, split: str, index: int) -> None:
        self._deck, self.split, self.index = deck.name, split, index
        self.again, self._left = deck.place(_FIRST[split] + index)
        self._path, self._coin = _words(f"{deck.name}/{split}/{index}", 2)
        self._path = 0

    def pick(self, options: Sequence[T]) -> T:
        """One of the options; the text must show which."""
        size = len(options)
        self._left, digit = divmod(self._left, size)
        # Shifted by what was picked so far: the last digits of a number are else nearly always 0.
        chosen = (digit + (self._path >> 33)) % size
        self._path = (self._path * 0x5851F42D4C957F2D + chosen + 0x14057B7EF767814F) & _WORD
        return options[chosen]

    def toss(self, size: int) -> int:
        """A number below `size` (splitmix64)."""
        self._coin = (self._coin + 0x9E3779B97F4A7C15) & _WORD
        word = self._coin
        word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
        word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _WORD
        return (word ^ (word >> 31)) % size

    def turn(self, size: int) -> int:
        """A number below `size` that the text must show: each comes once among so many documents in a row."""
        block, place = divmod(self.index, size)
        (first,) = _words(f"{self._deck}/{self.split}/block/{block}", 1)
        return (first + place) % size

    def name(self, pool: Pool, *besides: str) -> str:
        """A name of the pool, none of `besides`; in dev and test about three of ten are unseen in training."""
        leakable = self.split == "train" or (self.split == "test" and self.index < LEAKABLE)
        unseen = not leakable and self.toss(100) < _UNSEEN_PERCENT
        names = pool.unseen if unseen else pool.seen
        return self.pick([n for n in names if n not in besides] if besides else names)

    def note(self, words: str) -> str:
        """What tells documents apart once the deck was used up: the words and a number; until then nothing."""
        return words.format(self.again + 1) if self.again else ""

    def check(self) -> None:
        """Once the document is made: its number must be spent, or another number could make the same text."""
        if self._left:
            raise AssertionError("the deck holds more documents than picks can tell apart")
