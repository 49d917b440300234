"""The services' databases from outside of the services: migrated, examined, copied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from services.catalog.schema import SCHEMA as CATALOG
from services.kit import migrations
from services.kit.database import Database
from services.kit.migrations import Schema
from services.kit.settings import Settings
from services.trainer.schema import SCHEMA as TRAINER
from taiyi import process
from taiyi.errors import InvalidInput, NotReady

SCHEMAS: dict[str, Schema] = {schema.service: schema for schema in (CATALOG, TRAINER)}


class Examined(msgspec.Struct, frozen=True):
    """A database of a service. revision: what it is at, empty for none; fine: it can be used as it is; said: in words."""

    service: str
    database: str
    revision: str
    fine: bool
    said: str


def migrate(service: str, settings: Settings) -> Examined:
    """Bring a database to this version's schema: an embedded one as its service would, a server's in one transaction."""
    schema = SCHEMAS[service]
    with _opened(service, settings) as database:
        before = migrations.revision(database, schema)
        if database.embedded:
            migrations.prepare(database, schema)
        else:
            with process.exclusive(settings.state / "migrate"):
                migrations.upgrade(database, schema)
        after = migrations.revision(database, schema) or ""
        said = "is at this version's already" if before == after else f"migrated from {before or 'nothing'}"
        return Examined(service, database.shown, after, True, said)


def examined(service: str, settings: Settings) -> Examined:
    """Whether a database is sound and at this version's schema. DataLoss for a damaged file; DatabaseAway."""
    schema = SCHEMAS[service]
    with _opened(service, settings) as database:
        if database.embedded and not database.path.exists():
            return Examined(service, database.shown, "", True, "is made when its service starts")
        database.check()
        at, head = migrations.revision(database, schema), migrations.head(schema)
        if at != head:
            return Examined(service, database.shown, at or "", False, f"needs {head}: taiyi db migrate {service}")
        differing = migrations.differences(database, schema)
        said = f"differs from its models: {differing[0]}" if differing else "sound, at this version's schema"
        return Examined(service, database.shown, at or "", not differing, said)


def backup(service: str, settings: Settings) -> Examined:
    """Copy an embedded database. InvalidInput for a server's; NotReady where there is nothing yet."""
    with _opened(service, settings) as database:
        if not database.embedded:
            raise InvalidInput(
                "a server's database is backed up by its own tool",
                where=database.shown,
                remedy="pg_dump --format=custom URL",
            )
        if not database.path.exists():
            raise NotReady(f"{database.path}: no database yet; it is made when its service starts")
        copy = migrations.backup(database)
        at = migrations.revision(database, SCHEMAS[service]) or ""
        return Examined(service, database.shown, at, True, f"copied to {copy}")


@contextmanager
def _opened(service: str, settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_of(service))
    try:
        yield database
    finally:
        database.close()
