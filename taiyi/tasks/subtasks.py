"""Sub-tasks: smaller questions about a record that a task can ask beside the whole one, on what is there and on what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from taiyi.instances import Draft
from taiyi.records import AnyRecord, content_key
from taiyi.tasks import TaskSpec

_NOT_IN_RECORDS = "\x00absent"
"""Stands where a native type would for names that the corpus declares to be absent from its texts."""
_WORDINGS = {"default": "each_type", "any_role": "each_type_any_role"}


class Candidate(NamedTuple):
    """A question that could be asked: its sub-task, whether its answer is other than none or no, and what makes it, since
    most are not asked.
    """

    subtask: str
    present: bool
    make: Callable[[], Draft]


Candidates = Callable[[AnyRecord, TaskSpec], Iterator[Candidate]]


def named(kind: str, name: str) -> str:
    """The sub-task of a name, as ids hold it: each_type-chemical. What could end it early is percent-encoded."""
    return f"{kind}-{quote(name, safe=':+=,;@()').replace('.', '%2E')}"


def keyed(kind: str, *texts: str) -> str:
    """The sub-task of texts that are too long for an id: pair-1f0c..., a key made of them alone."""
    return f"{kind}-{content_key(*texts)}"


def each_type(instances: Callable[[AnyRecord, TaskSpec], Iterator[Draft]]) -> Mapping[str, Candidates]:
    """The sub-task of a task over types that asks for one at a time: those of the corpus, and those declared absent.

    A type that the corpus asks for alone is no sub-task: the whole question is the same.
    """

    def candidates(record: AnyRecord, spec: TaskSpec) -> Iterator[Candidate]:
        offered = tuple(dict.fromkeys(spec.types.values()))
        for whole in instances(record, spec):
            present = {item[0] for item in whole.gold}
            for name in dict.fromkeys((*offered, *spec.absent)):
                if (name,) != offered:
                    subtask = named("each_type", name)
                    yield Candidate(subtask, name in present, partial(_of_one, instances, record, spec, name, subtask))

    return {"each_type": candidates}


def _of_one(
    instances: Callable[[AnyRecord, TaskSpec], Iterator[Draft]],
    record: AnyRecord,
    spec: TaskSpec,
    name: str,
    subtask: str,
) -> Draft:
    natives = {native: known for native, known in spec.types.items() if known == name}
    only = msgspec.structs.replace(spec, types=natives or {_NOT_IN_RECORDS: name})
    (draft,) = instances(record, only)
    return msgspec.structs.replace(draft, subtask=subtask, wording=_WORDINGS.get(draft.wording, draft.wording))
