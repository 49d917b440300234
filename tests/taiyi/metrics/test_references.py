from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from taiyi.errors import InvalidInput
from taiyi.metrics import char_bleu, reports, rouge, translation
from taiyi.metrics.references import beside, by_number

METRICS: list[Callable[..., Any]] = [
    translation.chrf,
    translation.ter,
    char_bleu.meddg,
    char_bleu.imcs,
    rouge.google,
    partial(rouge.pltrdy, tok="characters"),
    partial(rouge.rouge_chinese, tok="characters"),
    rouge.promptcblue,
]


@pytest.mark.parametrize("metric", METRICS)
def test_an_answer_without_a_reference_and_a_missing_answer_are_refused(metric: Callable[..., Any]) -> None:
    with pytest.raises(InvalidInput, match=r"2 answers beside references of 1"):
        metric(["a", "b"], [["a"]])
    with pytest.raises(InvalidInput, match=r"answer 2: no reference"):
        metric(["a", "b"], [["a"], []])


def test_reports_are_refused_likewise() -> None:
    with pytest.raises(InvalidInput, match="1 answers beside references of 0"):
        reports.imcs([{}], [])
    with pytest.raises(InvalidInput, match="answer 1: no reference"):
        reports.imcs([{}], [[]])
    with pytest.raises(InvalidInput, match="1 answers beside references of 0"):
        reports.by_section([{}], [])


def test_a_missing_reference_repeats_the_first() -> None:
    assert by_number(["a", "b"], [["p"], ["q", "r"]]) == [["p", "q"], ["p", "r"]]
    repeated, once = [["x y z", "x y z"]], [["x y z"]]
    assert translation.chrf(["x y"], repeated).value == translation.chrf(["x y"], once).value


def test_no_answers_at_all() -> None:
    assert beside([], []) == []
    with pytest.raises(InvalidInput, match="no answers to score"):
        translation.bleu([], [], tokenizer="13a")
