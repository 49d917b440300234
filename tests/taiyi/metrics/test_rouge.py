from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import overlap, rouge
from taiyi.metrics.rouge_tokens import characters

FAMILIES = (rouge.pltrdy_pair, rouge.rouge_chinese_pair)
texts = st.lists(st.text("ab中. \n", max_size=12), min_size=1, max_size=4)


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_the_vector_of_google(score_vectors: Path) -> None:
    folder = score_vectors / "23_rouge_en_google"
    golds = [[text] for text in read(folder / "gold.json")]
    cases = read(folder / "expected.json")["cases"]
    assert len(cases) == 7
    for case, by_stemming in cases.items():
        answers = read(folder / f"pred.{case}.json")
        for stemming, expected in by_stemming.items():
            found = rouge.google(answers, golds, stem=stemming == "stem")
            for kind, score in found.items():
                wanted = expected[{"l": "rougeL", "lsum": "rougeLsum"}.get(kind, f"rouge{kind}")]
                figures = {"p": score.details["precision"], "r": score.details["recall"], "f": score.value}
                assert figures == pytest.approx(wanted, rel=1e-12), (case, stemming, kind)


def test_the_vector_of_the_chinese_families(score_vectors: Path) -> None:
    folder = score_vectors / "24_rouge_zh"
    golds = [[text] for text in read(folder / "gold.json")]
    cut = [[characters(text) for text in gold] for gold in golds]
    cases = read(folder / "expected.json")["cases"]
    assert len(cases) == 8
    for case, expected in cases.items():
        answers = read(folder / f"pred.{case}.json")
        tokens = [characters(answer) for answer in answers]
        found = {
            "promptcblue": {f"rouge{k.upper()}": s.value for k, s in filled(answers, golds).items()},
            "pltrdy_char": {f"rouge-{k}": s.value for k, s in rouge.pltrdy(tokens, cut, tok="characters").items()},
            "rouge_chinese_char": {
                f"rouge-{k}": s.value for k, s in rouge.rouge_chinese(tokens, cut, tok="characters").items()
            },
        }
        for family, wanted in expected.items():
            assert found[family] == pytest.approx(wanted, rel=1e-12), (case, family)


def filled(answers: list[str], golds: list[list[str]]) -> Any:
    return rouge.promptcblue(answers, golds, empty="filled")


def test_the_dialogue_part_of_promptcblue(score_vectors: Path) -> None:
    folder = score_vectors / "01_promptcblue_raw16"
    rows = read(folder / "gold.structured.json")["MedDG"]
    golds = [[row["answer"]] for row in rows]
    cases = read(folder / "expected.json")["cases"]
    assert len(cases) == 8
    for case, expected in cases.items():
        by_id = {row["sample_id"]: row["answer"] for row in read(folder / f"pred.{case}.structured.json")["MedDG"]}
        found = filled([by_id[row["sample_id"]] for row in rows], golds)
        assert {f"rouge{k.upper()}": s.value for k, s in found.items()} == pytest.approx(
            expected["tasks"]["MedDG"], rel=1e-12
        ), case


def test_silence_earns_points_from_promptcblue_and_none_here(score_vectors: Path) -> None:
    folder = score_vectors / "24_rouge_zh"
    golds = [[text] for text in read(folder / "gold.json")]
    silent = [""] * len(golds)
    assert filled(silent, golds)["l"].value == pytest.approx(0.14302720953680353)
    assert rouge.promptcblue(silent, golds)["l"].value == 0.0
    assert filled(silent, golds)["l"].signature != rouge.promptcblue(silent, golds)["l"].signature


def test_the_families_disagree_and_say_so_in_their_signatures() -> None:
    once, twice = "气管食管瘘", "气管食管瘘气管食管瘘"
    found = [
        rouge.google([twice], [[once]])["l"],
        rouge.pltrdy([characters(twice)], [[characters(once)]], tok="characters")["l"],
        rouge.rouge_chinese([characters(twice)], [[characters(once)]], tok="characters")["l"],
    ]
    assert [round(score.value, 6) for score in found] == [0.0, 1.0, 0.666667]
    assert overlap.rouge_l(twice, once) == pytest.approx(2 / 3)
    assert len({score.signature for score in found}) == len({score.name for score in found}) == 3


