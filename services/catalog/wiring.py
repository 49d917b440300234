"""The catalog as a service: its database's schema, its servicer, who may call what, and when it is ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from taiyi_api.catalog.v1.catalog_service_pb2 import DESCRIPTOR
from taiyi_api.catalog.v1.catalog_service_pb2_grpc import add_CatalogServiceServicer_to_server

from services.catalog import store
from services.catalog.schema import SCHEMA
from services.catalog.servicer import Servicer
from services.catalog.sync import sync
from services.catalog.sync_store import Changes
from services.kit import migrations, pages
from services.kit.database import Database
from services.kit.pages import Pages
from services.kit.service import Service
from services.kit.settings import Scope, Settings
from services.kit.threads import in_thread
from taiyi.errors import TaiyiError

CONTRACT = DESCRIPTOR.services_by_name["CatalogService"]
RULES: dict[str, Scope] = {
    "ListCorpora": "read",
    "GetCorpus": "read",
    "ListArtefacts": "read",
    "GetArtefact": "read",
    "GetLineage": "read",
    "ListRecords": "read",
    "GetRecord": "read",
    "GetInstance": "read",
    "GetThread": "read",
    "ListEvaluations": "read",
    "GetEvaluation": "read",
    "GetLicenceReport": "read",
}


def service(settings: Settings) -> Service:
    """The catalog of the repository at `settings.root`. It is ready when it has been synchronised at least once."""
    database, wanted = Database(settings.database_of("catalog")), migrations.head(SCHEMA)
    servicer = Servicer(settings.root, database, Pages(pages.key(settings.state)), settings.limits.message_bytes)

    async def start() -> None:
        await in_thread(migrations.prepare, database, SCHEMA)

    async def ready() -> bool:
        return await in_thread(_synced, database, wanted)

    async def stop() -> None:
        await in_thread(database.close)

    return Service(
        name=CONTRACT.full_name,
        add=add_CatalogServiceServicer_to_server,
        servicer=servicer,
        rules=RULES,
        ready=ready,
        start=start,
        stop=stop,
    )


def synchronise(settings: Settings, progress: Callable[[str], None], evaluations: Sequence[str] = ()) -> Changes:
    """`taiyi catalog sync`: have the database at this code's schema, and bring it to what the repository holds."""
    database = Database(settings.database_of("catalog"))
    try:
        migrations.prepare(database, SCHEMA)
        return sync(settings.root, database, progress, evaluations=evaluations)
    finally:
        database.close()


def _synced(database: Database, wanted: str) -> bool:
    """Whether the schema is the one that this code needs, and something has been synchronised."""
    try:
        if migrations.revision(database, SCHEMA) != wanted:
            return False
        with database.reading() as session:
            return store.revision(session) > 0
    except TaiyiError:
        return False
