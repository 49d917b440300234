"""Records become instances: a task's question, worded by a template, with its gold answer written and proven readable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from taiyi import tasks
from taiyi.instances import Draft, Instance, Style, instance_id
from taiyi.instructions.templates import chosen_wordings, form, pooled, usable, worded
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, Language, Turn
from taiyi.tasks import TaskSpec


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """How records are worded: the answer style, the folder of templates, the seed that picks, and wordings a record.

    first: how many wordings of each question are passed over, since it was asked in them before.
    pool: only the first so many wordings of a group are used; 0: all.
    unlisted: whether a wording may leave out the list of what is asked for, where its names are plain words.
    """

    style: Style
    folder: Path
    seed: int
    count: int = 1
    first: int = 0
    pool: int = 0
    unlisted: bool = False


def render(
    record: AnyRecord, task: str, spec: TaskSpec, wording: Wording, ledger: Ledger, smaller: Iterable[Draft] = ()
) -> Iterator[Instance]:
    """The instances of one record for one task. One whose answer does not read back as its gold goes to the ledger.

    smaller: questions of sub-tasks that are asked beside the whole ones, each in one wording.
    """
    for draft in tasks.load(task).instances(record, spec):
        group = wordings_of(record, task, draft, wording)
        until = wording.first + wording.count
        for name in chosen_wordings(group, seed=wording.seed, record=record.id, count=until)[wording.first :]:
            if instance := asked(record, task, draft, name, wording, ledger):
                yield instance
    for draft in smaller:
        group = wordings_of(record, task, draft, wording)
        for name in chosen_wordings(group, seed=wording.seed, record=f"{record.id}.{draft.subtask}", count=1):
            if instance := asked(record, task, draft, name, wording, ledger):
                yield instance


def wordings_of(record: AnyRecord, task: str, draft: Draft, wording: Wording) -> Mapping[str, str]:
    """Template id -> wording, of those that suit a draft; NotFound where the task has none in the language."""
    group = pooled(task, record.language, draft.wording, wording.folder, wording.style, wording.pool)
    lists = tasks.load(task).GROUPS[draft.wording].lists
    return usable(group, draft, lists, unlisted=wording.unlisted)


def asked(
    record: AnyRecord, task: str, draft: Draft, template: str, wording: Wording, ledger: Ledger
) -> Instance | None:
    """A draft in the wording of that id; none, but a row in the ledger, if its answer does not read back."""
    group = pooled(task, record.language, draft.wording, wording.folder, wording.style, 0)
    wanted = form(task, record.language, draft.wording, wording.folder) if wording.style == "json" else ""
    where = _place(wording.folder, task, record.language, draft.wording, template)
    turns = worded(group[template], draft, where, wanted)
    identifier = instance_id(record.id, task=task, language=record.language, template=template, subtask=draft.subtask)
    return _answered(identifier, task, record.language, draft, turns, wording.style, ledger)


@cache
def _place(folder: Path, task: str, language: Language, group: str, template: str) -> str:
    return f"{folder / task}.yaml: {language}.{group}.{template}"


def _answered(
    identifier: str,
    task: str,
    language: Language,
    draft: Draft,
    turns: tuple[Turn, ...],
    style: Style,
    ledger: Ledger,
) -> Instance | None:
    """The instance with its gold answer written, if that answer reads back as the gold (law 2)."""
    module = tasks.load(task)
    target = module.answer(draft.gold, draft.context, style)
    read_back = module.parse(target, draft.context, prompt=turns[-1].text).items
    if read_back != draft.gold:
        reason = f"its answer reads back as {short(read_back)}, not {short(draft.gold)}"
        ledger.drop(identifier, "not_reversible", reason)
        return None
    return Instance(
        id=identifier,
        task=task,
        language=language,
        style=style,
        turns=(*turns, Turn("assistant", target)),
        gold=draft.gold,
        context=draft.context,
        references=draft.references,
    )


def short(value: object) -> str:
    """A value as a row of the ledger shows it."""
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:150]}... ({len(text)} characters)"
