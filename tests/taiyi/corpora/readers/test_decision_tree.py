"""Decision trees: lines with the way to each node; what is no tree is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora.readers import decision_tree
from taiyi.corpora.readers.json_files import Fields
from taiyi.errors import InvalidInput

YES = [["甲病患者", "治疗药物", "乙药"], ["甲病患者", "治疗药物", "丙药"]]
TREE = [
    {"role": "C", "triples": [["甲病患者", "临床表现", "发热"]], "logical_rel": "null"},
    {"role": "D", "triples": YES, "logical_rel": "or"},
    {"role": "C", "triples": [["甲病患者", "临床表现", "咳嗽"]], "logical_rel": "null"},
    {"role": "D", "triples": [], "logical_rel": "null"},
    {"role": "D", "triples": [["甲病患者", "治疗方案", "休息"]], "logical_rel": "and"},
]


@pytest.fixture
def one(read: Callable, write: Callable) -> Callable:
    """`one(tree, **options)`: the record of one text with that tree."""

    def make(tree: Any, **options: Any) -> Any:
        content = json.dumps([{"text": "甲病患者@发热者用乙药。", "tree": tree}], ensure_ascii=False, indent=1)
        return read("decision_tree", write(content, "tree.json"), language="zh", **options)[0]

    return make


def test_a_tree_is_one_section_a_line_a_node(one: Callable) -> None:
    record = one(TREE)
    assert record.input == "甲病患者@发热者用乙药。"
    (output,) = record.outputs
    assert [section.name for section in output.sections] == ["决策树"]
    assert output.sections[0].text.split("\n") == [
        "根 条件：(甲病患者, 临床表现, 发热)",
        "是 决策（或）：(甲病患者, 治疗药物, 乙药); (甲病患者, 治疗药物, 丙药)",
        "否 条件：(甲病患者, 临床表现, 咳嗽)",
        "否-是 决策：无",
        "否-否 决策（且）：(甲病患者, 治疗方案, 休息)",
    ]


def test_its_id_is_its_text_whatever_the_tree(one: Callable) -> None:
    assert one(TREE).id == one(TREE[:1] + TREE[3:]).id


def test_a_missing_tree_is_refused_unless_it_is_said_to_be_missing(one: Callable) -> None:
    with pytest.raises(InvalidInput, match="there is no tree") as caught:
        one([])
    assert caught.value.where.endswith("tree.json:2")
    assert not one([], gold="optional").annotated
    withheld = one(TREE, gold="withheld")
    assert (withheld.annotated, withheld.outputs) == (False, ())


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        (TREE[:4], "1 branches have no node"),
        (TREE[:1], "2 branches have no node"),
        ([*TREE, TREE[3]], "the tree is whole before node 6"),
        ([{**TREE[3], "role": "E"}], "has the role 'E'"),
        ([{**TREE[3], "logical_rel": "xor"}], "the logic 'xor'"),
        ([{"triples": [], "logical_rel": "null"}], "there is no 'role'"),
        ([{**TREE[3], "triples": [["a", "b"]]}], "a triple of 2 parts"),
        ([{**TREE[3], "triples": [["a", "b", None]]}], "there is no '2'"),
        ([{**TREE[3], "triples": ["abc"]}], "an object, not a text"),
        ({"role": "D"}, "'tree' is an object"),
    ],
)
def test_what_is_no_tree_is_refused_by_its_line(one: Callable, tree: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        one(tree)
    assert caught.value.where.endswith("tree.json:2")


@given(roles=st.text("CD", max_size=12))
def test_roles_are_a_tree_where_every_condition_has_two_branches(roles: str) -> None:
    """A pre-order list is whole when decisions first outnumber conditions, and only there."""
    whole = [2 * roles[:n].count("D") - n == 1 for n in range(len(roles) + 1)]
    nodes = [Fields("f:1", {"role": role, "triples": [], "logical_rel": "null"}) for role in roles]
    try:
        lines = decision_tree._tree(Fields("f:1", {}), nodes, "zh").split("\n")
    except InvalidInput:
        assert not whole[-1] or any(whole[:-1])
    else:
        assert whole[-1]
        assert not any(whole[:-1])
        assert len(set(line.split(" ")[0] for line in lines)) == len(roles)
