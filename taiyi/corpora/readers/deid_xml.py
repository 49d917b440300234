"""De-identification XML: names, dates and places marked within the text, or listed beside it with their offsets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lxml import etree

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
    text: the tag of the record's text. inline: the tag of the marks within it; empty: they are listed under `tags`,
      elements with the attributes id, start, end and text.
    type: the attribute of a mark that names its type.
    """

    record: str
    id: str = ""
    text: str = "TEXT"
    inline: str = ""
    tags: str = "TAGS"
    type: str = "TYPE"
    on_mismatch: OnMismatch = "refuse"


def read(source: Source, options: Options) -> Iterator[Document]:
    """One document a record, its text as it stands, blanks and line breaks at its ends included."""
    ids = files.RecordIds(source)
    for path in source.files:
        met = False
        for element in xml_files.elements(path, options.record):
            met = True
            native = xml_files.attribute(element, options.id, path) if options.id else path.stem
            yield _document(source, options, ids.of(native), native, path, element)
        if not met:
            raise InvalidInput(
                f"there is no <{options.record}> in it",
                where=path,
                remedy="the option record names the tag of a record",
            )


def _document(source: Source, options: Options, record: str, native: str, path: Path, element: Element) -> Document:
    text_of = _child(element, options.text, path)
    marks: list[_Mark]
    if options.inline:
        text, marks = _marked(text_of, options, path)
    else:
        text = xml_files.text(text_of)
        marks = _listed(_child(element, options.tags, path), options, path)
    mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch)
    made = [mentions.entity(mark.id, mark.type, (mark.span,), mark.text, mark.where) for mark in marks]
    with files.located(xml_files.place(path, element)):
        return Document(
            id=record,
            language=source.language,
            document_id=native,
            text=text,
            entities=tuple(entity for entity in made if entity),
        )


class _Mark(NamedTuple):
    where: str
    id: str
    type: str
    span: tuple[int, int]
    text: str


def _child(element: Element, tag: str, path: Path) -> Element:
    found = element.findall(tag)
    if len(found) != 1:
        raise InvalidInput(
            f"<{element.tag}> has {len(found)} elements <{tag}>, not one",
            where=xml_files.place(path, element),
            remedy="the options text and tags name what a record consists of",
        )
    return found[0]


def _marked(text_of: Element, options: Options, path: Path) -> tuple[str, list[_Mark]]:
    """The text without its marks, and the marks in the order of their beginnings; a mark may lie within another."""
    parts: list[str] = []
    at = 0
    begins: list[tuple[Element, int]] = []
    ends: dict[int, int] = {}
    within: list[int] = []
    for event, node in etree.iterwalk(text_of, events=("start", "end", "comment", "pi")):
        if event == "start" and node is not text_of:
            if node.tag != options.inline:
                raise InvalidInput(
                    f"<{node.tag}> within a text is no mark",
                    where=xml_files.place(path, node),
                    remedy=f"a mark is <{options.inline}>, which the option inline names",
                )
            within.append(len(begins))
            begins.append((node, at))
        elif event == "end" and node is not text_of:
            ends[within.pop()] = at
        outside = node is text_of and event == "end"
        piece = "" if outside else (node.text if event == "start" else node.tail) or ""
        parts.append(piece)
        at += len(piece)
    text = "".join(parts)
    return text, [
        _Mark(
            xml_files.place(path, node),
            f"T{number + 1}",
            xml_files.attribute(node, options.type, path),
            (start, ends[number]),
            text[start : ends[number]],
        )
        for number, (node, start) in enumerate(begins)
    ]


def _listed(tags: Element, options: Options, path: Path) -> list[_Mark]:
    return [
        _Mark(
            xml_files.place(path, mark),
            xml_files.attribute(mark, "id", path),
            xml_files.attribute(mark, options.type, path),
            (_offset(mark, "start", path), _offset(mark, "end", path)),
            xml_files.attribute(mark, "text", path),
        )
        for mark in tags.iterchildren("*")
    ]


def _offset(mark: Element, name: str, path: Path) -> int:
    written = xml_files.attribute(mark, name, path)
    number = files.number(written)
    if number is None:
        raise InvalidInput(
            f"{name} is {written!r}",
            where=xml_files.place(path, mark),
            remedy="an offset is a number of characters from the beginning of the text",
        )
    return number
