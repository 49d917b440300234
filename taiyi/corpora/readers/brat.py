"""BRAT and BioNLP-ST standoff: a text and its annotation files, lines T R E * M A N #."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, brat_lines, files
from taiyi.corpora.readers.brat_lines import Line
from taiyi.corpora.readers.mentions import Mentions, OnMismatch, Parts, without
from taiyi.errors import InvalidInput
from taiyi.records import Document, Entity, Passage, Relation, text_at


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the standoff reader.

    texts: "files": the split's files are texts, one .txt each; "lines": they hold a text a line, `name<TAB>text`.
    only: a file below the corpus folder that names the texts to be read, one a line without the .txt; empty: all.
    annotations: suffixes of the annotation files that belong to a text, in reading order.
    annotation_folder: where they lie below the corpus folder; empty: beside the text.
    missing: what a text without one of its annotation files means: an error, or nothing annotated in that file.
    annotated: false where the gold is withheld (blind test sets).
    document_id: a regular expression on the text's name (a file's without .txt); its first group is the document id.
    star_relations: names of `*` lines that are relations between neighbours (Chia's OR); `* Equiv` is coreference.
    passages: types of T lines that are passages (Bacteria Biotope's Title and Paragraph); none: lines are.
    kept_triggers: types of T lines that stay entities where an event names them as its trigger.
    fragments: names of relations that complete a mention, Arg1, by the text of another, Arg2 (`frag`); they are glued:
      the first takes the spans of both, the second stays, and the relation leaves. None: such relations are relations.
    """

    texts: Literal["files", "lines"] = "files"
    only: str = ""
    annotations: tuple[str, ...] = (".ann",)
    annotation_folder: str = ""
    missing: Literal["refuse", "empty"] = "refuse"
    annotated: bool = True
    document_id: str = r"(.+)"
    star_relations: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    kept_triggers: tuple[str, ...] = ()
    fragments: tuple[str, ...] = ()
    on_mismatch: OnMismatch = "refuse"


class _Text(NamedTuple):
    """A text, its name, its place, and the folder of its file."""

    name: str
    content: str
    where: str
    folder: Path


def read(source: Source, options: Options) -> Iterator[Document]:
    """One document a text. Offsets count every character of it, carriage returns too. Comments (#) are not read.

    A T line that an event names as its trigger is a trigger, every other one an entity, whichever file it stands in.
    """
    ids = files.RecordIds(source)
    pattern = files.pattern(options.document_id, "document_id")
    for text in _texts(source, options):
        native = pattern.search(text.name)
        if native is None:
            raise InvalidInput(
                f"the name {text.name!r} does not match {options.document_id!r}",
                where=text.where,
                remedy="mend the reader's option document_id",
            )
        lines = [line for annotations in _annotations(text, source, options) for line in brat_lines.lines(annotations)]
        yield _document(source, options, ids.of(text.name), native[1], text, lines)


def _texts(source: Source, options: Options) -> Iterator[_Text]:
    """The texts of the split; annotations whose text is gone would else leave in silence, so they are refused."""
    listed = _listed(source, options)
    names: dict[str, str] = {}
    if options.texts == "files":
        _check_texts(source, options)
    for path in source.files:
        for text in _text_lines(path, names) if options.texts == "lines" else _text_files(path, listed, names):
            if listed is None or text.name in listed:
                yield text
    if options.texts == "lines":
        _check_names(source, options, set(names))
    for name in sorted(set(listed or ()) - set(names)):
        raise InvalidInput(
            f"there is no text {name!r} among the split's files",
            where=source.folder / options.only,
            remedy="put the text there, or strike it from the list",
        )


def _listed(source: Source, options: Options) -> set[str] | None:
    if not options.only:
        return None
    path = source.folder / options.only
    if not path.exists():
        raise InvalidInput("the list of texts does not exist", where=path, remedy="mend the reader's option only")
    return {line.strip() for _, line in files.lines(path) if line.strip()}


def _text_files(path: Path, listed: set[str] | None, names: dict[str, str]) -> Iterator[_Text]:
    if path.suffix != ".txt":
        raise InvalidInput(
            "the file is not a text",
            where=path,
            remedy="the files of the split are the .txt files; the option annotations names the suffixes of the others",
        )
    names[path.stem] = str(path)
    if listed is None or path.stem in listed:
        yield _Text(path.stem, files.text(path), str(path), path.parent)


def _text_lines(path: Path, names: dict[str, str]) -> Iterator[_Text]:
    for number, line in files.lines(path):
        if not line.strip():
            continue
        where = files.place(path, number)
        name, *content = line.split("\t")
        if len(content) != 1 or not name:
            raise InvalidInput(
                f"the line has {1 + len(content)} columns: {line[:80]!r}",
                where=where,
                remedy="a line reads name<TAB>text; the option texts: files reads one text a file",
            )
        if names.setdefault(name, where) != where:
            raise InvalidInput(
                f"the name {name!r} is used before, in {names[name]}", where=where, remedy="give each text its own name"
            )
        yield _Text(name, content[0], where, path.parent)


