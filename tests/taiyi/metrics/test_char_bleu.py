from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import char_bleu, translation

pairs = st.lists(
    st.tuples(
        st.text("好的吗。", max_size=9), st.lists(st.text("好的吗。", min_size=1, max_size=9), min_size=1, max_size=2)
    ),
    max_size=5,
)


def test_the_vector_of_nltk(score_vectors: Path) -> None:
    folder = score_vectors / "22_nltk_bleu_zh_char"
    golds = [[text] for text in json.loads((folder / "gold.json").read_text("utf-8"))]
    cases = json.loads((folder / "expected.json").read_text("utf-8"))["cases"]
    assert len(cases) == 5
    for case, expected in cases.items():
        answers = json.loads((folder / f"pred.{case}.json").read_text("utf-8"))
        found = {f"meddg_bleu{n}": char_bleu.meddg(answers, golds, order=n).details["uncapped"] for n in (1, 4)}
        found |= {f"imcs_corpus_bleu{n}": char_bleu.imcs(answers, golds, order=n).details["nltk"] for n in range(1, 5)}
        found |= {f"distinct{n}": char_bleu.distinct(answers, n=n).value for n in (1, 2)}
        assert found == pytest.approx(expected, rel=1e-12), case


def test_a_perfect_sentence_does_not_exceed_one_as_it_does_with_nltk() -> None:
    score = char_bleu.meddg(["好的好的吗"], [["好的好的吗"]], order=1)
    assert score.value == 1.0
    assert score.details["uncapped"] == pytest.approx(4 / 3)


def test_nothing_found_is_zero_and_no_smallest_float() -> None:
    score = char_bleu.imcs(["abcd"], [["a中bc"]], order=3)
    assert score.value == 0.0
    assert 0 < score.details["nltk"] < 1e-100


def test_short_texts_cost_points_in_imcs_and_not_in_sacrebleu() -> None:
    texts, golds = ["好的", "请问有多久了"], [["好的"], ["请问有多久了"]]
    assert char_bleu.imcs(texts, golds).value == pytest.approx((1 * 1 * 4 / 5 * 3 / 4) ** 0.25)
    assert translation.bleu(texts, golds, tokenizer="char").value == 1.0


def test_precision_and_brevity_by_hand() -> None:
    assert char_bleu.precision("的的的", ["的", "好的的"], 1) == (2, 3)
    assert char_bleu.precision("的", ["的"], 2) == (0, 1)
    assert char_bleu.closest("abc", ["abcd", "ab"]) == 2
    assert (char_bleu.brevity(3, 2), char_bleu.brevity(0, 2)) == (1.0, 0.0)


def test_distinct_by_hand() -> None:
    assert char_bleu.distinct(["好的好的", "好"], n=2).value == pytest.approx(2 / 3)
    assert char_bleu.distinct([], n=1).value == 0.0


def test_an_answer_of_four_characters_scores_nothing_in_meddg() -> None:
    assert char_bleu.meddg(["可以的。"], [["可以的。"]]).value == 0.0
    assert char_bleu.meddg(["可以的呢。"], [["可以的呢。"]]).value > 0.9


@given(pairs)
def test_scores_are_bounded_and_do_not_know_the_order_of_answers(made: list[tuple[str, list[str]]]) -> None:
    values = []
    for rows in (made, made[::-1]):
        answers, golds = [answer for answer, _ in rows], [texts for _, texts in rows]
        scores = [char_bleu.meddg(answers, golds), char_bleu.imcs(answers, golds), char_bleu.distinct(answers, n=1)]
        values.append([score.value for score in scores])
    assert all(0 <= value <= 1 for value in values[0])
    assert values[0] == pytest.approx(values[1])
