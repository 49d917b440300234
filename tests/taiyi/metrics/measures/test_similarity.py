from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import correlation
from taiyi.metrics.measures import Measure, Metric, make

numbers = st.sampled_from([0.0, 0.5, 1.0, 2.5, 4.0])
pairs = st.lists(st.tuples(numbers, st.none() | numbers), min_size=1, max_size=9)
weights = st.lists(st.integers(0, 3), min_size=9, max_size=9)


def measure(name: str) -> Measure:
    return make(Metric(name), task="tp_ss")


def judged(asked: Any, made: Any) -> Any:
    return asked("tp_ss", [(((repr(gold),),), None if read is None else ((repr(read),),)) for gold, read in made])


def repeated(made: Any, times: list[int]) -> Any:
    return [pair for pair, count in zip(made, times, strict=False) for _ in range(count)]


@given(pairs)
def test_sums_of_moments_make_the_plain_correlations(asked: Any, made: Any) -> None:
    outcomes = judged(asked, made)
    plain = correlation.score(outcomes, task="tp_ss")
    score = measure("pearson").score(outcomes)
    assert score.value == pytest.approx(plain.value, abs=1e-6)
    assert (score.name, score.signature) == (plain.name, plain.signature)
    assert score.details == plain.details
    assert measure("spearman").value(outcomes) == pytest.approx(max(plain.details["spearman"], 0.0), abs=1e-6)


@given(pairs, weights)
def test_a_sample_has_the_correlations_of_what_was_drawn(asked: Any, made: Any, times: list[int]) -> None:
    outcomes, drawn = judged(asked, made), np.array([times[: len(made)]], dtype=np.float64)
    plain = correlation.score(judged(asked, repeated(made, times)), task="tp_ss")
    sums = drawn @ measure("pearson").rows(outcomes)
    assert measure("pearson").figure(sums)[0] == pytest.approx(plain.value, abs=1e-6)
    redraw = measure("spearman").redraw
    assert redraw is not None
    assert redraw(outcomes)(drawn)[0] == pytest.approx(max(plain.details["spearman"], 0.0), abs=1e-6)


def test_an_inverted_order_scores_0_and_a_constant_has_no_correlation(asked: Any) -> None:
    for read in ([4.0, 2.5, 1.0], [2.5, 2.5, 2.5]):
        outcomes = judged(asked, list(zip([1.0, 2.5, 4.0], read, strict=True)))
        assert measure("pearson").value(outcomes) == measure("spearman").value(outcomes) == 0.0


def test_numbers_too_large_to_square_score_0_without_a_warning(asked: Any) -> None:
    outcomes = judged(asked, [(1.0, 1e300), (2.0, 2.0), (3.0, 1.0)])
    assert measure("pearson").rows(outcomes).shape == (3, 8)
    assert measure("pearson").figure(measure("pearson").rows(outcomes).sum(axis=0, keepdims=True))[0] == 0.0


def test_a_mixed_set_is_scored_by_number_of_questions(asked: Any) -> None:
    numeric = judged(asked, [(1.0, 1.0), (2.0, 2.0)])
    labelled = asked("tp_ss", [((("yes",),), (("yes",),)), ((("yes",),), (("no",),))], offered=("yes", "no"))
    score = measure("accuracy_and_pearson").score([*numeric, *labelled])
    assert (score.value, score.details["accuracy"], score.details["pearson"]) == pytest.approx((0.75, 0.5, 1.0))
    assert score.baseline == 0.5
    assert (score.details["right"], score.details["wrong"]) == (3, 1)


@pytest.mark.parametrize("case", ["perfect", "noisy", "integer_rounded", "reversed", "constant", "scaled_0_1"])
def test_the_vector_of_similarity(score_vectors: Path, asked: Any, case: str) -> None:
    folder = score_vectors / "20_semantic_similarity"
    gold, read = (
        [json.loads(line)["score"] for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]
        for name in ("gold", f"pred.{case}")
    )
    outcomes = judged(asked, list(zip(map(float, gold), map(float, read), strict=True)))
    expected = json.loads((folder / "expected.json").read_text("utf-8"))["cases"][case]
    for name in ("pearson", "spearman"):
        wanted = 0.0 if expected[name] == "NaN" else max(expected[name], 0.0)
        assert measure(name).value(outcomes) == pytest.approx(wanted)
