"""The loss budget: how much say each task, language and corpus has in the loss, counted without a model.

An answer of n units weighs n, the square root of n, or 1, as the training loss averages (taiyi.llm.losses); a unit is a
token of a given tokenizer, or a character. The end of a turn counts as one more, since it is learnt too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias, get_args

import msgspec

from taiyi import records
from taiyi.instances import Instance
from taiyi.params import Averaging
from taiyi.records import Language, split_record_id

Measure: TypeAlias = Callable[[str], int]
"""How long a text is, in units."""

AVERAGINGS: tuple[Averaging, ...] = get_args(Averaging)
CHARACTERS = "characters"
_POWER: Mapping[Averaging, float] = {"token": 1.0, "square": 0.5, "sample": 0.0}


class Part(NamedTuple):
    """Instances of one corpus and task in one language (of the question)."""

    corpus: str
    task: str
    language: Language


class Row(records.Part, frozen=True, kw_only=True):
    """One part of the training set.

    offered: instances after caps; wanted: as many as the mixture asks for; instances: as many as were taken.
    weight: the factor that the mixture gave its task and language. answers: turns that are learnt; units: their length.
    shares: of the whole loss, 0 to 1, by averaging.
    """

    corpus: str
    task: str
    language: Language
    offered: int
    wanted: int
    instances: int
    answers: int
    units: int
    shares: dict[Averaging, float]
    weight: float = 1.0


class Budget(records.Part, frozen=True, kw_only=True):
    """The training set's budget. unit: what lengths are counted in; averaging: the one that the run trains with."""

    unit: str
    averaging: Averaging
    rows: tuple[Row, ...] = ()


class Share(records.Part, frozen=True, kw_only=True):
    """Several parts together: their instances, answers and units, and their shares of the loss, 0 to 1."""

    name: str
    instances: int
    answers: int
    units: int
    shares: dict[Averaging, float]


def answers(instance: Instance, measure: Measure) -> list[int]:
    """The lengths of the answers that are learnt: every turn of the assistant with its end."""
    return [measure(turn.text) + 1 for turn in instance.turns if turn.role == "assistant"]


def weight(length: int, averaging: Averaging) -> float:
    """What an answer of so many units weighs in the loss."""
    return float(length ** _POWER[averaging])


class Tally:
    """Counts instances and their answers by part."""

    def __init__(self, measure: Measure = len) -> None:
        self.instances: dict[Part, int] = {}
        self.answers: dict[Part, int] = {}
        self.units: dict[Part, int] = {}
        self.loss: dict[Part, dict[Averaging, float]] = {}
        self._measure = measure

    def add(self, instance: Instance) -> None:
        """Count one instance."""
        part = Part(split_record_id(instance.id)[0], instance.task, instance.language)
        lengths = answers(instance, self._measure)
        self.instances[part] = self.instances.get(part, 0) + 1
        self.answers[part] = self.answers.get(part, 0) + len(lengths)
        self.units[part] = self.units.get(part, 0) + sum(lengths)
        loss = self.loss.setdefault(part, dict.fromkeys(AVERAGINGS, 0.0))
        for averaging in AVERAGINGS:
            loss[averaging] += sum(weight(length, averaging) for length in lengths)

    def row(self, part: Part, *, offered: int, wanted: int, weight: float, total: Mapping[Averaging, float]) -> Row:
        """A part's row; total: the whole loss by averaging."""
        loss = self.loss.get(part, {})
        return Row(
            corpus=part.corpus,
            task=part.task,
            language=part.language,
            offered=offered,
            wanted=wanted,
            instances=self.instances.get(part, 0),
            answers=self.answers.get(part, 0),
            units=self.units.get(part, 0),
            shares={a: loss.get(a, 0.0) / (total[a] or 1.0) for a in AVERAGINGS},
            weight=weight,
        )

    def total(self) -> dict[Averaging, float]:
        """The whole loss by averaging."""
        return {averaging: sum(loss[averaging] for loss in self.loss.values()) for averaging in AVERAGINGS}


def together(rows: Iterable[Row], name: Callable[[Row], str]) -> list[Share]:
    """The rows added up by what `name` says of them, in the order of its first use; shares of what is given sum to 1."""
    given = list(rows)
    whole = {averaging: sum(row.shares[averaging] for row in given) or 1.0 for averaging in AVERAGINGS}
    found: dict[str, Share] = {}
    for row in given:
        key = name(row)
        so_far = found.get(key) or Share(name=key, instances=0, answers=0, units=0, shares=dict.fromkeys(AVERAGINGS, 0))
        found[key] = msgspec.structs.replace(
            so_far,
            instances=so_far.instances + row.instances,
            answers=so_far.answers + row.answers,
            units=so_far.units + row.units,
            shares={a: so_far.shares[a] + row.shares[a] / whole[a] for a in AVERAGINGS},
        )
    return list(found.values())
