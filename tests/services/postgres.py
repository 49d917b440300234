"""A PostgreSQL database for one test, where a server answers."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy.engine import make_url

SERVER = os.environ.get("TAIYI_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


@contextmanager
def fresh() -> Iterator[str]:
    """The URL of a new, empty database, dropped afterwards; skips the test where no server answers."""
    url = make_url(SERVER).set(drivername="postgresql")
    try:
        server = psycopg.connect(url.render_as_string(hide_password=False), autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL at {url.render_as_string()} (TAIYI_TEST_POSTGRES): {error}")
    name = f"taiyi_test_{os.getpid()}_{secrets.token_hex(4)}"
    with server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    server.close()


def terminate(url: str) -> int:
    """End all connections to the database of a URL, as a server that restarts does; says how many there were."""
    name = make_url(url).database
    admin = make_url(SERVER).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as server:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        return len(server.execute(query, (name,)).fetchall())


def let_in(url: str, allowed: bool) -> None:
    """Whether the database of a URL takes new connections."""
    name = make_url(url).database
    admin = make_url(SERVER).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS {"true" if allowed else "false"}')
