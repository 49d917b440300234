"""Schemas: up, down and up with data; a copy first; killed half way; what another version made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, insert, select, text

from services.kit import migrations
from services.kit.database import NAMING, Database, Moment, now
from services.kit.migrations import Schema
from taiyi.errors import Conflict, NotReady
from tests.services import postgres

ROOT = Path(__file__).parents[3]
FIRST = '''"""first."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "a1", None


def upgrade():
    op.create_table(
        "thing",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("name", name="uq_thing_name"),
    )
    op.create_table(
        "part",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["thing_id"], ["thing.id"], name="fk_part_thing_id", ondelete="CASCADE"),
    )


def downgrade():
    op.drop_table("part")
    op.drop_table("thing")
'''
SECOND = '''"""second."""

import os
import signal

import sqlalchemy as sa
from alembic import op

revision, down_revision = "b2", "a1"


def upgrade():
    with op.batch_alter_table("thing") as thing:
        thing.add_column(sa.Column("size", sa.Integer(), nullable=False, server_default="0"))
        thing.alter_column("name", type_=sa.String(length=40))
    if os.environ.get("KILLED_HERE"):
        os.kill(os.getpid(), signal.SIGKILL)
    if os.environ.get("FAILS_HERE"):
        raise RuntimeError("half way")


def downgrade():
    with op.batch_alter_table("thing") as thing:
        thing.drop_column("size")
        thing.alter_column("name", type_=sa.String(length=20))
