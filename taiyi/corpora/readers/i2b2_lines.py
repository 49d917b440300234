"""The i2b2 challenges' lines: fields `key="mention" line:token line:token` parted by `||`, beside texts of white-space tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from taiyi.corpora import readers
from taiyi.corpora.readers import Source, files
from taiyi.corpora.readers.mentions import Mentions, OnMismatch
from taiyi.corpora.readers.tokens import Tokens, Where
from taiyi.errors import InvalidInput, InvalidParams
from taiyi.records import Argument, Document, Entity, Relation

_PARTED = re.compile(r"\|{2,3}")
_FIELD = re.compile(r'(\w+)="(.*)"([\d:, ]*)')
_PAIR = re.compile(r"(\d{1,6}):(\d{1,6}) (\d{1,6}):(\d{1,6})")
_PAIRS = re.compile(rf"{_PAIR.pattern}(?:[, ] ?{_PAIR.pattern})*")
_NOT_MENTIONED = "nm"
_MENTIONED = ("m", "do", "mo", "f", "du", "r")
_SHAPE = (
    'such a line reads c="chest pain" 12:3 12:4||t="problem", with ||a="present" for an assertion, '
    'c="x" 1:0 1:0||r="TrAP"||c="y" 1:2 1:3 for a relation, or m="x" 1:0 1:0||do="nm"||... for a medication'
)


class Options(readers.Options, frozen=True, kw_only=True):
    """Options of the i2b2 reader. The split's files are annotation files, one for each document.

    text: where their texts lie: a glob below the corpus folder whose last part holds `{id}`.
    more: further annotation files of the same documents (relations, assertions), each such a glob.
    missing: what a document without one of these further files means: an error, or nothing annotated there.
    document_id: a regular expression on the annotation file's name; its first group is the id.
    """

    text: str
    more: tuple[str, ...] = ()
    missing: Literal["refuse", "empty"] = "refuse"
    document_id: str = r"([^.]+)"
    on_mismatch: OnMismatch = "refuse"


class Field(NamedTuple):
    """One field of a line; without places it is a quality, or something that is not mentioned."""

    key: str
    text: str
    places: tuple[Where, ...]


class Line(NamedTuple):
    """One annotation line, and where it stands."""

    where: str
    fields: list[Field]

    @property
    def shape(self) -> tuple[str, ...]:
        """The keys of its fields."""
        return tuple(field.key for field in self.fields)

    def refuse(self, problem: str) -> InvalidInput:
        """The error for this line."""
        return InvalidInput(problem, where=self.where, remedy=_SHAPE)


def read(source: Source, options: Options) -> Iterator[Document]:
    """One document an annotation file. Lines are counted from 1, tokens from 0, and both ends are included.

    A medication entry (2009) becomes its medication, the other fields as mentions of their own, and a relation from the
    medication to each, its type being the field's key; what is said of the whole entry goes to meta, as assertions do.
    """
    ids = files.RecordIds(source)
    pattern = files.pattern(options.document_id, "document_id")
    texts = _by_id(source.folder, options.text)
    more = [_by_id(source.folder, template) for template in options.more]
    for path in source.files:
        native = pattern.match(path.name)
        if native is None:
            raise InvalidInput(
                f"the file's name does not match {options.document_id!r}",
                where=path,
                remedy="mend the reader's option document_id",
            )
        text = _of(native[1], texts, options.text, path)
        lines = list(_lines(path))
        for template, found in zip(options.more, more, strict=True):
            if native[1] in found or options.missing == "refuse":
                lines += _lines(_of(native[1], found, template, path))
        content = files.text(text)
        mentions = Mentions(
            record=ids.of(native[1]), text=content, ledger=source.ledger, on_mismatch=options.on_mismatch
        )
        yield _Builder(mentions, Tokens(content)).document(source, native[1], path, lines)


def _by_id(folder: Path, template: str) -> dict[str, list[Path]]:
    """The files that a glob with `{id}` names, by id."""
    before, mark, after = template.rpartition("/")[2].partition("{id}")
    if not mark:
        raise InvalidParams(f"{template!r} does not say where the id stands", remedy="concept/{id}.con")
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.glob(template.replace("{id}", "*"))):
        if path.is_file():
            found.setdefault(path.name[len(before) : len(path.name) - len(after)], []).append(path)
    return found


def _of(native: str, found: dict[str, list[Path]], template: str, path: Path) -> Path:
    paths = found.get(native, [])
    if len(paths) != 1:
        raise InvalidInput(
            f"there are {len(paths)} files {template.replace('{id}', native)!r} for it, not one",
            where=path,
            remedy="put the file there, or mend the reader's options text, more and document_id",
        )
    return paths[0]


def _lines(path: Path) -> Iterator[Line]:
    for number, native in files.lines(path):
        if native.strip():
            where = files.place(path, number)
            yield Line(where, [_field(part.strip(), where) for part in _PARTED.split(native.strip())])


def _field(part: str, where: str) -> Field:
    match = _FIELD.fullmatch(part)
    places = match[3].strip() if match else ""
    if match is None or (places and not _PAIRS.fullmatch(places)):
        raise InvalidInput(f"not a field: {part[:80]!r}", where=where, remedy=_SHAPE)
    pairs = ([int(n) for n in numbers] for numbers in _PAIR.findall(places))
    return Field(match[1], match[2], tuple(((a, b), (c, d)) for a, b, c, d in pairs))


class _Builder:
    """Collects the annotations of one document: each mention once, whatever lines name it."""

    def __init__(self, mentions: Mentions, tokens: Tokens) -> None:
        self._mentions, self._tokens = mentions, tokens
        self._entities: dict[tuple[str, tuple[Where, ...]], Entity | None] = {}
        self._at: dict[tuple[Where, ...], Entity] = {}
        self._relations: dict[tuple[str, str, str], Relation] = {}
        self._meta: dict[str, str] = {}

    def document(self, source: Source, native: str, path: Path, lines: list[Line]) -> Document:
        """The document; mentions are made before what refers to them."""
        for line in sorted(lines, key=lambda line: line.shape != ("c", "t")):
            self._add(line)
        with files.located(str(path)):
            return Document(
                id=self._mentions.record,
                language=source.language,
                document_id=native,
                text=self._mentions.text,
                meta=self._meta,
                entities=tuple(entity for entity in self._entities.values() if entity),
                relations=tuple(self._relations.values()),
            )

    def _add(self, line: Line) -> None:
        match line.fields:
            case [Field("c") as concept, Field("t") as kind]:
                self._mention(line, kind.text, concept)
            case [Field("c") as concept, Field("t"), Field("a") as assertion]:
                if entity := self._named(line, concept):
                    self._say(entity, assertion.text)
            case [Field("c") as head, Field("r") as kind, Field("c") as tail]:
                self._relate(line, kind.text, self._named(line, head), self._named(line, tail))
            case [Field("m") as medication, *others]:
                self._entry(line, medication, others)
            case _:
                raise line.refuse(f"no line has the fields {', '.join(line.shape)}")

    def _entry(self, line: Line, medication: Field, others: list[Field]) -> None:
        """A medication with its dosage, mode, frequency, duration and reason, and what is said of it."""
        head = self._mention(line, medication.key, medication)
        said: list[str] = []
        for field in others:
            if field.key not in _MENTIONED:
                said.append(f"{field.key}={field.text}")
            elif field.text != _NOT_MENTIONED or field.places:
                self._relate(line, field.key, head, self._mention(line, field.key, field))
        if head and said:
            self._say(head, " ".join(said))

    def _mention(self, line: Line, kind: str, field: Field) -> Entity | None:
        if not (kind and field.places):
            problem = f"the field {field.key} has no {'places' if kind else 'type'}"
            if self._mentions.on_mismatch == "refuse":
                raise line.refuse(problem)
            self._lost(line, problem)
            return None
        key = (kind, field.places)
        if key not in self._entities:
            made = self._entity(f"T{len(self._entities) + 1}", kind, field, line.where)
            self._entities[key] = made
            if made:
                self._at.setdefault(field.places, made)
        return self._entities[key]

    def _entity(self, identifier: str, kind: str, field: Field, where: str) -> Entity | None:
        mentions = self._mentions
        spans = self._tokens.spans(field.places, field.text)
        if spans is None:
            problem = f"entity {identifier}: the text has no such tokens, the annotation says {field.text!r}"
            if mentions.on_mismatch == "refuse":
                raise InvalidInput(
                    f"{mentions.record}: {problem}",
                    where=where,
                    remedy="correct the places, or set the reader's option on_mismatch to repair or drop",
                )
            mentions.ledger.note(mentions.record, "mention_dropped", problem, action="dropped")
            return None
        return mentions.entity(identifier, kind, spans, self._tokens.said(spans, field.text), where)

    def _named(self, line: Line, field: Field) -> Entity | None:
        """The concept at these places: an assertion or relation is about one that is annotated."""
        if entity := self._at.get(field.places):
            return entity
        problem = f"no concept is annotated where {field.text!r} should be"
        if self._mentions.on_mismatch == "refuse":
            raise line.refuse(problem)
        self._lost(line, problem)
        return None

    def _relate(self, line: Line, kind: str, head: Entity | None, tail: Entity | None) -> None:
        if head is None or tail is None:
            self._lost(line, f"a relation {kind} has lost an end")
            return
        identifier = f"R{len(self._relations) + 1}"
        relation = Relation(identifier, kind, Argument(ref=head.id), Argument(ref=tail.id))
        self._relations.setdefault((kind, head.id, tail.id), relation)

    def _lost(self, line: Line, problem: str) -> None:
        self._mentions.ledger.note(self._mentions.record, "part_dropped", f"{line.where}: {problem}", action="dropped")

    def _say(self, entity: Entity, words: str) -> None:
        before = self._meta.get(entity.id, "")
        self._meta[entity.id] = f"{before}; {words}" if before else words
