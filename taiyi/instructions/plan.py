"""The plan: the instances that training takes with every corpus of the Taiyi paper enrolled, from the descriptors alone."""

from __future__ import annotations

from collections.abc import Iterable

from taiyi.budget import Part
from taiyi.corpora.descriptor import Descriptor
from taiyi.records import Language


def planned(descriptors: Iterable[Descriptor]) -> dict[Part, int]:
    """Instances by corpus, task and language, as the paper's list of instruction data has them (`paper.trained`).

    `instruct.mix.paper_caps` makes a run of all these corpora take no more than this of each.
    """
    found: dict[Part, int] = {}
    for described in descriptors:
        if not described.paper:
            continue
        for task, count in described.paper.trained.items():
            others = {language: of[task] for language, of in described.paper.trained_in.items() if task in of}
            counts = {described.paper.language: count - sum(others.values()), **others}
            found.update({Part(described.id, task, language): n for language, n in counts.items() if n})
    return dict(sorted(found.items()))


def by_task(counts: dict[Part, int]) -> dict[str, dict[Language, int]]:
    """The same by task and language."""
    found: dict[str, dict[Language, int]] = {}
    for part, count in sorted(counts.items(), key=lambda item: item[0][1:]):
        of = found.setdefault(part.task, {})
        of[part.language] = of.get(part.language, 0) + count
    return found
