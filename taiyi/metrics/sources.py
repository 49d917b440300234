"""What a question was asked about: the text within its prompt."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import takewhile

from taiyi.instances import Instance, Outcome
from taiyi.records import split_record_id

_BEFORE_TEXT = re.compile(r"(?:\n|[:=] |：)(?!.*(?:\n|[:=] |：))", re.DOTALL)


def sources(outcomes: Sequence[Outcome]) -> list[str]:
    """What each question was asked about: its prompt without the words of its wording, in which a mention may occur by
    accident ("entities", "Disease").

    The wording is what all prompts of one template have in common at their beginning and their end, up to the line
    break or colon that sets the text off. Of a single prompt only the list of names offered is taken out.
    """
    groups: dict[tuple[str, str, tuple[str, ...]], list[int]] = defaultdict(list)
    for place, outcome in enumerate(outcomes):
        instance = outcome.instance
        offered = () if instance.task == "nen" else instance.context.offered
        groups[split_record_id(instance.id)[0], instance.id.partition("#")[2], offered].append(place)
    found = [""] * len(outcomes)
    for places in groups.values():
        start, end = _frame({outcomes[place].instance.prompt for place in places})
        for place in places:
            prompt = outcomes[place].instance.prompt
            bare = prompt[start : len(prompt) - end]
            found[place] = bare if start or end else without_names(outcomes[place].instance)
    return found


def without_names(instance: Instance) -> str:
    """The prompt without the list of names asked for (which in nen are mentions)."""
    context = instance.context
    prompt = instance.prompt
    for names in (context.offered, context.roles) if instance.task != "nen" else ():
        prompt = prompt.replace(("、" if instance.language == "zh" else ", ").join(names), "", 1) if names else prompt
    return prompt


def _frame(prompts: set[str]) -> tuple[int, int]:
    """How many characters of the wording stand before and after the texts; 0 where one prompt shows neither."""
    if len(prompts) < 2:
        return 0, 0
    before = _shared(prompts)
    after = _shared([prompt[::-1] for prompt in prompts])[::-1]
    start = _BEFORE_TEXT.search(before)
    end = len(after) - after.index("\n") if "\n" in after else 0
    begun = start.end() if start else 0
    return begun, min(end, min(map(len, prompts)) - begun)


def _shared(texts: Collection[str]) -> str:
    """What all texts begin with: no text between the first and the last in order differs from these two earlier."""
    first, last = min(texts), max(texts)
    return first[: sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))]
