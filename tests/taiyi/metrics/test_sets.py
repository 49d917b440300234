from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from taiyi.instances import Context, Instance, Outcome, Parsed
from taiyi.metrics import sets
from taiyi.metrics.measures.sets import by_seen
from taiyi.metrics.outcomes import verdict
from taiyi.records import Turn

CHEMICAL, DISEASE = ("Chemical", "aspirin"), ("Disease", "ulcer")


def test_micro_f1_counts_over_all_instances(judged: Any) -> None:
    score = sets.micro_f1(
        [
            judged((CHEMICAL, DISEASE), (CHEMICAL, ("Disease", "pain")), offered=("Chemical", "Disease")),
            judged((DISEASE,), (DISEASE,), offered=("Chemical", "Disease")),
        ],
        task="ner",
    )
    assert score.value == pytest.approx(2 / 3)
    assert (score.details["tp"], score.details["predicted"], score.details["gold"]) == (2, 3, 3)
    assert score.details["f1:Chemical"] == 1.0
    assert score.details["f1:Disease"] == 0.5
    assert score.details["macro_f1"] == 0.75
    assert score.details["instance_f1"] == 0.75
    assert score.signature == "f1|average:micro|match:exact|only:all|task:ner|version:1"


def test_an_answer_that_cannot_be_read_predicts_nothing_and_keeps_its_gold(judged: Any) -> None:
    score = sets.micro_f1(
        [
            judged((CHEMICAL,), (CHEMICAL,)),
            judged((CHEMICAL,), (CHEMICAL,), status="refusal"),
            judged((CHEMICAL,), None),
        ],
        task="ner",
    )
    assert (score.details["precision"], score.details["recall"]) == (1.0, pytest.approx(1 / 3))
    assert [score.details[name] for name in ("right", "wrong", "unparsable", "unanswered")] == [1, 0, 1, 1]


def test_undefined_precision_recall_and_f1_are_zero(judged: Any) -> None:
    for outcomes in ([], [judged((), ())], [judged((), (), status="none")]):
        score = sets.micro_f1(outcomes, task="ner")
        assert (score.value, score.details["precision"], score.details["recall"]) == (0, 0, 0)


def test_an_empty_answer_to_an_empty_gold_is_right_though_it_adds_no_item(judged: Any) -> None:
    score = sets.micro_f1([judged((), (), status="none"), judged((DISEASE,), (DISEASE,))], task="ner")
    assert (score.value, score.details["right"], score.details["instance_f1"]) == (1.0, 2, 1.0)


def test_case_width_and_duplicates(judged: Any) -> None:
    gold = (("Chemical", "Ammonia"), ("Chemical", "ammonia"))
    assert sets.micro_f1([judged(gold, (("Chemical", "ammonia"),) * 3)], task="ner").details["tp"] == 1
    assert sets.micro_f1([judged(gold, (("Chemical", "AMMONIA"),))], task="ner").value == 0


def test_the_baseline_is_the_trivial_answers_f1(judged: Any) -> None:
    outcomes = [judged((("none",),), ()), judged((("none",),), ()), judged((("growth",),), ())]
    assert sets.micro_f1(outcomes, task="tc").baseline == 0
    score = sets.micro_f1(outcomes, task="tc", trivial=(("none",),), trivial_name="majority label")
    assert (score.baseline, score.baseline_name) == (pytest.approx(2 / 3), "majority label")


def test_a_relation_was_seen_when_both_its_ends_were_seen_together(judged: Any) -> None:
    item = ("induces", "Aspirin", "ulcer")
    key = sets.mention_key(item)
    assert key == "aspirin\x1fulcer" == sets.mention_key(("treats", "aspirin", "Ulcer"))
    assert sets.mention_key((("nested", "A"), ("B", ("C",)))) == "b\x1fc"
    assert sets.mention_key(("Label",)) == "label"
    seen, unseen = by_seen([judged((item,), (item,))], frozenset((key,)), task="re")
    assert (seen.value, unseen.details["gold"]) == (1, 0)


names = st.sampled_from("abcd")
instances = st.lists(st.tuples(st.sets(names), st.sets(names)), min_size=1, max_size=8)


