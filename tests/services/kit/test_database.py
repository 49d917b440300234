"""Databases: transactions that do not collide, time, trouble by its name, and one that goes away and comes back."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, exc, insert, select, text, update

from services.kit import database as kit
from services.kit.database import Database, Moment, now
from services.kit.errors import DatabaseAway, DataLoss, StorageFull
from taiyi.errors import InvalidInput
from tests.services import postgres

METADATA = MetaData(naming_convention=kit.NAMING)
THING = Table(
    "thing",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(20), nullable=False, unique=True),
    Column("count", Integer, nullable=False, default=0),
    Column("at", Moment()),
)
PART = Table(
    "part",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("thing_id", ForeignKey("thing.id"), nullable=False),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind with both tables and one thing."""
    if request.param == "sqlite":
        yield from _made(f"sqlite:///{tmp_path}/a.db")
    else:
        with postgres.fresh() as url:
            yield from _made(url)


def _made(url: str) -> Iterator[Database]:
    database = Database(url)
    METADATA.create_all(database.engine)
    with database.writing() as session:
        session.execute(insert(THING).values(id=1, name="one"))
    yield database
    database.close()


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(THING.c.count)).scalar_one()


def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.execute(update(THING).values(count=7))
        _ = 1 / 0
    with database.reading() as session:
        session.execute(update(THING).values(count=8))
    assert _count(database) == 0


def test_writers_that_read_first_lose_no_write(database: Database) -> None:
    def add(_: int) -> None:
        with database.writing() as session:
            row = select(THING.c.count) if database.embedded else select(THING.c.count).with_for_update()
            before = session.execute(row).scalar_one()
            session.execute(update(THING).values(count=before + 1))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(add, range(90)))
    assert _count(database) == 90


def test_a_reference_to_nothing_is_an_error_of_its_own_kind(database: Database) -> None:
    with pytest.raises(exc.IntegrityError), database.writing() as session:
        session.execute(insert(PART).values(thing_id=99))
    with pytest.raises(exc.IntegrityError), database.writing() as session:
        session.execute(insert(THING).values(name="one"))


def test_a_mistake_in_sql_stays_one(database: Database) -> None:
    with pytest.raises(exc.DatabaseError), database.reading() as session:
        session.execute(text("SELECT nothing FROM nowhere"))


def test_the_time_is_the_databases_and_compares_with_what_is_stored(database: Database) -> None:
    with database.writing() as session:
        session.execute(update(THING).values(at=now(60)))
    with database.reading() as session:
        early, late = select(THING.c.at > now(50)), select(THING.c.at > now(70))
        assert (session.execute(early).scalar_one(), session.execute(late).scalar_one()) == (True, False)
        stored = session.execute(select(THING.c.at)).scalar_one()
    assert stored.tzinfo is UTC
    assert abs(stored - timedelta(seconds=60) - database.time()) < timedelta(seconds=20)
    assert abs(database.time() - datetime.now(UTC)) < timedelta(seconds=20)


def test_an_instant_comes_back_as_it_was_whatever_its_zone(database: Database) -> None:
    instant = datetime(2026, 2, 28, 23, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with database.writing() as session:
        session.execute(update(THING).values(at=instant))
    with database.reading() as session:
        assert session.execute(select(THING.c.at)).scalar_one() == instant
        assert session.execute(select(THING.c.id).where(THING.c.at == instant)).scalar_one() == 1


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises((exc.StatementError, ValueError), match="no time zone"), database.writing() as session:
        session.execute(update(THING).values(at=datetime(2026, 1, 1)))


def test_a_damaged_file_is_found_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    database = next(_made(f"sqlite:///{path}"))
    with database.writing() as session:
        session.execute(insert(THING), [{"name": f"thing {n}"} for n in range(2000)])
    database.check()
    database.close()
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 3 + 2000] = b"\xff" * 2000
    path.write_bytes(content)
    with pytest.raises(DataLoss, match=r"damaged[\s\S]*backup in its place"):
        Database(f"sqlite:///{path}").check()
    assert path.read_bytes() == bytes(content)
    path.write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(DataLoss):
        Database(f"sqlite:///{path}").check()


def test_a_file_locked_for_long_is_away_and_then_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "BUSY_SECONDS", 0.2)
    database = next(_made(f"sqlite:///{tmp_path}/a.db"))
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseAway, match="locked"), database.writing() as session:
        session.execute(update(THING).values(count=1))
    other.execute("ROLLBACK")
    with database.writing() as session:
        session.execute(update(THING).values(count=2))
    assert _count(database) == 2
    other.close()
    database.close()


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    database = next(_made(f"sqlite:///{tmp_path}/a.db"))
    with pytest.raises(StorageFull, match="no space"), database.writing() as session:
        session.execute(text("PRAGMA max_page_count = 8"))
        session.execute(insert(THING), [{"name": f"thing {n}"} for n in range(9000)])
    assert _count(database) == 0
    database.close()


def test_a_server_that_ends_all_connections_is_back_with_the_next_call() -> None:
    with postgres.fresh() as url:
        database = next(_made(url))
        with pytest.raises(DatabaseAway), database.writing() as session:
            session.execute(update(THING).values(count=5))
            assert postgres.terminate(url) >= 1
            session.execute(update(THING).values(count=6))
        assert _count(database) == 0
        with database.writing() as session:
            session.execute(update(THING).values(count=7))
        assert _count(database) == 7
        database.close()


def test_a_server_that_lets_nobody_in_is_away_until_it_does() -> None:
    with postgres.fresh() as url:
        database = next(_made(url))
        postgres.let_in(url, False)
        postgres.terminate(url)
        assert not database.answers()
        with pytest.raises(DatabaseAway, match="does not answer"):
            _count(database)
        postgres.let_in(url, True)
        assert database.answers() and _count(database) == 0
        database.close()


def test_nobody_at_the_address_is_away_and_the_password_is_not_told() -> None:
    database = Database("postgresql://me:secret@127.0.0.1:1/none")
    with pytest.raises(DatabaseAway) as away, database.reading() as session:
        session.execute(text("SELECT 1"))
    assert "secret" not in str(away.value) and "127.0.0.1:1" in str(away.value)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://a/b", "sqlite://", "sqlite:///:memory:", "://"])
def test_a_url_of_no_database_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        Database(url)


def test_a_file_is_synced_and_uses_a_log_only_where_that_is_sound(tmp_path: Path) -> None:
    database = next(_made(f"sqlite:///{tmp_path}/a.db"))
    with database.reading() as session:
        found = {name: session.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("synchronous", "foreign_keys")}
        journal = session.execute(text("PRAGMA journal_mode")).scalar_one()
    assert found == {"synchronous": 2, "foreign_keys": 1}
    assert journal == ("wal" if sqlite3.sqlite_version_info >= (3, 51, 3) else "truncate")
    database.close()


def test_a_reader_does_not_wait_for_a_writer_to_be_done(database: Database) -> None:
    with database.writing() as session:
        session.execute(update(THING).values(count=3))
        seen: list[int] = []
        reader = threading.Thread(target=lambda: seen.append(_count(database)))
        reader.start()
        reader.join(10)
    assert seen == [0]
