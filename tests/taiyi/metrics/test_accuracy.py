from __future__ import annotations

import json
from typing import Any

import pytest
from sklearn.metrics import f1_score

from taiyi.metrics import accuracy


def labels(judged: Any, gold: list[str], read: list[str]) -> list[Any]:
    return [
        judged(((g,),), ((r,),) if r else (), status="ok" if r else "unparsed") for g, r in zip(gold, read, strict=True)
    ]


def test_accuracy_is_over_all_instances_and_the_baseline_is_the_majority_class(judged: Any) -> None:
    outcomes = [*labels(judged, ["yes", "yes", "no", "maybe"], ["yes", "no", "no", ""]), judged((("yes",),), None)]
    score = accuracy.score(outcomes, task="qa_mc")
    assert (score.value, score.baseline, score.items) == (0.4, 0.6, 5)
    assert [score.details[name] for name in ("right", "wrong", "unparsable", "unanswered")] == [2, 1, 1, 1]
    assert score.details["f1:no"] == pytest.approx(2 / 3)
    assert score.details["gold:yes"] == 3


def test_several_right_answers_must_all_be_given(judged: Any) -> None:
    gold = (("A",), ("C",))
    score = accuracy.score([judged(gold, (("C",), ("A",))), judged(gold, (("A",),))], task="qa_mc")
    assert (score.value, score.baseline) == (0.5, 1.0)


def test_no_outcomes_score_zero() -> None:
    assert accuracy.score([], task="qa_mc").value == 0


@pytest.mark.parametrize("case", ["perfect", "always_yes", "noisy", "never_maybe", "invalid_10pct", "blank"])
def test_pubmedqa_over_three_labels(vectors: Any, judged: Any, case: str) -> None:
    folder = vectors / "16_pubmedqa"
    gold, read = (json.loads((folder / name).read_text()) for name in ("gold.json", f"pred.{case}.json"))
    expected = json.loads((folder / "expected.json").read_text())["cases"][case]
    score = accuracy.score(labels(judged, list(gold.values()), [read[key] for key in gold]), task="qa_mc")
    assert score.value == pytest.approx(expected["Accuracy"])
    assert score.details["macro_f1"] == pytest.approx(expected["macro_f1_3labels"])


@pytest.mark.parametrize("case", ["perfect", "noisy", "always_C", "ten_pct_unparsed", "all_unparsed"])
def test_multiple_choice_counts_unparsed_answers_as_wrong(vectors: Any, judged: Any, case: str) -> None:
    folder = vectors / "17b_mcq_accuracy"
    gold, read = (json.loads((folder / name).read_text()) for name in ("gold.json", f"pred.{case}.json"))
    expected = json.loads((folder / "expected.json").read_text())["cases"][case]
    assert accuracy.score(labels(judged, gold, read), task="qa_mc").value == pytest.approx(expected["acc"])


@pytest.mark.parametrize("case", ["perfect", "noisy", "majority", "blank_20pct", "out_of_label"])
def test_kuake_qic(vectors: Any, judged: Any, case: str) -> None:
    folder = vectors / "15_kuake_qic"
    gold = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [json.loads(line) for line in (folder / f"pred.{case}.jsonl").read_text(encoding="utf-8").splitlines()]
    read = [row["output"].partition("：")[2] for row in rows]
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"][case]
    score = accuracy.score(labels(judged, [row["label"] for row in gold], read), task="tc")
    assert score.value == pytest.approx(expected["accuracy"])
    assert score.details["macro_f1"] == pytest.approx(expected["macro_f1_gold_labels"])


def test_macro_f1_agrees_with_scikit_learn(judged: Any) -> None:
    import random

    draw = random.Random(7)
    for _ in range(20):
        gold, read = ([draw.choice("abcd") for _ in range(30)] for _ in range(2))
        expected = f1_score(gold, read, average="macro", labels=sorted(set(gold)), zero_division=0)
        assert accuracy.score(labels(judged, gold, read), task="tc").details["macro_f1"] == pytest.approx(expected)
