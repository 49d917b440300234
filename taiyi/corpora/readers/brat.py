"""BRAT and BioNLP-ST standoff: a .txt and its annotation files, lines T R E * M A N #."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Literal

import msgspec

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files
from taiyi.corpora.readers.mentions import Mentions, OnMismatch, Parts, Spans, without
from taiyi.errors import InvalidInput
from taiyi.records import Argument, Coreference, Document, Entity, Event, Passage, Relation

_SHAPES = {
    "T": "T1<TAB>Type 0 5[;10 15]<TAB>text",
    "R": "R1<TAB>Type Arg1:T1 Arg2:T2",
    "E": "E1<TAB>Type:T1 Role:T2 Role:E2",
    "*": "*<TAB>Equiv T1 T2",
    "M": "M1<TAB>Negation E1",
    "A": "A1<TAB>Name E1 [value]",
    "N": "N1<TAB>Reference T1 DB:ID[<TAB>text]",
}
_NUMBERED_END = re.compile(r"Arg\d")


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the standoff reader. The split's files are the .txt files.

    annotations: suffixes of the annotation files that belong to a text, in reading order.
    annotation_folder: where they lie below the corpus folder; empty: beside the text.
    missing: what a text without one of its annotation files means: an error, or nothing annotated in that file.
    annotated: false where the gold is withheld (blind test sets).
    document_id: a regular expression on the file's stem; its first group is the document id.
    star_relations: names of `*` lines that are relations between neighbours (Chia's OR); `* Equiv` is coreference.
    """

    annotations: tuple[str, ...] = (".ann",)
    annotation_folder: str = ""
    missing: Literal["refuse", "empty"] = "refuse"
    annotated: bool = True
    document_id: str = r"(.+)"
    star_relations: tuple[str, ...] = ()
    on_mismatch: OnMismatch = "refuse"


class Line(msgspec.Struct, frozen=True):
    """One annotation: its id, the words of its second column, and the text of its third."""

    where: str
    native: str
    id: str
    words: list[str]
    text: str

    def refuse(self, problem: str) -> InvalidInput:
        """The error for this line, with the shape that it should have."""
        return InvalidInput(
            f"{problem}: {self.native[:80]!r}", where=self.where, remedy=f"such a line reads {_SHAPES[self.id[0]]}"
        )


def read(source: Source, options: Options) -> Iterator[Document]:
    """One document a text. Offsets count every character of it, carriage returns too. Comments (#) are not read.

    A T line that an event names as its trigger is a trigger, every other one an entity, whichever file it stands in.
    Relations, the `frag` between parts of one mention (MLEE) too, stand as they are: the tasks choose among their types.
    """
    ids = files.RecordIds(source)
    pattern = files.pattern(options.document_id, "document_id")
    _check_texts(source, options)
    for path in source.files:
        native = pattern.search(path.stem)
        if native is None:
            raise InvalidInput(
                f"the file's name does not match {options.document_id!r}",
                where=path,
                remedy="mend the reader's option document_id",
            )
        lines = [line for annotations in _annotations(path, source, options) for line in _lines(annotations)]
        yield _document(source, options, ids.of(path.stem), native[1], path, lines)


def _check_texts(source: Source, options: Options) -> None:
    """Annotations whose text is gone would else leave in silence."""
    if options.annotation_folder:
        return
    for folder in sorted({path.parent for path in source.files}):
        names = {path.name for path in folder.iterdir()}
        for name in sorted(names):
            suffix = next((s for s in options.annotations if name.endswith(s)), "")
            if suffix and f"{name.removesuffix(suffix)}.txt" not in names and not name.startswith("."):
                raise InvalidInput(
                    "its text, the .txt file of the same name, does not exist",
                    where=folder / name,
                    remedy="put the text there, or take the annotations away",
                )


def _annotations(path: Path, source: Source, options: Options) -> Iterator[Path]:
    if path.suffix != ".txt":
        raise InvalidInput(
            "the file is not a text",
            where=path,
            remedy="the files of the split are the .txt files; the option annotations names the suffixes of the others",
        )
    folder = source.folder / options.annotation_folder if options.annotation_folder else path.parent
    for suffix in options.annotations:
        annotations = folder / f"{path.stem}{suffix}"
        if annotations.exists():
            yield annotations
        elif options.missing == "refuse":
            raise InvalidInput(
                f"its annotations {annotations} do not exist",
                where=path,
                remedy="put the file there, or set the reader's option missing to empty",
            )


def _lines(path: Path) -> Iterator[Line]:
    for number, native in files.lines(path):
        if not native.strip() or native.startswith("#"):
            continue
        columns = native.split("\t")
        where = files.place(path, number)
        if columns[0][:1] not in _SHAPES:
            raise InvalidInput(
                f"no annotation begins like {native[:80]!r}",
                where=where,
                remedy=f"lines begin with an id: {', '.join(_SHAPES)} or #",
            )
        line = Line(where, native, columns[0], columns[1].split() if len(columns) > 1 else [], "\t".join(columns[2:]))
        if not line.words:
            raise line.refuse("the line has no second column")
        yield line


