"""How many instances of each part of the training set are taken: weights, temperature, evening out, a total."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import floor
from typing import NamedTuple

from taiyi import tasks
from taiyi.budget import Part
from taiyi.corpora.descriptor import Descriptor
from taiyi.errors import InvalidParams, unknown_name
from taiyi.params import Mix
from taiyi.records import LANGUAGES, Language


class Supply(NamedTuple):
    """What a part has: instances as they are, at most so many in further wordings, and the loss of those there are."""

    instances: int
    limit: int
    loss: float = 0.0


class Target(NamedTuple):
    """How many of a part are taken, how many the mixture asks for, and the factor that its task and language got."""

    taken: int
    wanted: int
    weight: float


def cap(described: Descriptor, task: str, mix: Mix, general: int) -> int | None:
    """At most so many instances of a corpus and task, None: any number. general: the cap for all corpora, 0: none.

    The smaller of the general cap and the corpus's own counts; its own is what the mixture names, else the paper's.
    """
    own = mix.caps.get(described.id, {}).get(task)
    if own is None and mix.paper_caps and described.paper:
        own = described.paper.trained.get(task, 0)
    given = [limit for limit in (own, general or None) if limit is not None]
    return min(given, default=None)


def supply(instances: int, of: int, *, most: int | None, room: int, loss: float = 0.0) -> Supply:
    """What a part has of the `of` instances of its corpus and task, which at most `most` may become; room: instances
    that all wordings together make of it.
    """
    limit = max(instances, room)
    return Supply(instances, limit if most is None else min(limit, instances * most // max(of, 1)), loss)


def targets(supplies: Mapping[Part, Supply], mix: Mix) -> dict[Part, Target]:
    """The target of each part. Unless the mixture needs a survey, a part's depends on nothing but the part."""
    wanted = _tempered({part: supply.instances for part, supply in supplies.items()}, mix.temperature)
    factors = {part: mix.weight(part.task, part.language) for part in supplies}
    if mix.even.strength:
        evening = evened(_losses(supplies, wanted, factors), strength=mix.even.strength, bound=mix.even.bound)
        factors = {part: factor * evening[part.task, part.language] for part, factor in factors.items()}
    wanted = {part: count * factors[part] for part, count in wanted.items()}
    if mix.total:
        whole = sum(wanted.values()) or 1.0
        asked = {part: count * mix.total / whole for part, count in wanted.items()}
        counts = filled(wanted, {part: supply.limit for part, supply in supplies.items()}, mix.total)
    else:
        asked = wanted
        counts = {part: min(supply.limit, floor(wanted[part] + 0.5)) for part, supply in supplies.items()}
    return {part: Target(counts[part], floor(asked[part] + 0.5), factors[part]) for part in supplies}


def _tempered(counts: Mapping[Part, int], temperature: float) -> dict[Part, float]:
    """Counts in proportion to n^(1/temperature) with the same sum; as in multilingual BERT (temperature-based sampling)."""
    if temperature == 1:
        return {part: float(count) for part, count in counts.items()}
    powers = {part: count ** (1 / temperature) if count else 0.0 for part, count in counts.items()}
    scale = sum(counts.values()) / (sum(powers.values()) or 1.0)
    return {part: scale * power for part, power in powers.items()}


def _losses(
    supplies: Mapping[Part, Supply], wanted: Mapping[Part, float], factors: Mapping[Part, float]
) -> dict[tuple[str, Language], float]:
    """The loss of each task and language, were as many of each part taken as wanted."""
    found: dict[tuple[str, Language], float] = {}
    for part, (instances, _, loss) in supplies.items():
        mean = loss / instances if instances else 0.0
        key = (part.task, part.language)
        found[key] = found.get(key, 0.0) + wanted[part] * factors[part] * mean
    return found


def evened(
    losses: Mapping[tuple[str, Language], float], *, strength: float, bound: float
) -> dict[tuple[str, Language], float]:
    """Factors that bring losses towards their mean: (mean / loss) ^ strength, within 1/bound and bound; 1 for none."""
    present = [loss for loss in losses.values() if loss > 0]
    mean = sum(present) / max(len(present), 1)
    return {
        key: min(bound, max(1 / bound, (mean / loss) ** strength)) if loss > 0 else 1.0 for key, loss in losses.items()
    }


def filled(wanted: Mapping[Part, float], limits: Mapping[Part, int], total: int) -> dict[Part, int]:
    """Whole numbers in proportion to what is wanted that sum to `total`; who is at his limit leaves the rest to others.

    Their sum is min(total, all limits of parts that anything is wanted of).
    """
    counts = dict.fromkeys(wanted, 0.0)
    left, mass = float(total), sum(wanted.values())
    for part in sorted(wanted, key=lambda part: (limits[part] / wanted[part] if wanted[part] else 0.0, part)):
        if wanted[part]:
            counts[part] = min(float(limits[part]), left * wanted[part] / mass)
            left, mass = left - counts[part], mass - wanted[part]
    whole = {part: floor(count + 1e-9) for part, count in counts.items()}
    over = sorted(wanted, key=lambda part: (whole[part] - counts[part], part))
    short = round(sum(counts.values())) - sum(whole.values())
    for part in over[:short]:
        whole[part] += 1
    return whole


def check(mix: Mix, find: Callable[[str], Descriptor]) -> None:
    """Raise for a cap or weight whose corpus, task or language does not exist; find: a corpus's descriptor, or NotFound."""
    for corpus, caps in mix.caps.items():
        declared = find(corpus).tasks
        for task in caps:
            if task not in declared:
                raise unknown_name(f"task of {corpus}", task, declared)
    for name in mix.weights:
        task, dot, language = name.partition(".")
        if task not in tasks.ids():
            raise unknown_name("task", task, tasks.ids())
        if dot and language not in LANGUAGES:
            where, remedy = f"instruct.mix.weights.{name}", f"one of {', '.join(LANGUAGES)}"
            raise InvalidParams(f"no language {language!r}", where=where, remedy=remedy)
