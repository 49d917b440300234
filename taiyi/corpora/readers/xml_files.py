"""XML, element by element: entities are never resolved, nothing outside the file is read, and errors name the line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from taiyi.corpora.readers import files
from taiyi.errors import InvalidInput

Element = etree._Element
"""What `elements` gives: the interface of xml.etree, and `sourceline`."""


def elements(path: Path, *tags: str) -> Iterator[Element]:
    """Every element with one of the tags, whole, in the order of their ends; each is forgotten once the next is asked for.

    A tag within an element of another given tag is given too, and forgotten with it: name only one level.
    """
    checked = False
    try:
        with path.open("rb") as file:
            for _, element in etree.iterparse(
                file, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
            ):
                if not checked:
                    _refuse_entities(element, path)
                    checked = True
                yield element
                _forget(element)
    except (etree.XMLSyntaxError, LookupError) as error:
        raise InvalidInput(
            f"not well-formed XML: {error}",
            where=files.place(path, getattr(error, "lineno", None) or 1),
            remedy="the file was cut short, or is in another encoding than it says",
        ) from error


def records(path: Path, tag: str) -> Iterator[Element]:
    """The elements that are a file's records; a file without any is refused."""
    met = False
    for element in elements(path, tag):
        met = True
        yield element
    if not met:
        raise InvalidInput(
            f"there is no <{tag}> in it", where=path, remedy="the option record names the tag of a record"
        )


def child(element: Element, tag: str, path: Path) -> Element:
    """The one child of that tag; none or several are refused."""
    found = element.findall(tag)
    if len(found) != 1:
        raise InvalidInput(
            f"<{element.tag}> has {len(found)} elements <{tag}>, not one",
            where=place(path, element),
            remedy="the options text and tags name what a record consists of",
        )
    return found[0]


def text(element: Element) -> str:
    """All text within an element, as it stands."""
    return "".join(map(str, element.itertext()))


def place(path: Path, element: Element) -> str:
    """`file:line` where an element begins."""
    line: Any = element.sourceline  # the stubs give it no type
    return files.place(path, line or 1)


def attribute(element: Element, name: str, path: Path) -> str:
    """An attribute that must be there."""
    value = element.get(name)
    if value is None:
        known = ", ".join(map(str, element.attrib)) or "none"
        raise InvalidInput(
            f"<{element.tag}> has no attribute {name!r}", where=place(path, element), remedy=f"it has: {known}"
        )
    return str(value)


def _refuse_entities(element: Element, path: Path) -> None:
    """Declared entities may expand without end or name other files; corpora have no use for them."""
    declared: Any = element.getroottree().docinfo.internalDTD
    names = [entity.name for entity in declared.iterentities()] if declared is not None else []
    if names:
        raise InvalidInput(
            f"the file declares entities ({', '.join(map(str, names[:3]))})",
            where=files.place(path, 1),
            remedy="take the declarations out of its DOCTYPE; only &amp; &lt; &gt; &apos; &quot; are read",
        )


def _forget(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
