"""What a mixture would take of each corpus, task and language: of corpora at hand, or by the paper's plan of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from taiyi.budget import CHARACTERS, Measure, Part
from taiyi.corpora.descriptor import Descriptor
from taiyi.errors import InvalidParams
from taiyi.instances import Instance
from taiyi.instructions import plan
from taiyi.instructions.questions import Questions
from taiyi.instructions.targets import cap, check, supply, targets
from taiyi.ledger import Ledger
from taiyi.params import Params

Find = Callable[[str], Descriptor]


class Share(NamedTuple):
    """A part of the mixture. available: questions there are, each in one wording; taken: instances; loss: their share
    of the whole loss, 0 to 1; None where answers are not at hand.
    """

    part: Part
    available: int
    taken: int
    loss: float | None


def of_plan(described: Iterable[Descriptor], params: Params, find: Find) -> list[Share]:
    """What the mixture would take of the paper's corpora, were all of them enrolled; from the descriptors alone.

    Their answers are not at hand, so that nothing is evened out by loss.
    """
    known = {one.id: one for one in described}
    mix = params.instruct.mix
    check(mix, find)
    planned = plan.planned(known.values())
    of_task = Counter[tuple[str, str]]()
    for (corpus, task, _), count in planned.items():
        of_task[corpus, task] += count
    supplies = {}
    for part, count in planned.items():
        most = cap(known[part.corpus], part.task, mix, params.instruct.caps.train)
        whole = of_task[part.corpus, part.task]
        kept = count if most is None else min(count, count * most // max(whole, 1))
        supplies[part] = supply(kept, min(whole, most or whole), most=most, room=kept * mix.most_wordings)
    try:
        wanted = targets(supplies, mix)
    except ArithmeticError as error:
        raise _too_large(error) from error
    return [Share(part, count, wanted[part].taken, None) for part, count in planned.items()]


def of_corpora(
    corpora: Sequence[Descriptor],
    questions: Questions,
    params: Params,
    find: Find,
    measure: Measure = len,
    unit: str = CHARACTERS,
) -> list[Share]:
    """What the instruct stage would take of these corpora, all of whose questions are asked to find it out."""
    try:
        mixture = questions.mixture(corpora, find, measure, unit)
        available: Counter[Part] = Counter()
        for described in corpora:
            for task in described.tasks:
                asked = questions.asked(described, task, "train", Ledger(), count=mixture.asked(task))
                available.update(_parts(described, task, asked))
                questions.taken(described, task, asked, mixture, Ledger())
        budget = mixture.budget()
    except ArithmeticError as error:
        raise _too_large(error) from error
    taken = {Part(row.corpus, row.task, row.language): row for row in budget.rows}
    return [
        Share(part, count, row.instances, row.shares[budget.averaging])
        if (row := taken.get(part))
        else Share(part, count, 0, 0.0)
        for part, count in sorted(available.items())
    ]


def _parts(described: Descriptor, task: str, asked: Iterable[Instance]) -> Iterable[Part]:
    """The part of each question, whatever the wordings that it was asked in."""
    seen: set[tuple[str, str]] = set()
    for instance in asked:
        question = (instance.record, "".join(instance.id.partition("#")[2].split(".", 3)[3:]))
        if question not in seen:
            seen.add(question)
            yield Part(described.id, task, instance.language)


def _too_large(error: ArithmeticError) -> InvalidParams:
    return InvalidParams(
        f"the mixture asks for numbers that cannot be reckoned with: {error}",
        where="instruct.mix",
        remedy="a temperature of 0.1 to 100, weights and totals of at most some millions",
    )
