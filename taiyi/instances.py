"""Instances: one question put to a record, with its gold answer, worded in a language and an answer style."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from taiyi.records import Language, Part, Turn

if TYPE_CHECKING:
    Item: TypeAlias = tuple["str | Item", ...]
else:
    # msgspec cannot decode a recursive alias: unrolled to 16 events within events.
    _field = str
    for _ in range(48):
        _field = str | tuple[_field, ...]
    Item = tuple[_field, ...]
Items: TypeAlias = tuple[Item, ...]

Style = Literal["taiyi", "json"]
"""How answers are written: in the paper's own forms, or as JSON (docs/decisions/0010-the-json-answer-style.md)."""

Status = Literal["ok", "empty", "none", "partial", "off_schema", "ambiguous", "refusal", "unparsed"]
UNPARSABLE: frozenset[Status] = frozenset(("empty", "refusal", "unparsed"))


class Context(Part, frozen=True):
    """What the answer is written and read against.

    offered: names of the types, relations, labels or sections asked for, in the order asked.
    aliases: other spellings of an offered name, alias -> offered.
    choices: (label, text) of a choice question's options.
    multiple: more than one label or choice may be right.
    roles: the argument roles of events.
    operation: what a transformation makes (title, summary, report ...), the target language of a translation, the
      vocabulary of the ids asked for (nen), or yes_no where a sub-task is answered so.
    language: the language the answer is written in.
    """

    offered: tuple[str, ...] = ()
    aliases: dict[str, str] = {}
    choices: tuple[tuple[str, str], ...] = ()
    multiple: bool = False
    roles: tuple[str, ...] = ()
    operation: str = ""
    language: Language = "en"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a task asks of a record before it is worded: values for a template's placeholders, and the gold answer.

    `wording` names the group of templates to choose from; `history` holds the earlier turns of a dialogue;
    `references` further acceptable gold texts.
    """

    fields: dict[str, str]
    gold: Items
    context: Context = Context()
    subtask: str = ""
    wording: str = "default"
    history: tuple[Turn, ...] = ()
    references: tuple[str, ...] = ()


class Instance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A question as the model sees it, with its gold answer as text (the last turn) and as items.

    id: `corpus/split/key#task.language.template[.subtask]`; it extends the record's id.
    turns: the conversation; user first, assistant last.
    gold: the answer's items. A set of tuples for extraction and labels; one item of one string for text.
    """

    id: str
    task: str
    language: Language
    style: Style
    turns: tuple[Turn, ...]
    gold: Items
    context: Context = Context()
    references: tuple[str, ...] = ()

    @property
    def record(self) -> str:
        """The id of the record that this instance asks about."""
        return self.id.partition("#")[0]

    @property
    def prompt(self) -> str:
        """What the user says last before the gold answer."""
        return self.turns[-2].text

    @property
    def target(self) -> str:
        """The gold answer as written."""
        return self.turns[-1].text


def instance_id(record: str, *, task: str, language: str, template: str, subtask: str = "") -> str:
    """The id of an instance, as law 1 spells it."""
    return f"{record}#{task}.{language}.{template}" + (f".{subtask}" if subtask else "")


class Parsed(Part, frozen=True):
    """An answer as read back: its items, how the reading went, and remarks for the error report."""

    status: Status
    items: Items = ()
    notes: tuple[str, ...] = ()


class Prediction(Part, frozen=True):
    """A model's raw answer to an instance."""

    id: str
    text: str


class Outcome(Part, frozen=True):
    """One judged answer: the instance, the raw answer (None: unanswered) and what was read from it."""

    instance: Instance
    text: str | None
    parsed: Parsed
