"""The catalog as a service: its database's schema, its servicer, who may call what, and when it is ready."""

from __future__ import annotations

from pathlib import Path

from services.catalog.models import Table
from services.kit.migrations import Schema

SCHEMA = Schema("catalog", Table.metadata, Path(__file__).parent / "migrations")
