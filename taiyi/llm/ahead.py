"""Work done some batches ahead, in threads: where it lets go of Python's lock, the batches before are used meanwhile."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_THREADS = 2


def ahead(batches: Iterable[T], work: Callable[[T], R]) -> Iterator[tuple[T, R]]:
    """Each batch with what `work` made of it, in their order; an error comes where its batch would. Up to three batches
    are held: the one in use and two that are worked on.
    """
    waiting: deque[tuple[T, Future[R]]] = deque()
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="ahead") as pool:
        for batch in batches:
            waiting.append((batch, pool.submit(work, batch)))
            if len(waiting) > _THREADS:
                first, made = waiting.popleft()
                yield first, made.result()
        for first, made in waiting:
            yield first, made.result()
