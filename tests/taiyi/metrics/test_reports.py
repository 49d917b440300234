from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import reports

DISEASES = ["感冒", "便秘", "支气管炎", "腹泻"]
made_reports = st.dictionaries(st.sampled_from(["主诉", "诊断", "建议"]), st.text("咳嗽无。.", max_size=6), min_size=1)


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_the_vector_of_imcs(score_vectors: Path) -> None:
    folder = score_vectors / "25_imcs_mrg_report"
    golds = {key: value["report"] for key, value in read(folder / "gold.json").items()}
    cases = read(folder / "expected.json")["cases"]
    assert len(cases) == 8
    for case, expected in cases.items():
        by_id = read(folder / f"pred.{case}.json")
        answers = [by_id[key] for key in golds]
        score = reports.imcs(answers, list(golds.values()))
        found = {name.replace("_", "-"): value for name, value in score.details.items()}
        found["cblue_score_mean"] = score.value
        found["diagnosis_keyword_accuracy"] = reports.keyword_accuracy(answers, DISEASES, section="诊断").value
        assert found == pytest.approx(expected, rel=1e-12), case
        assert score.baseline == pytest.approx(cases["empty_sections"]["cblue_score_mean"])


def test_the_report_part_of_promptcblue(score_vectors: Path) -> None:
    folder = score_vectors / "01_promptcblue_raw16"
    rows = read(folder / "gold.structured.json")["IMCS-V2-MRG"]
    golds = [row["answer"] for row in rows]
    cases = read(folder / "expected.json")["cases"]
    assert len(cases) == 8
    for case, expected in cases.items():
        predicted = read(folder / f"pred.{case}.structured.json")["IMCS-V2-MRG"]
        by_id = {row["sample_id"]: row["answer"] for row in predicted}
        score = reports.by_section([by_id[row["sample_id"]] for row in rows], golds, empty="filled")
        found = {f"rouge{kind.upper()}": score.details[f"rouge_{kind}"] for kind in ("1", "2", "l")}
        assert found == pytest.approx(expected["tasks"]["IMCS-V2-MRG"], rel=1e-12), case
        assert score.baseline == pytest.approx(cases["empty"]["tasks"]["IMCS-V2-MRG"]["rougeL"])


def test_a_report_without_sections_earns_points_from_promptcblue_and_none_here(score_vectors: Path) -> None:
    rows = read(score_vectors / "01_promptcblue_raw16" / "gold.structured.json")["IMCS-V2-MRG"]
    golds = [row["answer"] for row in rows]
    silent: list[dict[str, str]] = [{}] * len(golds)
    assert reports.by_section(silent, golds, empty="filled").value == pytest.approx(0.2764371334865313)
    assert reports.by_section(silent, golds).value == 0.0


def test_headers_count_in_the_flattened_form_and_not_by_section() -> None:
    answer, gold = {"主诉": "", "诊断": ""}, {"主诉": "咳嗽", "诊断": "感冒"}
    flat = reports.imcs([answer], [[gold]])
    assert flat.value == flat.baseline > 0.5
    assert reports.by_section([answer], [gold]).value == 0.0


def test_sections_by_hand() -> None:
    score = reports.by_section([{"主诉": "咳嗽", "查体": "无"}], [{"主诉": "咳嗽", "诊断": "感冒"}])
    assert score.value == pytest.approx(0.5)
    assert score.details["rouge_l:主诉"] == pytest.approx(1.0)
    assert (score.details["rouge_l:诊断"], score.details["further"]) == (0.0, 1.0)


def test_a_keyword_in_another_section_is_no_diagnosis() -> None:
    score = reports.keyword_accuracy([{"主诉": "感冒"}, {"诊断": "小儿感冒。"}], ["感冒", "感冒"], section="诊断")
    assert score.value == 0.5


@given(st.lists(st.tuples(made_reports, made_reports), min_size=1, max_size=4))
def test_scores_are_bounded_and_do_not_know_the_order(pairs: list[tuple[dict[str, str], dict[str, str]]]) -> None:
    values = []
    for rows in (pairs, pairs[::-1]):
        answers = [answer for answer, _ in rows]
        flat = reports.imcs(answers, [[gold] for _, gold in rows]).value
        values.append([flat, reports.by_section(answers, [gold for _, gold in rows]).value])
    assert all(0 <= value <= 1 for value in values[0])
    assert values[0] == pytest.approx(values[1])
