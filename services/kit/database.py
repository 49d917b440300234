"""Databases of services: SQLite in a file or PostgreSQL, transactions that do not collide, time, and errors by name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Engine, create_engine, event, exc, literal_column, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from services.kit.errors import DatabaseAway, StorageFull
from taiyi.errors import DataLoss, InvalidInput, TaiyiError

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""For `MetaData(naming_convention=NAMING)`: a constraint without a name cannot be dropped."""
BUSY_SECONDS = 30.0
SAFE_WAL = (3, 51, 3)
"""The first SQLite whose write-ahead log cannot be corrupted by two checkpoints at once."""

_AWAY = frozenset(
    (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
)
_AWAY_STATES = frozenset(("08", "25", "40", "53", "55", "57", "58"))
"""Classes of SQLSTATE: connection, transaction state, rollback, resources, object not ready, intervention, system."""


class Moment(TypeDecorator[datetime]):
    """An instant, aware and in UTC, on either database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """The instant as it is stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """The instant as it is read."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class now(FunctionElement[datetime]):
    """The database's own time, at this moment and not at the transaction's start, plus seconds: SQL to compare and set."""

    type = Moment()
    inherit_cache = False

    def __init__(self, plus_seconds: float = 0.0) -> None:
        self.plus = float(plus_seconds)
        super().__init__()


@compiles(now, "sqlite")
def _now_sqlite(element: now, compiler: Any, **_: Any) -> str:
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '{element.plus:+.6f} seconds')"


@compiles(now, "postgresql")
def _now_postgresql(element: now, compiler: Any, **_: Any) -> str:
    return f"(clock_timestamp() + interval '{element.plus:.6f} seconds')"


class Database:
    """A database and its two kinds of transaction. All methods block: call them by `in_thread`."""

    def __init__(self, url: str) -> None:
        self.url = _url(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.embedded else _postgresql(self.url)

    @property
    def path(self) -> Path:
        """The file of an embedded database."""
        return Path(str(self.url.database))

    @property
    def shown(self) -> str:
        """The URL without its password, for messages."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads; nothing of it is kept."""
        with self.naming_errors(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends, or undone if it raises; alone from its first statement."""
        engine = self.engine.execution_options(writes=True)
        with self.naming_errors(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def time(self) -> datetime:
        """The database's time."""
        with self.reading() as session:
            return session.execute(select(now())).scalar_one()

    def answers(self) -> bool:
        """Whether the database can be asked."""
        try:
            with self.reading() as session:
                return session.execute(select(literal_column("1"))).scalar_one() == 1
        except TaiyiError:
            return False

    def check(self) -> None:
        """Look an embedded database's pages over; DataLoss if one is damaged. Says nothing about others."""
        if not self.embedded or not self.path.exists():
            return
        remedy = f"keep the file, and put a backup in its place: {self.path.name}.*.backup in {self.path.parent}"
        try:
            with self.engine.connect() as connection:
                found = [str(row[0]) for row in connection.execute(text("PRAGMA quick_check(5)"))]
        except exc.DatabaseError as error:
            raise DataLoss(f"{self.path} is damaged: {error.orig}\n  {remedy}") from error
        if found != ["ok"]:
            raise DataLoss(f"{self.path} is damaged: {'; '.join(found)}\n  {remedy}")

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextmanager
    def naming_errors(self) -> Iterator[None]:
        """Trouble with the database by its name on the wire; mistakes in SQL and broken constraints as they are."""
        try:
            yield
        except exc.TimeoutError as error:
            raise DatabaseAway(f"{self.shown}: all connections are in use") from error
        except exc.DBAPIError as error:
            raise _named(self, error) or error from error


def _named(database: Database, error: exc.DBAPIError) -> TaiyiError | None:
    """Trouble by SQLite's result code or PostgreSQL's SQLSTATE; None for what is no trouble of the database."""
    said = str(error.orig).strip().partition("\n")[0]
    number = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    state = getattr(error.orig, "sqlstate", None) or ""
    if number == sqlite3.SQLITE_FULL or state.startswith("531"):
        return StorageFull(f"{database.shown}: no space is left")
    if number in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or state.startswith("XX00"):
        return DataLoss(f"{database.shown} is damaged: {said}")
    lost = error.connection_invalidated or (
        not database.embedded and not state and isinstance(error, exc.OperationalError)
    )
    if number in _AWAY or state[:2] in _AWAY_STATES or lost:
        return DatabaseAway(f"{database.shown} does not answer: {said}")
    return None


def _url(text_of: str) -> URL:
    try:
        url = make_url(text_of)
    except exc.ArgumentError as error:
        raise InvalidInput(
            "not a database URL", where="database", remedy="sqlite:///file.db or postgresql://..."
        ) from error
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        shown = url.render_as_string(hide_password=True)
        raise InvalidInput(f"{shown} is no database for services", remedy="sqlite:///file.db or postgresql://...")
    return url


def _sqlite(url: URL) -> Engine:
    """SQLite with BEGIN IMMEDIATE for writers, enforced references, full syncs; WAL only where it is sound."""
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    journal = "WAL" if sqlite3.sqlite_version_info >= SAFE_WAL else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    limits = "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
    arguments = {"connect_timeout": 10, "application_name": "taiyi", "options": limits}
    return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8, pool_timeout=10, connect_args=arguments)
