from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.errors import InvalidInput
from taiyi.metrics import char_bleu, translation
from taiyi.metrics.measures import Measure, Metric, make

texts = st.text("ab 中。", max_size=14)
rows = st.lists(st.tuples(texts, st.lists(texts, min_size=1, max_size=3)), min_size=1, max_size=5)


def measure(name: str, **settings: str) -> Measure:
    return make(Metric(name, settings), task="mt")


def judged(asked: Any, made: list[tuple[str, list[str]]], **context: Any) -> Any:
    pairs = [(((golds[0],),), ((answer,),)) for answer, golds in made]
    return asked("mt", pairs, references=[tuple(golds[1:]) for _, golds in made], **context)


def sides(made: list[tuple[str, list[str]]]) -> tuple[list[str], list[list[str]]]:
    return [answer for answer, _ in made], [golds for _, golds in made]


@given(rows, st.sampled_from(["13a", "zh", "char"]), st.sampled_from(["mixed", "lc"]))
def test_sums_of_bleu_counts_make_sacrebleus_score(asked: Any, made: Any, tokenizer: Any, case: str) -> None:
    score = measure("bleu", tokenizer=tokenizer, case=case).score(judged(asked, made))
    plain = translation.bleu(*sides(made), tokenizer=tokenizer, lowercase=case == "lc")
    assert score.value == pytest.approx(plain.value, abs=1e-12)
    assert score.signature == plain.signature


@given(rows, st.sampled_from([0, 1, 2]))
def test_sums_of_chrf_counts_make_sacrebleus_score(asked: Any, made: Any, words: int) -> None:
    score = measure("chrf", word_order=str(words)).score(judged(asked, made))
    plain = translation.chrf(*sides(made), word_order=words)
    assert (score.name, score.signature) == (plain.name, plain.signature)
    assert score.value == pytest.approx(plain.value, abs=1e-12)


@given(rows, st.sampled_from(["en", "zh"]))
def test_sums_of_ter_counts_make_sacrebleus_score(asked: Any, made: Any, language: str) -> None:
    score = measure("ter", language=language).score(judged(asked, made))
    plain = translation.ter(*sides(made), language=language)
    assert (score.value, score.baseline) == pytest.approx((plain.value, plain.baseline))
    assert score.signature == plain.signature
    assert measure("ter").lower_is_better


@given(rows, st.sampled_from("1234"))
def test_sums_of_imcs_counts_make_the_plain_score(asked: Any, made: Any, order: str) -> None:
    score = measure("imcs_bleu", order=order).score(judged(asked, made))
    plain = char_bleu.imcs(*sides(made), order=int(order))
    assert score.value == pytest.approx(plain.value, abs=1e-12)
    assert (score.name, score.signature) == (plain.name, plain.signature)


@given(rows, st.sampled_from("12"))
def test_shares_of_ngrams_add_up_to_distinct(asked: Any, made: Any, n: str) -> None:
    score = measure("distinct", n=n).score(judged(asked, made))
    assert score.value == pytest.approx(char_bleu.distinct(sides(made)[0], n=int(n)).value)


def test_a_sample_that_holds_an_answer_twice_is_no_poorer_in_distinct_ngrams(asked: Any) -> None:
    one = measure("distinct", n="1").rows(judged(asked, [("abc", ["x"]), ("def", ["x"])]))
    assert measure("distinct", n="1").figure(2 * one[:1]) == pytest.approx(1.0)


@given(rows)
def test_many_sums_at_once_are_as_one_by_one(asked: Any, made: Any) -> None:
    for name in ("bleu", "chrf", "ter", "imcs_bleu"):
        one = measure(name)
        weights = np.random.default_rng(5).integers(0, 3, size=(4, len(made)))
        sums = weights @ one.rows(judged(asked, made))
        assert one.figure(sums) == pytest.approx([float(one.figure(row[None])[0]) for row in sums])
        assert ((one.figure(sums) >= 0) & (one.figure(sums) <= 1)).all()


def test_the_tasks_own_bleu_takes_its_tokenizer_from_the_target(asked: Any) -> None:
    made = [("患者咳嗽了三天", ["患者咳嗽了三天半"])]
    chinese = measure("bleu").score(judged(asked, made, operation="zh", language="zh"))
    assert chinese.value == pytest.approx(translation.bleu(*sides(made), tokenizer="zh").value)
    assert chinese.signature == "bleu|case:mixed|refs:all|smooth:exp|task:mt|tok:zh|version:1"
    assert "tok:13a" in measure("bleu").score(judged(asked, made, operation="en")).signature


def test_unanswered_questions_are_empty_texts_and_no_questions_score_0(asked: Any) -> None:
    gold = (("a plain text of some words",),)
    half = measure("bleu").value(asked("mt", [(gold, gold), (gold, None)]))
    assert half == pytest.approx(np.exp(1 - 2))
    for name in ("bleu", "chrf", "ter", "imcs_bleu", "distinct"):
        assert measure(name).score([]).value == 0.0


def test_a_wrong_setting_is_refused() -> None:
    for name, settings in (("bleu", {"tokenizer": "14a"}), ("chrf", {"word_order": "3"}), ("ter", {"language": "fr"})):
        with pytest.raises(InvalidInput, match="one of"):
            measure(name, **settings)


@pytest.mark.parametrize(("vector", "language"), [("21a_mt_zh2en_sacrebleu", "en"), ("21b_mt_en2zh_sacrebleu", "zh")])
def test_the_vectors_of_sacrebleu(score_vectors: Path, asked: Any, vector: str, language: str) -> None:
    def read(name: str) -> list[dict[str, str]]:
        return [json.loads(line) for line in (score_vectors / vector / name).read_text("utf-8").splitlines()]

    golds = [row["reference"] for row in read("gold.jsonl")]
    cases = json.loads((score_vectors / vector / "expected.json").read_text("utf-8"))["cases"]
    for case, expected in cases.items():
        answers = [row["output"] for row in read(f"pred.{case}.jsonl")]
        outcomes = judged(asked, [(answer, [gold]) for answer, gold in zip(answers, golds, strict=True)])
        for name, wanted in expected.items():
            if name.startswith("sentence"):
                continue
            kind, _, rest = name.partition("_")
            settings = {"tokenizer": rest.removesuffix("_lc"), "case": "lc" if rest.endswith("_lc") else "mixed"}
            settings = {"ter": {"language": language}, "bleu": settings}.get(kind, {"word_order": str(kind.count("+"))})
            found = measure(kind.rstrip("+"), **settings).score(outcomes)
            assert found.value == pytest.approx(min(wanted["score"] / 100, 1.0), rel=1e-12), (case, name)
            assert found.signature == f"{found.name}|{wanted.get('signature', found.signature.partition('|')[2])}"
