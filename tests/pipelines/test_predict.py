"""Both stages' models are asked, each what it is to be asked; what was answered before a kill is not asked again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipelines import evaluate, overlay, predict
from taiyi import jsonl, layout, params, strict_yaml
from taiyi.evaluation.forgetting import Forgetting
from taiyi.evaluation.results import FORGETTING
from taiyi.instances import Prediction
from taiyi.params import Params
from tests.taiyi.evaluation.exam_house import answers, questions

ROOT = Path(__file__).parents[2]
ASKED = questions(20)
AFTER_1 = answers(ASKED, lambda place: True)
AFTER_2 = answers(ASKED, lambda place: place % 2 == 0)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Params]:
    """A working tree with questions and two adapters, whose answers a killed run has left; the maker of its params."""
    monkeypatch.chdir(tmp_path)
    jsonl.write(layout.instructions("test"), ASKED)
    jsonl.write(layout.instructions("train"), [])
    jsonl.write(layout.curated("test") / "topics.jsonl", [])
    layout.BENCHMARKS.mkdir()
    jsonl.write_json(layout.BASE_MODEL / "config.json", {})
    for stage in ("stage1", "stage2"):
        jsonl.write_json(layout.ADAPTERS / stage / "adapter.json", {"stage": stage})

    def made(**changes: Any) -> Params:
        values = overlay.merged(strict_yaml.load(ROOT / layout.PARAMS), changes)
        jsonl.write_json(layout.PARAMS, values)
        told = params.load(layout.PARAMS)
        for stage, texts in (("stage1", AFTER_1), ("stage2", AFTER_2)):
            partial = predict.partial_file(told, layout.ADAPTERS / stage)
            jsonl.write(partial, [Prediction(identifier, text) for identifier, text in texts.items()])
        return told

    return made


def written(name: str) -> dict[str, str]:
    return {p.id: p.text for p in jsonl.read(layout.PREDICTIONS / f"{name}.jsonl", Prediction)}


def test_the_model_after_stage_1_is_asked_the_tasks_of_stage_1(house: Callable[..., Params]) -> None:
    predict.work(house())
    assert written("test") == AFTER_2
    assert written("stage1") == {i: text for i, text in AFTER_1.items() if i.startswith("topics")}
    assert not list(Path(".state/predictions").iterdir())


@pytest.mark.parametrize("changes", [{"predict": {"stage1": False}}, {"train": {"schedule": "one_stage"}}])
def test_it_is_not_asked_where_that_is_not_wanted_or_there_is_no_stage_1(
    house: Callable[..., Params], changes: dict[str, Any]
) -> None:
    predict.work(house(**changes))
    assert [path.name for path in layout.PREDICTIONS.iterdir()] == ["test.jsonl"]


def test_whether_stage_1_is_asked_too_does_not_make_answers_of_stage_2_new(house: Callable[..., Params]) -> None:
    adapter = layout.ADAPTERS / "stage2"
    assert predict.partial_file(house(), adapter) == predict.partial_file(house(predict={"stage1": False}), adapter)
    assert predict.partial_file(house(), adapter) != predict.partial_file(house(), layout.ADAPTERS / "stage1")


def forgotten() -> Forgetting:
    read: Forgetting = jsonl.read_json(layout.EVALUATION / FORGETTING, Forgetting)
    return read


def test_the_evaluation_says_what_stage_2_forgot(house: Callable[..., Params]) -> None:
    told = house()
    predict.work(told)
    evaluate.work(told)
    made = forgotten().comparison
    assert made is not None
    [row] = made.rows
    assert (row.name, row.a, row.b) == ("topics tc en", 1.0, 0.5)
    assert row.separates and row.better == "a"


def test_a_one_stage_run_has_nothing_to_forget_and_says_so(house: Callable[..., Params]) -> None:
    told = house(train={"schedule": "one_stage"})
    predict.work(told)
    evaluate.work(told)
    assert forgotten() == Forgetting("train.schedule is one_stage: there is no stage 1")


def test_a_run_that_did_not_ask_the_model_after_stage_1_says_so(house: Callable[..., Params]) -> None:
    told = house(predict={"stage1": False})
    predict.work(told)
    evaluate.work(told)
    assert forgotten().comparison is None and "predict.stage1 is false" in forgotten().reason


def test_answers_are_kept_under_what_they_depend_on(house: Callable[..., Params]) -> None:
    told = house()
    before = predict.partial_file(told, layout.ADAPTERS / "stage1")
    longer = msgspec.structs.replace(told, predict=msgspec.structs.replace(told.predict, max_new_tokens=7))
    assert predict.partial_file(longer, layout.ADAPTERS / "stage1") != before
