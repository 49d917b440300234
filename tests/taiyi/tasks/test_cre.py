from __future__ import annotations

import pytest

from taiyi.instances import Context
from taiyi.records import Argument, Document, Relation
from taiyi.tasks import TaskSpec, cre

SPEC = TaskSpec(types={"1": "因果关系", "2": "条件关系"})
CHINESE = Context(offered=("因果关系", "条件关系"), language="zh")
ENGLISH = Context(offered=("causes", "requires"))
INNER = ("因果关系", "细菌", "牙周炎")


def relation(name: str, kind: str, head: str, tail: str) -> Relation:
    ends = (Argument(ref=end[1:]) if end.startswith("@") else Argument(text=end) for end in (head, tail))
    return Relation(name, kind, *ends)


def golds(*relations: Relation) -> list[object]:
    (draft,) = cre.instances(Document(id="c/train/1", language="zh", text="文本", relations=relations), SPEC)
    return list(draft.gold)


def test_an_end_may_be_a_relation() -> None:
    found = golds(relation("R2", "2", "抵抗力低下", "@R1"), relation("R1", "1", "细菌", "牙周炎"))
    assert found == [INNER, ("条件关系", "抵抗力低下", INNER)]


def test_relations_that_contain_themselves_or_one_not_asked_for_are_left_out() -> None:
    assert golds(relation("R1", "1", "a", "@R2"), relation("R2", "2", "@R1", "b")) == []
    assert golds(relation("R1", "3", "a", "b"), relation("R2", "2", "@R1", "b")) == []


def test_a_relation_stands_in_the_place_of_the_end() -> None:
    gold = (("条件关系", "抵抗力低下", INNER), ("条件关系", INNER, INNER))
    text = cre.answer(gold, CHINESE, "taiyi")
    assert text.startswith("(抵抗力低下, (细菌, 牙周炎, 因果关系), 条件关系); ((")
    assert cre.parse(text, CHINESE).items == gold
    english = (("requires", "weakness", ("causes", "bacteria", "caries")),)
    assert cre.answer(english, ENGLISH, "taiyi") == "requires: [weakness, causes: [bacteria, caries]]"


def test_a_mention_that_looks_like_a_relation_is_a_mention() -> None:
    gold = (("causes", "causes: [a, b]", "(a, b, causes)"),)
    for context in (ENGLISH, Context(offered=ENGLISH.offered, language="zh")):
        assert cre.parse(cre.answer(gold, context, "taiyi"), context).items == gold


@pytest.mark.parametrize(
    "text",
    [
        "（抵抗力低下，（细菌，牙周炎，因果关系），条件关系）",
        "条件关系: [抵抗力低下, 因果关系: [细菌, 牙周炎]]",
        "条件关系三元组如下：\n头实体：抵抗力低下；尾三元组：头实体：细菌；尾实体：牙周炎；关系：因果关系",
    ],
)
def test_other_ways_to_nest_are_read(text: str) -> None:
    assert cre.parse(text, CHINESE).items == (("条件关系", "抵抗力低下", INNER),)
