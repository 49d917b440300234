"""Tables whose texts mark two mentions, `<e1>...</e1>` and `<e2>...</e2>`, and whose label relates them: `Cause(E1,E2)`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, json_files, table
from taiyi.corpora.readers.json_files import Fields
from taiyi.records import Argument, Document, Entity, Relation

_MARK = re.compile(r"<(/?)e([12])>", re.IGNORECASE)
_LABEL = re.compile(r"(.+?)\s*\(\s*e([12])\s*,\s*e([12])\s*\)", re.IGNORECASE)


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the reader of marked tables. delimiter, quoted, header, encoding: as for `table`.

    id: the column of the row's id; without one a record is named by its content. text, label: columns.
    names: label -> what it stands for, where labels are numbers; a label that is not among them is refused.
    type: of both mentions, since the marks name none.
    """

    delimiter: str = ","
    quoted: bool = True
    header: bool = True
    encoding: str = "utf-8"
    id: str = ""
    text: str = "Text"
    label: str = "Label"
    names: dict[str, str] = {}
    type: str = "concept"


def read(source: Source, options: Options) -> Iterator[Document]:
    """One document a row: its text without the marks, two mentions and one relation.

    `R(E1,E2)` has the first mention as its head, `R(E2,E1)` the second; a label without ends is read as the former.
    """
    ids = files.RecordIds(source)
    for path in source.files:
        for value in table.values(
            path,
            delimiter=options.delimiter,
            quoted=options.quoted,
            header=options.header,
            encoding=options.encoding,
        ):
            yield _document(source, options, ids, json_files.fields(value, "\n"))


def _document(source: Source, options: Options, ids: files.RecordIds, fields: Fields) -> Document:
    marked, label = fields.text(options.text), fields.text(options.label).strip()
    if options.names and label not in options.names:
        raise fields.refuse(f"the label {label!r} has no name", f"the option names knows {', '.join(options.names)}")
    text, entities = _unmarked(fields, marked, options.type)
    label = options.names.get(label, label)
    match = _LABEL.fullmatch(label)
    kind, head, tail = match.groups() if match else (label, "1", "2")
    if not kind or head == tail:
        raise fields.refuse(f"the label is {label!r}", "a relation reads Cause(E1,E2)")
    with files.located(fields.where):
        return Document(
            id=ids.of(fields.text(options.id)) if options.id else ids.of_content(marked, label),
            language=source.language,
            text=text,
            entities=entities,
            relations=(Relation("R1", kind, Argument(ref=f"E{head}"), Argument(ref=f"E{tail}")),),
        )


def _unmarked(fields: Fields, marked: str, kind: str) -> tuple[str, tuple[Entity, ...]]:
    """The text without marks, and its mentions E1 and E2, which may lie within each other."""
    parts: list[str] = []
    places: dict[tuple[str, str], int] = {}
    at = copied = 0
    for mark in _MARK.finditer(marked):
        parts.append(marked[copied : mark.start()])
        at += mark.start() - copied
        copied = mark.end()
        if places.setdefault((mark[2], mark[1]), at) != at or len(parts) > len(places):
            raise fields.refuse(f"the mark {mark[0]} stands twice", "each of the two mentions is marked once")
    text = "".join((*parts, marked[copied:]))
    entities: list[Entity] = []
    for number in ("1", "2"):
        start, end = places.get((number, "")), places.get((number, "/"))
        if start is None or end is None or start >= end:
            raise fields.refuse(f"no mention is marked as e{number}", f"<e{number}>mention</e{number}> in the text")
        entities.append(Entity(f"E{number}", kind, ((start, end),), text[start:end]))
    return text, tuple(entities)
