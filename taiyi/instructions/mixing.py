"""Which instances are taken: caps, targets and stages, and an order at random that depends on nothing but each id."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from taiyi import tasks
from taiyi.errors import unknown_name
from taiyi.instances import Instance
from taiyi.ledger import Ledger
from taiyi.params import TrainStage
from taiyi.records import Language


def ranks(seed: int, identifier: str, names: Iterable[str]) -> list[tuple[bytes, str]]:
    """Each name with what orders it as `rank` orders `identifier name`; what they have in common is hashed once."""
    begun = hashlib.blake2b(f"{seed} {identifier} ".encode(), digest_size=8)
    found = []
    for name in names:
        whole = begun.copy()
        whole.update(name.encode())
        found.append((whole.digest(), name))
    return found


def rank(seed: int, identifier: str) -> int:
    """A number that orders ids at random, the same for an id whatever else there is."""
    return int.from_bytes(hashlib.blake2b(f"{seed} {identifier}".encode(), digest_size=8).digest())


def lowest(instances: Sequence[Instance], count: int, seed: int) -> list[Instance]:
    """The `count` instances whose ids rank lowest, in the order given."""
    if len(instances) <= count:
        return list(instances)
    ranked = sorted(instances, key=lambda instance: rank(seed, instance.id))
    kept = {instance.id for instance in ranked[:count]}
    return [instance for instance in instances if instance.id in kept]


def capped(instances: Iterable[Instance], *, cap: int | None, seed: int, ledger: Ledger) -> list[Instance]:
    """At most `cap` instances (None: all), those whose ids rank lowest; the rest goes to the ledger. Order is kept."""
    everything = list(instances)
    return everything if cap is None else _thinned(everything, cap, seed, ledger, "cap")


def _thinned(everything: list[Instance], count: int, seed: int, ledger: Ledger, rule: str) -> list[Instance]:
    kept = lowest(everything, count, seed)
    if len(kept) < len(everything):
        ids = {instance.id for instance in kept}
        for instance in everything:
            if instance.id not in ids:
                ledger.drop(instance.id, rule, f"one of {len(everything)} where {count} are wanted")
    return kept


def drawn(
    instances: Sequence[Instance],
    again: Callable[[int], Iterable[Instance]],
    *,
    counts: Mapping[Language, int],
    seed: int,
    ledger: Ledger,
) -> list[Instance]:
    """As many instances of each language as `counts` says: those whose ids rank lowest, the rest in the ledger (rule
    mix), or more than there are, by asking further wordings.

    again: the same questions in the nth wording after those of `instances`; nothing when wordings have run out.
    """
    taken: set[str] = set()
    for language in dict.fromkeys(instance.language for instance in instances):
        own = [instance for instance in instances if instance.language == language]
        taken.update(i.id for i in _thinned(own, counts.get(language, len(own)), seed, ledger, "mix"))
    kept = [instance for instance in instances if instance.id in taken]
    missing = Counter(counts)
    missing.subtract(instance.language for instance in kept)
    wording = 0
    while any(short > 0 for short in missing.values()):
        wording += 1
        asked = list(again(wording))
        if not asked:
            break
        for language, short in list(missing.items()):
            more = lowest([i for i in asked if i.language == language], max(short, 0), seed)
            kept += more
            missing[language] -= len(more)
    return kept


def stage_tasks(stage: TrainStage) -> frozenset[str]:
    """The task types of a training stage; NotFound for one that does not exist."""
    for task in stage.tasks:
        if task not in tasks.ids():
            raise unknown_name("task", task, tasks.ids())
    return frozenset(stage.tasks)


def of_stage(instances: Iterable[Instance], stage: TrainStage) -> Iterator[Instance]:
    """The instances that a training stage reads: those of its task types; NotFound for a task that does not exist."""
    wanted = stage_tasks(stage)
    return (instance for instance in instances if instance.task in wanted)