'''


def schema(folder: Path, *, second: bool) -> Schema:
    """The schema with one revision or two."""
    folder.mkdir(exist_ok=True)
    (folder / "a1.py").write_text(FIRST)
    if second:
        (folder / "b2.py").write_text(SECOND)
    metadata = MetaData(naming_convention=NAMING)
    thing = Table(
        "thing",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(40 if second else 20), nullable=False, unique=True),
        Column("at", Moment()),
    )
    if second:
        thing.append_column(Column("size", Integer, nullable=False, server_default="0"))
    Table(
        "part",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("thing_id", ForeignKey("thing.id", ondelete="CASCADE"), nullable=False),
    )
    return Schema("demo", metadata, folder)


def fill(database: Database, of: Schema) -> None:
    with database.writing() as session:
        session.execute(insert(of.metadata.tables["thing"]).values(id=1, name="one", at=now()))
        session.execute(insert(of.metadata.tables["part"]).values(id=1, thing_id=1))


def names(database: Database, table: str = "thing") -> int:
    with database.reading() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path}/a.db")
        yield opened
        opened.close()
    else:
        with postgres.fresh() as url:
            opened = Database(url)
            yield opened
            opened.close()


def test_up_down_and_up_again_keeps_what_is_there(database: Database, tmp_path: Path) -> None:
    of = schema(tmp_path / "versions", second=True)
    migrations.upgrade(database, of, "a1")
    fill(database, schema(tmp_path / "versions", second=False))
    for to in ("head", "a1", "head"):
        (migrations.downgrade if to == "a1" else migrations.upgrade)(database, of, to)
        assert migrations.revision(database, of) == ("a1" if to == "a1" else "b2")
        assert (names(database), names(database, "part")) == (1, 1)
    assert migrations.differences(database, of) == []
    migrations.downgrade(database, of, "base")
    assert migrations.revision(database, of) is None


def test_a_migration_that_fails_changes_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = schema(tmp_path / "versions", second=True)
    migrations.upgrade(database, of, "a1")
    fill(database, schema(tmp_path / "versions", second=False))
    monkeypatch.setenv("FAILS_HERE", "1")
    with pytest.raises(RuntimeError, match="half way"):
        migrations.upgrade(database, of)
    assert migrations.revision(database, of) == "a1"
    assert migrations.differences(database, schema(tmp_path / "old", second=False)) == []
    assert (names(database), names(database, "part")) == (1, 1)


def test_models_that_outran_the_revisions_are_told_apart(database: Database, tmp_path: Path) -> None:
    one = schema(tmp_path / "versions", second=False)
    migrations.upgrade(database, one)
    ahead = schema(tmp_path / "other", second=True)
    assert len(migrations.differences(database, ahead)) >= 1


def test_a_server_database_is_never_migrated_by_a_starting_service(tmp_path: Path) -> None:
    of = schema(tmp_path / "versions", second=True)
    with postgres.fresh() as url:
        database = Database(url)
        for at in (None, "a1"):
            if at:
                migrations.upgrade(database, of, at)
            with pytest.raises(NotReady, match=r"needs b2[\s\S]*taiyi db migrate demo"):
                migrations.prepare(database, of)
            assert migrations.revision(database, of) == at
        migrations.upgrade(database, of)
        migrations.prepare(database, of)
        database.close()


def test_two_services_share_a_database(tmp_path: Path) -> None:
    one = schema(tmp_path / "versions", second=False)
    metadata = MetaData(naming_convention=NAMING)
    Table("note", metadata, Column("id", Integer, primary_key=True))
    (tmp_path / "notes").mkdir()
    two = Schema("notes", metadata, tmp_path / "notes")
    with postgres.fresh() as url:
        database = Database(url)
        migrations.upgrade(database, one)
        migrations.write(database, two, "notes")
        migrations.upgrade(database, two)
        assert (migrations.differences(database, one), migrations.differences(database, two)) == ([], [])
        assert migrations.revision(database, one) == "a1"
        database.close()


def test_an_embedded_file_is_copied_and_then_migrated(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/state/a.db")
    one = schema(tmp_path / "versions", second=False)
    migrations.prepare(database, one)
    assert list((tmp_path / "state").glob("*.backup")) == []
    fill(database, one)
    two = schema(tmp_path / "versions", second=True)
    migrations.prepare(database, two)
    migrations.prepare(database, two)
    (copy,) = (tmp_path / "state").glob("a.db.a1-*.backup")
    before = Database(f"sqlite:///{copy}")
    assert (migrations.revision(database, two), migrations.revision(before, two)) == ("b2", "a1")
    assert (names(database), names(before)) == (1, 1)
    database.close()
    before.close()


KILLED = """
import sys
from pathlib import Path
from services.kit import migrations
from services.kit.database import Database
from tests.services.kit.test_migrations import schema
folder = Path(sys.argv[1])
migrations.prepare(Database(f"sqlite:///{folder}/a.db"), schema(folder / "versions", second=True))
"""


def test_a_migration_killed_half_way_is_undone_by_the_next_start(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    one = schema(tmp_path / "versions", second=False)
    migrations.prepare(database, one)
    fill(database, one)
    database.close()
    paths = os.pathsep.join((str(ROOT), str(ROOT / "proto" / "gen")))
    environment = os.environ | {"PYTHONPATH": paths, "KILLED_HERE": "1"}
    run = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], env=environment, timeout=60, check=False)
    assert run.returncode == -signal.SIGKILL
    assert (tmp_path / "a.db.migrating").exists()
    two = schema(tmp_path / "versions", second=True)
    migrations.prepare(database, two)
    assert migrations.revision(database, two) == "b2"
    assert (names(database), names(database, "part")) == (1, 1)
    assert not (tmp_path / "a.db.migrating").exists()
    database.close()


def test_a_killed_migration_whose_copy_is_gone_is_not_guessed_at(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    of = schema(tmp_path / "versions", second=True)
    migrations.prepare(database, of)
    (tmp_path / "a.db.migrating").write_text("a.db.lost.backup")
    with pytest.raises(NotReady, match=r"backup .*a\.db\.lost\.backup is gone"):
        migrations.prepare(database, of)
    database.close()


def test_what_a_later_version_made_is_not_touched(database: Database, tmp_path: Path) -> None:
    migrations.upgrade(database, schema(tmp_path / "later", second=True))
    with pytest.raises(NotReady, match="a later version made it"):
        migrations.prepare(database, schema(tmp_path / "now", second=False))


def test_two_newest_revisions_are_refused(tmp_path: Path) -> None:
    of = schema(tmp_path / "versions", second=True)
    (tmp_path / "versions" / "c3.py").write_text(SECOND.replace('"b2"', '"c3"'))
    with pytest.raises(Conflict, match="b2, c3"):
        migrations.head(of)


def test_a_copy_taken_under_load_is_whole(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    of = schema(tmp_path / "versions", second=False)
    migrations.prepare(database, of)
    with database.writing() as session:
        session.execute(insert(of.metadata.tables["thing"]), [{"name": f"n{n}"} for n in range(500)])
    copy = Database(f"sqlite:///{migrations.backup(database)}")
    copy.check()
    with copy.reading() as session:
        assert len(session.execute(select(of.metadata.tables["thing"])).all()) == 500
    copy.close()
    database.close()
