"""The first tables: corpora with full-text search, artefacts and what they are made of, evaluations, places of rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_TIME = sa.DateTime(timezone=True)
_TABLES = ("scores", "places", "evaluations", "edges", "corpus_tasks", "files", "digests", "corpora", "artefacts")

# The full-text index follows the table by triggers; words were put apart before they were stored (services.catalog.words).
_OLD = "INSERT INTO catalog_corpora_text(catalog_corpora_text, rowid, search_text) VALUES ('delete', old.number, old.search_text);"
_NEW = "INSERT INTO catalog_corpora_text(rowid, search_text) VALUES (new.number, new.search_text);"
_SQLITE_TEXT = (
    "CREATE VIRTUAL TABLE catalog_corpora_text USING fts5(search_text, content='catalog_corpora', content_rowid='number')",
    f"CREATE TRIGGER catalog_corpora_text_insert AFTER INSERT ON catalog_corpora BEGIN {_NEW} END",
    f"CREATE TRIGGER catalog_corpora_text_delete AFTER DELETE ON catalog_corpora BEGIN {_OLD} END",
    "CREATE TRIGGER catalog_corpora_text_update AFTER UPDATE OF search_text ON catalog_corpora "
    f"BEGIN {_OLD} {_NEW} END",
)
_POSTGRESQL_TEXT = (
    """CREATE TABLE catalog_corpora_text (
      rowid bigint CONSTRAINT pk_catalog_corpora_text PRIMARY KEY
        CONSTRAINT fk_catalog_corpora_text_rowid REFERENCES catalog_corpora (number) ON DELETE CASCADE,
      search_text tsvector NOT NULL)""",
    "CREATE INDEX ix_catalog_corpora_text_search_text ON catalog_corpora_text USING gin (search_text)",
    """CREATE FUNCTION catalog_corpora_text_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO catalog_corpora_text VALUES (new.number, to_tsvector('simple', new.search_text))
        ON CONFLICT (rowid) DO UPDATE SET search_text = excluded.search_text;
      RETURN NULL; END $$""",
    """CREATE TRIGGER catalog_corpora_text_keep AFTER INSERT OR UPDATE OF search_text ON catalog_corpora
      FOR EACH ROW EXECUTE FUNCTION catalog_corpora_text_keep()""",
)


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "catalog",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("changed_time", _TIME, nullable=False),
        sa.Column("policy", _JSON, nullable=False),
        sa.CheckConstraint("number = 1", name=op.f("ck_catalog_one")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalog")),
    )
    _corpora()
    _artefacts()
    _evaluations()
    _rows()
    for statement in _SQLITE_TEXT if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL_TEXT:
        op.execute(statement)


def _corpora() -> None:
    texts = ("title", "title_zh", "licence", "homepage", "citation", "search_text")
    op.create_table(
        "catalog_corpora",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("terms", sa.String(16), nullable=False),
        sa.Column("access", sa.String(16), nullable=False),
        sa.Column("size_records", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("enrolled", "held_out", "gone")),
        *(sa.Column(name, _JSON, nullable=False) for name in ("tasks", "splits", "notes")),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalog_corpora")),
        sa.UniqueConstraint("id", name=op.f("uq_catalog_corpora_id")),
    )
    op.create_table(
        "catalog_corpus_tasks",
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("corpus", _NUMBER, nullable=False),
        _refers("corpus_tasks", "corpus", "corpora", "number"),
        sa.PrimaryKeyConstraint("task", "corpus", name=op.f("pk_catalog_corpus_tasks")),
    )
    op.create_index("ix_catalog_corpus_tasks_corpus", "catalog_corpus_tasks", ["corpus"])


def _artefacts() -> None:
    op.create_table(
        "catalog_artefacts",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("digest", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("stage", sa.String(64), nullable=False),
        sa.Column("corpus", sa.String(64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("counts", _JSON, nullable=False),
        sa.Column("params_sha256", sa.String(64), nullable=False),
        sa.Column("code_version", sa.String(128), nullable=False),
        sa.Column("create_time", _TIME, nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalog_artefacts")),
        sa.UniqueConstraint("digest", name=op.f("uq_catalog_artefacts_digest")),
    )
    op.create_index("ix_catalog_artefacts_newest", "catalog_artefacts", ["create_time", "number"])
    op.create_table(
        "catalog_edges",
        sa.Column("made", _NUMBER, nullable=False),
        sa.Column("source", _NUMBER, nullable=False),
        sa.Column("path", sa.String(500), nullable=False),
        _refers("edges", "made", "artefacts", "number"),
        _refers("edges", "source", "artefacts", "number"),
        sa.PrimaryKeyConstraint("made", "source", "path", name=op.f("pk_catalog_edges")),
    )
    op.create_index("ix_catalog_edges_source", "catalog_edges", ["source"])
    op.create_table(
        "catalog_digests",
        sa.Column("path", sa.String(500), nullable=False),
        sa.Column("listing", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_catalog_digests")),
    )


def _evaluations() -> None:
    op.create_table(
        "catalog_evaluations",
        sa.Column("artefact", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("macro", sa.Double(), nullable=False),
        sa.Column("questions", sa.BigInteger(), nullable=False),
        _refers("evaluations", "artefact", "artefacts", "number"),
        sa.PrimaryKeyConstraint("artefact", name=op.f("pk_catalog_evaluations")),
    )
    op.create_table(
        "catalog_scores",
        sa.Column("evaluation", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("benchmark", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("questions", sa.BigInteger(), nullable=False),
        _refers("scores", "evaluation", "evaluations", "artefact"),
        sa.PrimaryKeyConstraint("evaluation", "position", name=op.f("pk_catalog_scores")),
    )


def _rows() -> None:
    op.create_table(
        "catalog_files",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("path", sa.String(500), nullable=False),
        sa.Column("stage", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("corpus", sa.String(64), nullable=False),
        sa.Column("part", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalog_files")),
        sa.UniqueConstraint("path", name=op.f("uq_catalog_files_path")),
    )
    op.create_index("ix_catalog_files_records", "catalog_files", ["role", "corpus", "position"])
    op.create_table(
        "catalog_places",
        sa.Column("file", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("suffix", sa.Text(), nullable=False),
        _refers("places", "file", "files", "number"),
        sa.PrimaryKeyConstraint("file", "line", name=op.f("pk_catalog_places")),
    )
    op.create_index("ix_catalog_places_id", "catalog_places", ["record", "suffix"])


def _refers(table: str, column: str, other: str, key: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_catalog_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"catalog_{other}.{key}"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    """Back to the one before."""
    op.execute("DROP TABLE catalog_corpora_text")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION catalog_corpora_text_keep() CASCADE")
    for table in _TABLES:
        op.drop_table(f"catalog_{table}")
    op.drop_table("catalog")
