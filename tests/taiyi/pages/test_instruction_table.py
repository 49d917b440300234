"""The paper's Table 1 in three ways: what a run takes, what the paper's corpora add up to, and what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from taiyi import layout
from taiyi.corpora import descriptor
from taiyi.evaluation import paper
from taiyi.evaluation.paper import InstructionRow, InstructionTable
from taiyi.instructions import plan
from taiyi.pages.instruction_table import OTHER, differences, instruction_table
from taiyi.pages.report_data import TaskSize


@pytest.fixture(scope="module")
def table(root: Path) -> InstructionTable:
    return paper.load(root / layout.PAPER).instruction_data


@pytest.fixture(scope="module")
def planned(root: Path) -> list[TaskSize]:
    folder = root / layout.DESCRIPTORS
    counts = plan.planned(descriptor.find(corpus, folder) for corpus in descriptor.ids(folder))
    return [TaskSize(*part, train=count) for part, count in counts.items()]


def test_every_planned_instance_has_a_row_of_the_printed_table(
    planned: list[TaskSize], table: InstructionTable
) -> None:
    rows = instruction_table(planned, table, planned)
    assert OTHER not in {row.name for row in rows}
    assert all(row.ours == row.planned for row in rows)
    assert sum(sum(row.planned) for row in rows) == 1_110_578


def test_three_rows_are_printed_otherwise_than_their_corpora_add_up(
    planned: list[TaskSize], table: InstructionTable
) -> None:
    found = {difference.row: difference for difference in differences(planned, table)}
    assert list(found) == ["Named Entity Recognition", "Text Classification", "General Dialogue Data"]
    assert [difference.swapped for difference in found.values()] == [True, False, False]
    assert found["Named Entity Recognition"].says == (
        "Named Entity Recognition: the table prints 28,603 (English) and 44,667 (Chinese), its corpora add up to "
        "43,650 (English) and 28,603 (Chinese); the printed columns of the two languages are swapped; 1,017 more are "
        "printed in English."
    )
    assert found["Text Classification"].says.endswith("; 193 more are printed in English.")
    assert found["General Dialogue Data"].says.endswith("; 2,527 more are printed.")


def test_every_other_row_is_what_its_corpora_add_up_to(planned: list[TaskSize], table: InstructionTable) -> None:
    rows = {row.name: row for row in instruction_table((), table, planned)}
    for name in (
        "Relation Extraction",
        "Event Extraction",
        "Text Pair Task",
        "Machine Translation",
        "Biomedical Question Answering",
        "Biomedical Multi-Round Dialogue",
        "Other Additional Tasks",
    ):
        assert rows[name].planned == rows[name].paper


def test_a_corpus_that_a_row_names_is_described_and_counts_there_alone(root: Path, table: InstructionTable) -> None:
    named = [corpus for row in table.rows for corpus in row.corpora]
    assert set(named) <= set(descriptor.ids(root / layout.DESCRIPTORS)) and len(named) == len(set(named))
    rows = {row.name: row for row in instruction_table([TaskSize("imcs_v2_dac", "tc", "zh", 7)], table)}
    assert rows["Text Classification"].ours == (0, 0, 0) and rows["Other Additional Tasks"].ours == (0, 0, 7)


def test_columns_are_called_swapped_only_where_that_comes_closer() -> None:
    rows = (InstructionRow("a", ("ner",), en=10, zh=20), InstructionRow("b", ("tc",), en=10, zh=20))
    planned = [TaskSize("c", "ner", "en", 19), TaskSize("c", "ner", "zh", 10), TaskSize("c", "tc", "zh", 20)]
    first, second = differences(planned, InstructionTable(60, rows))
    assert first.swapped and first.says.endswith("swapped; 1 more are printed in English.")
    assert not second.swapped and second.says.endswith("; 10 more are printed in English.")
