"""Records become instances: a task's question, worded by a template, with its gold answer written and proven readable."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from taiyi import strict_yaml, tasks
from taiyi.errors import InvalidParams, NotFound
from taiyi.instances import Draft, Instance, Style, instance_id
from taiyi.ledger import Ledger
from taiyi.records import LANGUAGES, AnyRecord, Language, Turn
from taiyi.tasks import TaskSpec

Wordings = Mapping[str, Mapping[str, str]]
"""Group -> template id -> wording, of one task and language."""


@cache
def templates(task: str, folder: Path) -> dict[Language, Wordings]:
    """The wordings of a task by language, from `folder`/<task>.yaml; an empty group or a misspelt key is refused."""
    path = folder / f"{task}.yaml"
    loaded = strict_yaml.convert(strict_yaml.load(path), dict[Language, dict[str, dict[str, str]]], path)
    for language in LANGUAGES:
        if not loaded.get(language) or not all(loaded[language].values()):
            raise InvalidParams(f"a group without wordings at {language}", where=path, remedy="give one, t1: ...")
    return dict(loaded)


def rank(seed: int, identifier: str) -> int:
    """A number that orders ids at random, the same for an id whatever else there is."""
    return int.from_bytes(hashlib.blake2b(f"{seed} {identifier}".encode(), digest_size=8).digest())


def chosen_wordings(group: Mapping[str, str], *, seed: int, record: str, count: int) -> tuple[str, ...]:
    """The ids of `count` wordings for a record: those of lowest rank, so that a new wording moves few records."""
    return tuple(sorted(group, key=lambda name: rank(seed, f"{record} {name}"))[:count])


def worded(wording: str, draft: Draft, where: str) -> tuple[Turn, ...]:
    """The conversation up to the answer. In a dialogue the wording opens it and later turns stand as they were said."""
    opening = draft.history[0].text if draft.history else draft.fields.get("text", "")
    fields = {**draft.fields, "text": opening} if draft.history else draft.fields
    try:
        first = string.Formatter().vformat(wording, (), fields)
    except (KeyError, IndexError, ValueError) as error:
        known = ", ".join("{" + name + "}" for name in sorted(fields))
        raise InvalidParams(
            f"the wording {wording!r} asks for {error}", where=where, remedy=f"known: {known}"
        ) from error
    if not draft.history:
        return (Turn("user", first),)
    return (Turn("user", first), *draft.history[1:], Turn("user", draft.fields["text"]))


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
        for name in chosen_wordings(group, seed=wording.seed, record=record.id, count=wording.count):
            turns = worded(group[name], draft, f"{file}: {record.language}.{draft.wording}.{name}")
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


def capped(instances: Iterable[Instance], *, cap: int, seed: int, ledger: Ledger) -> list[Instance]:
    """At most `cap` instances (0: all), those whose ids rank lowest; the rest goes to the ledger. Order is kept."""
    everything = list(instances)
    if not cap or len(everything) <= cap:
        return everything
    ranked = sorted(everything, key=lambda instance: rank(seed, instance.id))
    kept = {instance.id for instance in ranked[:cap]}
    for instance in ranked[cap:]:
        ledger.drop(instance.id, "cap", f"one of {len(everything)} where {cap} are wanted")
    return [instance for instance in everything if instance.id in kept]


def task_spec(corpus: str, task: str, declared: Mapping[str, Any]) -> TaskSpec:
    """A corpus's declaration of a task, as written in its descriptor, checked."""
    try:
        return msgspec.convert(declared, TaskSpec)
    except msgspec.ValidationError as error:
        raise InvalidParams(str(error), where=f"corpus {corpus}, tasks.{task}") from error


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:150]}... ({len(text)} characters)"
