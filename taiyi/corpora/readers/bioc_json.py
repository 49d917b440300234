"""BioC in JSON: a collection with `documents`, or one document a line."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from taiyi.corpora.readers import Source, bioc, files, json_files
from taiyi.errors import InvalidInput
from taiyi.records import Document


class Options(bioc.Options, frozen=True, kw_only=True):
    """The options of both BioC readers (see bioc), and the key of the documents; empty: one document a line."""

    records: str = "documents"


def read(source: Source, options: Options) -> Iterator[Document]:
    """One record a document, in the order of the files."""
    ids = files.RecordIds(source)
    for path in source.files:
        for value in json_files.values(path, layout="array" if options.records else "lines", records=options.records):
            yield bioc.document(_native(value), source, options, ids, value.where)


def _native(value: json_files.Value) -> bioc.NativeDocument:
    try:
        return msgspec.convert(value.content, bioc.NativeDocument)
    except msgspec.ValidationError as error:
        raise InvalidInput(
            f"not a BioC document: {error}",
            where=value.where,
            remedy="id, passages and their offset, text, annotations are as in the BioC format",
        ) from error
