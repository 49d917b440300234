"""What a corpus declares about a task, as written in its descriptor, checked before anything is asked."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from taiyi.errors import InvalidParams
from taiyi.instructions import subtasks
from taiyi.tasks import TaskSpec, grammar


def task_spec(corpus: str, task: str, declared: Mapping[str, Any]) -> TaskSpec:
    """A corpus's declaration of a task. Raises InvalidParams of an unknown key, a sub-task that the task has not, or an
    alias that leads nowhere or to two names.
    """
    where = f"corpus {corpus}, tasks.{task}"
    try:
        spec = msgspec.convert(declared, TaskSpec)
    except msgspec.ValidationError as error:
        raise InvalidParams(str(error), where=where) from error
    subtasks.check(corpus, task, spec)
    _check_aliases(spec, f"{where}.aliases")
    return spec


def _check_aliases(spec: TaskSpec, where: str) -> None:
    """Each alias stands for one name that is asked for, and is no other name's spelling, case and width aside."""
    names = tuple(dict.fromkeys(spec.types.values()))
    if not names:
        return  # the record's own names are asked for
    taken = {grammar.fold(name): name for name in names}
    for alias, name in spec.aliases.items():
        if name not in names:
            close = get_close_matches(name, names, 3) or names
            raise InvalidParams(
                f"{alias!r} stands for {name!r}, which is not asked for",
                where=where,
                remedy=f"asked for: {', '.join(close)}",
            )
        owner = taken.setdefault(grammar.fold(alias), name)
        if owner != name:
            raise InvalidParams(
                f"{alias!r} stands for {name!r}, but is also how {owner!r} is spelt",
                where=where,
                remedy="an answer that says so could mean either; keep one of the two",
            )
