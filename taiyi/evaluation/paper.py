"""The figures of the Taiyi paper (data/reference/paper_table.yaml), typed, to stand beside our own."""

from __future__ import annotations

from pathlib import Path

from taiyi import strict_yaml
from taiyi.records import Language, Part


class InstructionRow(Part, frozen=True):
    """A row of Table 1: instances per language, or `both` where the paper prints one number for the two.

    tasks: the task ids that belong to the row; corpora: those that do whatever their task, and count in no other row.
    """

    name: str
    tasks: tuple[str, ...]
    en: int = 0
    zh: int = 0
    both: int = 0
    corpora: tuple[str, ...] = ()


class InstructionTable(Part, frozen=True):
    """Table 1: instances of instruction data."""

    total: int
    rows: tuple[InstructionRow, ...]
    notes: tuple[str, ...] = ()


class ResultRow(Part, frozen=True):
    """A benchmark of Table 2, values x100 by column. `corpus` names the benchmark here; `type` one of its types, by
    the name it is asked for under.
    """

    name: str
    task: str
    language: Language
    metric: str
    n: str
    values: tuple[float, ...]
    sota: str
    corpus: str
    type: str = ""


class ResultTable(Part, frozen=True):
    """Table 2, with the later columns of the project's README."""

    columns: tuple[str, ...]
    rows: tuple[ResultRow, ...]
    average: tuple[float, ...]
    notes: tuple[str, ...] = ()


class HeldOutRow(Part, frozen=True):
    """A row of Table 3, x100; `type` as in ResultRow, empty for all types together."""

    name: str
    precision: float
    recall: float
    f1: float
    type: str = ""


class HeldOutTable(Part, frozen=True):
    """Table 3: a corpus held out of training."""

    name: str
    corpus: str
    n: str
    rows: tuple[HeldOutRow, ...]
    notes: tuple[str, ...] = ()


class PaperSetting(Part, frozen=True):
    """One training setting of the paper, as text."""

    name: str
    value: str


class Paper(Part, frozen=True):
    """Everything the report quotes from the paper."""

    source: str
    instruction_data: InstructionTable
    results: ResultTable
    held_out: HeldOutTable
    training: tuple[PaperSetting, ...] = ()


def load(path: Path) -> Paper:
    """The paper's figures; an unknown key or a wrong type names the file and line."""
    return strict_yaml.convert(strict_yaml.load(path), Paper, path)
