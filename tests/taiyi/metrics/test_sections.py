from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from taiyi.instances import Context
from taiyi.metrics import sections
from taiyi.tasks import tt_ts

CONTEXT = Context(offered=("主诉", "诊断"), aliases={"初步诊断": "诊断"}, language="zh")
texts = st.text("主诉断初步：: \n咳[a", min_size=1, max_size=12).map(str.strip).filter(bool)
items = st.lists(st.tuples(st.sampled_from(CONTEXT.offered), texts), min_size=1, max_size=4).map(tuple)


@given(items)
def test_a_reference_is_read_as_it_was_written(gold: tuple[tuple[str, str], ...]) -> None:
    assert sections.reference(tt_ts.answer(gold, CONTEXT, "taiyi"), CONTEXT) == sections.by_name(gold)


def test_aliases_and_what_stands_before_the_first_heading() -> None:
    before, found = sections.read("报告如下\n主诉：咳嗽\n初步诊断: 感冒", CONTEXT)
    assert (before, found) == ("报告如下", [("主诉", "咳嗽"), ("诊断", "感冒")])


def test_a_plain_text_is_one_section_without_a_name() -> None:
    assert sections.reference("主诉：咳嗽", Context()) == {"": "主诉：咳嗽"}
    assert sections.by_name((("a", "x"), ("a", "y"))) == {"a": "x\ny"}
    assert sections.flat({"a": "x", "b": "y"}) == "x\ny"
