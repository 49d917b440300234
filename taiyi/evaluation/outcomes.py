"""Predictions judged: every instance read back by its task and called right, wrong, unparsable or unanswered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, cast

from taiyi import tasks
from taiyi.errors import Conflict, InvalidInput
from taiyi.instances import Instance, Outcome, Parsed
from taiyi.metrics import outcomes as counted

Verdict = Literal["right", "wrong", "unparsable", "unanswered"]
VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "unparsable", "unanswered")

_NOT_ANSWERED = Parsed("unparsed", notes=("no prediction",))


def judge(instances: Iterable[Instance], predictions: Mapping[str, str]) -> list[Outcome]:
    """One outcome per instance, in their order; `predictions` maps instance id to raw answer.

    An instance without prediction stays, with text None: the official N does not depend on what was answered.
    Raises Conflict for an id that comes twice, since one prediction would then be counted twice, and InvalidInput for
    a prediction that answers none: it was made for another test set.
    """
    found: dict[str, Outcome] = {}
    for instance in instances:
        if instance.id in found:
            raise Conflict(f"the instance {instance.id} comes twice; each may be scored once")
        text = predictions.get(instance.id)
        parsed = _NOT_ANSWERED
        if text is not None:
            parsed = tasks.load(instance.task).parse(text, instance.context, prompt=instance.prompt)
        found[instance.id] = Outcome(instance, text, parsed)
    strangers = sorted(predictions.keys() - found.keys())
    if strangers:
        raise InvalidInput(
            f"{len(strangers)} predictions answer no test instance, among them {', '.join(strangers[:3])}",
            remedy="predict again for these test instances (dvc repro predict)",
        )
    return list(found.values())


def verdict(outcome: Outcome) -> Verdict:
    """What became of an instance. Right is exact: the set of items read equals the gold, text word for word."""
    return cast(Verdict, counted.verdict(outcome))


def verdicts(outcomes: Iterable[Outcome]) -> dict[Verdict, int]:
    """How many outcomes got each of the four verdicts, zeros included; they add up to the outcomes."""
    found = Counter(verdict(outcome) for outcome in outcomes)
    return {name: found[name] for name in VERDICTS}
