from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import measures, overlap

words = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)


def by_table(a: list[str], b: list[str]) -> int:
    """The textbook LCS, to compare with."""
    row = [0] * (len(b) + 1)
    for x in a:
        previous = 0
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], previous + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]


def score_of(outcomes: list[Any], *, task: str, metric: str = "rouge_l") -> Any:
    return measures.make(measures.Metric(metric), task=task).score(outcomes)


@given(words, words)
def test_the_bit_parallel_lcs_equals_the_table(a: list[str], b: list[str]) -> None:
    assert overlap.lcs(a, b) == by_table(a, b)


def test_tokens_are_words_and_single_cjk_characters() -> None:
    assert overlap.tokens("HbA1c 降低1.1%，P<0.05") == ["hba1c", "降", "低", "1", "1", "p", "0", "05"]
    assert overlap.tokens("TNF-α_Sjögren’s") == ["tnf", "α", "sjögren", "s"]


def test_rouge_l_by_hand() -> None:
    assert overlap.rouge_l("the cat sat", "the cat was sat upon") == pytest.approx(2 * 3 / 8)
    assert overlap.rouge_l("患者咳嗽", "患儿咳嗽") == 0.75
    assert (overlap.rouge_l("", "a"), overlap.rouge_l("", "")) == (0.0, 1.0)


def test_token_f1_takes_a_repeated_word_once() -> None:
    assert overlap.token_f1("a a a", "a b") == pytest.approx(2 / 5)


def test_the_best_reference_counts(judged: Any) -> None:
    score = score_of([judged((("one text",),), (("another wording",),), references=("another wording",))], task="tt_ds")
    assert (score.name, score.value, score.details["exact_match"], score.details["bleu"]) == ("rouge_l", 1.0, 1.0, 0.0)
    assert score.details["wrong"] == 1


def test_missing_and_unparsable_answers_score_as_empty_texts(judged: Any) -> None:
    text = (("a plain text of some words",),)
    outcomes = [
        judged(text, text),
        judged(text, None),
        judged(text, text, status="refusal"),
        judged(text, (), status="empty"),
    ]
    score = score_of(outcomes, task="tt_ds")
    assert (score.value, score.items, score.baseline) == (0.25, 4, 0.0)


def test_exact_match_overlooks_outer_punctuation_only(judged: Any) -> None:
    gold = (("《伤寒杂病论》",),)
    score = score_of(
        [judged(gold, (("《伤寒杂病论》。",),)), judged(gold, (("伤寒论",),))], task="qa_cqa", metric="exact_match"
    )
    assert (score.name, score.value) == ("exact_match", 0.5)


def test_sections_are_averaged_and_headers_count_for_nothing(judged: Any) -> None:
    gold = (("主诉", "咳嗽"), ("诊断", "感冒"))
    score = score_of([judged(gold, (("主诉", "咳嗽"), ("建议", "休息")))], task="tt_ts")
    assert score.value == pytest.approx(1 / 3)
    assert (score.details["rouge_l:主诉"], score.details["rouge_l:诊断"]) == (1.0, 0.0)


def test_no_outcomes_score_zero() -> None:
    assert score_of([], task="mt", metric="bleu").value == 0.0


@pytest.mark.parametrize(
    ("name", "tokenizer", "language"), [("21a_mt_zh2en_sacrebleu", "13a", "en"), ("21b_mt_en2zh_sacrebleu", "zh", "zh")]
)
def test_bleu_and_chrf_are_sacrebleus(vectors: Any, judged: Any, name: str, tokenizer: str, language: str) -> None:
    folder = vectors / name
    gold = {row["id"]: row["reference"] for row in _rows(folder / "gold.jsonl")}
    for case, expected in json.loads((folder / "expected.json").read_text())["cases"].items():
        rows = _rows(folder / f"pred.{case}.jsonl")
        outcomes = [judged(((gold[row["id"]],),), ((row["output"],),), language=language) for row in rows]
        score = score_of(outcomes, task="mt", metric="bleu")
        assert score.value == pytest.approx(expected[f"bleu_{tokenizer}"]["score"] / 100), case
        assert score.details["chrf"] == pytest.approx(expected["chrf"]["score"] / 100), case
        assert f"tok:{tokenizer}" in score.signature


def _rows(path: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", ["perfect", "noisy", "empty", "paraphrase", "upper", "truncated"])
def test_rouge_l_on_english_is_googles_without_stemming(vectors: Any, case: str) -> None:
    folder = vectors / "23_rouge_en_google"
    gold, read = (json.loads((folder / name).read_text()) for name in ("gold.json", f"pred.{case}.json"))
    expected = json.loads((folder / "expected.json").read_text())["cases"][case]["nostem"]["rougeL"]["f"]
    values = [overlap.rouge_l(answer, reference) for answer, reference in zip(read, gold, strict=True)]
    assert sum(values) / len(values) == pytest.approx(expected)
