"""Work on other threads: the loop goes on, and the call that asked is known there."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time

import pytest

from services.kit.threads import in_thread

WHO: contextvars.ContextVar[str] = contextvars.ContextVar("who")


def test_the_loop_goes_on_while_a_function_blocks() -> None:
    async def main() -> int:
        ticks = 0
        blocked = asyncio.ensure_future(in_thread(time.sleep, 0.3))
        while not blocked.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return ticks

    assert asyncio.run(main()) > 5


def test_results_errors_and_context_come_through() -> None:
    async def main() -> tuple[str, bool]:
        WHO.set("me")
        with pytest.raises(ZeroDivisionError):
            await in_thread(lambda: 1 / 0)
        return await in_thread(lambda: (WHO.get(), threading.current_thread() is threading.main_thread()))

    assert asyncio.run(main()) == ("me", False)
