"""The shelf of the catalog's current revision, which is asked for a few times a second at most."""

from __future__ import annotations

import asyncio
import time
from typing import Generic, TypeVar

from services.catalog.shelf import Shelf
from services.catalog.store import Corpora
from services.kit.threads import in_thread

T = TypeVar("T")
FRESH_SECONDS = 0.2
"""How long a shelf counts as the current one: how far answers may lag behind a synchronisation."""


class Current(Generic[T]):
    """Brings the shelf up to date with the database."""

    def __init__(self, corpora: Corpora[T]) -> None:
        self._corpora = corpora
        self._shelf: Shelf[T] | None = None
        self._asked = float("-inf")
        self._asking = asyncio.Lock()

    async def shelf(self) -> Shelf[T]:
        """The corpora as they are; NotReady if nothing was ever synchronised."""
        if self._shelf is None or time.monotonic() - self._asked > FRESH_SECONDS:
            async with self._asking:
                if self._shelf is None or time.monotonic() - self._asked > FRESH_SECONDS:
                    before = time.monotonic()
                    self._shelf = await in_thread(self._corpora.shelf, self._shelf)
                    self._asked = before
        return self._shelf
