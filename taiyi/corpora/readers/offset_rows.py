"""Rows of concepts and relations by offset (EU-ADR), one file a document; the text lies in a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files
from taiyi.corpora.readers.files import Cells
from taiyi.corpora.readers.mentions import Mentions, OnMismatch
from taiyi.errors import NotFound
from taiyi.records import Argument, Document, Entity, Relation

_CONCEPT = "a concept has in columns 3 to 6 `concept`, its mention, start and end, and in its last its type"
_RELATION = "a relation has in column 3 `relation`, in columns 8 and 9 start:end of its ends, and in its last its type"


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader. The split's files are those with the rows, named by PMID.

    texts: the folder below the corpus folder with the texts, <PMID>.txt: title, one blank, abstract, in one line. The
      distribution has none; they are PubMed's.
    kept: what stands in the second column of the rows to read: the annotators' verdict on the row.
    """

    texts: str = "texts"
    kept: tuple[str, ...] = ("True",)
    encoding: str = "utf-8"
    on_mismatch: OnMismatch = "refuse"


def read(source: Source, options: Options) -> Iterator[Document]:
    """One record a file of rows. An end of a relation is the mention at its offsets, or else the text there."""
    ids = files.RecordIds(source)
    for path in source.files:
        beside = source.folder / options.texts / path.name
        if not beside.exists():
            raise NotFound(
                f"{beside}, the text of {path}, does not exist; fetch it from PubMed: title, a blank, abstract"
            )
        text, record = files.text(beside).rstrip("\r\n"), ids.of(path.stem)
        mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch)
        entities, relations = _annotations(path, mentions, options)
        with files.located(str(path)):
            yield Document(
                id=record,
                language=source.language,
                document_id=path.stem,
                text=text,
                entities=entities,
                relations=relations,
            )


def _annotations(path: Path, mentions: Mentions, options: Options) -> tuple[tuple[Entity, ...], tuple[Relation, ...]]:
    entities: list[Entity] = []
    pairs: list[Cells] = []
    for number, line in files.lines(path, options.encoding):
        row = Cells(files.place(path, number), line.split("\t"))
        if not line.strip():
            continue
        if len(row.cells) < 3 or row.cells[2] not in ("concept", "relation"):
            raise row.refuse("the row is neither a concept nor a relation", f"{_CONCEPT}; {_RELATION}")
        if row.cells[1] not in options.kept:
            continue
        if row.cells[2] == "relation":
            pairs.append(row)
        elif entity := _concept(f"T{number}", row, mentions):
            entities.append(entity)
    at = {entity.spans[0]: entity.id for entity in reversed(entities)}
    return tuple(entities), tuple(_relation(f"R{n}", row, at, mentions.text) for n, row in enumerate(pairs, start=1))


def _concept(identifier: str, row: Cells, mentions: Mentions) -> Entity | None:
    if len(row.cells) < 7 or not row.cells[-1].strip():
        raise row.refuse("the concept is not whole", _CONCEPT)
    start, end = files.number(row.cells[4]), files.number(row.cells[5])
    if start is None or end is None:
        raise row.refuse("an offset of the concept is no number", _CONCEPT)
    return mentions.entity(identifier, row.cells[-1].strip(), ((start, end),), row.cells[3], row.where)


def _relation(identifier: str, row: Cells, at: dict[tuple[int, int], str], text: str) -> Relation:
    if len(row.cells) < 10 or not row.cells[-1].strip():
        raise row.refuse("the relation is not whole", _RELATION)
    ends: list[Argument] = []
    for cell in row.cells[7:9]:
        first, _, last = cell.partition(":")
        start, end = files.number(first), files.number(last)
        if start is None or end is None or not start < end <= len(text):
            raise row.refuse(f"an end of the relation is at {cell!r}", _RELATION)
        known = at.get((start, end))
        ends.append(Argument(ref=known) if known else Argument(text=text[start:end]))
    return Relation(identifier, row.cells[-1].strip(), *ends)
