"""The seven record families: what every reader yields, with the invariants that are checked when a record is made.

Offsets are half-open and count Unicode code points of the record's text (after BigBio's schema, extended as the
Taiyi paper did, arXiv 2311.11608). An entity may be discontinuous, nested or overlapping.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Literal
from urllib.parse import quote, unquote

import msgspec

from taiyi.errors import InvalidInput

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def record_id(corpus: str, split: str, key: str) -> str:
    """`corpus/split/key`; characters of the key that would end it early are percent-encoded."""
    plain = key.isascii() and key.isalnum()  # most are, and quoting takes longer than the rest
    return f"{corpus}/{split}/{key if plain else quote(key, safe=':+=,;@()[]|')}"


def split_record_id(identifier: str) -> tuple[str, str, str]:
    """The corpus, split and native key of a record id or of any id that extends it."""
    corpus, split, key = identifier.partition("#")[0].split("/", 2)
    return corpus, split, unquote(key)


def content_key(*texts: str) -> str:
    """A key for records whose source has none: 12 hex digits of their content, so that new neighbours change nothing."""
    return hashlib.blake2b("\x1f".join(texts).encode(), digest_size=6).hexdigest()


class Part(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What every part of a record is made of: immutable, defaults left out on disk, unknown keys refused."""


class Passage(Part, frozen=True):
    """A stretch of a document: kind (title, abstract, paragraph, sentence ...) and offsets into its text."""

    kind: str
    start: int
    end: int


class Entity(Part, frozen=True):
    """A mention. `text` is its fragments joined by one blank; `concepts` are normalised ids, as `DB:ID`."""

    id: str
    type: str
    spans: tuple[tuple[int, int], ...]
    text: str
    concepts: tuple[str, ...] = ()


class Argument(Part, frozen=True):
    """One end of a relation or event: exactly one of `ref` (an id in this record), `concept` (normalised id), `text`."""

    ref: str = ""
    concept: str = ""
    text: str = ""
    role: str = ""

    def __post_init__(self) -> None:
        if bool(self.ref) + bool(self.concept) + bool(self.text) != 1:
            raise InvalidInput(f"an argument names exactly one of ref, concept and text, not {self!r}")


class Relation(Part, frozen=True):
    """A typed pair. An end may be an entity, a concept, bare text or (causal relations) another relation."""

    id: str
    type: str
    head: Argument
    tail: Argument


class Event(Part, frozen=True):
    """A typed trigger with arguments in roles; an argument may be another event. `modifiers`: Negation, Speculation."""

    id: str
    type: str
    trigger: Argument
    arguments: tuple[Argument, ...] = ()
    modifiers: tuple[str, ...] = ()


class Coreference(Part, frozen=True):
    """Mentions of one thing: ids of entities."""

    id: str
    members: tuple[str, ...]


class Choice(Part, frozen=True):
    """One option of a choice question: its label (a letter, yes/no/maybe) and its text."""

    label: str
    text: str


class Turn(Part, frozen=True):
    """One contribution to a conversation."""

    role: Literal["user", "assistant"]
    text: str


class Section(Part, frozen=True):
    """A named part of a structured text."""

    name: str
    text: str


class Output(Part, frozen=True):
    """One reference output of a transformation: plain text, or sections in order."""

    text: str = ""
    sections: tuple[Section, ...] = ()


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What all families share. `document_id` names the source document (a PMID, say) wherever one is known;
    `annotated` is false for records whose gold is withheld; `meta` holds what is worth keeping and read by nobody.
    """

    id: str
    language: Language
    document_id: str = ""
    annotated: bool = True
    meta: dict[str, str] = {}

    def refuse(self, problem: str, remedy: str = "") -> InvalidInput:
        """The error for a broken invariant of this record."""
        return InvalidInput(problem, where=self.id, remedy=remedy)

    def texts(self) -> Iterator[str]:
        """The source texts of this record (never its gold), for overlap checks and for raw text."""
        raise AssertionError(f"{type(self).__name__} does not say what its texts are")


class Document(Record, frozen=True, tag="document", tag_field="family"):
    """A text with annotations at offsets: NER NEN RE CRE EE COREF. Triggers are kept apart from entities."""

    text: str
    passages: tuple[Passage, ...] = ()
    entities: tuple[Entity, ...] = ()
    triggers: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    events: tuple[Event, ...] = ()
    coreferences: tuple[Coreference, ...] = ()

    def texts(self) -> Iterator[str]:
        """The document's text."""
        yield self.text

    def __post_init__(self) -> None:
        ids: set[str] = set()
        for mention in (*self.entities, *self.triggers):
            self._check_mention(mention)
        for group in (self.entities, self.triggers, self.relations, self.events, self.coreferences):
            for part in group:
                if part.id in ids:
                    raise self.refuse(f"id {part.id!r} is used twice")
                ids.add(part.id)
        for passage in self.passages:
            if not 0 <= passage.start <= passage.end <= len(self.text):
                raise self.refuse(
                    f"passage {passage.start}-{passage.end} lies outside a text of {len(self.text)} characters"
                )
        self._check_references(ids)

    def _check_mention(self, mention: Entity) -> None:
        text = self.text
        if len(mention.spans) == 1:  # nearly all; what follows comes to the same
            start, end = mention.spans[0]
            if 0 <= start < end <= len(text) and text[start:end] == mention.text:
                return
        if not mention.spans:
            raise self.refuse(f"entity {mention.id} has no span")
        for start, end in mention.spans:
            if not 0 <= start < end <= len(text):
                raise self.refuse(
                    f"entity {mention.id}: span {start}-{end} lies outside a text of {len(text)} characters"
                )
        found = text_at(text, mention.spans)
        if found != mention.text:
            where = ",".join(f"{s}-{e}" for s, e in mention.spans)
            raise self.refuse(
                f"entity {mention.id}: the text at {where} reads {found!r}, the annotation says {mention.text!r}",
                "correct the offsets, or allow the reader to repair or drop such mentions (descriptor option on_mismatch)",
            )

    def _check_references(self, ids: set[str]) -> None:
        def check(owner: str, reference: str) -> None:
            if reference not in ids:
                raise self.refuse(f"{owner} refers to {reference!r}, which is not in this record")

        for relation in self.relations:
            for end in (relation.head, relation.tail):
                if end.ref:
                    check(relation.id, end.ref)
        for event in self.events:
            for argument in (event.trigger, *event.arguments):
                if argument.ref:
                    check(event.id, argument.ref)
        for group in self.coreferences:
            for member in group.members:
                check(group.id, member)


