"""The mixture of the training set: what each corpus and task has to give, what is taken of it, and the loss that makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from taiyi.budget import CHARACTERS, Budget, Measure, Part, Tally
from taiyi.corpora.descriptor import Descriptor
from taiyi.instances import Instance
from taiyi.instructions import mixing
from taiyi.instructions.targets import Supply, Target, cap, supply, targets
from taiyi.ledger import Ledger
from taiyi.params import Params
from taiyi.records import Language


class Mixture:
    """Takes instances corpus by corpus and task by task as `params.instruct.mix` says, and counts what it took.

    measure: the length of an answer in units; unit: what they are. Where the mixture needs a survey, everything has to go
    through `survey` once before anything is taken.
    """

    def __init__(self, params: Params, measure: Measure = len, unit: str = CHARACTERS) -> None:
        self._params, self._mix = params, params.instruct.mix
        self._measure, self._unit = measure, unit
        self._supplies: dict[Part, Supply] = {}
        self._targets: dict[Part, Target] = {}
        self._tally = Tally(self._measure)

    def asked(self, task: str) -> int:
        """In how many wordings each training question of a task is asked to begin with."""
        return self._params.instruct.task_wordings.get(task, self._params.instruct.wordings)

    def survey(
        self, described: Descriptor, task: str, instances: Iterable[Instance], room: Mapping[Language, int]
    ) -> None:
        """Count what a corpus and task has, before anything is taken. room: instances in all the wordings there are."""
        kept = self._capped(described, task, instances, Ledger())
        self._supplies |= self._supplied(described, task, kept, room)

    def take(
        self,
        described: Descriptor,
        task: str,
        instances: Iterable[Instance],
        again: Callable[[int], Iterable[Instance]],
        ledger: Ledger,
    ) -> list[Instance]:
        """What is taken of a corpus and task; `again(n)` asks its questions in the wording after the first n."""
        kept = self._capped(described, task, instances, ledger)
        if not self._mix.needs_survey:
            # Nobody waits for what wordings cannot give, so how many there are need not be known.
            endless = Counter({i.language: len(kept) * self._mix.most_wordings for i in kept})
            supplies = self._supplied(described, task, kept, endless)
            self._supplies |= supplies
            self._targets |= targets(supplies, self._mix)
        elif not self._targets:
            self._targets = targets(self._supplies, self._mix)
        own = [part for part in self._supplies if (part.corpus, part.task) == (described.id, task)]
        asked = self.asked(task)
        taken = mixing.drawn(
            kept,
            lambda n: again(asked + n - 1) if asked + n <= self._mix.most_wordings else (),
            counts={part.language: self._targets[part].taken for part in own},
            seed=self._params.seed,
            ledger=ledger,
        )
        for instance in taken:
            self._tally.add(instance)
        return taken

    def budget(self) -> Budget:
        """The loss budget of what was taken."""
        whole = self._tally.total()
        rows = (
            self._tally.row(part, offered=self._supplies[part].instances, wanted=wanted, weight=weight, total=whole)
            for part, (_, wanted, weight) in self._targets.items()
        )
        return Budget(unit=self._unit, averaging=self._params.train.loss_averaging, rows=tuple(rows))

    def _capped(
        self, described: Descriptor, task: str, instances: Iterable[Instance], ledger: Ledger
    ) -> list[Instance]:
        most = cap(described, task, self._mix, self._params.instruct.caps.train)
        return mixing.capped(instances, cap=most, seed=self._params.seed, ledger=ledger)

    def _supplied(
        self, described: Descriptor, task: str, kept: Sequence[Instance], room: Mapping[Language, int]
    ) -> dict[Part, Supply]:
        """What each language of a corpus and task has to give."""
        most = cap(described, task, self._mix, self._params.instruct.caps.train)
        losses = self._losses(kept) if self._mix.even.strength else {}
        found: dict[Part, Supply] = {}
        for language, count in Counter(instance.language for instance in kept).items():
            part = Part(described.id, task, language)
            found[part] = supply(count, len(kept), most=most, room=room[language], loss=losses.get(part, 0.0))
        return found

    def _losses(self, instances: Iterable[Instance]) -> Mapping[Part, float]:
        tally = Tally(self._measure)
        for instance in instances:
            tally.add(instance)
        return {part: loss[self._params.train.loss_averaging] for part, loss in tally.loss.items()}
