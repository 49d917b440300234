"""The schema: up, down and up again on both engines, with data; and what the models say is what the database has."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from services.catalog.schema import SCHEMA
from services.catalog.store import Corpora
from services.catalog.sync import sync
from services.kit import migrations
from services.kit.database import Database
from services.kit.errors import DataLoss

both = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


def quiet(line: str) -> None:
    """Progress that nobody looks at."""


@both
def test_migrations_make_what_the_models_say(database: Database) -> None:
    assert migrations.differences(database, SCHEMA) == []
    assert migrations.revision(database, SCHEMA) == migrations.head(SCHEMA) == "0001"


@both
def test_down_leaves_nothing_and_up_again_takes_data(house: Path, synced: Database) -> None:
    migrations.downgrade(synced, SCHEMA, "base")
    left = [name for name in inspect(synced.engine).get_table_names() if name != SCHEMA.version_table]
    assert left == []
    migrations.upgrade(synced, SCHEMA)
    assert sync(house, synced, quiet)["corpora added"] > 100
    assert migrations.differences(synced, SCHEMA) == []


@both
def test_the_full_text_index_follows_its_table(synced: Database) -> None:
    corpora: Corpora[str] = Corpora(synced, lambda row: row.id)

    def found(phrase: str) -> list[str]:
        shelf = corpora.shelf(None)
        return shelf.page(shelf.holding((phrase,), lambda: corpora.holding((phrase,))), "", 1000)[0]

    assert "cmeee_v2" in found("命 名 实 体") and found("实 命") == []
    with synced.writing() as session:
        session.execute(text("UPDATE catalog_corpora SET search_text = '实 命' WHERE id = 'cmeee_v2'"))
        session.execute(text("DELETE FROM catalog_corpora WHERE id = 'diakg'"))
    assert found("实 命") == ["cmeee_v2"] and "cmeee_v2" not in found("命 名 实 体")
    with synced.reading() as session:
        rows = {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("catalog_corpora", "catalog_corpora_text")
        }
    assert len(set(rows.values())) == 1


@both
def test_full_text_search_uses_its_index(synced: Database) -> None:
    if synced.embedded:
        asked = "EXPLAIN QUERY PLAN SELECT rowid FROM catalog_corpora_text WHERE search_text MATCH '\"gene\"'"
    else:
        asked = "EXPLAIN SELECT rowid FROM catalog_corpora_text WHERE search_text @@ phraseto_tsquery('simple', 'gene')"
    with synced.writing() as session:
        if not synced.embedded:
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = " ".join(str(row) for row in session.execute(text(asked)))
    assert "VIRTUAL TABLE INDEX" in plan or "ix_catalog_corpora_text_search_text" in plan


def test_a_damaged_file_is_refused_before_anything_is_asked_of_it(synced: Database) -> None:
    synced.close()
    with synced.path.open("r+b") as file:
        for page in range(2, 12):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)
    before = synced.path.read_bytes()
    with pytest.raises(DataLoss, match=r"is damaged(?s:.*)backup"):
        migrations.prepare(Database(f"sqlite:///{synced.path}"), SCHEMA)
    assert synced.path.read_bytes() == before
