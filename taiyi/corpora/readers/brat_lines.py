"""The annotation lines of BRAT and BioNLP-ST standoff, T R E * M A N #, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec

from taiyi.corpora.readers import files
from taiyi.corpora.readers.mentions import Spans
from taiyi.errors import InvalidInput
from taiyi.records import Argument, Coreference, Event, Relation

_SHAPES = {
    "T": "T1<TAB>Type 0 5[;10 15]<TAB>text",
    "R": "R1<TAB>Type Arg1:T1 Arg2:T2",
    "E": "E1<TAB>Type:T1 Role:T2 Role:E2",
    "*": "*<TAB>Equiv T1 T2",
    "M": "M1<TAB>Negation E1",
    "A": "A1<TAB>Name E1 [value]",
    "N": "N1<TAB>Reference T1 DB:ID[<TAB>text], or N1<TAB>DB Annotation:T1 Referent:ID",
}
_NUMBERED_END = re.compile(r"Arg\d")
_ANNOTATION, _REFERENT = "Annotation:", "Referent:"


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


def lines(path: Path) -> Iterator[Line]:
    """The annotations of a file; comments (#) and blank lines are passed over."""
    name = str(path)
    for number, native in files.lines(path):
        if not native.strip() or native.startswith("#"):
            continue
        identifier, _, rest = native.partition("\t")
        words, _, text = rest.partition("\t")
        where = files.place(name, number)
        if identifier[:1] not in _SHAPES:
            raise InvalidInput(
                f"no annotation begins like {native[:80]!r}",
                where=where,
                remedy=f"lines begin with an id: {', '.join(_SHAPES)} or #",
            )
        line = Line(where, native, identifier, words.split(), text)
        if not line.words:
            raise line.refuse("the line has no second column")
        yield line


def by_kind(annotations: list[Line]) -> dict[str, list[Line]]:
    """The lines by the letter of their ids, every letter there; ids are unique, and what a line names is there."""
    kinds: dict[str, list[Line]] = {kind: [] for kind in _SHAPES}
    first: dict[str, str] = {}
    for line in annotations:
        if line.id != "*" and first.setdefault(line.id, line.where) != line.where:
            raise line.refuse(f"the id {line.id} is used before, in {first[line.id]}")
        kinds[line.id[0]].append(line)
    for line in (*kinds["M"], *kinds["A"], *kinds["N"]):
        if len(line.words) < 2 or line.words[1].removeprefix(_ANNOTATION) not in first:
            raise line.refuse("it is said of nothing in this document")
    for line in (*kinds["R"], *kinds["E"], *kinds["*"]):
        for reference in _references(line):
            if reference and reference not in first:
                raise line.refuse(f"it refers to {reference!r}, which is not in this document")
    return kinds


def _references(line: Line) -> Iterator[str]:
    for word in line.words if line.id[0] == "E" else line.words[1:]:
        yield word if line.id == "*" else word.partition(":")[2]


def spans(line: Line) -> Spans:
    """The offsets of a T line."""
    if len(line.words) < 3 or not line.text:
        raise line.refuse("a mention has a type, offsets and a text")
    if len(line.words) == 3:  # nearly all; what follows comes to the same
        first, last = files.number(line.words[1]), files.number(line.words[2])
        if first is not None and last is not None:
            return ((first, last),)
    found: list[tuple[int, int]] = []
    for fragment in " ".join(line.words[1:]).split(";"):
        match [files.number(written) for written in fragment.split()]:
            case [int(start), int(end)]:
                found.append((start, end))
            case _:
                raise line.refuse(f"the offsets {fragment!r} are not two numbers")
    return tuple(found)


def _arguments(line: Line, words: list[str]) -> list[Argument]:
    arguments: list[Argument] = []
    for word in words:
        role, colon, ref = word.partition(":")
        if not (role and colon and ref):
            raise line.refuse(f"the argument {word!r} is not Role:id")
        arguments.append(Argument(ref=ref, role="" if _NUMBERED_END.fullmatch(role) else role))
    return arguments


def relation(line: Line) -> Relation:
    """The relation of an R line; Arg1 and Arg2 say no role."""
    ends = _arguments(line, line.words[1:])
    if len(ends) != 2:
        raise line.refuse(f"a relation has two ends, not {len(ends)}")
    return Relation(line.id, line.words[0], *ends)


def event(line: Line, modifiers: dict[str, list[str]]) -> Event:
    """The event of an E line; roles keep their numbers (Theme2), which tell apart the arguments of one role."""
    trigger, *arguments = _arguments(line, line.words)
    return Event(line.id, trigger.role, Argument(ref=trigger.ref), tuple(arguments), tuple(modifiers.get(line.id, ())))


def attributes(annotations: list[Line]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The modifiers of each event, and what is said of mentions, which is kept as it stands."""
    modifiers: dict[str, list[str]] = {}
    meta: dict[str, str] = {}
    for line in annotations:
        name, target, *value = line.words
        if target.startswith("E"):
            modifiers.setdefault(target, []).append(":".join((name, *value)))
        else:
            meta[line.id] = " ".join(line.words)
    return modifiers, meta


def concepts(annotations: list[Line]) -> dict[str, tuple[str, ...]]:
    """The concepts of each mention. Where the line names its ends, its first word is the database of a bare id."""
    found: dict[str, tuple[str, ...]] = {}
    for line in annotations:
        if len(line.words) != 3:
            raise line.refuse("a normalisation has a name, a mention and a concept")
        name, target, concept = line.words
        if target.startswith(_ANNOTATION):
            target, concept = target.removeprefix(_ANNOTATION), concept.removeprefix(_REFERENT)
            concept = concept if ":" in concept else f"{name}:{concept}"
        found[target] = (*found.get(target, ()), concept)
    return found


def stars(annotations: list[Line], relations: tuple[str, ...]) -> tuple[tuple[Coreference, ...], list[Relation]]:
    """Lines without ids: equivalent mentions are coreference; others are pairs of neighbours, where they are asked for."""
    groups: list[Coreference] = []
    pairs: list[Relation] = []
    for number, line in enumerate(annotations, start=1):
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
