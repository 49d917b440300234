"""BioC in XML, read one document at a time; entities are never resolved, and errors name the line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from taiyi.corpora.readers import Source, bioc, files, xml_files
from taiyi.corpora.readers.xml_files import Element
from taiyi.errors import InvalidInput
from taiyi.records import Document


class Options(bioc.Options, frozen=True, kw_only=True):
    """The options of both BioC readers; see bioc."""


def read(source: Source, options: Options) -> Iterator[Document]:
    """One record a document, in the order of the files."""
    natives = (native for path in source.files for native in _documents(path))
    yield from bioc.documents(natives, source, options)


def _documents(path: Path) -> Iterator[tuple[str, bioc.NativeDocument]]:
    """The documents with their places."""
    met = False
    for element in xml_files.elements(path, "document"):
        met = True
        yield xml_files.place(path, element), _document(element, path)
    if not met:
        raise InvalidInput("there is no <document> in it", where=path, remedy="a BioC collection consists of documents")


def _document(element: Element, path: Path) -> bioc.NativeDocument:
    native = (element.findtext("id") or "").strip()
    if not native:
        raise InvalidInput(
            "a document has no id", where=xml_files.place(path, element), remedy="its first element is <id>"
        )
    part = _Part(path, native)
    return bioc.NativeDocument(
        id=native,
        passages=[part.passage(child) for child in element.iterchildren("passage")],
        annotations=part.annotations(element),
        relations=part.relations(element),
    )


class _Part:
    """Reads the elements of one document."""

    def __init__(self, path: Path, document: str) -> None:
        self._path = path
        self._document = document

    def passage(self, element: Element) -> bioc.NativePassage:
        return bioc.NativePassage(
            infons=_infons(element),
            sentences=[bioc.Sentence(**self._content(child)) for child in element.iterchildren("sentence")],
            **self._content(element),
        )

    def _content(self, element: Element) -> dict[str, Any]:
        return {
            "offset": self._number(element, element.findtext("offset"), f"the offset of a {element.tag}"),
            "text": element.findtext("text") or "",
            "annotations": self.annotations(element),
            "relations": self.relations(element),
        }

    def annotations(self, element: Element) -> list[bioc.Annotation]:
        return [self._annotation(child) for child in element.iterchildren("annotation")]

    def _annotation(self, element: Element) -> bioc.Annotation:
        """An annotation, in one pass over what it holds: they are most of a file."""
        infons: dict[str, Any] = {}
        locations: list[bioc.Location] = []
        text: str | None = None
        for child in element:
            name = child.tag
            if name == "infon":
                infons[child.get("key", "")] = child.text or ""
            elif name == "location":
                locations.append(bioc.Location(self._measure(child, "offset"), self._measure(child, "length")))
            elif name == "text" and text is None:
                text = child.text or ""
        return bioc.Annotation(element.get("id", ""), infons, text or "", locations, self._where(element))

    def _measure(self, location: Element, name: str) -> int:
        written = location.get(name)
        count = files.number(written) if written else None
        if count is None:
            parent = location.getparent()
            owner = "" if parent is None else parent.get("id", "")
            return self._number(location, written, f"the {name} of a location of annotation {owner}")
        return count

    def relations(self, element: Element) -> list[bioc.NativeRelation]:
        return [
            bioc.NativeRelation(
                child.get("id", ""),
                _infons(child),
                [bioc.Node(node.get("refid", ""), node.get("role", "")) for node in child.iterchildren("node")],
                self._where(child),
            )
            for child in element.iterchildren("relation")
        ]

    def _number(self, element: Element, written: str | None, what: str) -> int:
        count = files.number((written or "").strip())
        if count is None:
            raise InvalidInput(
                f"{what} is {written!r}", where=self._where(element), remedy="it is a number of characters"
            )
        return count

    def _where(self, element: Element) -> str:
        return f"{xml_files.place(self._path, element)}: document {self._document}"


def _infons(element: Element) -> dict[str, Any]:
    return {child.get("key", ""): child.text or "" for child in element.iterchildren("infon")}
