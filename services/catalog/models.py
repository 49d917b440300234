"""The catalog's tables. What is filtered or sorted is a column, the rest JSON; bodies of records stay in their files.

`revision` of a row is the catalog's revision that wrote it last: what is made of a row holds for as long as both are the
same. `gone`: no longer there, and kept because something refers to it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, MetaData, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit.database import NAMING, Moment

# Row numbers: 64 bits, and on SQLite the row id itself, which full-text search joins on.
_Number = BigInteger().with_variant(Integer, "sqlite")
_Json = JSON().with_variant(JSONB, "postgresql")
TEXT_INDEX = "catalog_corpora_text"
"""The full-text index over `search_text`, which triggers keep: rowid (the corpus's number) and search_text."""


class Table(DeclarativeBase):
    """What every table of the catalog is declared from."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {dict[str, Any]: _Json, list[str]: _Json, datetime: Moment()}


class Catalog(Table):
    """The one row about the whole: revision (counts synchronisations that changed something), when the last such was
    (microseconds since 1970), and of params.yaml the policy on licences.
    """

    __tablename__ = "catalog"
    __table_args__ = (CheckConstraint("number = 1", name="one"),)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
    changed_time: Mapped[datetime]
    policy: Mapped[dict[str, Any]]


class Corpus(Table):
    """A described corpus; `sha256` is over everything said of it, `search_text` as words.segmented writes it."""

    __tablename__ = "catalog_corpora"
    number: Mapped[int] = mapped_column(_Number, primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    licence: Mapped[str] = mapped_column(Text)
    terms: Mapped[str] = mapped_column(String(16))
    access: Mapped[str] = mapped_column(String(16))
    size_records: Mapped[int] = mapped_column(BigInteger)
    enrolled: Mapped[bool]
    held_out: Mapped[bool]
    homepage: Mapped[str] = mapped_column(Text)
    citation: Mapped[str] = mapped_column(Text)
    tasks: Mapped[list[str]]
    splits: Mapped[dict[str, Any]]
    notes: Mapped[list[str]]
    search_text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    gone: Mapped[bool]
    revision: Mapped[int] = mapped_column(BigInteger)


class CorpusTask(Table):
    """That a corpus has a task; a column to filter by."""

    __tablename__ = "catalog_corpus_tasks"
    task: Mapped[str] = mapped_column(String(32), primary_key=True)
    corpus: Mapped[int] = mapped_column(ForeignKey(Corpus.number, ondelete="CASCADE"), primary_key=True, index=True)


class Artefact(Table):
    """What a stage made, or a folder that it was made from. `digest` names it: the first 16 digits of `sha256`, or of
    one over both where another path holds the same content. create_time: 1970 where that is not known.
    """

    __tablename__ = "catalog_artefacts"
    __table_args__ = (Index("ix_catalog_artefacts_newest", "create_time", "number"),)
    number: Mapped[int] = mapped_column(_Number, primary_key=True)
    digest: Mapped[str] = mapped_column(String(16), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    stage: Mapped[str] = mapped_column(String(64))
    corpus: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, Any]]
    params_sha256: Mapped[str] = mapped_column(String(64))
    code_version: Mapped[str] = mapped_column(String(128))
    create_time: Mapped[datetime]
    gone: Mapped[bool]
    revision: Mapped[int] = mapped_column(BigInteger)


class Edge(Table):
    """That `made` was made from `source`: from its part at `path`, or from all of it."""

    __tablename__ = "catalog_edges"
    made: Mapped[int] = mapped_column(ForeignKey(Artefact.number, ondelete="CASCADE"), primary_key=True)
    source: Mapped[int] = mapped_column(ForeignKey(Artefact.number, ondelete="CASCADE"), primary_key=True, index=True)
    path: Mapped[str] = mapped_column(String(500), primary_key=True)


class Evaluation(Table):
    """The scores of one model, as an artefact holds them."""

    __tablename__ = "catalog_evaluations"
    artefact: Mapped[int] = mapped_column(
        ForeignKey(Artefact.number, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    model: Mapped[str] = mapped_column(Text)
    macro: Mapped[float]
    questions: Mapped[int] = mapped_column(BigInteger)


class Score(Table):
    """A benchmark's headline in an evaluation, in the evaluation's order."""

    __tablename__ = "catalog_scores"
    evaluation: Mapped[int] = mapped_column(
        ForeignKey(Evaluation.artefact, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    benchmark: Mapped[str] = mapped_column(Text)
    metric: Mapped[str] = mapped_column(Text)
    value: Mapped[float]
    signature: Mapped[str] = mapped_column(Text)
    questions: Mapped[int] = mapped_column(BigInteger)


class File(Table):
    """A file of rows with ids. role: record, instance, ledger, prediction or verdict. part: the split or use that it
    holds; position: its place among those of its corpus, as described. size_bytes and modified_ns: as it was read.
    """

    __tablename__ = "catalog_files"
    __table_args__ = (Index("ix_catalog_files_records", "role", "corpus", "position"),)
    number: Mapped[int] = mapped_column(_Number, primary_key=True)
    path: Mapped[str] = mapped_column(String(500), unique=True)
    stage: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    corpus: Mapped[str] = mapped_column(String(64))
    part: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(Integer)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    modified_ns: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[int] = mapped_column(BigInteger)


class Place(Table):
    """Where the row of an id stands: line (from 1) and offset (bytes) in its file. record: the id up to its `#`;
    suffix: the rest.
    """

    __tablename__ = "catalog_places"
    __table_args__ = (Index("ix_catalog_places_id", "record", "suffix"),)
    file: Mapped[int] = mapped_column(
        ForeignKey(File.number, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    offset: Mapped[int] = mapped_column(BigInteger)
    record: Mapped[str] = mapped_column(Text)
    suffix: Mapped[str] = mapped_column(Text)


class Digest(Table):
    """What a file's or folder's sha256 was when its listing (paths, sizes, times) had this sha256; saves hashing again."""

    __tablename__ = "catalog_digests"
    path: Mapped[str] = mapped_column(String(500), primary_key=True)
    listing: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