class Classification(Record, frozen=True, tag="classification", tag_field="family"):
    """A text and 0..n labels: TC."""

    text: str
    labels: tuple[str, ...] = ()

    def texts(self) -> Iterator[str]:
        """The classified text."""
        yield self.text

    def __post_init__(self) -> None:
        if len(set(self.labels)) != len(self.labels):
            raise self.refuse(f"a label is given twice: {', '.join(self.labels)}")


class Question(Record, frozen=True, tag="question", tag_field="family"):
    """A question: kind choice (QA-mc; `answers` are choice labels), context (QA-cqa) or open (QA-sqa)."""

    question: str
    kind: Literal["choice", "context", "open"]
    choices: tuple[Choice, ...] = ()
    context: str = ""
    answers: tuple[str, ...] = ()
    long_answers: tuple[str, ...] = ()

    def texts(self) -> Iterator[str]:
        """The question, and the context it is asked about."""
        yield self.question
        if self.context:
            yield self.context

    def __post_init__(self) -> None:
        labels = [choice.label for choice in self.choices]
        if len(set(labels)) != len(labels):
            raise self.refuse(f"a choice label is used twice: {', '.join(labels)}")
        if self.kind == "choice":
            if not labels:
                raise self.refuse("a choice question has no choices")
            for answer in self.answers:
                if answer not in labels:
                    raise self.refuse(f"the answer {answer!r} is not among the choices {', '.join(labels)}")
        if self.annotated and not self.answers:
            raise self.refuse("the question has no answer", "give one, or mark the record as not annotated")


class Dialogue(Record, frozen=True, tag="dialogue", tag_field="family"):
    """Turns by role, the user first and the roles in turn, with what is known beforehand: MRD."""

    turns: tuple[Turn, ...]
    context: str = ""

    def texts(self) -> Iterator[str]:
        """What the user said."""
        yield " ".join(turn.text for turn in self.turns if turn.role == "user")

    def __post_init__(self) -> None:
        if not self.turns:
            raise self.refuse("the dialogue has no turns")
        for number, turn in enumerate(self.turns):
            expected = "user" if number % 2 == 0 else "assistant"
            if turn.role != expected:
                raise self.refuse(
                    f"turn {number + 1} is the {turn.role}'s, where the {expected}'s is due",
                    "join turns of one speaker",
                )


class Parallel(Record, frozen=True, tag="parallel", tag_field="family"):
    """One text in two languages: MT. `language` is the source side."""

    translations: dict[Language, str]

    def texts(self) -> Iterator[str]:
        """Both sides: a leak through the target side is a leak."""
        yield from self.translations.values()

    def __post_init__(self) -> None:
        if len(self.translations) < 2 or self.language not in self.translations:
            raise self.refuse(
                f"needs {self.language} and another language, has {', '.join(self.translations) or 'none'}"
            )
        for language, text in self.translations.items():
            if not text.strip():
                raise self.refuse(f"the {language} side is empty")


class Pair(Record, frozen=True, tag="pair", tag_field="family"):
    """Two texts with a label or a score: TP-ss TP-te."""

    text_1: str
    text_2: str
    label: str = ""
    score: float | None = None

    def texts(self) -> Iterator[str]:
        """The pair as one text: the same sentence may stand in many pairs."""
        yield f"{self.text_1}\n{self.text_2}"

    def __post_init__(self) -> None:
        if self.annotated and bool(self.label) == (self.score is not None):
            raise self.refuse("a pair has either a label or a score")


class Transform(Record, frozen=True, tag="transform", tag_field="family"):
    """A text and what it is turned into, plain (TT-ds) or in sections (TT-ts); several outputs are references."""

    input: str
    outputs: tuple[Output, ...] = ()

    def texts(self) -> Iterator[str]:
        """The input."""
        yield self.input

    def __post_init__(self) -> None:
        if self.annotated and not any(o.text or o.sections for o in self.outputs):
            raise self.refuse("the record has no output", "give one, or mark the record as not annotated")


AnyRecord = Document | Classification | Question | Dialogue | Parallel | Pair | Transform


def text_at(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """The mention at `spans` (half-open, code points): its fragments in order, joined by one blank."""
    if len(spans) == 1:
        return text[spans[0][0] : spans[0][1]]
    return " ".join(text[start:end] for start, end in spans)
