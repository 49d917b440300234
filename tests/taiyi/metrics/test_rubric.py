from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import rubric
from taiyi.metrics.rubric import Criterion

rubrics = st.lists(
    st.lists(st.builds(Criterion, st.integers(-10, 10).map(float), st.booleans()), max_size=5), max_size=6
)


def test_the_vector_of_healthbench(score_vectors: Path) -> None:
    folder = score_vectors / "32_healthbench_rubric"
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    rows = [json.loads(line) for line in (folder / "pred.jsonl").read_text("utf-8").splitlines()]
    made = [[Criterion(line["points"], line["met"]) for line in row["rubric"]] for row in rows]
    assert [rubric.points(each) for each in made] == expected["per_item"]
    score = rubric.score(made)
    assert score.value == pytest.approx(expected["mean_clipped"], rel=1e-12)
    assert (score.details["scored"], score.items) == (expected["n"], len(rows))
    assert score.details["without_positive_points"] == expected["per_item"].count(None) == 1


def test_points_by_hand() -> None:
    assert rubric.points([Criterion(4, True), Criterion(6, False), Criterion(-5, True)]) == -0.1
    assert rubric.points([Criterion(-5, False)]) is None


def test_the_mean_and_not_the_answer_is_clipped() -> None:
    score = rubric.score([[Criterion(1, True)], [Criterion(1, False), Criterion(-3, True)]])
    assert (score.value, score.details["unclipped"]) == (0.0, -1.0)
    assert rubric.score([[Criterion(1, True)], [Criterion(2, False), Criterion(-1, True)]]).value == 0.25


@given(rubrics)
def test_a_score_is_bounded_and_does_not_know_the_order(made: list[list[Criterion]]) -> None:
    score = rubric.score(made)
    assert 0 <= score.value <= 1
    assert score.details["scored"] + score.details["without_positive_points"] == len(made)
    assert rubric.score([each[::-1] for each in made[::-1]]).value == pytest.approx(score.value)
