"""Which smaller questions are asked of a record beside the whole one: so many of each kind, chosen by their ids."""

from __future__ import annotations

from collections.abc import Iterator

from taiyi import tasks
from taiyi.errors import InvalidParams
from taiyi.instances import Draft
from taiyi.instructions.mixing import rank
from taiyi.params import Subtasks
from taiyi.records import AnyRecord
from taiyi.tasks import TaskSpec

_RANKS = 2**64


def drafts(record: AnyRecord, task: str, spec: TaskSpec, rates: Subtasks, seed: int) -> Iterator[Draft]:
    """The sub-tasks' questions of a record, by kind as the corpus declares them; first those about what is there.

    Of a rate of 2.3 a record gets two, and three records in ten a third. Which, depends on the record's id and the
    sub-task's name alone, so that another type or record changes no question that is asked.
    """
    for kind in spec.subtasks:
        present, absent = rates.of(kind)
        if not present and not absent:
            continue
        candidates = {c.subtask: c for c in tasks.subtasks_of(task)[kind](record, spec)}
        for there, rate in ((True, present), (False, absent)):
            found = [c for c in candidates.values() if c.present is there]
            extra = rank(seed, f"{record.id}#{task}.{kind}.{there}") < (rate % 1) * _RANKS
            found.sort(key=lambda candidate: rank(seed, f"{record.id}#{task}.{candidate.subtask}"))
            yield from (candidate.make() for candidate in found[: int(rate) + extra])


def check(corpus: str, task: str, spec: TaskSpec) -> None:
    """Raise for a sub-task that the task does not have, and for an absent name that the corpus annotates."""
    known = tasks.subtasks_of(task)
    for kind in spec.subtasks:
        if kind not in known:
            raise InvalidParams(
                f"{task} has no sub-task {kind!r}",
                where=f"corpus {corpus}, tasks.{task}.subtasks",
                remedy=f"known: {', '.join(known) or 'none'}",
            )
    for name in spec.absent:
        if name in spec.types.values():
            raise InvalidParams(
                f"{name!r} is declared both as a type and as absent", where=f"corpus {corpus}, tasks.{task}.absent"
            )
