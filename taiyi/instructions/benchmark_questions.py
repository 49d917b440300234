"""The questions of a benchmark, from its native files: every one of them, as they stand, whatever was trained on.

No curation takes part: a benchmark is not touched. What cannot be asked leaves a row in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from taiyi import corpora, layout, tasks
from taiyi.benchmarks import Benchmark
from taiyi.corpora import descriptor
from taiyi.errors import unknown_name
from taiyi.instances import Draft, Instance, Style
from taiyi.instructions.rendering import Wording, asked, wordings_of
from taiyi.instructions.specs import task_spec
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord, split_record_id

ALL = "all"
"""Every wording, one question after another: how much a score depends on the wording."""


def questions(
    benchmark: Benchmark,
    raw: Path,
    ledger: Ledger,
    *,
    wording: str = "",
    style: Style | None = None,
    descriptors: Path = layout.DESCRIPTORS,
    templates: Path = layout.TEMPLATES,
) -> list[Instance]:
    """The questions of a benchmark with their gold answers, in the order of the native files.

    raw: the folder of its corpus's native files, or one with a subfolder per corpus. wording: an id of the templates,
    or `all`; empty: the benchmark's own; style: likewise. Raises NotFound of missing files and of a wording that the
    task does not have.
    """
    described, above = corpora.below(descriptor.find(benchmark.corpus, descriptors), raw, descriptor.ids(descriptors))
    if benchmark.task not in described.tasks:
        raise unknown_name(f"task of {described.id}", benchmark.task, described.tasks)
    spec = task_spec(described.id, benchmark.task, described.tasks[benchmark.task])
    worded = Wording(style=style or benchmark.style, folder=templates, seed=0)
    found: list[Instance] = []
    for record in corpora.read(described, benchmark.split, above, ledger):
        before = len(found) + len(ledger.entries)
        for draft in tasks.load(benchmark.task).instances(record, spec):
            if benchmark.subtask in ("", draft.subtask):
                for name in _names(record, draft, benchmark, wording, worded):
                    instance = asked(record, benchmark.task, draft, name, worded, ledger)
                    found += [instance] if instance else []
        if len(found) + len(ledger.entries) == before:
            reason = f"it has nothing that {benchmark.task} asks for"
            ledger.drop(f"{record.id}#{benchmark.task}", "nothing_to_ask", reason)
    return found


def records_in(raw: Path, descriptors: Path = layout.DESCRIPTORS) -> Callable[[Collection[str]], dict[str, AnyRecord]]:
    """What finds records by their ids in native files, for measures that judge by more than a question holds."""

    def found(ids: Collection[str]) -> dict[str, AnyRecord]:
        wanted = frozenset(ids)
        records: dict[str, AnyRecord] = {}
        for corpus, split in sorted({split_record_id(identifier)[:2] for identifier in wanted}):
            described, above = corpora.below(descriptor.find(corpus, descriptors), raw)
            records |= {r.id: r for r in corpora.read(described, split, above, Ledger()) if r.id in wanted}
        return records

    return found


def remarks(benchmark: Benchmark, instances: Iterable[Instance], ledger: Ledger) -> list[str]:
    """What to know about questions made: another number than the official one, and what the ledger counts by rule."""
    made = len({_question(instance.id) for instance in instances})
    said = [f"{count:,} rows of the ledger: {rule}" for rule, count in ledger.counts().items()]
    expected = benchmark.expected_n
    if expected is None:
        return [f"{made:,} questions; how many there are officially is not described", *said]
    if made != expected:
        return [f"{made:,} questions, officially {expected:,}: a part of the benchmark, or another version", *said]
    return said


def without_gold(instance: Instance) -> dict[str, Any]:
    """A question as it may be given away: its id, how it is asked and the turns before the answer."""
    asked_so = {"id": instance.id, "task": instance.task, "language": instance.language, "style": instance.style}
    return {**asked_so, "turns": instance.turns[:-1]}


def _names(record: AnyRecord, draft: Draft, benchmark: Benchmark, wording: str, worded: Wording) -> tuple[str, ...]:
    """The ids of the wordings that a draft is asked in."""
    group = wordings_of(record, benchmark.task, draft, worded)
    if wording == ALL:
        return tuple(group)
    chosen = wording or benchmark.template
    if chosen not in group:
        raise unknown_name(f"wording of {benchmark.task} that suits {record.id}:", chosen, group)
    return (chosen,)


def _question(identifier: str) -> tuple[str, str]:
    """What is asked, whatever the wording: the record and the sub-task."""
    record, _, asked_so = identifier.partition("#")
    return record, "".join(asked_so.split(".", 3)[3:])
