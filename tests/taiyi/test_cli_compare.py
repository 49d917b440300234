"""`taiyi compare` and `taiyi wordings`, for people and for programs, on evaluation folders as they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from taiyi import cli, jsonl
from taiyi.evaluation.forgetting import Forgetting, measured
from taiyi.evaluation.results import FORGETTING
from tests.taiyi.evaluation.exam_house import answers, evaluated, questions

A = "half"
B = "most"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[str, str]:
    """Two evaluations: one right half the time, the other nearly always on topics and as often as the first on exams."""
    a = evaluated(tmp_path / "a", lambda place: place % 2 == 0, name=A)
    b = evaluated(tmp_path / "b", lambda place: place % 10 > 0 if place < 60 else place % 2 == 0, name=B)
    return str(a), str(b)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(list(arguments)) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(list(arguments)) == 2
    return capsys.readouterr().err


def test_the_benchmark_that_separates_two_models_is_named(
    folders: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, "compare", *folders)
    assert f"A: {A}\nB: {B}" in text
    assert "1 of 2 benchmarks separate A and B (Holm over 2; alpha 0.05): topics tc en" in text
    assert "B is better" in text and "A is better" not in text
    assert "mean of 2 benchmarks: 50.0 and 70.0, +20.0 [" in text


def test_programs_read_the_same_comparison(folders: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    made = json.loads(said(capsys, "compare", *folders, "--json"))
    rows: dict[str, Any] = {row["name"]: row for row in made["rows"]}
    assert (made["a"], made["b"], made["replicates"]) == (A, B, 10_000)
    topics, exam = rows["topics tc en"], rows["exam qa_mc en"]
    assert topics["difference"] == pytest.approx(0.4) and topics["separates"] and topics["better"] == "b"
    assert exam["difference"] == 0 and not exam["separates"] and exam["mcnemar"] == exam["p"] == 1


def test_a_folder_compared_with_itself_does_not_differ(
    folders: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    made = json.loads(said(capsys, "compare", folders[0], folders[0], "--json"))
    assert made["a"] == made["b"] == folders[0]
    assert {(row["difference"], row["p"]) for row in made["rows"]} == {(0, 1)}


def test_only_some_benchmarks_may_be_asked_for(folders: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    made = json.loads(said(capsys, "compare", *folders, "--only", "exam qa_mc en", "--json"))
    assert [row["name"] for row in made["rows"]] == ["exam qa_mc en"]
    assert "did you mean 'exam qa_mc en'" in refused(capsys, "compare", *folders, "--only", "exam qa_mc zh")


def test_another_number_of_questions_is_listed_and_not_compared(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = evaluated(tmp_path / "c", lambda place: True, name="part", instances=questions()[:100])
    text = said(capsys, "compare", folders[0], str(part))
    assert "not compared" in text and "60 questions and 40" in text
    assert "Nothing of the two can be compared" in said(
        capsys, "compare", folders[0], str(part), "--only", "exam qa_mc en"
    )


def test_tasks_of_several_evaluations_stand_side_by_side(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    third = evaluated(tmp_path / "c", lambda place: True, name="all")
    text = said(capsys, "compare", *folders, str(third), "--by", "task")
    assert "all - half" in text and "+50.0" in text
    made = json.loads(said(capsys, "compare", *folders, "--by", "task", "--json"))
    assert {panel["task"]: [round(mean, 2) for mean in panel["means"]] for panel in made["panels"]} == {
        "qa_mc": [0.5, 0.5],
        "tc": [0.5, 0.9],
    }


def test_bad_input_is_refused_with_what_would_be_right(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is no evaluation folder" in refused(capsys, "compare", folders[0], str(tmp_path / "nothing"))
    assert "1 evaluation folder is given" in refused(capsys, "compare", folders[0])
    assert "with --by task, two or more" in refused(capsys, "compare", *folders, folders[0])
    assert "--alpha is 1.5" in refused(capsys, "compare", *folders, "--alpha", "1.5")
    exams = evaluated(tmp_path / "c", lambda place: True, instances=questions()[60:])
    topics = evaluated(tmp_path / "d", lambda place: True, instances=questions()[:60])
    assert "no benchmark in common" in refused(capsys, "compare", str(exams), str(topics))


def test_what_stage_2_forgot_is_shown_of_the_pipelines_own_evaluation(
    folders: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "has no forgetting.json" in refused(capsys, "compare", folders[0], "--stages")
    asked = questions(40)
    found = measured(asked, answers(asked, lambda place: True), answers(asked, lambda place: place < 40))
    jsonl.write_json(Path(folders[0]) / FORGETTING, found)
    text = said(capsys, "compare", folders[0], "--stages")
    assert "A: stage 1\nB: stage 2" in text and "A is better" in text
    assert json.loads(said(capsys, "compare", folders[0], "--stages", "--json"))["tasks"] == ["qa_mc", "tc"]
    jsonl.write_json(Path(folders[0]) / FORGETTING, Forgetting("there is no stage 1"))
    assert "is not known: there is no stage 1" in said(capsys, "compare", folders[0], "--stages")


def test_the_spread_over_wordings_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = [
        str(
            evaluated(
                tmp_path / template, lambda place, every=every: place % every > 0, instances=questions(40, template)
            )
        )
        for template, every in (("t1", 2), ("t2", 4))
    ]
    made = json.loads(said(capsys, "wordings", *parts, "--json"))
    spread = next(one for one in made["spreads"] if one["name"] == "exam qa_mc en")
    assert (spread["mean"], spread["lowest"]["template"], spread["highest"]["template"]) == (0.625, "t1", "t2")
    assert (spread["shared"], spread["changed"], spread["flipped"]) == (40, 0.25, 0.25)
    text = said(capsys, "wordings", *parts)
    assert "50.0 t1" in text and "75.0 t2" in text and "25.0%" in text


def test_wordings_of_one_evaluation_that_asks_each_question_once_are_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mixed = [*questions(20, "t1")[:20], *questions(40, "t2")[20:40]]
    folder = evaluated(tmp_path / "mixed", lambda place: place % 3 > 0, instances=mixed)
    assert "Not every wording was put to the same questions" in said(capsys, "wordings", str(folder))


def test_one_wording_alone_is_said_so(folders: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert "asked in one wording only, t1" in said(capsys, "wordings", folders[0])
    assert "is asked in t1 by half and by most" in refused(capsys, "wordings", *folders)