@given(instances)
def test_micro_f1_agrees_with_scikit_learn_on_label_sets(pairs: list[tuple[set[str], set[str]]]) -> None:
    gold, predicted = (np.array([[name in pair[side] for name in "abcd"] for pair in pairs]) for side in (0, 1))
    outcomes = [_outcome(pair) for pair in pairs]
    expected = f1_score(gold, predicted, average="micro", zero_division=0)
    assert sets.micro_f1(outcomes, task="tc").value == pytest.approx(expected)
    per_name = f1_score(gold, predicted, average=None, zero_division=0)
    details = sets.micro_f1(outcomes, task="tc").details
    assert [details.get(f"f1:{name}", 0.0) for name in "abcd"] == pytest.approx(list(per_name))


def _outcome(pair: tuple[set[str], set[str]]) -> Outcome:
    gold, read = (tuple((name,) for name in sorted(side)) for side in pair)
    turns = (Turn("user", "?"), Turn("assistant", "!"))
    context = Context(offered=tuple("abcd"), multiple=True)
    instance = Instance(id="a/b/c#d", task="tc", language="en", style="taiyi", turns=turns, gold=gold, context=context)
    return Outcome(instance, "raw", Parsed("ok", read))


@pytest.mark.parametrize(
    "name", ["09a_ner_textset_bc5cdr", "09b_ner_textset_biored", "09c_ner_textset_ncbi", "09d_ner_textset_cmeee"]
)
def test_set_f1_equals_promptcblues_on_every_prediction_of_a_vector(vectors: Any, judged: Any, name: str) -> None:
    folder = vectors / name
    expected = json.loads((folder / "expected.json").read_text())
    gold = _entities(folder / "gold.jsonl")
    assert expected["cases"]
    for case, figures in expected["cases"].items():
        read = _entities(folder / f"pred.{case}.jsonl")
        outcomes = [judged(items, read.get(key, ()), offered=tuple(expected["types"])) for key, items in gold.items()]
        score = sets.micro_f1(outcomes, task="ner")
        micro = figures["micro"]
        assert score.value == pytest.approx(micro["f1"]), case
        assert [score.details[n] for n in ("precision", "recall", "tp")] == pytest.approx(
            [micro[n] for n in ("precision", "recall", "tp")]
        )
        for kind, per_type in figures["per_type"].items():
            assert score.details.get(f"f1:{kind}", 0.0) == pytest.approx(per_type["f1"]), (case, kind)


def _entities(path: Any) -> dict[str, tuple[tuple[str, str], ...]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: tuple((entity["type"], entity["text"]) for entity in row["entities"]) for row in rows}


def test_verdicts_are_four(judged: Any) -> None:
    found = [
        verdict(o)
        for o in (judged((), None), judged((), (), status="unparsed"), judged((), ()), judged((DISEASE,), ()))
    ]
    assert found == ["unanswered", "unparsable", "right", "wrong"]


@pytest.mark.parametrize("case", ["perfect", "noisy", "noisy_b", "always_none", "always_proliferative", "all_labels"])
@pytest.mark.parametrize("view", ["with_none", "without_none"])
def test_hallmarks_of_cancer_by_sentence(vectors: Any, judged: Any, case: str, view: str) -> None:
    folder = vectors / "14_hoc"
    none = (("none",),) if view == "with_none" else ()
    gold, read = (_hallmarks(folder / name, none) for name in ("gold.tsv", f"pred.{case}.tsv"))
    expected = json.loads((folder / "expected.json").read_text())["cases"][case][f"sentence_{view}"]
    names = tuple(sorted({label for items in (*gold, *read) for (label,) in items}))
    score = sets.micro_f1([judged(g, r, offered=names) for g, r in zip(gold, read, strict=True)], task="tc")
    assert score.value == pytest.approx(expected["micro"])
    if set(label for items in gold for (label,) in items) == set(names):
        assert score.details["macro_f1"] == pytest.approx(expected["macro"])


def _hallmarks(path: Any, none: tuple[tuple[str], ...]) -> list[tuple[tuple[str], ...]]:
    rows = [line.split("\t")[1] for line in path.read_text().splitlines()[1:]]
    return [tuple((label,) for label in row.split(",")) if row else none for row in rows]
