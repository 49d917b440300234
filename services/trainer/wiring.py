"""The queue as a server takes it: its database at this version's schema, the bell, and the reconciler beside it."""

from __future__ import annotations

from taiyi_api.trainer.v1 import trainer_service_pb2_grpc as wire

from services.kit.database import Database
from services.kit.pages import Pages, key
from services.kit.service import Service
from services.kit.settings import Scope, Settings
from services.kit.threads import in_thread
from services.trainer import orders, schema
from services.trainer.dispatch import Bell
from services.trainer.reconciler import Reconciler
from services.trainer.servicer import Trainer
from services.trainer.worker import owner

RULES: dict[str, Scope] = {
    "CreateJob": "submit",
    "GetJob": "read",
    "ListJobs": "read",
    "WatchJob": "read",
    "CancelJob": "submit",
    "RetryJob": "submit",
}


def service(settings: Settings) -> Service:
    """The queue; ready while its database answers. Its state, and its workers', lies in `<state>/trainer`."""
    database = Database(settings.database_of("trainer"))
    bell = Bell(settings.broker)
    reconciler = Reconciler(database, bell, owner())

    async def ready() -> bool:
        return await in_thread(database.answers)

    async def start() -> None:
        await in_thread(schema.prepare, database)
        reconciler.start()

    async def stop() -> None:
        await in_thread(reconciler.stop)
        bell.close()
        database.close()

    servicer = Trainer(
        database,
        bell,
        Pages(key(settings.state)),
        root=settings.root,
        store=orders.store(settings.state / "trainer"),
        most_waiting=settings.limits.queue,
    )
    add = wire.add_TrainerServiceServicer_to_server
    name = "taiyi_api.trainer.v1.TrainerService"
    return Service(name=name, add=add, servicer=servicer, rules=RULES, ready=ready, start=start, stop=stop)
