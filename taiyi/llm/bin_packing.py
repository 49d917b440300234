"""Which samples share a row: two ways to fill rows of one length, planned over all samples at once."""

from __future__ import annotations

from collections.abc import Sequence

_CANDIDATES = 64


def best_fit(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Longest first, each into the fullest row that still has room (best-fit decreasing).

    At most 11/9 of the fewest rows possible, plus one (Johnson 1974).
    """
    rows: list[list[int]] = []
    by_room: list[list[int]] = [[] for _ in range(most + 1)]
    occupied = 0
    for number in sorted(range(len(lengths)), key=lambda n: (-lengths[n], n)):
        length = lengths[number]
        fitting = occupied >> length
        if fitting:
            room = length + (fitting & -fitting).bit_length() - 1
            row = by_room[room].pop()
            if not by_room[room]:
                occupied &= ~(1 << room)
        else:
            room, row = most, len(rows)
            rows.append([])
        rows[row].append(number)
        by_room[room - length].append(row)
        occupied |= 1 << (room - length)
    return rows


def exact_fit(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Row by row, the longest first, until one, two or three samples are left that fill the row to its last token.

    Nothing is promised; where samples are many and short it leaves less room than best_fit (docs/experiments.md).
    """
    stock = _Stock(lengths, most)
    rows: list[list[int]] = []
    while stock:
        row: list[int] = []
        room = most
        while longest := stock.longest(room):
            finish = stock.filling(room) if row else ()
            row += map(stock.take, finish or (longest,))
            room -= sum(finish) or longest
        rows.append(row)
    return rows


class _Stock:
    """Samples by length, and which lengths there are as the bits of a number: bit n, and bit most - n of another, so
    that all pairs of a given sum are found in one step.
    """

    def __init__(self, lengths: Sequence[int], most: int) -> None:
        self._most = most
        self._numbers: list[list[int]] = [[] for _ in range(most + 1)]
        for number in range(len(lengths) - 1, -1, -1):
            self._numbers[lengths[number]].append(number)
        self._there = sum(1 << length for length, numbers in enumerate(self._numbers) if numbers)
        self._mirrored = sum(1 << most - length for length, numbers in enumerate(self._numbers) if numbers)

    def __bool__(self) -> bool:
        return self._there != 0

    def longest(self, room: int) -> int:
        """The greatest length that fits; 0 if none does."""
        return max(0, self._within(room).bit_length() - 1)

    def take(self, length: int) -> int:
        """A sample of that length."""
        numbers = self._numbers[length]
        taken = numbers.pop()
        if not numbers:
            self._there ^= 1 << length
            self._mirrored ^= 1 << self._most - length
        return taken

    def filling(self, room: int) -> tuple[int, ...]:
        """One, two or three lengths that sum to `room`; none if none are found."""
        if self._there >> room & 1:
            return (room,)
        if pair := self._pair(room, ()):
            return pair
        longest = self.longest(room)
        candidates = self._within(room) if room <= 3 * longest else 0
        for _ in range(_CANDIDATES):
            if not candidates:
                break
            first = candidates.bit_length() - 1
            candidates ^= 1 << first
            if pair := self._pair(room - first, (first,)):
                return (first, *pair)
        return ()

    def _within(self, room: int) -> int:
        return self._there & ((2 << room) - 1)

    def _pair(self, room: int, beside: tuple[int, ...]) -> tuple[int, ...]:
        """Two lengths that sum to `room`, both there beside what is taken already."""
        pairs = self._within(room) & self._mirrored >> self._most - room
        while pairs:
            first = pairs.bit_length() - 1
            asked = (*beside, first, room - first)
            if all(len(self._numbers[length]) >= asked.count(length) for length in asked):
                return first, room - first
            pairs ^= 1 << first
        return ()