def _check_texts(source: Source, options: Options) -> None:
    folders = {path.parent for path in source.files}
    names = {name for folder in folders for name in os.listdir(folder)}
    beside = [source.folder / options.annotation_folder] if options.annotation_folder else sorted(folders)
    for folder in beside:
        held = names if options.annotation_folder else os.listdir(folder)
        _refuse_lone(folder, options, {name.removesuffix(".txt") for name in held if name.endswith(".txt")})


def _check_names(source: Source, options: Options, names: set[str]) -> None:
    folders = {source.folder / options.annotation_folder} if options.annotation_folder else set[Path]()
    for folder in sorted(folders or {path.parent for path in source.files}):
        _refuse_lone(folder, options, names)


def _refuse_lone(folder: Path, options: Options, names: set[str]) -> None:
    for name in sorted(os.listdir(folder)) if folder.is_dir() else ():
        suffix = next((s for s in options.annotations if name.endswith(s)), "")
        if suffix and name.removesuffix(suffix) not in names and not name.startswith("."):
            raise InvalidInput(
                "its text, the .txt file of the same name, does not exist"
                if options.texts == "files"
                else "its text, the line of that name, does not exist",
                where=folder / name,
                remedy="put the text there, or take the annotations away",
            )


def _annotations(text: _Text, source: Source, options: Options) -> Iterator[Path]:
    folder = source.folder / options.annotation_folder if options.annotation_folder else text.folder
    for suffix in options.annotations:
        annotations = folder / f"{text.name}{suffix}"
        if annotations.exists():
            yield annotations
        elif options.missing == "refuse":
            raise InvalidInput(
                f"its annotations {annotations} do not exist",
                where=text.where,
                remedy="put the file there, or set the reader's option missing to empty",
            )


def _document(source: Source, options: Options, record: str, native: str, text: _Text, lines: list[Line]) -> Document:
    kinds = brat_lines.by_kind(lines)
    mentions = Mentions(record=record, text=text.content, ledger=source.ledger, on_mismatch=options.on_mismatch)
    modifiers, meta = brat_lines.attributes([*kinds["M"], *kinds["A"]])
    events = tuple(brat_lines.event(line, modifiers) for line in kinds["E"])
    named = {event.trigger.ref for event in events}
    made = list(_mentions(kinds, mentions))
    groups, pairs = brat_lines.stars(kinds["*"], options.star_relations)
    relations = [*map(brat_lines.relation, kinds["R"]), *pairs]
    made, relations = _glued(made, relations, mentions, options.fragments)
    parts = without(mentions.dropped, Parts(tuple(relations), events, groups), record, source.ledger)
    triggers = {m.id for m in made if m.id in named and m.type not in options.kept_triggers}
    with files.located(text.where):
        return Document(
            id=record,
            language=source.language,
            document_id=native,
            annotated=options.annotated,
            meta=meta,
            text=text.content,
            passages=tuple(_passages(text.content, [m for m in made if m.type in options.passages])),
            entities=tuple(m for m in made if m.id not in triggers and m.type not in options.passages),
            triggers=tuple(m for m in made if m.id in triggers),
            relations=parts.relations,
            events=parts.events,
            coreferences=parts.coreferences,
        )


def _mentions(kinds: dict[str, list[Line]], mentions: Mentions) -> Iterator[Entity]:
    concepts = brat_lines.concepts(kinds["N"])
    for line in kinds["T"]:
        spans, named = brat_lines.spans(line), concepts.get(line.id, ())
        if entity := mentions.entity(line.id, line.words[0], spans, line.text, line.where, named):
            yield entity


def _glued(
    made: list[Entity], relations: list[Relation], mentions: Mentions, fragments: tuple[str, ...]
) -> tuple[list[Entity], list[Relation]]:
    """The mentions completed by their fragments, each from what was read, and the relations that are left."""
    known = {mention.id: mention for mention in made}
    parts: dict[str, list[str]] = {}
    left: list[Relation] = []
    for relation in relations:
        if relation.type in fragments and {relation.head.ref, relation.tail.ref} <= set(known):
            parts.setdefault(relation.head.ref, []).append(relation.tail.ref)
            reason = f"{relation.id}: {relation.head.ref} is completed by {relation.tail.ref}"
            mentions.ledger.note(mentions.record, "fragment_glued", reason)
        else:
            left.append(relation)
    for head in parts:
        spans = tuple(sorted({span for part in _reached(head, parts) for span in known[part].spans}))
        whole = msgspec.structs.replace(known[head], spans=spans, text=text_at(mentions.text, spans))
        made = [whole if mention.id == head else mention for mention in made]
    return made, left


def _reached(head: str, parts: dict[str, list[str]]) -> set[str]:
    reached, waiting = set[str](), [head]
    while waiting:
        if (part := waiting.pop()) not in reached:
            reached.add(part)
            waiting += parts.get(part, ())
    return reached


def _passages(text: str, annotated: list[Entity]) -> Iterator[Passage]:
    """What is annotated as a passage; without any, every line that is not blank, as a paragraph."""
    for mention in annotated:
        yield Passage(mention.type.lower(), mention.spans[0][0], mention.spans[-1][1])
    if not annotated:
        for match in re.finditer(r"[^\r\n]+", text):
            if match[0].strip():
                yield Passage("paragraph", match.start(), match.end())
