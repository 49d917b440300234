"""Databases for the queue: a file, and a schema of its own on PostgreSQL where one answers."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from services.kit import migrations
from services.kit.database import Database
from services.trainer.schema import SCHEMA

POSTGRES = os.environ.get("TAIYI_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path) -> Iterator[str]:
    """An empty database on either engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/trainer.db"
        return
    engine = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    name = f"taiyi_test_{uuid.uuid4().hex[:12]}"
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
    except sa.exc.OperationalError as error:
        engine.dispose()
        pytest.skip(f"no PostgreSQL answers at {POSTGRES}: {error.orig}")
    yield sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The queue's database, migrated."""
    made = Database(database_url)
    migrations.upgrade(made, SCHEMA)
    yield made
    made.close()
