"""Benchmarks as described in data/benchmarks/<id>.yaml: what is asked of which test set, how it is scored, and what
others have reached. Adding one is adding a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from taiyi import strict_yaml
from taiyi.errors import unknown_name
from taiyi.instances import Style
from taiyi.metrics.measures import Metric
from taiyi.records import Language, Part, split_record_id

Group = Literal["main", "held_out", "supplementary"]


class Reference(Part, frozen=True):
    """A published figure, x100.

    model: as its source names it. column: the column of the paper's Table 2 (or of its authors' later table) that the
      figure stands in. details: further figures of the source, x100, named as those of a score (precision, f1:gene).
    metric, split: how that source measured, in words, where it is not as the benchmark is; n: of how many, where not
      of its N. note: why they differ, and what else to know.
    """

    model: str
    value: float
    source: str
    column: str = ""
    metric: str = ""
    split: str = ""
    n: int | None = None
    details: dict[str, float] = {}
    note: str = ""

    @property
    def comparable(self) -> bool:
        """Whether it was measured as the benchmark is: same split, same metric, same items."""
        return not self.metric and not self.split and self.n is None

    @property
    def remarks(self) -> str:
        """In words: how it was measured otherwise, and what else to know; empty where there is nothing to say."""
        counted = "" if self.n is None else f"N {self.n:,}"
        return "; ".join(filter(None, (self.metric, self.split, counted, self.note)))


class Benchmark(Part, frozen=True):
    """One benchmark.

    corpus, split: the descriptor in data/corpora and its split; n: how many `unit`s it officially has (None: its
      publishers do not say).
    questions: how many questions they make where that is another number (a document asked more than once, or not at
      all since it has nothing of what is asked for).
    task, language: the questions. subtask: only those of this sub-task (en2zh), where the task has several of a record.
    types: only these names, as asked for, are scored (all where empty); an answer's items of other types are counted
      as off_schema and otherwise passed over.
    template: the wording asked with, an id of data/templates; style: how answers are wanted.
    metric: the headline; also: further metrics. paper: the row of the paper's Table 2 or 3 (`main` and `held_out`
      benchmarks); group: main (the average over 13), held_out or supplementary.
    """

    id: str
    title: str
    group: Group
    corpus: str
    split: str
    n: int | None
    unit: str
    task: str
    language: Language
    metric: Metric
    also: tuple[Metric, ...] = ()
    questions: int | None = None
    subtask: str = ""
    types: tuple[str, ...] = ()
    template: str = "t1"
    style: Style = "taiyi"
    paper: str = ""
    references: tuple[Reference, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def expected_n(self) -> int | None:
        """How many questions it officially has."""
        return self.n if self.questions is None else self.questions

    def asks(self, identifier: str) -> bool:
        """Whether an instance's id is that of one of its questions, in whatever wording."""
        corpus, split, _ = split_record_id(identifier)
        task, language, _, subtask = (*identifier.partition("#")[2].split(".", 3), "", "", "", "")[:4]
        asked = (corpus, split, task, language, subtask if self.subtask else "")
        return asked == (self.corpus, self.split, self.task, self.language, self.subtask)


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
