from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from taiyi.metrics import correlation


def scores(judged: Any, gold: list[str], read: list[str | None]) -> list[Any]:
    pairs = zip(gold, read, strict=True)
    return [judged(((g,),), ((r,),) if r else (), status="ok" if r else "unparsed") for g, r in pairs]


def test_ties_share_their_mean_rank() -> None:
    assert correlation.ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def test_pearson_agrees_with_numpy() -> None:
    x, y = np.random.default_rng(3).normal(size=(2, 50))
    assert correlation.pearson(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1])


def test_a_constant_answer_has_no_correlation_and_scores_zero(judged: Any) -> None:
    score = correlation.score(scores(judged, ["1", "2", "3"], ["2.0", "2.0", "2.0"]), task="tp_ss")
    assert (score.value, score.baseline, score.details["undefined"]) == (0.0, 0.0, 1.0)


def test_an_inverted_order_is_floored_at_zero_and_told_in_the_details(judged: Any) -> None:
    score = correlation.score(scores(judged, ["1", "2", "3"], ["3", "2", "1"]), task="tp_ss")
    assert (score.value, score.details["pearson"], score.details["spearman"]) == (
        0.0,
        pytest.approx(-1),
        pytest.approx(-1),
    )


def test_an_answer_that_is_no_number_stays_in_n_and_takes_the_mean(judged: Any) -> None:
    score = correlation.score(scores(judged, ["1", "2", "3", "4"], ["1", "2", "3", None]), task="tp_ss")
    assert (score.items, score.details["numeric"], score.details["unparsable"]) == (4, 3, 1)
    assert score.details["pearson"] == pytest.approx(np.corrcoef([1, 2, 3, 4], [1, 2, 3, 2])[0, 1])


@pytest.mark.parametrize("read", [[None, None], ["nan", "inf"], ["three", "1"]])
def test_no_numbers_score_zero_without_an_error(judged: Any, read: list[str | None]) -> None:
    assert correlation.score(scores(judged, ["1", "2"], read), task="tp_ss").value == 0.0
    assert correlation.score([], task="tp_ss").value == 0.0


@pytest.mark.parametrize("case", ["perfect", "noisy", "integer_rounded", "reversed", "constant", "scaled_0_1"])
def test_biosses_correlations(vectors: Any, judged: Any, case: str) -> None:
    folder = vectors / "20_semantic_similarity"
    rows = [
        [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]
        for name in ("gold", f"pred.{case}")
    ]
    expected = json.loads((folder / "expected.json").read_text())["cases"][case]
    gold, read = ([repr(float(row["score"])) for row in side] for side in rows)
    score = correlation.score(scores(judged, gold, read), task="tp_ss")
    if expected["pearson"] == "NaN":
        assert score.details["undefined"] == 1.0
    else:
        assert score.details["pearson"] == pytest.approx(expected["pearson"])
        assert score.details["spearman"] == pytest.approx(expected["spearman"])
