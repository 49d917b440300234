"""What is wrong with a descriptor, or with native files beside it, said in sentences; nothing is raised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from taiyi import corpora
from taiyi.corpora import counts, descriptor, readers
from taiyi.corpora.descriptor import Descriptor
from taiyi.errors import TaiyiError
from taiyi.ledger import Ledger

_ASKED = {"ner": "entities", "nen": "entities", "re": "relations", "cre": "relations", "ee": "events", "tc": "labels"}
"""Task -> the counts whose names its `types` must name."""


def descriptor_problems(path: Path) -> tuple[list[str], Descriptor | None]:
    """What is wrong with a descriptor by itself, and the descriptor if it can be read."""
    try:
        described = descriptor.load(path)
    except TaiyiError as error:
        return [str(error)], None
    problems = []
    for name, split in described.splits.items():
        reader = split.reader or described.reader
        options = split.options if split.reader else {**described.options, **split.options}
        try:
            msgspec.convert(options, readers.load(reader).Options)
        except TaiyiError as error:
            problems.append(f"{name}: {error}")
        except msgspec.ValidationError as error:
            problems.append(f"{name}: options of reader {reader}: {error}")
    return problems, described


def native_problems(described: Descriptor, raw: Path) -> list[str]:
    """What reading the used splits brings to light: files, refused records, sizes, names that no task asks for."""
    problems: list[str] = []
    try:
        present = corpora.splits(described, raw, absent="skip")
    except TaiyiError as error:
        return [str(error)]
    problems += [f"{split}: none of its files are there" for split in described.used_splits() if split not in present]
    for split in present:
        ledger = Ledger()
        try:
            counted = counts.count(corpora.read(described, split, raw, ledger), ledger)
        except TaiyiError as error:
            problems.append(f"{split}: {error}")
            continue
        documented = described.splits[split].documents
        if documented and counted.documents != documented:
            problems.append(f"{split}: {counted.documents:,} records, and {documented:,} are documented")
        problems += [f"{split}: {number:,} times {rule}, see the ledger" for rule, number in counted.ledger.items()]
        problems += [f"{split}: {problem}" for problem in _unnamed(described, counted)]
    return problems


def _unnamed(described: Descriptor, counted: counts.Counts) -> list[str]:
    found = []
    for task, spec in described.tasks.items():
        types: dict[str, Any] = spec.get("types", {})
        given: dict[str, int] = getattr(counted, _ASKED[task]) if task in _ASKED else {}
        left_out = {name: number for name, number in given.items() if name not in types}
        if types and left_out:
            listed = ", ".join(f"{name} ({number:,})" for name, number in left_out.items())
            found.append(f"task {task} asks for none of {listed}")
        if types and given and not set(given) & set(types):
            found.append(f"task {task} names none of the types that occur")
    return found
