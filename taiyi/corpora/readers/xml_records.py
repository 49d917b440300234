"""XML whose records are elements: XPath says where each field lies, the family's keys say what the fields become."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from lxml import etree

from taiyi.corpora.readers import Source, families, rows, xml_files
from taiyi.corpora.readers.json_files import Value
from taiyi.errors import InvalidParams
from taiyi.records import AnyRecord


class Options(families.Options, frozen=True, kw_only=True):
    """Options of the XML reader.

    record: the tag of the elements that are records; none of them lies within another.
    fields: name -> XPath from the record's element: `chq`, `@value`, `answers/answer[@score>2]`, `../title`. The
      family's keys, and `id`, are these names. Several matches are a list; none is a field that is not there. The text
      of an element is all text within it, without the blanks around it.
    spaces: whether white space within a text is kept, or a run of it is one blank, for texts laid out with their tags.
    """

    record: str
    fields: dict[str, str]
    spaces: Literal["keep", "join"] = "keep"


def read(source: Source, options: Options) -> Iterator[AnyRecord]:
    """One record an element."""
    paths = {name: _compiled(name, path) for name, path in options.fields.items()}
    yield from rows.read(source, options, (value for path in source.files for value in _values(path, options, paths)))


def _compiled(name: str, path: str) -> etree.XPath:
    try:
        return etree.XPath(path)
    except etree.XPathError as error:
        raise InvalidParams(f"the field {name!r} is {path!r}, which is no XPath: {error}") from error


def _values(path: Path, options: Options, paths: dict[str, etree.XPath]) -> Iterator[Value]:
    for element in xml_files.records(path, options.record):
        fields = {name: _found(element, find, options) for name, find in paths.items()}
        yield Value(xml_files.place(path, element), {n: value for n, value in fields.items() if value is not None})


def _found(element: xml_files.Element, find: etree.XPath, options: Options) -> str | list[str] | None:
    try:
        found: Any = find(element)
    except etree.XPathError as error:
        raise InvalidParams(f"the XPath {find.path!r} cannot be followed: {error}") from error
    if not isinstance(found, list):
        return _spaced(str(found), options)
    texts = [_spaced(item if isinstance(item, str) else xml_files.text(item), options) for item in found]
    return texts[0] if len(texts) == 1 else texts or None


def _spaced(text: str, options: Options) -> str:
    return " ".join(text.split()) if options.spaces == "join" else text.strip()
