"""Benchmarks as described in data/benchmarks/<id>.yaml: what is asked of which test set, how it is scored, and what
others have reached. Adding one is adding a file.
"""

from __future__ import annotations

from pathlib import Path

from taiyi import strict_yaml
from taiyi.errors import unknown_name
from taiyi.metrics.measures import Metric
from taiyi.records import Language, Part


class Reference(Part, frozen=True):
    """A published figure, x100.

    model: as its source names it; metric, split: as that source measured it, in words; n: its number of items.
    comparable: whether it was measured as this benchmark is: same split, same metric, same items. `note` says why not.
    """

    model: str
    value: float
    source: str
    metric: str
    split: str
    n: int | None = None
    comparable: bool = False
    note: str = ""


class Benchmark(Part, frozen=True):
    """One benchmark.

    corpus, split: the descriptor in data/corpora and its split; n: how many `unit`s it officially has.
    questions: how many questions they make where that is another number (a document asked more than once).
    task, language: the questions. types: only these names, as asked for, are scored (all where empty); an answer's
      items of other types are counted as off_schema and otherwise passed over.
    template: the wording asked with, an id of data/templates; empty: as the test set has it.
    aliases: further spellings of names and labels that count as the name, alias -> name.
    metric: the headline; also: further metrics. paper: the row of the paper's Table 2 or 3 (`main` and `held_out`
      benchmarks); group: main (the average over 13), held_out or supplementary.
    """

    id: str
    title: str
    group: str
    corpus: str
    split: str
    n: int | None
    unit: str
    task: str
    language: Language
    metric: Metric
    also: tuple[Metric, ...] = ()
    questions: int | None = None
    types: tuple[str, ...] = ()
    template: str = ""
    aliases: dict[str, str] = {}
    paper: str = ""
    references: tuple[Reference, ...] = ()
    notes: tuple[str, ...] = ()


def ids(folder: Path) -> tuple[str, ...]:
    """The ids of the benchmarks described in a folder, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def find(identifier: str, folder: Path) -> Benchmark:
    """The benchmark of that id; a wrong id is answered with what is close, a wrong key with its file and line."""
    if identifier not in ids(folder):
        raise unknown_name("benchmark", identifier, ids(folder))
    path = folder / f"{identifier}.yaml"
    return strict_yaml.convert({"id": identifier, **strict_yaml.load(path)}, Benchmark, path)


def every(folder: Path) -> tuple[Benchmark, ...]:
    """All benchmarks described in a folder, by id."""
    return tuple(find(identifier, folder) for identifier in ids(folder))
