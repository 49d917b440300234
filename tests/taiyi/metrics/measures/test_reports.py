from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import reports
from taiyi.metrics.measures import Measure, Metric, make

NAMES = ("主诉", "诊断", "建议")
made_reports = st.dictionaries(st.sampled_from(NAMES), st.text("咳嗽无。.", min_size=1, max_size=6), min_size=1)


def measure(name: str, **settings: str) -> Measure:
    return make(Metric(name, settings), task="tt_ts")


def judged(asked: Any, pairs: list[tuple[dict[str, str], dict[str, str]]], references: Any = ()) -> Any:
    items = [(tuple(gold.items()), tuple(answer.items())) for answer, gold in pairs]
    return asked("tt_ts", items, references=references, offered=NAMES, language="zh")


@given(st.lists(st.tuples(made_reports, made_reports), min_size=1, max_size=4), st.sampled_from(["zero", "filled"]))
def test_measures_of_reports_are_the_plain_functions(asked: Any, pairs: Any, empty: Any) -> None:
    answers, golds = [answer for answer, _ in pairs], [gold for _, gold in pairs]
    plain = {
        measure("report_sections", empty=empty): reports.by_section(answers, golds, empty=empty),
        measure("imcs_report"): reports.imcs(answers, [[gold] for gold in golds]),
    }
    for one, wanted in plain.items():
        score = one.score(judged(asked, pairs))
        assert score.value == pytest.approx(wanted.value)
        assert (score.name, score.signature, score.baseline) == (wanted.name, wanted.signature, wanted.baseline)


def test_every_reference_of_a_report_counts_alike(asked: Any) -> None:
    answer, gold, other = {"主诉": "咳嗽"}, {"主诉": "咳嗽"}, {"主诉": "发热"}
    both = measure("imcs_report").value(judged(asked, [(answer, gold)], references=[("主诉：发热",)]))
    assert both == pytest.approx(reports.imcs([answer], [[gold, other]]).value)


def test_the_vector_of_imcs(score_vectors: Path, asked: Any) -> None:
    folder = score_vectors / "25_imcs_mrg_report"

    def read(name: str) -> Any:
        return json.loads((folder / name).read_text("utf-8"))

    golds = {key: value["report"] for key, value in read("gold.json").items()}
    names = tuple(dict.fromkeys(name for each in golds.values() for report in each for name in report))
    references = [tuple("\n".join(f"{n}：{t}" for n, t in r.items()) for r in each[1:]) for each in golds.values()]
    for case, expected in read("expected.json")["cases"].items():
        predicted = read(f"pred.{case}.json")
        pairs = [(tuple(each[0].items()), tuple(predicted[key].items())) for key, each in golds.items()]
        outcomes = asked("tt_ts", pairs, references=references, offered=names, language="zh")
        found = measure("imcs_report").value(outcomes)
        assert found == pytest.approx(expected["cblue_score_mean"], rel=1e-9), case
