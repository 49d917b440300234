"""Annotated documents in the formats of annotated corpora: PubTator, BioC, BRAT standoff, CoNLL. Written as they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import escape

import msgspec

from taiyi.samples.items import Annotated, Item, Mention

Rows = Iterable[tuple[str, Item]]


def text_file(path: Path) -> TextIO:
    """A text file to be written: UTF-8, line feeds on every system."""
    return path.open("w", encoding="utf-8", newline="\n")


def _documents(rows: Rows) -> Iterator[tuple[str, Annotated]]:
    for key, item in rows:
        if not isinstance(item, Annotated):
            raise AssertionError(f"{key} is not an annotated text")
        yield key, item


def pubtator(folder: Path, split: str, rows: Rows) -> None:
    """`<split>.PubTator.txt`: title, abstract, mentions (a seventh column for composite ones), relations."""
    with text_file(folder / f"{split}.PubTator.txt") as file:
        for key, item in _documents(rows):
            title, abstract = (item.text[start:end] for _, start, end in item.passages)
            lines = [f"{key}|t|{title}", f"{key}|a|{abstract}"]
            for mention in item.mentions:
                ((start, end),) = mention.spans
                cells = [key, str(start), str(end), item.at(mention), mention.name.type, mention.name.concept]
                lines.append("\t".join([*cells, mention.name.parts] if mention.name.parts else cells))
            lines += ("\t".join((key, *relation)) for relation in item.relations)
            file.write("\n".join(lines) + "\n\n")


def bioc_xml(folder: Path, split: str, rows: Rows) -> None:
    """`<split>.BioC.XML`: annotations in their passages, relations between concepts on the document."""
    with text_file(folder / f"{split}.BioC.XML") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE collection SYSTEM "BioC.dtd">'
            "<collection><source>PubTator</source><date>2020-01-01</date><key>BioC.key</key>"
        )
        for key, item in _documents(rows):
            file.write(f"<document><id>{key}</id>{_xml_passages(item)}{_xml_relations(item)}</document>")
        file.write("</collection>\n")


def _xml_passages(item: Annotated) -> str:
    parts: list[str] = []
    for kind, start, end in item.passages:
        parts.append(
            f'<passage><infon key="type">{kind}</infon><offset>{start}</offset>'
            f"<text>{escape(item.text[start:end])}</text>"
        )
        for number, mention in _within(item, start, end):
            places = "".join(f'<location offset="{a}" length="{b - a}"/>' for a, b in mention.spans)
            parts.append(
                f'<annotation id="{number}"><infon key="identifier">{escape(mention.name.concept)}</infon>'
                f'<infon key="type">{mention.name.type}</infon>{places}<text>{escape(item.at(mention))}</text></annotation>'
            )
        parts.append("</passage>")
    return "".join(parts)


def _xml_relations(item: Annotated) -> str:
    return "".join(
        f'<relation id="R{number}"><infon key="entity1">{escape(first)}</infon>'
        f'<infon key="entity2">{escape(second)}</infon><infon key="type">{kind}</infon>'
        '<infon key="novel">Novel</infon></relation>'
        for number, (kind, first, second) in enumerate(item.relations)
    )


def _within(item: Annotated, start: int, end: int) -> Iterator[tuple[int, Mention]]:
    for number, mention in enumerate(item.mentions):
        if start <= mention.spans[0][0] < end:
            yield number, mention


def bioc_json(folder: Path, split: str, rows: Rows) -> None:
    """`<split>.BioC.JSON`: a collection with its documents."""
    with text_file(folder / f"{split}.BioC.JSON") as file:
        file.write('{"source": "PubTator", "date": "2020-01-01", "key": "BioC.key", "documents": [')
        for number, (key, item) in enumerate(_documents(rows)):
            passages = [_json_passage(item, *passage) for passage in item.passages]
            document = {"id": key, "infons": {}, "passages": passages, "relations": []}
            file.write(f"{',' if number else ''}\n{msgspec.json.encode(document).decode()}")
        file.write("\n]}\n")


def _json_passage(item: Annotated, kind: str, start: int, end: int) -> dict[str, Any]:
    return {
        "infons": {"type": kind},
        "offset": start,
        "text": item.text[start:end],
        "annotations": [
            {
                "id": str(number),
                "infons": {"identifier": mention.name.concept, "type": mention.name.type},
                "text": item.at(mention),
                "locations": [{"offset": a, "length": b - a} for a, b in mention.spans],
            }
            for number, mention in _within(item, start, end)
        ],
    }


def brat(folder: Path, split: str, rows: Rows) -> None:
    """`<split>/<key>.txt`, `.a1` (given entities) and `.a2` (triggers, events, modifiers, coreference)."""
    inner = folder / split
    inner.mkdir()
    for key, item in _documents(rows):
        terms = [
            f"T{number}\t{m.name.type} {';'.join(f'{a} {b}' for a, b in m.spans)}\t{item.at(m)}"
            for number, m in enumerate(item.mentions, start=1)
        ]
        for suffix, lines in (
            (".txt", [item.text]), (".a1", terms[: item.given]), (".a2", [*terms[item.given :], *_standoff(item)]),
        ):  # fmt: skip
            with text_file(inner / f"{key}{suffix}") as file:
                file.write("".join(f"{line}\n" for line in lines))


def _standoff(item: Annotated) -> Iterator[str]:
    for number, event in enumerate(item.events, start=1):
        arguments = "".join(f" {role}:{kind}{n + 1}" for role, kind, n in event.arguments)
        yield f"E{number}\t{event.type}:T{event.trigger + 1}{arguments}"
    modified = [(n, event.modifier) for n, event in enumerate(item.events, start=1) if event.modifier]
    yield from (f"M{number}\t{modifier} E{n}" for number, (n, modifier) in enumerate(modified, start=1))
    yield from (f"*\tEquiv {' '.join(f'T{n + 1}' for n in group)}" for group in item.groups)
    for number, (anaphor, antecedent) in enumerate(item.corefers, start=1):
        yield f"R{number}\tCoreference Subject:T{anaphor + 1} Object:T{antecedent + 1}"


def conll(folder: Path, split: str, rows: Rows) -> None:
    """`<split>.iob2`: a marker for each document, its sentences parted by a blank line, token and tag on a line."""
    with text_file(folder / f"{split}.iob2") as file:
        for key, item in _documents(rows):
            file.write(f"###MEDLINE:{key}\n\n")
            for _, start, end in item.passages:
                file.write("".join(_tokens(item, start, end)) + "\n")


def _tokens(item: Annotated, start: int, end: int) -> Iterator[str]:
    mentions = {m.spans[0][0]: m for _, m in _within(item, start, end)}
    inside, until = "", 0
    position = start
    for token in item.text[start:end].split(" "):
        tag = f"I-{inside}" if position < until else "O"
        if position in mentions:
            mention = mentions[position]
            inside, until = mention.name.type, mention.spans[0][1]
            tag = f"B-{inside}"
        yield f"{token}\t{tag}\n"
        position += len(token) + 1
