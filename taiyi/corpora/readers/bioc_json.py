"""BioC in JSON: a collection with `documents`, or one document a line."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from taiyi.corpora.readers import Source, bioc, json_files
from taiyi.errors import InvalidInput
from taiyi.records import Document


class Options(bioc.Options, frozen=True, kw_only=True):
    """The options of both BioC readers (see bioc), and the key of the documents; empty: one document a line."""

    records: str = "documents"


def read(source: Source, options: Options) -> Iterator[Document]:
    """One record a document, in the order of the files."""
    layout: json_files.Layout = "array" if options.records else "lines"
    values = (v for path in source.files for v in json_files.values(path, layout=layout, records=options.records))
    yield from bioc.documents(((value.where, _native(value)) for value in values), source, options)


def _native(value: json_files.Value) -> bioc.NativeDocument:
    try:
        return msgspec.convert(value.content, bioc.NativeDocument)
    except msgspec.ValidationError as error:
        raise InvalidInput(
            f"not a BioC document: {error}",
            where=value.where,
            remedy="id, passages and their offset, text, annotations are as in the BioC format",
        ) from error
