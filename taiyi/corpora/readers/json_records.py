"""JSON: an array, one object a line, or one object keyed by id; what lies where is said by the descriptor."""

from __future__ import annotations

from collections.abc import Iterator

from taiyi.corpora.readers import Source, families, json_files, rows
from taiyi.records import AnyRecord


class Options(families.Options, frozen=True, kw_only=True):
    """Options of the JSON reader.

    records: the key of the list where it does not stand at the top. In an object keyed by id, the key `@key` is that id.
    layout: how the file is laid out, where it cannot be told from its beginning.
    """

    layout: json_files.Layout = "auto"
    records: str = ""


def read(source: Source, options: Options) -> Iterator[AnyRecord]:
    """One record an object, of the family that the options name."""
    values = (
        value
        for path in source.files
        for value in json_files.values(path, layout=options.layout, records=options.records)
    )
    yield from rows.read(source, options, values)
