"""De-identification XML of the n2c2 challenges: a text, and beside it tags with the offsets of what is to be hidden."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, xml_files
from taiyi.corpora.readers.mentions import Mentions, OnMismatch
from taiyi.corpora.readers.xml_files import Element
from taiyi.errors import InvalidInput
from taiyi.records import Document


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the de-identification reader.

    record: the tag of the elements that are records; none of them lies within another.
    id: the attribute with the record's id; empty: the file's name without its suffix is the id.
    text: the tag of the record's text. tags: that of the list of mentions, elements with the attributes id, start, end
      and text. type: the attribute of a mention that names its type.
    """

    record: str
    id: str = ""
    text: str = "TEXT"
    tags: str = "TAGS"
    type: str = "TYPE"
    on_mismatch: OnMismatch = "refuse"


def read(source: Source, options: Options) -> Iterator[Document]:
    """One document a record, its text as it stands, blanks and line breaks at its ends included."""
    ids = files.RecordIds(source)
    for path in source.files:
        for element in xml_files.records(path, options.record):
            native = xml_files.attribute(element, options.id, path) if options.id else path.stem
            yield _document(source, options, ids.of(native), native, path, element)


def _document(source: Source, options: Options, record: str, native: str, path: Path, element: Element) -> Document:
    text = xml_files.text(xml_files.child(element, options.text, path))
    mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch)
    made = [
        mentions.entity(
            xml_files.attribute(tag, "id", path),
            xml_files.attribute(tag, options.type, path),
            ((_offset(tag, "start", path), _offset(tag, "end", path)),),
            xml_files.attribute(tag, "text", path),
            xml_files.place(path, tag),
        )
        for tag in xml_files.child(element, options.tags, path).iterchildren("*")
    ]
    with files.located(xml_files.place(path, element)):
        return Document(
            id=record,
            language=source.language,
            document_id=native,
            text=text,
            entities=tuple(entity for entity in made if entity),
        )


def _offset(tag: Element, name: str, path: Path) -> int:
    written = xml_files.attribute(tag, name, path)
    number = files.number(written)
    if number is None:
        raise InvalidInput(
            f"{name} is {written!r}",
            where=xml_files.place(path, tag),
            remedy="an offset is a number of characters from the beginning of the text",
        )
    return number
