"""The queue's schema: what the models say is what the migrations make, there and back, with data in it."""

import uuid

from services.kit import migrations
from services.kit.database import Database
from services.trainer.schema import SCHEMA
from services.trainer.store import jobs, leases, reads


def queued(database, **changes):
    told = {"request_id": str(uuid.uuid4()), "spec": {"a": 1}, "params": {}, "queue": "cpu"} | changes
    return jobs.create(database, jobs.NewJob(**told))


def test_models_and_migrations_agree(database):
    assert migrations.differences(database, SCHEMA) == []


def test_up_down_up_with_data(database_url):
    database = Database(database_url)
    migrations.upgrade(database, SCHEMA)
    job = queued(database)
    claimed = leases.claim(database, "cpu", "me")
    leases.heartbeat(database, claimed, [leases.News("progress", progress={"step": 1})])
    assert reads.get(database, job.id)[0].progress == {"step": 1}
    migrations.downgrade(database, SCHEMA, "base")
    assert migrations.revision(database, SCHEMA) is None
    migrations.upgrade(database, SCHEMA)
    assert reads.page(database, None, 0, 10) == []
    assert queued(database).number >= 1
    assert migrations.differences(database, SCHEMA) == []
    database.close()
