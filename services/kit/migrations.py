"""Schemas of databases and the way between their revisions (Alembic).

An embedded file is backed up and migrated when its service starts; a server's database only by the command for it.
"""

from __future__ import annotations

import argparse
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from alembic import command, config, script
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text

from services.kit.database import Database
from taiyi import process
from taiyi.errors import Conflict, NotReady

log = logging.getLogger("taiyi.services")
_OURS = Path(__file__).parent / "alembic"


class Schema(NamedTuple):
    """What a service keeps in a database. service: its short name (`catalog`); migrations: the folder of its revisions."""

    service: str
    metadata: MetaData
    migrations: Path

    @property
    def version_table(self) -> str:
        """Where the database says which revision it is at; one per service, as services may share a database."""
        return f"{self.service}_revision"


def prepare(database: Database, schema: Schema) -> None:
    """Have the database at the revision of this code before a service starts.

    Embedded: looked over, backed up, migrated; put back first if a migration was killed half way.
    A server's: NotReady with the command to run. NotReady for what a later version made; DataLoss for a damaged file.
    """
    if not database.embedded:
        _at_head(database, schema)
        return
    with process.exclusive(database.path.with_name(f"{database.path.name}.migration")):
        _restore(database)
        database.check()
        at = revision(database, schema)
        if at != head(schema):
            _known(database, schema, at)
            with _saved(database, at):
                upgrade(database, schema)


def upgrade(database: Database, schema: Schema, to: str = "head") -> None:
    """Migrate up, all or nothing."""
    _migrate(database, schema, command.upgrade, to)


def downgrade(database: Database, schema: Schema, to: str) -> None:
    """Migrate down to a revision (`base`: nothing), all or nothing. What the older schema has no place for is lost."""
    _migrate(database, schema, command.downgrade, to)


def write(database: Database, schema: Schema, message: str) -> None:
    """A new revision file from what the models have and the database has not; to be read before it is used."""
    _migrate(database, schema, lambda settings, to: command.revision(settings, message=message, autogenerate=True), "")


def revision(database: Database, schema: Schema) -> str | None:
    """The revision that the database is at; None for an empty one."""
    with database.reading() as session:
        return _context(session.connection(), schema).get_current_revision()


def head(schema: Schema) -> str:
    """The newest revision; there is one, as branches are refused."""
    heads = _scripts(schema).get_heads()
    if len(heads) != 1:
        raise Conflict(f"{schema.migrations}: one newest revision is needed, not {len(heads)}: {', '.join(heads)}")
    return heads[0]


def differences(database: Database, schema: Schema) -> list[Any]:
    """What the models have otherwise than the database; empty for a database at the newest revision."""
    with database.reading() as session:
        return list(compare_metadata(_context(session.connection(), schema), schema.metadata))


def backup(database: Database, label: str = "manual") -> Path:
    """A copy of an embedded database beside it, taken while it may be in use."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    target = database.path.with_name(f"{database.path.name}.{label}-{moment}.backup")
    partial = target.with_suffix(".partial")
    with closing(sqlite3.connect(database.path)) as source, closing(sqlite3.connect(partial)) as copy:
        source.backup(copy)
    partial.rename(target)
    return target


def _at_head(database: Database, schema: Schema) -> None:
    at, wanted = revision(database, schema), head(schema)
    if at != wanted:
        _known(database, schema, at)
        raise NotReady(
            f"{database.shown}: the schema of {schema.service} is at {at or 'nothing'}, this version needs {wanted}\n"
            f"  back the database up, stop its services, then run: taiyi db migrate {schema.service}"
        )


def _known(database: Database, schema: Schema, at: str | None) -> None:
    if at is not None and all(known.revision != at for known in _scripts(schema).walk_revisions()):
        raise NotReady(
            f"{database.shown}: the schema of {schema.service} is at {at}, which this version does not know\n"
            f"  a later version made it: run that one, or put a backup of before in its place"
        )


def _marker(database: Database) -> Path:
    return database.path.with_name(f"{database.path.name}.migrating")


@contextmanager
def _saved(database: Database, at: str | None) -> Iterator[None]:
    """Keep a copy while a migration runs, and a note of it, by which a killed one is known."""
    if at is None:
        yield
        return
    copy = backup(database, at)
    _marker(database).write_text(copy.name, encoding="utf-8")
    yield
    _marker(database).unlink()
    log.info("migrated", extra={"fields": {"database": database.shown, "backup": str(copy)}})


def _restore(database: Database) -> None:
    """After a migration that was killed: the copy of before takes the file's place."""
    marker = _marker(database)
    if not marker.exists():
        return
    copy = database.path.with_name(marker.read_text(encoding="utf-8"))
    if not copy.is_file():
        raise NotReady(f"{marker} speaks of a migration that did not end, but its backup {copy} is gone")
    database.close()
    aside = database.path.with_name(f"{database.path.name}.unfinished")
    for end in ("", "-wal", "-shm", "-journal"):
        part = database.path.with_name(database.path.name + end)
        if part.exists():
            part.rename(aside.with_name(aside.name + end))
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(database.path)) as target:
        source.backup(target)
    marker.unlink()
    log.warning("a migration had been killed: restored", extra={"fields": {"backup": str(copy), "aside": str(aside)}})


def _migrate(database: Database, schema: Schema, run: Any, to: str) -> None:
    engine = database.engine.execution_options(writes=True)
    with database.naming_errors(), engine.connect() as connection:
        if database.embedded:  # copying a table drops the old one, which must not drop what refers to it
            _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                if not database.embedded:
                    connection.execute(text("SET LOCAL statement_timeout = 0"))
                    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('taiyi migrations'))"))
                run(_config(schema, connection), to)
                if database.embedded and (broken := connection.execute(text("PRAGMA foreign_key_check")).fetchall()):
                    raise Conflict(f"the migration leaves references to nothing: {broken[:5]}")
        finally:
            if database.embedded:
                _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, state: str) -> None:
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.cursor().execute(f"PRAGMA foreign_keys={state}")


def _config(schema: Schema, connection: Connection | None = None) -> config.Config:
    settings = config.Config(cmd_opts=argparse.Namespace(quiet=True))
    settings.set_main_option("script_location", str(_OURS))
    settings.set_main_option("path_separator", "newline")
    settings.set_main_option("version_locations", str(schema.migrations))
    settings.attributes.update(connection=connection, metadata=schema.metadata, version_table=schema.version_table)
    return settings


def _scripts(schema: Schema) -> script.ScriptDirectory:
    return script.ScriptDirectory.from_config(_config(schema))


def _context(connection: Connection, schema: Schema) -> MigrationContext:
    def own(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
        return kind != "table" or name in schema.metadata.tables

    settings = {"version_table": schema.version_table, "include_object": own, "compare_type": True}
    return MigrationContext.configure(connection, opts=settings)
