"""Tables of ids whose texts stand in other tables: candidate answers of questions, passages judged for queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, families, json_files, rows, table
from taiyi.corpora.readers.json_files import Value
from taiyi.errors import InvalidInput, NotFound
from taiyi.records import AnyRecord

Texts = dict[str, dict[str, dict[str, str]]]
"""Link -> key -> the row it names."""


class Link(readers.Options, frozen=True, kw_only=True):
    """A table of texts.

    files: a glob below the corpus folder. key: the column with a row's id, which names one row. by: the column of the
    split's files that holds such an id.
    """

    files: str
    key: str
    by: str


class Options(families.Options, frozen=True, kw_only=True):
    """Options of the reader of linked tables. The split's files are tables of ids.

    links: name -> table of texts. A column of the row that a link leads to is `name.column`.
    fixed: column -> what it says in every row, where the files do not.
    group: the column by which rows belong to one record, wherever they stand. gather: name -> column of a link of which
      the record has the values of all its rows, each once; all else is its first row's.
    delimiter, quoted, header, encoding: as in table, of all the tables alike.
    """

    links: dict[str, Link]
    fixed: dict[str, str] = {}
    group: str = ""
    gather: dict[str, str] = {}
    delimiter: str = ","
    quoted: bool = True
    header: bool = True
    encoding: str = "utf-8"


def read(source: Source, options: Options) -> Iterator[AnyRecord]:
    """One record a row or group. In memory are the texts that the rows name, and what was gathered; rows are read twice."""
    texts = _texts(source, options)
    linked = (_linked(value, texts, options) for value in _rows(source.files, options))
    yield from rows.read(source, options, _grouped(linked, options) if options.group else linked)


def _rows(paths: Iterable[Path], options: Options) -> Iterator[Value]:
    """The rows of the split's files that make records."""
    for value in _values(paths, options):
        fields = json_files.fields(value, options.joiner)
        if all(fields.text(name) in kept for name, kept in options.where.items()):
            yield value


def _values(paths: Iterable[Path], options: Options) -> Iterator[Value]:
    for path in paths:
        yield from table.values(
            path,
            delimiter=options.delimiter,
            quoted=options.quoted,
            header=options.header,
            encoding=options.encoding,
        )


def _texts(source: Source, options: Options) -> Texts:
    """The rows of the linked tables that some row of the split names."""
    texts: Texts = {}
    wanted: dict[str, set[str]] = {name: set() for name in options.links}
    for value in _rows(source.files, options):
        for name, link in options.links.items():
            wanted[name].add(json_files.fields(value, options.joiner).text(link.by))
    for name, link in options.links.items():
        paths = sorted(source.folder.glob(link.files))
        if not paths:
            raise NotFound(
                f"{source.corpus}: no file {link.files!r} in {source.folder}; it holds the texts of {name!r}"
            )
        texts[name] = _table(_values(paths, options), link, wanted[name], options)
    return texts


def _table(values: Iterable[Value], link: Link, wanted: set[str], options: Options) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for value in values:
        fields = json_files.fields(value, options.joiner)
        key = fields.text(link.key)
        if key in found:
            raise fields.refuse(f"the {link.key} {key!r} stands twice", "it names one row")
        if key in wanted:
            found[key] = value.content
    return found


def _linked(value: Value, texts: Texts, options: Options) -> Value:
    content: dict[str, Any] = {**value.content, **options.fixed}
    for name, link in options.links.items():
        key = value.content[link.by]
        if key not in texts[name]:
            raise InvalidInput(
                f"there is no {link.key} {key!r} in {link.files}",
                where=value.where,
                remedy="the tables are of different versions, or one was cut short",
            )
        content[name] = texts[name][key]
    return Value(value.where, content)


def _grouped(values: Iterable[Value], options: Options) -> Iterator[Value]:
    """One value a group, in the order of their first rows."""
    groups: dict[str, tuple[Value, dict[str, dict[str, None]]]] = {}
    for value in values:
        fields = json_files.fields(value, options.joiner)
        _, gathered = groups.setdefault(fields.text(options.group), (value, {name: {} for name in options.gather}))
        for name, column in options.gather.items():
            gathered[name][fields.text(column)] = None
    for first, gathered in groups.values():
        yield Value(first.where, {**first.content, **{name: list(found) for name, found in gathered.items()}})