def test_tokens_cut_otherwise_have_another_signature() -> None:
    answer, gold = ["咳嗽", "三天"], [["咳嗽", "两天"]]
    for family in (rouge.pltrdy, rouge.rouge_chinese):
        words = family([answer], [gold], tok="jieba-0.42")["1"]
        single = family([list("咳嗽三天")], [[list("咳嗽两天")]], tok="characters")["1"]
        assert words.signature != single.signature
        assert (words.value, single.value) == pytest.approx((0.5, 0.75))


def test_google_by_hand() -> None:
    answer, gold = "the cat sat on the mat", "the cat was on a mat"
    assert rouge.google_pair(answer, gold, "1") == pytest.approx((4 / 6, 4 / 6, 4 / 6))
    assert rouge.google_pair(answer, gold, "2") == pytest.approx((1 / 5, 1 / 5, 1 / 5))
    assert rouge.google_pair(answer, gold, "l") == pytest.approx((4 / 6, 4 / 6, 4 / 6))
    assert rouge.google_pair("c d\na b", "a b\nc d", "l").f == 0.5
    assert rouge.google_pair("c d\na b", "a b\nc d", "lsum").f == 1.0


def test_a_full_stop_ends_a_sentence_in_pltrdy_and_is_a_token_in_its_fork() -> None:
    answer, gold = ["a", ".", "b"], ["b", ".", "a"]
    assert rouge.pltrdy_pair(answer, gold, "l") == pytest.approx((1.0, 1.0, 1.0))
    assert rouge.rouge_chinese_pair(answer, gold, "l") == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert rouge.pltrdy_pair(["."], gold, "1") == rouge.NOTHING
    # Between two full stops the package finds a token of no letters: 1 of 3 tokens, not of 2.
    assert rouge.pltrdy_pair(["a", ".", ".", "c"], ["a"], "1").precision == pytest.approx(1 / 3)


def test_of_several_references_google_takes_the_best_and_the_others_the_mean() -> None:
    assert rouge.google(["a b"], [["c", "a b"]])["1"].value == 1.0
    assert rouge.rouge_chinese([["a", "b"]], [[["c"], ["a", "b"]]], tok="words")["1"].value == pytest.approx(0.5)


@given(texts, texts)
def test_values_are_bounded_symmetric_and_do_not_know_the_order(left: list[str], right: list[str]) -> None:
    rows = list(zip(left, right, strict=False))
    for stem in (False, True):
        forth = rouge.google([a for a, _ in rows], [[b] for _, b in rows], stem=stem)
        back = rouge.google([b for _, b in rows[::-1]], [[a] for a, _ in rows[::-1]], stem=stem)
        for kind in ("1", "2", "l"):
            assert 0 <= forth[kind].value <= 1
            assert forth[kind].value == pytest.approx(back[kind].value)
            assert forth[kind].details["precision"] == pytest.approx(back[kind].details["recall"])


@given(st.text("ab ", max_size=15), st.text("ab ", max_size=15))
def test_of_one_line_lsum_is_l(answer: str, gold: str) -> None:
    assert rouge.google_pair(answer, gold, "lsum") == rouge.google_pair(answer, gold, "l")


@given(st.lists(st.sampled_from("ab中."), max_size=9), st.lists(st.sampled_from("ab中."), max_size=9))
def test_a_text_is_no_better_than_itself(answer: list[str], gold: list[str]) -> None:
    for pair in FAMILIES:
        for kind in ("1", "2", "l"):
            assert 0 <= pair(answer, gold, kind).f <= max(pair(gold, gold, kind).f, 0.0) + 1e-8
            assert pair([], gold, kind) == pair(answer, [], kind) == rouge.NOTHING
