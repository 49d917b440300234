"""Plain texts, one a file, and one table with the mentions of all of them, by file and offset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, table
from taiyi.corpora.readers.json_files import Fields
from taiyi.corpora.readers.mentions import Concepts, Mentions, OnMismatch
from taiyi.errors import NotFound
from taiyi.records import Document, Entity


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader. The split's files are the texts; a document's id is its file's name without the suffix.

    table: where the table lies below the corpus folder; delimiter, quoted, header: as in the table reader.
    document, start, end, text: its columns. type: the column of the type; empty: all are of the type `name`.
    concepts: the column with the ids; concept_separators, concept_cut, databases, no_concept: as in pubtator.
    """

    table: str
    delimiter: str = "\t"
    quoted: bool = False
    header: bool = True
    document: str = "document"
    start: str = "start"
    end: str = "end"
    text: str = "text"
    type: str = ""
    name: str = "mention"
    concepts: str = ""
    concept_separators: str = ""
    concept_cut: str = ""
    databases: dict[str, str] = {}
    no_concept: tuple[str, ...] = ("",)
    on_mismatch: OnMismatch = "refuse"


def read(source: Source, options: Options) -> Iterator[Document]:
    """One record a text. The table is held in memory, each document's rows until it is read."""
    ids = files.RecordIds(source)
    rows = _rows(source.folder / options.table, options)
    for path in source.files:
        yield _document(path, rows.pop(path.stem, []), source, options, ids)
    for document, left in rows.items():
        raise left[0].refuse(f"there is no text of document {document!r}", "texts and table are of different versions")


def _rows(path: Path, options: Options) -> dict[str, list[Fields]]:
    if not path.exists():
        raise NotFound(f"{path}, the table of mentions, does not exist; put it there with the texts")
    grouped: dict[str, list[Fields]] = {}
    for value in table.values(
        path, delimiter=options.delimiter, quoted=options.quoted, header=options.header, encoding="utf-8"
    ):
        fields = Fields(value.where, value.content)
        grouped.setdefault(fields.text(options.document), []).append(fields)
    return grouped


def _document(path: Path, rows: list[Fields], source: Source, options: Options, ids: files.RecordIds) -> Document:
    text, record = files.text(path), ids.of(path.stem)
    mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch)
    concepts = Concepts(
        separators=options.concept_separators,
        databases=options.databases,
        none=options.no_concept,
        cut=options.concept_cut,
    )
    made = [_entity(f"T{n}", row, mentions, concepts, options) for n, row in enumerate(rows, start=1)]
    with files.located(str(path)):
        return Document(
            id=record,
            language=source.language,
            document_id=path.stem,
            text=text,
            entities=tuple(entity for entity in made if entity),
        )


def _entity(identifier: str, row: Fields, mentions: Mentions, concepts: Concepts, options: Options) -> Entity | None:
    kind = row.text(options.type) if options.type else options.name
    if not kind:
        raise row.refuse("the mention has no type", f"the column {options.type!r} gives it")
    spans = ((row.integer(options.start), row.integer(options.end)),)
    given = concepts.of(row.text(options.concepts), kind) if options.concepts else ()
    return mentions.entity(identifier, kind, spans, row.text(options.text), row.where, given)
