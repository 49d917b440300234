"""Work done one batch ahead, in a thread: where it lets go of Python's lock, the batch before is used meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def ahead(batches: Iterable[T], work: Callable[[T], R]) -> Iterator[tuple[T, R]]:
    """Each batch with what `work` made of it, in their order; an error comes where its batch would. Two batches are held."""
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        before = None
        for batch in batches:
            now = (batch, pool.submit(work, batch))
            if before:
                yield before[0], before[1].result()
            before = now
        if before:
            yield before[0], before[1].result()
