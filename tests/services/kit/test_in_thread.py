"""Iterators beside the loop: one item ahead and no further, closed however their reader ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from services.kit.threads import iterate


class Numbers:
    """Counts up, and knows how far it came and whether it was closed."""

    def __init__(self, fails_at: int = 10**9) -> None:
        self.made, self.closed, self._fails_at = 0, False, fails_at

    def __call__(self) -> Iterator[int]:
        try:
            while True:
                if self.made == self._fails_at:
                    raise ValueError("no more")
                self.made += 1
                yield self.made
        finally:
            self.closed = True


def test_no_more_than_one_item_is_made_ahead_of_a_slow_reader() -> None:
    numbers = Numbers()

    async def read() -> None:
        async with aclosing(iterate(numbers)) as items:
            async for item in items:
                await asyncio.sleep(0.02)
                assert numbers.made <= item + 1
                if item == 5:
                    return

    asyncio.run(read())
    assert numbers.closed and numbers.made <= 6


def test_a_cancelled_reader_closes_the_iterator() -> None:
    numbers = Numbers()

    async def read() -> None:
        async with aclosing(iterate(numbers)) as items:
            async for _ in items:
                await asyncio.sleep(0)

    async def cancel() -> None:
        task = asyncio.create_task(read())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    made = numbers.made
    assert numbers.closed and made == numbers.made > 0


def test_what_the_iterator_raises_reaches_the_reader() -> None:
    numbers = Numbers(fails_at=3)

    async def read() -> list[int]:
        found = []
        async with aclosing(iterate(numbers)) as items:
            with pytest.raises(ValueError, match="no more"):
                async for item in items:
                    found.append(item)
        return found

    assert asyncio.run(read()) == [1, 2, 3]
