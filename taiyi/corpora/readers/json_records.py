"""JSON: an array, one object a line, or one object keyed by id; what lies where is said by the descriptor."""

from __future__ import annotations

from collections.abc import Iterator

from taiyi.corpora.readers import Source, families, json_files, rows
from taiyi.corpora.readers.json_files import Value
from taiyi.records import AnyRecord

VALUE = "@value"
"""The name under which a record that is no object stands."""


class Options(families.Options, frozen=True, kw_only=True):
    """Options of the JSON reader.

    records: the key of the list where it does not stand at the top. In an object keyed by id, the key `@key` is that id.
    layout: how the file is laid out, where it cannot be told from its beginning ("one": the file is one record).
    nested: where the records lie in lists within lists, the keys of the lists, outermost first; each record then has
    what stands around it under its own key, too.
    bare: a record is no object but a value, the list of its turns say; its key is then `@value`.
    """

    layout: json_files.Layout = "auto"
    records: str = ""
    nested: tuple[str, ...] = ()
    bare: bool = False


def read(source: Source, options: Options) -> Iterator[AnyRecord]:
    """One record an object, of the family that the options name."""
    values = (
        value
        for path in source.files
        for value in json_files.values(path, layout=options.layout, records=options.records, nested=options.nested)
    )
    if options.bare:
        values = (Value(value.where, {VALUE: value.content}, value.key) for value in values)
    yield from rows.read(source, options, values)
