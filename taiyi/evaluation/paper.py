"""The tables of the Taiyi paper (data/reference/paper_table.yaml), typed, to stand beside our own. The results themselves
are references of data/benchmarks.
"""

from __future__ import annotations

from pathlib import Path

from taiyi import strict_yaml
from taiyi.records import Part


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


class Printed(Part, frozen=True):
    """An average as printed, x100, and where."""

    value: float
    source: str


class Column(Part, frozen=True):
    """A column of Table 2 or of its later form: the references of that column in data/benchmarks hold its figures.

    printed: its average; otherwise: the column that has the figures which this one does not give again.
    """

    name: str
    printed: tuple[Printed, ...]
    otherwise: str = ""


class ResultTable(Part, frozen=True):
    """Table 2 and its later form in the project's README: which benchmarks, in which order, and the averages."""

    benchmarks: tuple[str, ...]
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()


class HeldOutRow(Part, frozen=True):
    """A row of Table 3; `type` is the name its type is asked for under, empty for all types together."""

    name: str
    type: str = ""


class HeldOutTable(Part, frozen=True):
    """Table 3: a corpus held out of training. Its figures are those of the benchmark's reference."""

    name: str
    benchmark: str
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
