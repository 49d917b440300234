"""Questions of two tasks with answers, judged and scored into real evaluation folders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from taiyi import manifest, tasks
from taiyi.evaluation import results
from taiyi.evaluation.outcomes import judge
from taiyi.evaluation.scoring import evaluate
from taiyi.instances import Context, Instance, Items, instance_id
from taiyi.records import Turn

TOPICS = Context(offered=("Treatment", "Prevention"))
OPTIONS = Context(offered=("A", "B"), choices=(("A", "heparin"), ("B", "warfarin")))
_GOLD: dict[str, tuple[Context, tuple[Items, Items]]] = {
    "tc": (TOPICS, ((("Treatment",),), (("Prevention",),))),
    "qa_mc": (OPTIONS, ((("A",),), (("B",),))),
}


def instance(corpus: str, number: int, task: str, template: str = "t1") -> Instance:
    """One question; the gold answers alternate."""
    context, golds = _GOLD[task]
    gold = golds[number % 2]
    return Instance(
        id=instance_id(f"{corpus}/test/{number}", task=task, language="en", template=template),
        task=task,
        language="en",
        style="taiyi",
        turns=(Turn("user", "What is it?"), Turn("assistant", tasks.load(task).answer(gold, context, "taiyi"))),
        gold=gold,
        context=context,
    )


def questions(n: int = 60, template: str = "t1") -> list[Instance]:
    """So many of each of two test sets."""
    sets = (("topics", "tc"), ("exam", "qa_mc"))
    return [instance(corpus, number, task, template) for corpus, task in sets for number in range(n)]


def answers(instances: Sequence[Instance], right: Callable[[int], bool]) -> dict[str, str]:
    """The gold answer where the question's place says so, else that of its neighbour, which is wrong."""
    found = {}
    for place, one in enumerate(instances):
        number = int(one.record.rpartition("/")[2])
        other = instance(one.record.partition("/")[0], number + 1, one.task)
        found[one.id] = one.target if right(place) else other.target
    return found


def evaluated(
    folder: Path, right: Callable[[int], bool], *, name: str = "", instances: Sequence[Instance] | None = None
) -> Path:
    """An evaluation folder of these answers."""
    asked = questions() if instances is None else instances
    outcomes = judge(asked, answers(asked, right))
    with manifest.whole_folder(folder) as made:
        results.write(made, evaluate(outcomes, {}, name=name), outcomes)
    return folder
