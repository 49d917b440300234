"""What stage 2 forgets is measured on the questions of stage 1's tasks."""

from __future__ import annotations

import pytest

from taiyi.evaluation.forgetting import Forgetting, measured
from tests.taiyi.evaluation.exam_house import answers, questions

FEW = 500
ASKED = questions(40)


def test_what_was_known_after_stage_1_and_not_after_stage_2_is_a_negative_difference() -> None:
    before, after = answers(ASKED, lambda place: True), answers(ASKED, lambda place: place < 40)
    found = measured(ASKED, before, after, replicates=FEW)
    assert found.reason == "" and found.tasks == ("qa_mc", "tc")
    assert found.comparison is not None
    rows = {row.name: row for row in found.comparison.rows}
    assert rows["exam qa_mc en"].difference == -1 and rows["exam qa_mc en"].better == "a"
    assert found.says == (
        "after stage 2 against after stage 1, on 2 benchmarks: -50.0; forgotten: exam qa_mc en; better: none"
    )
    assert rows["topics tc en"].difference == 0 and not rows["topics tc en"].separates


def test_nothing_is_forgotten_where_the_answers_are_the_same() -> None:
    same = answers(ASKED, lambda place: place % 3 > 0)
    made = measured(ASKED, same, same, replicates=FEW).comparison
    assert made is not None and made.macro is not None
    assert made.macro.difference == 0 and made.separating == ()


def test_an_answer_that_stage_2_did_not_give_counts_as_wrong() -> None:
    before = answers(ASKED, lambda place: True)
    after = {identifier: text for identifier, text in before.items() if not identifier.startswith("exam")}
    made = measured(ASKED, before, after, replicates=FEW).comparison
    assert made is not None
    assert {row.name: (row.b, row.questions) for row in made.rows} == {
        "exam qa_mc en": (0, 40),
        "topics tc en": pytest.approx((1, 40)),
    }


def test_why_nothing_was_measured_is_said() -> None:
    assert Forgetting("there is no stage 1").says == "what stage 2 forgot is not known: there is no stage 1"
