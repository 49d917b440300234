from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import decision_trees, tree_texts
from taiyi.metrics.decision_trees import Node, node
from taiyi.metrics.measures import Measure, Metric, make

_TEXT = {"C": "条件", "D": "决策", "null": "", "and": "（且）", "or": "（或）"}
nodes = st.builds(
    node,
    st.sampled_from("CD"),
    st.sampled_from(("null", "and", "or")),
    st.lists(st.tuples(*[st.sampled_from("abA")] * 3), max_size=3),
)
trees = st.lists(nodes, min_size=1, max_size=7)


def measure(of: str) -> Measure:
    return make(Metric("decision_tree", {"of": of}), task="tt_ts")


def written(tree: list[Node]) -> Any:
    lines = []
    for each in tree:
        triples = "; ".join(f"({', '.join(triple)})" for triple in sorted(each.triples)) or "无"
        lines.append(f"根 {_TEXT[each.role]}{_TEXT[each.rel]}：{triples}")
    return (("决策树", "\n".join(lines)),)


def judged(asked: Any, pairs: Any) -> Any:
    items = [(written(gold), written(read)) for gold, read in pairs]
    return asked("tt_ts", items, offered=("决策树",), language="zh")


@given(st.lists(st.tuples(trees, trees), min_size=1, max_size=4))
def test_sums_of_counts_make_the_plain_figures(asked: Any, pairs: Any) -> None:
    outcomes, plain = judged(asked, pairs), decision_trees.score(pairs)
    score = measure("edit_ratio").score(outcomes)
    assert (score.value, score.baseline) == pytest.approx((plain.value, plain.baseline))
    assert (score.name, score.signature) == (plain.name, plain.signature)
    for of in ("node", "path", "triple"):
        assert measure(of).value(outcomes) == pytest.approx(plain.details[f"{of}_f1"])
    assert measure("tree").value(outcomes) == pytest.approx(plain.details["tree_accuracy"])


def test_each_figure_has_its_signature() -> None:
    assert len({measure(of).signature([]) for of in ("edit_ratio", "node", "path", "triple", "tree")}) == 5


def test_a_line_that_is_no_node_is_passed_over() -> None:
    lines = "下面是决策树：\n根 条件（且）：(患者, 有, 发热); (患者, 有, 咳嗽)\n是 决策：(患者, 用药, 甲, 乙)\n否 决策：无\n（完）"
    root, yes, no = tree_texts.nodes([lines])
    assert (root.role, root.rel, len(root.triples)) == ("C", "and", 2)
    assert yes.triples == {("患者", "用药", "甲, 乙")}
    assert no == node("D", "null", [])


def test_english_trees_are_read_as_well() -> None:
    assert tree_texts.nodes(["root condition (or): (child, has, fever)"]) == [
        node("C", "or", [("child", "has", "fever")])
    ]


def test_the_vector_of_text2dt(score_vectors: Path, asked: Any) -> None:
    folder = score_vectors / "03_promptcblue_text2dt"

    def read(name: str) -> list[list[Node]]:
        rows = json.loads((folder / name).read_text("utf-8"))
        return [[node(e["role"], e["logical_rel"], e["triples"]) for e in tree["answer"]] for tree in rows]

    cases = json.loads((folder / "expected.json").read_text("utf-8"))["cases"]
    for case, expected in cases.items():
        outcomes = judged(asked, list(zip(read("gold.json"), read(f"pred.{case}.json"), strict=True)))
        assert measure("edit_ratio").value(outcomes) == pytest.approx(expected["tree_lenv_radio"], abs=1e-12), case
        assert measure("path").value(outcomes) == pytest.approx(expected["path_f1"], abs=1e-6), case
