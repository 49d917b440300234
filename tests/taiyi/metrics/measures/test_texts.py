from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import char_bleu, overlap, rouge
from taiyi.metrics.measures import Measure, Metric, make
from taiyi.metrics.rouge_tokens import characters

texts = st.text("ab 咳嗽。", min_size=1, max_size=14)
rows = st.lists(st.tuples(texts, st.lists(texts, min_size=1, max_size=3)), min_size=1, max_size=4)


def measure(name: str, **settings: str) -> Measure:
    return make(Metric(name, settings), task="mrd")


def judged(asked: Any, made: list[tuple[str, list[str]]]) -> Any:
    pairs = [(((golds[0],),), ((answer,),)) for answer, golds in made]
    return asked("mrd", pairs, references=[tuple(golds[1:]) for _, golds in made])


@given(rows, st.sampled_from("12l"), st.sampled_from(["yes", "no"]))
def test_rouge_measures_are_the_plain_functions(asked: Any, made: Any, kind: Any, stem: str) -> None:
    answers, golds = [answer for answer, _ in made], [found for _, found in made]
    cut = [characters(answer) for answer in answers], [[characters(gold) for gold in each] for each in golds]
    plain = {
        measure("rouge_google", kind=kind, stem=stem): rouge.google(answers, golds, stem=stem == "yes"),
        measure("rouge_pltrdy", kind=kind): rouge.pltrdy(*cut, tok="characters"),
        measure("rouge_chinese", kind=kind): rouge.rouge_chinese(*cut, tok="characters"),
        measure("promptcblue_rouge", kind=kind): rouge.promptcblue(answers, golds),
        measure("promptcblue_rouge", kind=kind, empty="filled"): rouge.promptcblue(answers, golds, empty="filled"),
    }
    for one, expected in plain.items():
        score, wanted = one.score(judged(asked, made)), expected[kind]
        assert (score.name, score.signature) == (wanted.name, wanted.signature)
        assert score.value == pytest.approx(wanted.value)
        assert score.details["precision"] == wanted.details["precision"]


@given(rows)
def test_the_projects_own_figures_are_means_over_the_best_reference(asked: Any, made: Any) -> None:
    for name, metric in (("rouge_l", overlap.rouge_l), ("token_f1", overlap.token_f1)):
        wanted = sum(max(metric(answer, gold) for gold in golds) for answer, golds in made) / len(made)
        assert measure(name).value(judged(asked, made)) == pytest.approx(wanted)


@given(rows, st.sampled_from("14"))
def test_meddg_is_the_mean_of_capped_sentences(asked: Any, made: Any, order: str) -> None:
    plain = char_bleu.meddg([answer for answer, _ in made], [golds for _, golds in made], order=int(order))
    score = measure("meddg_bleu", order=order).score(judged(asked, made))
    assert score.value == pytest.approx(plain.value)
    assert (score.name, score.signature) == (plain.name, plain.signature)


def test_silence_earns_what_promptcblues_script_gives_it_only_where_asked(asked: Any) -> None:
    outcomes = asked("mrd", [((("无明显不适。",),), None)])
    assert measure("promptcblue_rouge").value(outcomes) == 0.0
    filled = measure("promptcblue_rouge", empty="filled").score(outcomes)
    assert filled.value == filled.baseline > 0


def test_the_families_of_rouge_never_share_a_signature() -> None:
    names = ("rouge_l", "rouge_google", "rouge_pltrdy", "rouge_chinese", "promptcblue_rouge")
    assert len({measure(name).signature([]) for name in names}) == len(names)


def test_a_reference_of_sections_is_read_as_sections(asked: Any) -> None:
    gold = (("主诉", "咳嗽"), ("诊断", "感冒"))
    outcomes = asked(
        "tt_ts",
        [(gold, (("主诉", "发热"), ("诊断", "肺炎")))],
        references=[("主诉：发热\n诊断：肺炎",)],
        offered=("主诉", "诊断"),
        language="zh",
    )
    score = make(Metric("rouge_l"), task="tt_ts").score(outcomes)
    assert (score.value, score.details["rouge_l:诊断"], score.details["exact_match"]) == (1.0, 1.0, 1.0)
