"""The questions that tasks ask of records, and which of them are trained on and scored, as params.yaml says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from taiyi import tasks
from taiyi.budget import Measure
from taiyi.corpora.descriptor import Descriptor
from taiyi.instances import Draft, Instance
from taiyi.instructions import mixing, subtasks, targets
from taiyi.instructions.mixture import Mixture
from taiyi.instructions.rendering import Wording, render, wordings_of
from taiyi.instructions.specs import task_spec
from taiyi.ledger import Ledger
from taiyi.params import Params
from taiyi.records import AnyRecord, Language
from taiyi.tasks import TaskSpec

Records = Callable[[str, str], Iterable[AnyRecord]]
"""Of a use (train, dev, test) and a corpus's id: its records."""


def of_record(
    record: AnyRecord, task: str, spec: TaskSpec, wording: Wording, ledger: Ledger, smaller: Iterable[Draft] = ()
) -> Iterator[Instance]:
    """The instances of a record for a task; one that the task has nothing to ask of leaves a row in the ledger."""
    made, before = 0, len(ledger.entries)
    for instance in render(record, task, spec, wording, ledger, smaller):
        made += 1
        yield instance
    if not made and len(ledger.entries) == before:
        ledger.drop(f"{record.id}#{task}", "nothing_to_ask", f"it has nothing that {task} asks for")


def worded_as(use: str, params: Params, folder: Path, *, count: int = 1, first: int = 0) -> Wording:
    """How questions of a use are worded: in `count` wordings of `folder` after the `first`."""
    return Wording(
        style=params.instruct.style,
        folder=folder,
        seed=params.seed,
        count=count,
        first=first,
        pool=params.instruct.pool,
        unlisted=params.instruct.unlisted and use == "train",
    )


class Questions:
    """What is asked of corpora. templates: the folder of wordings; records: where the records are taken from."""

    def __init__(self, params: Params, templates: Path, records: Records) -> None:
        self._params, self._templates, self._records = params, templates, records

    def asked(
        self, described: Descriptor, task: str, use: str, ledger: Ledger, *, count: int = 1, first: int = 0
    ) -> list[Instance]:
        """The questions that a task asks of a corpus, each in `count` wordings after the `first`; for training also
        those of its sub-tasks, once.
        """
        params, spec = self._params, task_spec(described.id, task, described.tasks[task])
        wording = worded_as(use, params, self._templates, count=count, first=first)
        found: list[Instance] = []
        for record in self._records(use, described.id):
            if first:
                found.extend(render(record, task, spec, wording, ledger))
                continue
            rates = params.instruct.subtasks
            smaller = subtasks.drafts(record, task, spec, rates, params.seed) if use == "train" else ()
            found.extend(of_record(record, task, spec, wording, ledger, smaller))
        return found

    def room(self, described: Descriptor, task: str) -> Counter[Language]:
        """How many training instances all wordings together could make of a corpus and task; sub-tasks are asked once."""
        params, spec = self._params, task_spec(described.id, task, described.tasks[task])
        most = params.instruct.mix.most_wordings
        wording = worded_as("train", params, self._templates, count=most)
        found: Counter[Language] = Counter()
        for record in self._records("train", described.id):
            whole = (wordings_of(record, task, draft, wording) for draft in tasks.load(task).instances(record, spec))
            smaller = subtasks.drafts(record, task, spec, params.instruct.subtasks, params.seed)
            found[record.language] += sum(min(most, len(group)) for group in whole) + len(list(smaller))
        return found

    def scored(self, described: Descriptor, use: str, ledger: Ledger) -> Iterator[Instance]:
        """The instances of a corpus for dev or test: each question once, each task capped."""
        cap: int = getattr(self._params.instruct.caps, use)
        for task in described.tasks:
            everything = self.asked(described, task, use, ledger)
            yield from mixing.capped(everything, cap=cap or None, seed=self._params.seed, ledger=ledger)

    def mixture(
        self, corpora: Sequence[Descriptor], find: Callable[[str], Descriptor], measure: Measure, unit: str
    ) -> Mixture:
        """The mixture, surveyed where how many are taken of one corpus depends on the others.

        find: any described corpus by its id; measure, unit: see Mixture.
        """
        targets.check(self._params.instruct.mix, find)
        mixture = Mixture(self._params, measure, unit)
        if self._params.instruct.mix.needs_survey:
            for described in corpora:
                for task in described.tasks:
                    everything = self.asked(described, task, "train", Ledger(), count=mixture.asked(task))
                    mixture.survey(described, task, everything, self.room(described, task))
        return mixture

    def trained(self, described: Descriptor, task: str, mixture: Mixture, ledger: Ledger) -> list[Instance]:
        """The training instances of a corpus and task, as many as the mixture takes."""
        everything = self.asked(described, task, "train", ledger, count=mixture.asked(task))
        return self.taken(described, task, everything, mixture, ledger)

    def taken(
        self, described: Descriptor, task: str, everything: Sequence[Instance], mixture: Mixture, ledger: Ledger
    ) -> list[Instance]:
        """Those of the questions asked that the mixture takes, and others in further wordings where it wants more."""

        def again(first: int) -> list[Instance]:
            return self.asked(described, task, "train", ledger, first=first)

        return mixture.take(described, task, everything, again, ledger)
