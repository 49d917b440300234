"""What data/instructions holds: instances by use, corpus, task and language, their lengths and wordings, and the budget."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from taiyi import jsonl, layout
from taiyi.budget import CHARACTERS, Budget, Measure, Part, Tally
from taiyi.instances import Instance
from taiyi.records import Language, split_record_id
from taiyi.records import Part as Struct

USES = ("train", "dev", "test")


class Lengths(Struct, frozen=True):
    """Median, the value that 95 of 100 do not exceed, the longest, and all together, in units."""

    median: int
    p95: int
    longest: int
    total: int


class Count(Struct, frozen=True, kw_only=True):
    """The instances of one corpus, task and language in one use. prompts: all turns before the answer; answers: the last.

    wordings: template id -> instances.
    """

    use: str
    corpus: str
    task: str
    language: Language
    instances: int
    prompts: Lengths
    answers: Lengths
    wordings: dict[str, int]


class Statistics(Struct, frozen=True, kw_only=True):
    """All of it; lengths are in `unit`."""

    unit: str
    counts: tuple[Count, ...]
    budget: Budget


class _Key(NamedTuple):
    use: str
    part: Part


class _Seen:
    """Lengths and wordings of one part, as they are met."""

    def __init__(self) -> None:
        self.prompts, self.answers = array("l"), array("l")
        self.wordings: dict[str, int] = {}

    def add(self, instance: Instance, measure: Measure) -> None:
        self.prompts.append(sum(measure(turn.text) for turn in instance.turns[:-1]))
        self.answers.append(measure(instance.target))
        wording = instance.id.partition("#")[2].split(".")[2]
        self.wordings[wording] = self.wordings.get(wording, 0) + 1


def statistics(folder: Path, measure: Measure | None = None, unit: str = CHARACTERS) -> Statistics:
    """The statistics of a folder of instructions; NotReady where it has not been made.

    The budget is the one that was written with the instances, or counted anew by the measure that is given.
    """
    budget: Budget = jsonl.read_json(folder / layout.BUDGET, Budget)
    seen: dict[_Key, _Seen] = {}
    tally = Tally(measure or len)
    for use, instance in _all(folder):
        part = Part(split_record_id(instance.id)[0], instance.task, instance.language)
        seen.setdefault(_Key(use, part), _Seen()).add(instance, measure or len)
        if use == "train" and measure:
            tally.add(instance)
    return Statistics(
        unit=unit,
        counts=tuple(_count(key, seen[key]) for key in sorted(seen, key=lambda key: (USES.index(key.use), key.part))),
        budget=recounted(budget, tally, unit) if measure else budget,
    )


def recounted(budget: Budget, tally: Tally, unit: str) -> Budget:
    """The budget with its answers counted in other units."""
    whole = tally.total()
    rows = (
        tally.row(
            Part(row.corpus, row.task, row.language),
            offered=row.offered,
            wanted=row.wanted,
            weight=row.weight,
            total=whole,
        )
        for row in budget.rows
    )
    return msgspec.structs.replace(budget, unit=unit, rows=tuple(rows))


def _all(folder: Path) -> Iterator[tuple[str, Instance]]:
    for use in USES:
        for instance in jsonl.read(folder / layout.instructions(use).name, Instance):
            yield use, instance


def _count(key: _Key, seen: _Seen) -> Count:
    return Count(
        use=key.use,
        corpus=key.part.corpus,
        task=key.part.task,
        language=key.part.language,
        instances=len(seen.answers),
        prompts=_lengths(seen.prompts),
        answers=_lengths(seen.answers),
        wordings=dict(sorted(seen.wordings.items(), key=lambda item: (len(item[0]), item[0]))),
    )


def _lengths(values: array[int]) -> Lengths:
    ordered = sorted(values)
    last = len(ordered) - 1
    return Lengths(ordered[last // 2], ordered[int(0.95 * last)], ordered[last], sum(ordered))
