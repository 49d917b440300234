"""PubTator: `id|t|title`, `id|a|abstract`, then tab-separated mentions and concept-level relations; blank line between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NoReturn

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files, passages
from taiyi.corpora.readers.mentions import Concepts, Mentions, OnMismatch
from taiyi.errors import InvalidInput
from taiyi.records import Argument, Document, Entity, Relation

_TEXT = re.compile(r"([^|\t]+)\|([at])\|(.*)", re.DOTALL)
_ROWS = "a mention has 5 to 7 tab-separated columns (id, start, end, text, type[, concepts[, parts]]), a relation 4 or 5 (id, type, concept, concept[, novelty])"

Line = tuple[int, str]


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the PubTator reader.

    concept_separators: characters that part the ids of one mention ("|" in BC5CDR and NCBI, "," in BioRED, where "|"
      belongs to variant ids; ",;" in NLM-Gene).
    databases: entity type -> database put before an id that names none, "*" for every other type: {"*": MESH}.
    no_concept: what stands in the id column of a mention without a concept.
    concept_cut: a regular expression; what it matches is no part of an id (the species in "7157(Tax:9606)").
    concept_column: 6, or 7 where the seventh column holds ids (tmVar 2's dbSNP ids).
    abstract: whether every title is followed by an abstract line.
    only: a file below the corpus folder that lists the ids of the documents to read, one a line.
    on_mismatch: what to do with a mention that is not the text at its offsets.
    """

    concept_separators: str = "|"
    databases: dict[str, str] = {}
    no_concept: tuple[str, ...] = ("-1", "-", "")
    concept_cut: str = ""
    concept_column: Literal[6, 7] = 6
    abstract: Literal["required", "optional"] = "required"
    only: str = ""
    on_mismatch: OnMismatch = "refuse"


def read(source: Source, options: Options) -> Iterator[Document]:
    """One document a block. Offsets count title, one character, abstract. A PMID that returns is numbered.

    The seventh column (the parts of a composite mention written out) is read only for concept_column, the novelty of a
    relation not at all.
    """
    ids, choice = files.RecordIds(source), json_files.Choice(source, only=options.only, without="")
    for path in source.files:
        for block in _blocks(path):
            if (pmid := _pmid(path, block)) in choice:
                yield _document(source, options, ids, path, pmid, block)
    choice.check()


def _blocks(path: Path) -> Iterator[list[Line]]:
    """The lines of each document: up to a blank line, or to the next title."""
    block: list[Line] = []
    for number, line in files.lines(path):
        if block and (not line.strip() or ("|t|" in line[:64] and _is_title(line))):
            yield block
            block = []
        if line.strip():
            block.append((number, line))
    if block:
        yield block


def _is_title(line: str) -> bool:
    match = _TEXT.match(line)
    return match is not None and match[2] == "t"


def _pmid(path: Path, block: list[Line]) -> str:
    """The id of a document, from its title."""
    title = _TEXT.match(block[0][1])
    if title is None or title[2] != "t":
        raise InvalidInput(
            f"a document begins with {block[0][1][:60]!r}",
            where=files.place(path, block[0][0]),
            remedy="its first line is `id|t|title`, its second `id|a|abstract`",
        )
    return title[1]


def _document(
    source: Source, options: Options, ids: files.RecordIds, path: Path, pmid: str, block: list[Line]
) -> Document:
    where = files.place(path, block[0][0])
    title = block[0][1][len(pmid) + len("|t|") :]
    abstract, rows = _abstract(path, pmid, block, options)
    text, whole, _ = passages.joined([("title", title), ("abstract", abstract)])
    record = ids.of(pmid)
    mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch)
    entities, relations = _rows(path, pmid, rows, mentions, options)
    with files.located(where):
        return Document(
            id=record,
            language=source.language,
            document_id=pmid,
            text=text,
            passages=whole,
            entities=entities,
            relations=relations,
        )


def _abstract(path: Path, pmid: str, block: list[Line], options: Options) -> tuple[str, list[Line]]:
    """The abstract, empty where there is none, and the rows after it."""
    rows = block[1:]
    abstract = _TEXT.match(rows[0][1]) if rows else None
    if abstract is None or abstract[2] != "a":
        if options.abstract == "optional":
            return "", rows
        raise InvalidInput(
            f"document {pmid} has no abstract line",
            where=files.place(path, block[0][0]),
            remedy=f"the line after the title is `{pmid}|a|abstract`; the abstract may be empty, or set the reader's option abstract to optional",
        )
    if abstract[1] != pmid:
        raise InvalidInput(
            f"an abstract of {abstract[1]} follows the title of {pmid}",
            where=files.place(path, rows[0][0]),
            remedy="both lines carry the document's id",
        )
    return abstract[3], rows[1:]


def _rows(
    path: Path, pmid: str, rows: list[Line], mentions: Mentions, options: Options
) -> tuple[tuple[Entity, ...], tuple[Relation, ...]]:
    concepts = Concepts(
        separators=options.concept_separators,
        databases=options.databases,
        none=options.no_concept,
        cut=options.concept_cut,
    )
    column, name, above = options.concept_column - 1, str(path), rows[0][0] - 1 if rows else 0
    entities: list[Entity] = []
    pairs: list[list[str]] = []
    for number, line in rows:
        cells = line.split("\t")
        where = files.place(name, number)
        if cells[0] != pmid:
            _refuse_row(line, where, f"the row does not begin with the id of its document, {pmid}")
        start = files.number(cells[1]) if len(cells) > 1 else None
        if start is not None and 5 <= len(cells) <= 7:
            end = files.number(cells[2])
            if end is None or not cells[4]:
                _refuse_row(
                    line, where, f"the end offset is {cells[2]!r}" if end is None else "the mention has no type"
                )
            ids = concepts.of(cells[column], cells[4]) if len(cells) > column else ()
            entity = mentions.entity(f"T{number - above}", cells[4], ((start, end),), cells[3], where, ids)
            if entity:
                entities.append(entity)
        elif start is None and 4 <= len(cells) <= 5 and all(cells[1:4]):
            pairs.append(cells)
        else:
            _refuse_row(line, where, f"the row has {len(cells)} columns")
    # Ends are resolved last: a relation does not say which database its ids are of, the mentions do.
    relations = (
        Relation(
            f"R{number}", cells[1], Argument(concept=concepts.end(cells[2])), Argument(concept=concepts.end(cells[3]))
        )
        for number, cells in enumerate(pairs, start=1)
    )
    return tuple(entities), tuple(relations)


def _refuse_row(line: str, where: str, problem: str) -> NoReturn:
    raise InvalidInput(f"{problem}: {line[:80]!r}", where=where, remedy=_ROWS)
