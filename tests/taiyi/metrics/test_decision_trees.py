from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import decision_trees as trees
from taiyi.metrics.decision_trees import Node, node

FEVER, COOL, WAIT = (node(role, "null", [("child", "has", what)]) for role, what in zip("CDD", "xyz", strict=True))

nodes = st.builds(
    node,
    st.sampled_from("CD"),
    st.sampled_from(("null", "and", "or")),
    st.lists(st.tuples(*[st.sampled_from("abA")] * 3), max_size=3),
)
lists = st.lists(nodes, max_size=9)
pairs = st.lists(st.tuples(lists, lists), max_size=4)


def test_one_branch_exchanged_costs_the_paths_but_not_the_nodes() -> None:
    score = trees.score([((FEVER, COOL, WAIT), (FEVER, WAIT, COOL))])
    assert (score.details["node_f1"], score.details["triple_f1"], score.details["path_f1"]) == (1.0, 1.0, 0.0)
    assert (score.details["distance"], score.value) == pytest.approx((4.0, 1 - 4 / 18))
    assert score.details["tree_accuracy"] == 0.0


def test_a_missing_subtree_costs_its_nodes_against_empty_ones() -> None:
    score = trees.score([((FEVER, COOL, WAIT), (COOL,))])
    # root: another role and two triples on one side only; each leaf: a role and a triple
    assert score.details["distance"] == 3 + 2 + 2
    assert score.value == pytest.approx(1 - 7 / 12)


def test_the_empty_answer_is_the_baseline_and_case_does_not_count() -> None:
    gold = [((FEVER, COOL, WAIT), ())]
    assert trees.score(gold).value == trees.score(gold).baseline == pytest.approx(1 - 6 / 9)
    assert node("D", "null", [("A", "b", "C")]) == node("D", "null", [("a", "B", "c")])


def test_a_list_that_is_no_tree_is_scored_all_the_same() -> None:
    cut = trees.score([((FEVER, COOL, WAIT), (FEVER, COOL))])
    assert (cut.details["path_tp"], cut.details["path_predicted"], cut.details["path_gold"]) == (1, 1, 2)
    beyond = trees.score([((COOL,), (COOL, WAIT))])
    assert (beyond.details["distance"], beyond.details["path_predicted"]) == (2, 2)
    assert trees.score([((COOL,), (FEVER,) * 2_000)]).value == pytest.approx(0.5, abs=0.5)


def test_a_node_said_twice_is_right_once() -> None:
    details = trees.score([((COOL,), (COOL, COOL))]).details
    assert details["node_f1"] == pytest.approx(2 / 3)
    assert details["node_pairs_f1"] == pytest.approx(4 / 3)


def test_a_triple_has_three_parts() -> None:
    with pytest.raises(ValueError, match="three parts"):
        node("D", "null", [("a", "b")])


def test_nothing_scores_nothing() -> None:
    assert trees.score([]).value == 0.0
    assert trees.score([((), ())]).value == 1.0


@given(pairs)
def test_scores_stay_within_bounds_and_are_symmetric(given_pairs: list[tuple[list[Node], list[Node]]]) -> None:
    score = trees.score(given_pairs)
    exchanged = trees.score([(predicted, gold) for gold, predicted in given_pairs])
    assert 0 <= score.value <= 1
    assert score.value == pytest.approx(exchanged.value)
    for name in ("node_f1", "path_f1", "triple_f1", "tree_accuracy"):
        assert 0 <= score.details[name] <= 1
        assert score.details[name] == pytest.approx(exchanged.details[name])


@given(st.lists(lists, min_size=1, max_size=4))
def test_gold_scores_full_marks_against_itself(golds: list[list[Node]]) -> None:
    score = trees.score([(gold, gold) for gold in golds])
    assert (score.value, score.details["tree_accuracy"]) == (1.0, 1.0)


def _read(path: Path) -> list[list[Node]]:
    return [
        [node(each["role"], each["logical_rel"], each["triples"]) for each in tree["answer"]]
        for tree in json.loads(path.read_text(encoding="utf-8"))
    ]


def _smoothed(tp: float, predicted: float, gold: float) -> float:
    """F1 as PromptCBLUE computes it: every count begins at 0.000001."""
    precision, recall = ((tp + 1e-6) / (each + 1e-6) for each in (predicted, gold))
    return 2 * precision * recall / (precision + recall)


def test_the_vectors_of_text2dt_agree(score_vectors: Path) -> None:
    folder = score_vectors / "03_promptcblue_text2dt"
    gold = _read(folder / "gold.json")
    cases = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"]
    assert len(cases) == 5
    for case, expected in cases.items():
        score = trees.score(list(zip(gold, _read(folder / f"pred.{case}.json"), strict=True)))
        details = score.details
        assert score.value == pytest.approx(expected["tree_lenv_radio"], abs=1e-12), case
        path = [details[f"path_{column}"] for column in ("tp", "predicted", "gold")]
        assert _smoothed(*path) == pytest.approx(expected["path_f1"], abs=1e-12), case
        assert details["node_pairs_f1"] == pytest.approx(expected["node_f1"], abs=1e-6), case
        if case != "truncated":
            counts = [details[f"node_{column}"] for column in ("tp", "predicted", "gold")]
            assert _smoothed(*counts) == pytest.approx(expected["node_f1"], abs=1e-12), case


def test_the_reference_counts_a_repeated_node_twice(score_vectors: Path) -> None:
    folder = score_vectors / "03_promptcblue_text2dt"
    pairs = list(zip(_read(folder / "gold.json"), _read(folder / "pred.truncated.json"), strict=True))
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"]["truncated"]
    assert expected["node_f1"] == pytest.approx(0.5, abs=1e-6)
    assert trees.score(pairs).details["node_f1"] == pytest.approx(1 / 3)
