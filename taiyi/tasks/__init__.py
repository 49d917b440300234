"""The task types. One module each; the file name is the task id, spelled the same in params, templates and ids."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, cast

from taiyi.errors import unknown_name
from taiyi.instances import Context, Draft, Item, Items, Outcome, Parsed, Style
from taiyi.metrics import Score, measures
from taiyi.metrics.measures import Measure, Metric
from taiyi.records import AnyRecord, Part

if TYPE_CHECKING:
    from taiyi.tasks.subtasks import Candidates

Subtask = Literal["each_type", "pair", "mention"]


class TaskSpec(Part, frozen=True):
    """What a corpus declares about one of its tasks (the value under `tasks:` in its descriptor).

    types: native type, relation, label or event name -> the name asked for. Several natives may share one name;
      natives not listed are left out of the task. Order is the order asked.
    aliases: other spellings of a name that a model may answer with, alias -> name.
    roles: native argument role -> name (events).
    multiple: more than one label may be right.
    none_label: the label that stands for "no label" where the corpus has one.
    operation: tt_ds/tt_ts: title, summary, report ...; mt: the target language.
    subtasks: smaller questions that may be asked beside the whole one: each_type (ner, re, ee), one type at a time;
      mention (ner), whether a mention is of a type; pair (re), whether two mentions are so related.
    absent: names that a sub-task may ask for because they never occur in the corpus's texts; the answer is none.
    ends: native relation -> native types of its head and tail, for pairs that could be so related and are not (default:
      those of the record's own relations).
    """

    types: dict[str, str] = {}
    aliases: dict[str, str] = {}
    roles: dict[str, str] = {}
    multiple: bool = False
    none_label: str = ""
    operation: str = ""
    subtasks: tuple[Subtask, ...] = ()
    absent: tuple[str, ...] = ()
    ends: dict[str, tuple[str, str]] = {}


def _itself(item: Item) -> Iterable[Item]:
    return (item,)


class Fitting(NamedTuple):
    """How a training question that is too long is made to fit, where its gold answer can be computed anew from what is
    left: windows (of a document), context (sentences around the answer, which stands in it), turns (the latest of a
    dialogue); whole: not at all, since the answer is to the whole text.

    parts: what of a gold item windows may have each a part of (the links of a cluster); by default the item itself.
    """

    how: Literal["windows", "context", "turns", "whole"]
    parts: Callable[[Item], Iterable[Item]] = _itself


class Fields(NamedTuple):
    """What a wording is made of: the values that a task's questions of one group come with.

    lists: those of them that name what is asked for and that a wording may leave out, see `instructions.usable`.
    """

    names: tuple[str, ...]
    lists: tuple[str, ...] = ()


class Task(Protocol):
    """What a task module offers. `answer` and `parse` are inverse: parse(context, answer(...)).items == gold.

    FITTING: how a question that is too long is made to fit. A module may also have SUBTASKS, see `subtasks_of`.
    GROUPS: the groups of wordings that its questions choose from, and the fields that a wording of each has.
    """

    FITTING: Fitting
    GROUPS: Mapping[str, Fields]

    def instances(self, record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
        """The questions this task asks of a record; none if the record's family or annotation does not suit it."""

    def answer(self, gold: Items, context: Context, style: Style) -> str:
        """The gold answer as text."""

    def parse(self, text: str, context: Context, *, prompt: str = "") -> Parsed:
        """Read an answer back. Never raises. `prompt` resolves what the grammar leaves open."""

    def metric(self, outcomes: Sequence[Outcome]) -> Metric:
        """What scores the answers to the task's questions where no benchmark says otherwise."""


def ids() -> tuple[str, ...]:
    """Every task id, sorted."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in _SUPPORT))


_SUPPORT = frozenset(
    ("fields", "free_text", "grammar", "json_forms", "reading", "subtasks", "tables", "triples", "tuples", "yes_no")
)


@cache
def load(task: str) -> Task:
    """The task of that id; a wrong id is answered with what is close."""
    if task not in ids():
        raise unknown_name("task", task, ids())
    return cast(Task, importlib.import_module(f"{__name__}.{task}"))


def measure(task: str, outcomes: Sequence[Outcome]) -> tuple[Metric, Measure]:
    """What scores these outcomes of a task by default."""
    metric = load(task).metric(outcomes)
    return metric, measures.make(metric, task=task)


def score(task: str, outcomes: Sequence[Outcome]) -> Score:
    """The task's default score of judged answers."""
    return measure(task, outcomes)[1].score(outcomes)


def subtasks_of(task: str) -> Mapping[str, Candidates]:
    """The smaller questions that a task can ask, by kind: its module's SUBTASKS, if it has any."""
    found: Mapping[str, Candidates] = getattr(load(task), "SUBTASKS", {})
    return found
