"""Sees to it that nothing is forgotten: rings for queues with work, and ends jobs that lost their worker for good."""

from __future__ import annotations

import logging
import threading

from services.kit.database import Database
from services.trainer.dispatch import Bell
from services.trainer.store import leases
from taiyi.errors import TaiyiError

log = logging.getLogger("taiyi.services")
_NAME = "reconciler"


class Reconciler:
    """A thread of the job service; of several services on one database, one at a time reconciles."""

    def __init__(self, database: Database, bell: Bell, owner: str, every_seconds: float = 5.0) -> None:
        self._database, self._bell, self._owner, self._every = database, bell, owner, every_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=_NAME, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after what is being done."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def once(self) -> list[str]:
        """The queues that were rung for; none if another process reconciles."""
        if not leases.guard(self._database, _NAME, self._owner, 3 * self._every):
            return []
        waiting = leases.sweep(self._database)
        for queue in waiting:
            self._bell.ring(queue)
        return waiting

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                self.once()
            except TaiyiError as error:
                log.warning("not reconciled", extra={"fields": {"error": str(error)}})
