"""Evaluations by task type, as in the paper's Figure 4."""

from __future__ import annotations

import pytest

from taiyi.errors import InvalidInput
from taiyi.evaluation.comparison import compare
from taiyi.evaluation.task_means import by_task
from tests.taiyi.evaluation.systems import exam, mentions, system

FEW = 200
ONE = {"exam": exam([1, 0, 0, 0]), "boards": exam([1, 1, 0, 0], prefix="boards/test/"), "ner": mentions([(1, 2, 2)])}
TWO = {"exam": exam([1, 1, 1, 0]), "boards": exam([1, 1, 1, 0], prefix="boards/test/"), "ner": mentions([(2, 2, 2)])}


def test_a_panel_holds_the_scores_of_its_benchmarks_and_their_mean() -> None:
    made = by_task([system("one-stage", ONE), system("two-stage", TWO)], replicates=FEW)
    assert made.systems == ("one-stage", "two-stage")
    ner, qa = made.panels
    assert (ner.task, qa.task) == ("ner", "qa_mc")
    assert [(bars.name, bars.scores) for bars in qa.benchmarks] == [("boards", (0.5, 0.75)), ("exam", (0.25, 0.75))]
    assert qa.means == pytest.approx((0.375, 0.75))
    assert ner.means == pytest.approx((0.5, 1.0))
    assert made.gains[0].difference == pytest.approx((0.5 + 0.25 + 0.5) / 3)


def test_the_gain_of_a_task_is_that_of_the_comparison() -> None:
    a, b = system("one-stage", ONE), system("two-stage", TWO)
    compared = compare(a, b, replicates=FEW)
    panels = by_task([a, b], replicates=FEW).panels
    assert {panel.task: panel.gains for panel in panels} == {mean.of: (mean,) for mean in compared.tasks}


def test_of_three_evaluations_only_what_all_can_be_compared_on_counts() -> None:
    without = {name: told for name, told in TWO.items() if name != "boards"}
    systems = [system("A", ONE), system("B", TWO), system("C", without)]
    made = by_task(systems, replicates=FEW)
    assert [bars.name for panel in made.panels for bars in panel.benchmarks] == ["ner", "exam"]
    assert [(one.name, one.reason) for one in made.not_comparable] == [("boards", "A, C: only in A")]
    assert [len(panel.means) for panel in made.panels] == [3, 3]
    assert [len(panel.gains) for panel in made.panels] == [2, 2]


def test_where_nothing_can_be_compared_there_are_no_panels() -> None:
    other = {"exam": exam([1, 0, 0, 0], signature="accuracy|case:fold")}
    made = by_task([system("A", {"exam": ONE["exam"]}), system("B", other)], replicates=FEW)
    assert (made.panels, made.gains) == ((), ()) and [one.name for one in made.not_comparable] == ["exam"]


def test_one_evaluation_alone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="two or more"):
        by_task([system("A", ONE)])
