"""The task types. One module each; the file name is the task id, spelled the same in params, templates and ids."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Protocol, cast

from taiyi.errors import unknown_name
from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics import Score
from taiyi.records import AnyRecord, Part


class TaskSpec(Part, frozen=True):
    """What a corpus declares about one of its tasks (the value under `tasks:` in its descriptor).

    types: native type, relation, label or event name -> the name asked for. Several natives may share one name;
      natives not listed are left out of the task. Order is the order asked.
    aliases: other spellings of a name that a model may answer with, alias -> name.
    roles: native argument role -> name (events).
    multiple: more than one label may be right.
    none_label: the label that stands for "no label" where the corpus has one.
    operation: tt_ds/tt_ts: title, summary, report ...; mt: the target language.
    """

    types: dict[str, str] = {}
    aliases: dict[str, str] = {}
    roles: dict[str, str] = {}
    multiple: bool = False
    none_label: str = ""
    operation: str = ""


class Task(Protocol):
    """What a task module offers. `answer` and `parse` are inverse: parse(context, answer(...)).items == gold."""

    def instances(self, record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
        """The questions this task asks of a record; none if the record's family or annotation does not suit it."""

    def answer(self, gold: Items, context: Context, style: Style) -> str:
        """The gold answer as text."""

    def parse(self, text: str, context: Context, *, prompt: str = "") -> Parsed:
        """Read an answer back. Never raises. `prompt` resolves what the grammar leaves open."""

    def score(self, outcomes: Sequence[Outcome]) -> Score:
        """The task's headline score over judged answers."""


def ids() -> tuple[str, ...]:
    """Every task id, sorted."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in _SUPPORT))


_SUPPORT = frozenset(("fields", "free_text", "grammar", "json_forms", "reading", "triples", "tuples"))


@cache
def load(task: str) -> Task:
    """The task of that id; a wrong id is answered with what is close."""
    if task not in ids():
        raise unknown_name("task", task, ids())
    return cast(Task, importlib.import_module(f"{__name__}.{task}"))
