"""Work that blocks, beside the loop: on a sized set of threads, so that nothing stops the other calls."""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections.abc import Callable
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
