from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import Score, translation

VECTORS = {"21a_mt_zh2en_sacrebleu": "en", "21b_mt_en2zh_sacrebleu": "zh"}
pairs = st.lists(
    st.tuples(st.text("ab 中。", max_size=12), st.lists(st.text("ab 中。", max_size=12), min_size=1, max_size=3)),
    min_size=1,
    max_size=4,
)


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("vector", VECTORS)
def test_the_vectors_of_sacrebleu(vector: str, score_vectors: Path) -> None:
    folder, language = score_vectors / vector, VECTORS[vector]
    golds = [[row["reference"]] for row in lines(folder / "gold.jsonl")]
    cases = json.loads((folder / "expected.json").read_text("utf-8"))["cases"]
    assert len(cases) == 10
    for case, expected in cases.items():
        answers = [row["output"] for row in lines(folder / f"pred.{case}.jsonl")]
        assert len(expected) == 9
        for name, wanted in expected.items():
            found, key = computed(name, answers, golds, language)
            assert found.details[key] == pytest.approx(wanted["score"], rel=1e-12), (case, name)
            if "signature" in wanted:
                assert found.signature == f"{found.name}|{wanted['signature']}"
            if "bp" in wanted:
                keys = [
                    "brevity_penalty",
                    "answer_tokens",
                    "reference_tokens",
                    *(f"precision_{n}" for n in range(1, 5)),
                ]
                values = [wanted["bp"], wanted["sys_len"], wanted["ref_len"], *wanted["precisions"]]
                assert [found.details[key] for key in keys] == pytest.approx(values, rel=1e-12)


def computed(name: str, answers: list[str], golds: list[list[str]], language: str) -> tuple[Score, str]:
    """Our score for a figure of the vectors, and the detail that holds the figure."""
    if name == "ter":
        return translation.ter(answers, golds, language=language), "ter"
    if name.startswith("chrf"):
        return translation.chrf(answers, golds, word_order=name.count("+")), name
    if name.startswith("sentence"):
        return translation.bleu(answers, golds, tokenizer="zh" if language == "zh" else "13a"), "sentence_bleu"
    tokenizer: Any = name.removeprefix("bleu_").removesuffix("_lc")
    return translation.bleu(answers, golds, tokenizer=tokenizer, lowercase=name.endswith("_lc")), "bleu"


def test_the_vector_of_several_references_and_significance(score_vectors: Path) -> None:
    folder = score_vectors / "21c_mt_multiref_significance"
    columns = json.loads((folder / "gold.json").read_text("utf-8"))["references"]
    golds = [list(texts) for texts in zip(*columns, strict=True)]
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    systems = [json.loads((folder / f"pred.{name}.json").read_text("utf-8")) for name in "AB"]
    for name, answers in zip("AB", systems, strict=True):
        several = translation.bleu(answers, golds, tokenizer="13a")
        one = translation.bleu(answers, [texts[:1] for texts in golds], tokenizer="13a")
        assert several.details["bleu"] == pytest.approx(expected["multi_ref_bleu"][name], rel=1e-12)
        assert one.details["bleu"] == pytest.approx(expected["single_ref_bleu"][name], rel=1e-12)
        assert several.signature != one.signature
    for test in ("ar", "bs"):
        found = translation.compare(systems, golds, tokenizer="13a", test="ar" if test == "ar" else "bs")
        wanted = [(row["score"], row["p_value"], row["mean"], row["ci"]) for row in expected[f"paired_{test}"]["BLEU"]]
        for ours, theirs in zip(found, wanted, strict=True):
            assert [value is None for value in ours] == [value is None for value in theirs]
            assert [value or 0.0 for value in ours] == pytest.approx([value or 0.0 for value in theirs], rel=1e-12)


def test_bleu_by_hand() -> None:
    score = translation.bleu(["a b c d"], [["a b c d e f"]], tokenizer="none")
    assert score.details["brevity_penalty"] == pytest.approx(2.718281828459045 ** (1 - 6 / 4))
    assert score.value == pytest.approx(score.details["brevity_penalty"])


def test_ter_counts_edits_and_its_baseline_is_that_of_empty_answers() -> None:
    score = translation.ter(["a b x d"], [["a b c d"]])
    assert (score.value, score.details["ter"], score.baseline) == (0.25, 25.0, 1.0)
    assert translation.ter(["a b c d e f"], [["x"]]).details["ter"] == 600.0
    assert translation.ter(["a b c d e f"], [["x"]]).value == 1.0


def test_scores_of_different_settings_have_different_signatures() -> None:
    answers, golds = ["患者咳嗽。"], [["患儿咳嗽。"]]
    found = [
        translation.bleu(answers, golds, tokenizer="zh"),
        translation.bleu(answers, golds, tokenizer="13a"),
        translation.bleu(answers, golds, tokenizer="13a", lowercase=True),
        translation.chrf(answers, golds),
        translation.chrf(answers, golds, word_order=2),
        translation.ter(answers, golds),
        translation.ter(answers, golds, language="zh"),
    ]
    assert len({score.signature for score in found}) == len(found)


@given(pairs)
def test_scores_are_bounded_and_do_not_know_the_order_of_answers(made: list[tuple[str, list[str]]]) -> None:
    for rows in (made, made[::-1]):
        answers, golds = [answer for answer, _ in rows], [texts for _, texts in rows]
        found = [translation.bleu(answers, golds, tokenizer="zh").value, translation.chrf(answers, golds).value]
        assert all(0 <= value <= 1 for value in found)
        if rows is made:
            first = found
    assert found == pytest.approx(first)
