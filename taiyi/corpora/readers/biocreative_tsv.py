"""BioCreative tables: abstracts one a row, and beside them tables of mentions and of relations, named by PMID."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, passages
from taiyi.corpora.readers.files import Cells
from taiyi.corpora.readers.mentions import Mentions, OnMismatch, Parts, without
from taiyi.errors import InvalidParams, NotFound
from taiyi.records import Argument, Document, Entity, Relation

_MENTIONS = {
    "part": "id, T or A, start, end, mention, class; offsets begin with the title or the abstract",
    "document": "id, mention id, class, start, end, mention; offsets count title, one character, abstract",
}


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader. The split's files are those with the texts: PMID, title, abstract.

    texts: the word in their names that is another in the names of the tables beside them: `mentions`, and `relations`
      (empty: there is no such table).
    columns: those of a mention, "part" (CHEMDNER) or "document" (ChemProt, DrugProt).
    relation_type: the column of a relation's type, from 1; its last two columns are Arg1:T1 and Arg2:T2.
    annotated: false where the gold is withheld; the texts alone are then read.
    """

    texts: str = "abstracts"
    mentions: str = "annotations"
    relations: str = ""
    columns: Literal["part", "document"] = "part"
    relation_type: int = 2
    annotated: bool = True
    on_mismatch: OnMismatch = "refuse"


def read(source: Source, options: Options) -> Iterator[Document]:
    """One record a row of the texts. The tables beside them are held in memory, each document's rows until it is read."""
    ids = files.RecordIds(source)
    for path in source.files:
        tables = _Tables(path, options)
        met: set[str] = set()
        for row in _rows(path):
            if len(row.cells) != 3:
                raise row.refuse(f"the row has {len(row.cells)} columns", "a text is id, title, abstract")
            if row.cells[0] in met:
                raise row.refuse("the document stands twice", "its mentions cannot be told apart; leave one out")
            met.add(row.cells[0])
            yield _document(row, tables, source, options, ids)
        tables.check()


def _rows(path: Path) -> Iterator[Cells]:
    for number, line in files.lines(path):
        if line.strip():
            yield Cells(files.place(path, number), line.split("\t"))


class _Tables:
    """The rows of mentions and relations by document; what no document takes is refused at the end."""

    def __init__(self, texts: Path, options: Options) -> None:
        named = (options.mentions, options.relations) if options.annotated else ("", "")
        if texts.name.count(options.texts) != 1:
            raise InvalidParams(
                f"{texts.name!r} does not have {options.texts!r} in it once",
                remedy="the option texts names the word that is another in the names of the tables",
            )
        self._mentions, self._relations = (
            _grouped(texts.with_name(texts.name.replace(options.texts, name))) if name else {} for name in named
        )

    def mentions(self, document: str) -> list[Cells]:
        return self._mentions.pop(document, [])

    def relations(self, document: str) -> list[Cells]:
        return self._relations.pop(document, [])

    def check(self) -> None:
        for left in (self._mentions, self._relations):
            for document, rows in left.items():
                raise rows[0].refuse(
                    f"there is no text of document {document!r}", "texts and tables are of different versions"
                )


def _grouped(path: Path) -> dict[str, list[Cells]]:
    if not path.exists():
        raise NotFound(f"{path} does not exist; it lies beside the texts, or the reader's options name it otherwise")
    grouped: dict[str, list[Cells]] = {}
    for row in _rows(path):
        grouped.setdefault(row.cells[0], []).append(row)
    return grouped


def _document(row: Cells, tables: _Tables, source: Source, options: Options, ids: files.RecordIds) -> Document:
    native, title, abstract = row.cells
    text, whole, starts = passages.joined([("title", title), ("abstract", abstract)])
    record = ids.of(native)
    mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch)
    entities: list[Entity] = []
    known: set[str] = set()
    for number, mention in enumerate(tables.mentions(native), start=1):
        identifier, entity = _mention(number, mention, mentions, starts, options)
        if identifier in known:
            raise mention.refuse(f"the mention id {identifier!r} is used twice", "give each its own")
        known.add(identifier)
        entities += [entity] if entity else []
    relations = tuple(
        _relation(f"R{n}", relation, known, options) for n, relation in enumerate(tables.relations(native), start=1)
    )
    left = without(mentions.dropped, Parts(relations), record, source.ledger)
    with files.located(row.where):
        return Document(
            id=record,
            language=source.language,
            document_id=native,
            annotated=options.annotated,
            text=text,
            passages=whole,
            entities=tuple(entities),
            relations=left.relations,
        )


def _mention(
    number: int, row: Cells, mentions: Mentions, starts: list[int], options: Options
) -> tuple[str, Entity | None]:
    """The id of a mention, and the mention unless it is dropped."""
    shape = f"a mention is {_MENTIONS[options.columns]}"
    if len(row.cells) != 6:
        raise row.refuse(f"the row has {len(row.cells)} columns", shape)
    if options.columns == "part":
        _, part, first, last, text, kind = row.cells
        identifier = f"T{number}"
        if part not in ("T", "A"):
            raise row.refuse(f"the mention stands in {part!r}", shape)
        shift = starts["TA".index(part)]
    else:
        _, identifier, kind, first, last, text = row.cells
        shift = 0
    start, end = files.number(first), files.number(last)
    if start is None or end is None or not identifier or not kind:
        raise row.refuse("an offset is no number, or a column is empty", shape)
    return identifier, mentions.entity(identifier, kind, ((start + shift, end + shift),), text, row.where)


def _relation(identifier: str, row: Cells, known: set[str], options: Options) -> Relation:
    shape = f"a relation is id, ..., Arg1:T1, Arg2:T2, its type in column {options.relation_type}"
    if len(row.cells) < 4 or not 2 <= options.relation_type <= len(row.cells) - 2:
        raise row.refuse(f"the row has {len(row.cells)} columns", shape)
    ends = [cell.partition(":")[2].strip() for cell in row.cells[-2:]]
    for end in ends:
        if end not in known:
            raise row.refuse(f"an end is {end!r}, which is no mention of its document", shape)
    kind = row.cells[options.relation_type - 1].strip()
    if not kind:
        raise row.refuse("the relation has no type", shape)
    return Relation(identifier, kind, *(Argument(ref=end) for end in ends))
