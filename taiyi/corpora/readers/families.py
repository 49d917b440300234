"""Which key of a JSON object or table row holds what, family by family.

A key is a path into nested values, its steps parted by dots: `object.@value`, `answer.0`, `answers.*.text`.
"""

from __future__ import annotations

from typing import Literal

from taiyi.corpora import readers
from taiyi.corpora.readers.mentions import OnMismatch
from taiyi.records import Language


class Keys(readers.Options, frozen=True, kw_only=True):
    """The base of what names keys."""


class EntityKeys(Keys, frozen=True, kw_only=True):
    """Mentions: `list` holds them; empty: the record is its one mention. `concepts` may be joined by `separator`;
    `type` may be left out for one `name`.

    word: the key of a number that names the mention in place of offsets: the nth of the words of the text, from 0,
    parted by single blanks.
    """

    list: str = "entities"
    id: str = ""
    start: str = "start_idx"
    end: str = "end_idx"
    end_inclusive: bool = False
    word: str = ""
    type: str = "type"
    name: str = ""
    text: str = "entity"
    concepts: str = ""
    separator: str = "##"
    database: str = ""


class RelationKeys(Keys, frozen=True, kw_only=True):
    """Relations. An end is a text, an entity's id, or an object: with a type of its own a relation, else a mention.

    ends: whether an end that is no object holds a text or the id of an entity. mention: the key of the text in an end
    that is an object; start, end, where they are named: the keys of its offsets, and the end is an entity of the type
    `mention_type`. names: native type -> name, where types are numbers; a type that is not among them is refused.
    """

    list: str = "spo_list"
    type: str = "predicate"
    head: str = "subject"
    tail: str = "object.@value"
    ends: Literal["text", "id"] = "text"
    mention: str = "mention"
    start: str = ""
    end: str = ""
    end_inclusive: bool = False
    mention_type: str = "mention"
    names: dict[str, str] = {}


class EventKeys(Keys, frozen=True, kw_only=True):
    """Events whose trigger and arguments are texts: `arguments` is role -> key; lists give several, empty texts none.

    type: the key of the event's type; without one all are `name`.
    """

    list: str = "event"
    type: str = ""
    name: str = "event"
    trigger: str = "core_name"
    arguments: dict[str, str] = {}


class DocumentKeys(Keys, frozen=True, kw_only=True):
    """A Document. `whole`: the key with concepts of the text as a whole (term normalisation), joined by `separator`.

    database, here and in EntityKeys: the vocabulary of the concepts, put before each.
    """

    text: str = "text"
    entities: EntityKeys | None = None
    relations: RelationKeys | None = None
    events: EventKeys | None = None
    whole: str = ""
    whole_type: str = "term"
    separator: str = "##"
    database: str = ""
    on_mismatch: OnMismatch = "refuse"


class ClassificationKeys(Keys, frozen=True, kw_only=True):
    """A Classification. One key with the labels, a list or joined by `separator`; or `flags`: label -> key of a 0 or 1.

    parts: heading -> key, for a text that lies under several: one line each, empty ones left out; an empty heading is
    not written. trimmed: characters that may stand around a label and are no part of it (quotation marks).
    """

    text: str = "text"
    parts: dict[str, str] = {}
    labels: str = "label"
    separator: str = ""
    trimmed: str = ""
    flags: dict[str, str] = {}


class PairKeys(Keys, frozen=True, kw_only=True):
    """A Pair, with a label, or a score: the mean of the `scores` that are not empty."""

    text_1: str = "text1"
    text_2: str = "text2"
    label: str = ""
    scores: tuple[str, ...] = ()


class QuestionKeys(Keys, frozen=True, kw_only=True):
    """An open Question, or one about a context. `answers` is a text or a list of texts.

    details: keys of texts that belong to the question and follow it, each on a line of its own, where they say anything
    that the question does not.
    """

    question: str = "question"
    details: tuple[str, ...] = ()
    context: str = ""
    answers: str = "answer"
    long_answers: str = ""


class DialogueKeys(Keys, frozen=True, kw_only=True):
    """A Dialogue. Neighbouring turns of one speaker are joined by a line break; what an assistant says before the user's
    first turn goes to the context.

    given: how `turns` holds them: "objects" with a `role` and a `text`; "marked": texts that begin with one of the marks
    `user` and `assistant`, 问：and 答：say; "text": one text with the marks in it; "exchanges": objects, in a list or an
    object, with what either says under the keys `user` and `assistant`; "asked": no conversation at all, but `asked`
    gives to each key the question that its value answers, {key} in it standing for another value.
    within: a pattern whose first group is what is said in a text of an exchange, the rest being marks.
    reply: the key of the assistant's last turn, where it stands apart.
    on_empty: what to do with a turn without words.
    """

    given: Literal["objects", "marked", "text", "exchanges", "asked"] = "objects"
    turns: str = "dialogue"
    role: str = "speaker"
    text: str = "sentence"
    user: tuple[str, ...] = ("user",)
    assistant: tuple[str, ...] = ("assistant",)
    within: str = ""
    asked: dict[str, str] = {}
    reply: str = ""
    context: str = ""
    on_empty: Literal["keep", "refuse", "drop"] = "keep"


class ParallelKeys(Keys, frozen=True, kw_only=True):
    """A Parallel: language -> key."""

    translations: dict[Language, str]


class TransformKeys(Keys, frozen=True, kw_only=True):
    """A Transform. `outputs` is a text, an object of sections, or a list of either. parts: as in ClassificationKeys."""

    input: str = "text"
    parts: dict[str, str] = {}
    outputs: str = "summary"


class Options(readers.Options, frozen=True, kw_only=True):
    """What json_records and table share: where the id lies, and the keys of exactly one family.

    id, document_id: keys; without an id, records are named by their content. An id of several keys (`a+b`) is `1.2`.
    meta: meta name -> key. The key `@file` is everywhere the name of the record's file, without its last ending.
    gold: "required": a record without it is refused; "optional": it is read as not annotated; "withheld": none is read.
    only, without: files below the corpus folder whose ids (.txt: one a line; JSON: a list, or the keys of an object) are
      kept, or left out.
    where: key -> the values of it that make a record of this split; others belong to other splits, or to none.
    joiner: between the parts of a text that is given as a list.
    """

    id: str = ""
    document_id: str = ""
    meta: dict[str, str] = {}
    gold: Literal["required", "optional", "withheld"] = "required"
    only: str = ""
    without: str = ""
    where: dict[str, tuple[str, ...]] = {}
    joiner: str = "\n"
    document: DocumentKeys | None = None
    classification: ClassificationKeys | None = None
    pair: PairKeys | None = None
    question: QuestionKeys | None = None
    dialogue: DialogueKeys | None = None
    parallel: ParallelKeys | None = None
    transform: TransformKeys | None = None

    def __post_init__(self) -> None:
        named = [family for family in FAMILIES if getattr(self, family) is not None]
        if len(named) != 1:
            # A ValueError, because msgspec then adds where in the options it was.
            raise ValueError(
                f"exactly one of {', '.join(FAMILIES)} says what a record becomes, not {' and '.join(named) or 'none'}"
            )


FAMILIES = ("document", "classification", "pair", "question", "dialogue", "parallel", "transform")
