"""Work that blocks, beside the loop: on a sized set of threads, so that nothing stops the other calls."""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 16
_executor = ThreadPoolExecutor(THREADS, thread_name_prefix="service")


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function returns or raises, called on another thread with the caller's context variables.

    If the call is cancelled meanwhile, the function runs on and its result is dropped.
    """
    work = functools.partial(contextvars.copy_context().run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_executor, work)


async def iterate(make: Callable[[], Iterator[T]]) -> AsyncGenerator[T, None]:
    """The items of an iterator that blocks, each made on another thread while the one before is used, and no further
    ahead. However the loop over them ends, the iterator is closed and nothing of it runs on.
    """
    iterator = await in_thread(make)
    end = object()
    ahead = asyncio.ensure_future(in_thread(next, iterator, end))
    try:
        while (item := await asyncio.shield(ahead)) is not end:
            ahead = asyncio.ensure_future(in_thread(next, iterator, end))
            yield item  # type: ignore[misc]
    finally:
        await asyncio.wait([ahead])
        ahead.exception()  # it was raised above, or nobody waits for it any more
        close = getattr(iterator, "close", None)
        if close:
            await in_thread(close)
