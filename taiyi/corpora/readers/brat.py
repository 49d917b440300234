"""BRAT and BioNLP-ST standoff: a .txt and its annotation files, lines T R E * M A N #."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files
from taiyi.corpora.readers.mentions import Mentions, OnMismatch, Spans
from taiyi.errors import InvalidInput, InvalidParams, NotFound
from taiyi.records import Argument, Coreference, Document, Entity, Event, Passage, Relation

_SHAPES = {
    "T": "T1<TAB>Type 0 5[;10 15]<TAB>text",
    "R": "R1<TAB>Type Arg1:T1 Arg2:T2",
    "E": "E1<TAB>Type:T1 Role:T2 Role:E2",
    "*": "*<TAB>Equiv T1 T2",
    "M": "M1<TAB>Negation E1",
    "A": "A1<TAB>Name E1 [value]",
    "N": "N1<TAB>Reference T1 DB:ID[<TAB>text]",
}
_NUMBERED_END = re.compile(r"Arg\d")


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the standoff reader. The split's files are the .txt files.

    annotations: suffixes of the annotation files that belong to a text, in reading order.
    annotation_folder: where they lie below the corpus folder; empty: beside the text.
    missing: what a text without one of its annotation files means: an error, or nothing annotated in that file.
    annotated: false where the gold is withheld (blind test sets).
    document_id: a regular expression on the file's stem; its first group is the document id.
    star_relations: names of `*` lines that are relations between neighbours (Chia's OR); `* Equiv` is coreference.
    """

    annotations: tuple[str, ...] = (".ann",)
    annotation_folder: str = ""
    missing: Literal["refuse", "empty"] = "refuse"
    annotated: bool = True
    document_id: str = r"(.+)"
    star_relations: tuple[str, ...] = ()
    on_mismatch: OnMismatch = "refuse"


class Line(msgspec.Struct, frozen=True):
    """One annotation: its id, the words of its second column, and the text of its third."""

    where: str
    native: str
    id: str
    words: list[str]
    text: str

    def refuse(self, problem: str) -> InvalidInput:
        """The error for this line, with the shape that it should have."""
        return InvalidInput(f"{problem}: {self.native[:80]!r}", where=self.where, remedy=f"such a line reads {_SHAPES[self.id[0]]}")


def read(source: Source, options: Options) -> Iterator[Document]:
    """One document a text. Offsets count every character of it, carriage returns too. Comments (#) are not read.

    A T line that an event names as its trigger is a trigger, every other one an entity, whichever file it stands in.
    Relations, the `frag` between parts of one mention (MLEE) too, stand as they are: the tasks choose among their types.
    """
    ids = files.RecordIds(source)
    pattern = _pattern(options.document_id)
    for path in source.files:
        native = pattern.search(path.stem)
        if native is None:
            raise InvalidInput(f"the file's name does not match {options.document_id!r}", where=path, remedy="mend the reader's option document_id")
        lines = [line for annotations in _annotations(path, source, options) for line in _lines(annotations)]
        yield _document(source, options, ids.of(path.stem), native[1], path, lines)


def _pattern(expression: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(expression)
    except re.error as error:
        raise InvalidParams(f"document_id {expression!r} is no regular expression: {error}") from error
    if pattern.groups < 1:
        raise InvalidParams(f"document_id {expression!r} has no group", remedy="put the id in parentheses, as in PMID-(.+)")
    return pattern


def _annotations(path: Path, source: Source, options: Options) -> Iterator[Path]:
    if path.suffix != ".txt":
        raise InvalidInput("the file is not a text", where=path, remedy="the files of the split are the .txt files; the option annotations names the suffixes of the others")
    folder = source.folder / options.annotation_folder if options.annotation_folder else path.parent
    for suffix in options.annotations:
        annotations = folder / f"{path.stem}{suffix}"
        if annotations.exists():
            yield annotations
        elif options.missing == "refuse":
            raise NotFound(f"{path}: its annotations {annotations} do not exist; put the file there, or set the reader's option missing to empty")


def _lines(path: Path) -> Iterator[Line]:
    for number, native in files.lines(path):
        if not native.strip() or native.startswith("#"):
            continue
        columns = native.split("\t")
        where = files.place(path, number)
        if columns[0][:1] not in _SHAPES:
            raise InvalidInput(f"no annotation begins like {native[:80]!r}", where=where, remedy=f"lines begin with an id: {', '.join(_SHAPES)} or #")
        line = Line(where, native, columns[0], columns[1].split() if len(columns) > 1 else [], "\t".join(columns[2:]))
        if not line.words:
            raise line.refuse("the line has no second column")
        yield line


def _document(source: Source, options: Options, record: str, native: str, path: Path, lines: list[Line]) -> Document:
    text = files.text(path)
    kinds: dict[str, list[Line]] = {kind: [] for kind in _SHAPES}
    for line in lines:
        kinds[line.id[0]].append(line)
    _check_ids(lines)
    mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch)
    events = [_event(line, _modifiers(kinds)) for line in kinds["E"]]
    triggers = {event.trigger.ref for event in events}
    concepts = _concepts(kinds["N"])
    made = [entity for line in kinds["T"] if (entity := _mention(line, mentions, concepts))]
    meta = _attributes(kinds)
    relations = [_relation(line) for line in kinds["R"]]
    groups, pairs = _stars(kinds["*"], options.star_relations)
    with files.located(str(path)):
        return Document(
            id=record, language=source.language, document_id=native, annotated=options.annotated, meta=meta, text=text,
            passages=tuple(_passages(text)),
            entities=tuple(entity for entity in made if entity.id not in triggers),
            triggers=tuple(entity for entity in made if entity.id in triggers),
            relations=(*relations, *pairs), events=tuple(events), coreferences=tuple(groups),
        )  # fmt: skip
