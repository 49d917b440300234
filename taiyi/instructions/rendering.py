"""Records become instances: a task's question, worded by a template, with its gold answer written and proven readable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from taiyi import tasks
from taiyi.errors import InvalidParams, NotFound
from taiyi.instances import Draft, Instance, Style, instance_id
from taiyi.instructions.templates import chosen_wordings, form, templates, worded
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, Language, Turn
from taiyi.tasks import TaskSpec


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """How records are worded: the answer style, the folder of templates, the seed that picks, and wordings a record."""

    style: Style
    folder: Path
    seed: int
    count: int = 1


def render(record: AnyRecord, task: str, spec: TaskSpec, wording: Wording, ledger: Ledger) -> Iterator[Instance]:
    """The instances of one record for one task. One whose answer does not read back as its gold goes to the ledger."""
    file = f"{wording.folder / task}.yaml"
    by_group = templates(task, wording.folder)[record.language]
    for draft in tasks.load(task).instances(record, spec):
        group = by_group.get(draft.wording)
        if not group:
            raise NotFound(f"{file} has no wordings at {record.language}.{draft.wording}; add some, t1: ...")
        asked = form(task, record.language, draft.wording, wording.folder) if wording.style == "json" else ""
        for name in chosen_wordings(group, seed=wording.seed, record=record.id, count=wording.count):
            turns = worded(group[name], draft, f"{file}: {record.language}.{draft.wording}.{name}", asked)
            identifier = instance_id(
                record.id, task=task, language=record.language, template=name, subtask=draft.subtask
            )
            instance = _answered(identifier, task, record.language, draft, turns, wording.style, ledger)
            if instance:
                yield instance


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
        reason = f"its answer reads back as {_short(read_back)}, not {_short(draft.gold)}"
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


def task_spec(corpus: str, task: str, declared: Mapping[str, Any]) -> TaskSpec:
    """A corpus's declaration of a task, as written in its descriptor, checked."""
    try:
        return msgspec.convert(declared, TaskSpec)
    except msgspec.ValidationError as error:
        raise InvalidParams(str(error), where=f"corpus {corpus}, tasks.{task}") from error


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:150]}... ({len(text)} characters)"
