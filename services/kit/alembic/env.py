"""What Alembic runs for every service: the revisions of one schema, in one transaction of a connection it is handed."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from services.kit.database import Moment

given = context.config.attributes


def _own(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    """Whether a table is of this schema: services may share a database."""
    return kind != "table" or name in given["metadata"].tables


def _rendered(kind: str, thing: Any, autogenerate: Any) -> str | Literal[False]:
    """A revision outlives our types: an instant is written as what it is to the database."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Moment) else False


context.configure(
    connection=given["connection"],
    target_metadata=given["metadata"],
    version_table=given["version_table"],
    include_object=_own,
    render_item=_rendered,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
