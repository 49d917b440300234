"""The queue's schema and the way to a database that has it."""

from __future__ import annotations

import time
from pathlib import Path

from services.kit import migrations
from services.kit.database import Database
from services.kit.migrations import Schema
from services.kit.settings import Settings
from services.trainer.models import Table
from taiyi.errors import Conflict

SCHEMA = Schema("trainer", Table.metadata, Path(__file__).parent / "migrations")
_WAIT_SECONDS = 60.0


def opened(settings: Settings) -> Database:
    """The queue's database at this version's schema."""
    database = Database(settings.database_of("trainer"))
    prepare(database)
    return database


def prepare(database: Database) -> None:
    """Have the database at this version's schema. Processes that start together wait for the one that migrates."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            migrations.prepare(database, SCHEMA)
            return
        except Conflict:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
