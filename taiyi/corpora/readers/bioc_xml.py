"""BioC in XML, read one document at a time; external entities are never resolved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from taiyi.corpora.readers import Source, bioc, files
from taiyi.errors import InvalidInput
from taiyi.records import Document


class Options(bioc.Options, frozen=True, kw_only=True):
    """The options of both BioC readers; see bioc."""


def read(source: Source, options: Options) -> Iterator[Document]:
    """One record a document, in the order of the files. XML tells no lines: errors name the file and the document."""
    ids = files.RecordIds(source)
    for path in source.files:
        for element in _documents(path):
            yield bioc.document(_document(element, path), source, options, ids, str(path))


def _documents(path: Path) -> Iterator[Element]:
    """The document elements, each forgotten once it has been read."""
    try:
        events = iterparse(path, events=("start", "end"))
        root: Element | None = None
        for event, element in events:
            if root is None:
                root = element
            if event == "end" and element.tag == "document":
                yield element
                root.clear()
    except (ParseError, ValueError, LookupError) as error:
        line, _ = getattr(error, "position", (1, 0))
        raise InvalidInput(
            f"not well-formed XML: {error}",
            where=files.place(path, line),
            remedy="the file was cut short, or is in another encoding than it says",
        ) from error


def _document(element: Element, path: Path) -> bioc.NativeDocument:
    native = (element.findtext("id") or "").strip()
    if not native:
        raise InvalidInput("a document has no id", where=path, remedy="its first element is <id>")
    part = _Part(f"{path}: document {native}")
    return bioc.NativeDocument(
        id=native,
        passages=[part.passage(child) for child in element.iterfind("passage")],
        annotations=part.annotations(element),
        relations=part.relations(element),
    )


class _Part:
    """Reads the elements of one document; `where` names it in errors."""

    def __init__(self, where: str) -> None:
        self._where = where

    def passage(self, element: Element) -> bioc.NativePassage:
        return bioc.NativePassage(
            infons=_infons(element),
            sentences=[bioc.Sentence(**self._content(child)) for child in element.iterfind("sentence")],
            **self._content(element),
        )

    def _content(self, element: Element) -> dict[str, Any]:
        return {
            "offset": self._number(element.findtext("offset"), f"the offset of a {element.tag}"),
            "text": element.findtext("text") or "",
            "annotations": self.annotations(element),
            "relations": self.relations(element),
        }

    def annotations(self, element: Element) -> list[bioc.Annotation]:
        return [
            bioc.Annotation(child.get("id", ""), _infons(child), child.findtext("text") or "", self._locations(child))
            for child in element.iterfind("annotation")
        ]

    def _locations(self, element: Element) -> list[bioc.Location]:
        name = f"of a location of annotation {element.get('id', '')}"
        return [
            bioc.Location(
                self._number(child.get("offset"), f"the offset {name}"),
                self._number(child.get("length"), f"the length {name}"),
            )
            for child in element.iterfind("location")
        ]

    def relations(self, element: Element) -> list[bioc.NativeRelation]:
        return [
            bioc.NativeRelation(
                child.get("id", ""),
                _infons(child),
                [bioc.Node(node.get("refid", ""), node.get("role", "")) for node in child.iterfind("node")],
            )
            for child in element.iterfind("relation")
        ]

    def _number(self, written: str | None, what: str) -> int:
        count = files.number((written or "").strip())
        if count is None:
            raise InvalidInput(f"{what} is {written!r}", where=self._where, remedy="it is a number of characters")
        return count


def _infons(element: Element) -> dict[str, Any]:
    return {child.get("key", ""): child.text or "" for child in element.iterfind("infon")}