def _document(source: Source, options: Options, record: str, native: str, path: Path, lines: list[Line]) -> Document:
    text = files.text(path)
    kinds = _by_kind(lines)
    mentions = Mentions(record=record, text=text, ledger=source.ledger, on_mismatch=options.on_mismatch)
    modifiers, meta = _attributes([*kinds["M"], *kinds["A"]])
    events = tuple(_event(line, modifiers) for line in kinds["E"])
    triggers = {event.trigger.ref for event in events}
    concepts = _concepts(kinds["N"])
    made = [entity for line in kinds["T"] if (entity := _mention(line, mentions, concepts.get(line.id, ())))]
    groups, pairs = _stars(kinds["*"], options.star_relations)
    parts = without(
        mentions.dropped, Parts((*map(_relation, kinds["R"]), *pairs), events, groups), record, source.ledger
    )
    with files.located(str(path)):
        return Document(
            id=record,
            language=source.language,
            document_id=native,
            annotated=options.annotated,
            meta=meta,
            text=text,
            passages=tuple(_passages(text)),
            entities=tuple(entity for entity in made if entity.id not in triggers),
            triggers=tuple(entity for entity in made if entity.id in triggers),
            relations=parts.relations,
            events=parts.events,
            coreferences=parts.coreferences,
        )


def _by_kind(lines: list[Line]) -> dict[str, list[Line]]:
    kinds: dict[str, list[Line]] = {kind: [] for kind in _SHAPES}
    first: dict[str, str] = {}
    for line in lines:
        if line.id != "*" and first.setdefault(line.id, line.where) != line.where:
            raise line.refuse(f"the id {line.id} is used before, in {first[line.id]}")
        kinds[line.id[0]].append(line)
    for line in (*kinds["M"], *kinds["A"], *kinds["N"]):
        if len(line.words) < 2 or line.words[1] not in first:
            raise line.refuse("it is said of nothing in this document")
    return kinds


def _mention(line: Line, mentions: Mentions, concepts: tuple[str, ...]) -> Entity | None:
    if len(line.words) < 3 or not line.text:
        raise line.refuse("a mention has a type, offsets and a text")
    return mentions.entity(line.id, line.words[0], _spans(line), line.text, line.where, concepts)


def _spans(line: Line) -> Spans:
    spans: list[tuple[int, int]] = []
    for fragment in " ".join(line.words[1:]).split(";"):
        match [files.number(written) for written in fragment.split()]:
            case [int(start), int(end)]:
                spans.append((start, end))
            case _:
                raise line.refuse(f"the offsets {fragment!r} are not two numbers")
    return tuple(spans)


def _arguments(line: Line, words: list[str]) -> list[Argument]:
    arguments: list[Argument] = []
    for word in words:
        role, colon, ref = word.partition(":")
        if not (role and colon and ref):
            raise line.refuse(f"the argument {word!r} is not Role:id")
        arguments.append(Argument(ref=ref, role="" if _NUMBERED_END.fullmatch(role) else role))
    return arguments


def _relation(line: Line) -> Relation:
    ends = _arguments(line, line.words[1:])
    if len(ends) != 2:
        raise line.refuse(f"a relation has two ends, not {len(ends)}")
    return Relation(line.id, line.words[0], *ends)


def _event(line: Line, modifiers: dict[str, list[str]]) -> Event:
    """An event; roles keep their numbers (Theme2), which tell apart the arguments of one role."""
    trigger, *arguments = _arguments(line, line.words)
    return Event(line.id, trigger.role, Argument(ref=trigger.ref), tuple(arguments), tuple(modifiers.get(line.id, ())))


def _attributes(lines: list[Line]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The modifiers of each event, and what is said of mentions, which is kept as it stands."""
    modifiers: dict[str, list[str]] = {}
    meta: dict[str, str] = {}
    for line in lines:
        name, target, *value = line.words
        if target.startswith("E"):
            modifiers.setdefault(target, []).append(":".join((name, *value)))
        else:
            meta[line.id] = " ".join(line.words)
    return modifiers, meta


def _concepts(lines: list[Line]) -> dict[str, tuple[str, ...]]:
    concepts: dict[str, tuple[str, ...]] = {}
    for line in lines:
        if len(line.words) != 3:
            raise line.refuse("a normalisation has a name, a mention and a concept")
        _, target, concept = line.words
        concepts[target] = (*concepts.get(target, ()), concept)
    return concepts


def _stars(lines: list[Line], relations: tuple[str, ...]) -> tuple[tuple[Coreference, ...], list[Relation]]:
    """Lines without ids: equivalent mentions are coreference; others are pairs of neighbours, where they are asked for."""
    groups: list[Coreference] = []
    pairs: list[Relation] = []
    for number, line in enumerate(lines, start=1):
        name, *members = line.words
        if len(members) < 2:
            raise line.refuse("such a line names at least two mentions")
        if name == "Equiv":
            groups.append(Coreference(f"*{number}", tuple(members)))
        elif name in relations:
            pairs += (
                Relation(f"*{number}.{n}", name, Argument(ref=a), Argument(ref=b))
                for n, (a, b) in enumerate(pairwise(members), start=1)
            )
        else:
            raise InvalidInput(
                f"nothing says what {name!r} means: {line.native[:80]!r}",
                where=line.where,
                remedy=f"name {name} in the reader's option star_relations",
            )
    return tuple(groups), pairs


def _passages(text: str) -> Iterator[Passage]:
    """Every line that is not blank, as a paragraph."""
    for match in re.finditer(r"[^\r\n]+", text):
        if match[0].strip():
            yield Passage("paragraph", match.start(), match.end())
