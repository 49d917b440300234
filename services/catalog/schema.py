"""What the catalog keeps in a database, and where its migrations lie."""

from __future__ import annotations

from pathlib import Path

from services.catalog.models import Table
from services.kit.migrations import Schema

SCHEMA = Schema("catalog", Table.metadata, Path(__file__).parent / "migrations")
