"""The stage that judges and scores: what it writes, over questions whose gold is the answer and over none."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import evaluate
from taiyi import jsonl, layout, params
from taiyi.errors import NotReady
from taiyi.evaluation import results
from taiyi.instances import Context, Instance, Prediction
from taiyi.params import Params
from taiyi.records import Argument, Document, Entity, Relation, Turn

TEXT = "Lithium causes cyanosis."
DESCRIBED = """\
title: Made abstracts, relations
group: supplementary
corpus: made
split: test
n: 2
unit: abstracts
task: re
language: en
metric: {name: set_f1}
also:
  - {name: concept_f1}
"""


def asked(key: str, split: str = "test") -> Instance:
    return Instance(
        id=f"made/{split}/{key}#re.en.t1",
        task="re",
        language="en",
        style="taiyi",
        turns=(Turn("user", f"Which?\n{TEXT}"), Turn("assistant", "CID: [Lithium, cyanosis]")),
        gold=(("CID", "Lithium", "cyanosis"),),
        context=Context(offered=("CID",)),
    )


@pytest.fixture
def told(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Params:
    """The shipped parameters, in a folder with two test questions, their records and a benchmark of them."""
    monkeypatch.chdir(tmp_path)
    jsonl.write(layout.instructions("test"), [asked("1"), asked("2")])
    jsonl.write(layout.instructions("train"), [asked("9", "train")])
    jsonl.write(layout.curated("test") / "made.jsonl", [made("1"), made("2")])
    layout.BENCHMARKS.mkdir(parents=True)
    (layout.BENCHMARKS / "made_re.yaml").write_text(DESCRIBED)
    return params.load(root / layout.PARAMS)


def made(key: str) -> Document:
    return Document(
        id=f"made/test/{key}",
        language="en",
        text=TEXT,
        entities=(
            Entity(id="e1", type="Chemical", spans=((0, 7),), text="Lithium", concepts=("D1",)),
            Entity(id="e2", type="Disease", spans=((15, 23),), text="cyanosis", concepts=("D2",)),
        ),
        relations=(Relation(id="r1", type="CID", head=Argument(concept="D1"), tail=Argument(concept="D2")),),
    )


def answered(*answers: tuple[str, str]) -> None:
    jsonl.write(layout.PREDICTIONS / "test.jsonl", [Prediction(asked(key).id, text) for key, text in answers])


def test_an_evaluation_is_by_the_descriptors_and_keeps_every_answer(told: Params) -> None:
    answered(("1", "CID: [Lithium, cyanosis]"))
    evaluate.work(told)
    evaluation, counts = results.read(layout.EVALUATION)
    (result,) = evaluation.results
    assert (result.name, result.official_n, result.expected_n) == ("made_re", 2, 2)
    assert result.verdicts == {"right": 1, "wrong": 0, "unparsable": 0, "unanswered": 1}
    assert (result.score.value, result.of_parsed) == (pytest.approx(2 / 3), 1.0)
    assert result.seen is not None and result.seen.value == result.score.value
    assert list(counts) == ["made_re"] and counts["made_re"].documents == ("made/test/1", "made/test/2")
    assert [one.verdict for one in results.answers(layout.EVALUATION)] == ["right", "unanswered"]
    assert jsonl.read_json(layout.METRICS / "scores.json")["re"]["made_re"]["n"] == 2


def test_concepts_come_from_the_test_sets_records(told: Params) -> None:
    answered(("1", "CID: [Lithium, cyanosis]"))
    evaluate.work(told)
    (result,) = results.read(layout.EVALUATION)[0].results
    assert result.left_out == () and [score.value for score in result.also] == [pytest.approx(2 / 3)]


def test_records_that_are_not_there_are_asked_for(told: Params) -> None:
    (layout.curated("test") / "made.jsonl").unlink()
    with pytest.raises(NotReady, match=r"made\.jsonl"):
        evaluate.records(["made/test/1"])
