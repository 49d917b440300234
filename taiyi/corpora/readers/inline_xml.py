"""XML texts whose mentions are marked where they stand: offsets are those of the text without its tags."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files, passages, xml_files
from taiyi.corpora.readers.mentions import Mentions
from taiyi.corpora.readers.xml_files import Element
from taiyi.errors import InvalidInput
from taiyi.records import Document, Entity

Marked = tuple[int, int, Element]


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the inline reader.

    record: the tag of a document; id: the tag of the element within it that holds its id, or @ and an attribute.
    passages: tag -> kind of passage, in the order of the file; joiner: what joins them.
    mentions: the tags that mark mentions; they may lie within each other.
    plain: tags within the text that mark no mention; any other tag is refused.
    type: the attribute with a mention's type; empty: its tag.
    concepts: tag -> attribute -> database: the first attribute that holds an id counts, and no_concept is none.
    """

    record: str
    id: str
    passages: dict[str, str]
    joiner: str = " "
    mentions: tuple[str, ...]
    plain: tuple[str, ...] = ()
    type: str = ""
    concepts: dict[str, dict[str, str]] = {}
    no_concept: tuple[str, ...] = ("",)


def read(source: Source, options: Options) -> Iterator[Document]:
    """One record a document element."""
    ids = files.RecordIds(source)
    for path in source.files:
        for element in xml_files.records(path, options.record):
            yield _document(element, path, source, options, ids)


def _document(element: Element, path: Path, source: Source, options: Options, ids: files.RecordIds) -> Document:
    where, native = xml_files.place(path, element), _id(element, path, options)
    found = [
        (options.passages[str(part.tag)], *_unmarked(part, path, options)) for part in element.iter(*options.passages)
    ]
    text, whole, starts = passages.joined([(kind, content) for kind, content, _ in found], options.joiner)
    record = ids.of(native)
    mentions = Mentions(record=record, text=text, ledger=source.ledger)
    marked = [
        (start + shift, end + shift, node)
        for shift, (_, _, nodes) in zip(starts, found, strict=True)
        for start, end, node in nodes
    ]
    entities = [_entity(f"T{n}", node, mentions, path, options) for n, node in enumerate(marked, start=1)]
    with files.located(where):
        return Document(
            id=record,
            language=source.language,
            document_id=native,
            text=text,
            passages=whole,
            entities=tuple(entity for entity in entities if entity),
        )


def _id(element: Element, path: Path, options: Options) -> str:
    if options.id.startswith("@"):
        return xml_files.attribute(element, options.id[1:], path)
    native = (element.findtext(options.id) or "").strip()
    if not native:
        raise InvalidInput(
            f"<{element.tag}> has no id in <{options.id}>",
            where=xml_files.place(path, element),
            remedy="the option id names the element or, after @, the attribute that holds it",
        )
    return native


def _unmarked(passage: Element, path: Path, options: Options) -> tuple[str, list[Marked]]:
    """The text of a passage and its mentions by offset, the outer before the inner."""
    text: list[str] = []
    length = 0
    open_at: list[int] = []
    marked: list[Marked] = []
    for event, node in etree.iterwalk(passage, events=("start", "end", "comment", "pi")):
        piece = node.text if event == "start" else node.tail if node is not passage else ""
        if event == "start":
            if node is not passage and node.tag not in (*options.mentions, *options.plain):
                raise InvalidInput(
                    f"<{node.tag}> stands in the text",
                    where=xml_files.place(path, node),
                    remedy=f"it is neither among mentions ({', '.join(options.mentions)}) nor plain ({', '.join(options.plain)})",
                )
            open_at.append(length)
        elif event == "end":
            start = open_at.pop()
            if node.tag in options.mentions and node is not passage:
                marked.append((start, length, node))
        text.append(piece or "")
        length += len(piece or "")
    return "".join(text), sorted(marked, key=lambda mark: (mark[0], -mark[1]))


def _entity(identifier: str, marked: Marked, mentions: Mentions, path: Path, options: Options) -> Entity | None:
    start, end, node = marked
    tag, where = str(node.tag), xml_files.place(path, node)
    kind = xml_files.attribute(node, options.type, path) if options.type else tag
    concepts = (
        f"{database}:{value}" if database else value
        for name, database in options.concepts.get(tag, {}).items()
        if (value := str(node.get(name, "")).strip()) not in options.no_concept
    )
    concept = next(concepts, "")
    text = mentions.text[start:end]
    return mentions.entity(identifier, kind, ((start, end),), text, where, (concept,) if concept else ())
