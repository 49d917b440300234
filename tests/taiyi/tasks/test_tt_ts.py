from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import tasks
from taiyi.errors import InvalidInput
from taiyi.instances import Context, Instance, Outcome
from taiyi.records import Output, Section, Transform, Turn
from taiyi.tasks import TaskSpec, tt_ts

REPORT = ("主诉", "现病史", "辅助检查", "既往史", "诊断", "建议")
CHINESE = Context(offered=REPORT, language="zh")


def record(*outputs: dict[str, str]) -> Transform:
    sections = tuple(Output(sections=tuple(Section(name, text) for name, text in output.items())) for output in outputs)
    return Transform(id="t/train/1", language="zh", input="对话", outputs=sections)


def read(text: str, context: Context = CHINESE) -> dict[str, Any]:
    return {str(name): text for name, text in tt_ts.parse(text, context).items}


def test_sections_are_asked_for_by_name_and_empty_ones_are_left_out() -> None:
    (found,) = tt_ts.instances(
        record({"chief": " 咳嗽 ", "plan": "", "x": "y"}), TaskSpec(types={"chief": "主诉", "plan": "建议"})
    )
    assert (found.gold, found.fields["sections"], found.context.offered) == (
        (("主诉", "咳嗽"),),
        "主诉、建议",
        ("主诉", "建议"),
    )


def test_without_declared_sections_the_records_own_are_asked_for() -> None:
    (found,) = tt_ts.instances(record({"主诉": "咳嗽", "诊断": "感冒"}, {"主诉": "咳嗽两天"}), TaskSpec())
    assert found.context.offered == ("主诉", "诊断")
    assert found.references == ("主诉：咳嗽两天",)
    assert tt_ts.answer(found.gold, found.context, "taiyi") == "主诉：咳嗽\n诊断：感冒"


@pytest.mark.parametrize("output", [{"a:b": "text"}, {"主诉": " "}, {" ": "text"}])
def test_a_report_that_cannot_be_written_is_refused_by_record(output: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="t/train/1"):
        list(tt_ts.instances(record(output), TaskSpec()))


def test_a_plain_output_is_another_task() -> None:
    assert not [
        *tt_ts.instances(Transform(id="t/train/1", language="en", input="x", outputs=(Output("y"),)), TaskSpec())
    ]


def test_a_lead_markdown_and_values_of_several_lines() -> None:
    assert read("上述问诊对话的诊疗报告如下：\n主诉：咳嗽。\n建议：休息。") == {"主诉": "咳嗽。", "建议": "休息。"}
    marked = "**主诉**：咳嗽。\n\n**现病史**：咳嗽3天，\n夜间加重。\n\n**诊断**：建议：排除肺炎"
    assert read(marked) == {"主诉": "咳嗽。", "现病史": "咳嗽3天，\n夜间加重。", "诊断": "建议：排除肺炎"}


def test_an_answer_of_one_line_is_split_at_known_names_after_a_sentence() -> None:
    assert read("主诉:咳嗽。 现病史:咳嗽3天。 诊断:感冒。") == {
        "主诉": "咳嗽。",
        "现病史": "咳嗽3天。",
        "诊断": "感冒。",
    }


def test_aliases_and_json_are_read() -> None:
    english = Context(offered=("Chief complaint",), aliases={"CC": "Chief complaint"})
    assert read("CC: cough", english) == {"Chief complaint": "cough"}
    assert read('{"CC": "cough", "Other": "x"}', english) == {"Chief complaint": "cough"}


def test_a_line_of_a_value_that_looks_like_a_heading_is_indented() -> None:
    gold = (("诊断", "感冒\n建议：排除肺炎\n 建议：休息"), ("建议", "多喝水"))
    text = tt_ts.answer(gold, CHINESE, "taiyi")
    assert text == "诊断：感冒\n 建议：排除肺炎\n  建议：休息\n建议：多喝水"
    assert tt_ts.parse(text, CHINESE).items == gold


names = st.text(min_size=1, max_size=6).map(str.strip).filter(lambda t: bool(t) and not any(c in t for c in ":：\n"))
offers = st.lists(names | st.sampled_from(["A", "A B", "建议", "诊断"]), min_size=1, max_size=4, unique=True)
lines = st.lists(
    st.sampled_from(
        ["A: x", " A: x", "A B：y", "建议：", "。 诊断：z", "**b**", "- c", "<think>d", "</s>", "", '["A"]']
    )
)


@given(offered=offers, data=st.data(), language=st.sampled_from(["en", "zh"]))
def test_parse_reads_back_every_report(offered: list[str], data: st.DataObject, language: Any) -> None:
    texts = (st.text() | lines.map("\n".join)).map(str.strip).filter(bool)
    gold = tuple(data.draw(st.lists(st.tuples(st.sampled_from(offered), texts), min_size=1, max_size=4)))
    context = Context(offered=tuple(offered), language=language)
    parsed = tt_ts.parse(tt_ts.answer(gold, context, "taiyi"), context, prompt="主诉")
    assert (parsed.status, parsed.items) == ("ok", gold)


@pytest.mark.parametrize(
    "text", ["", "主诉：\n建议：", "{}[", "no sections here", "[1, 2]", '[["主诉", 1]]', "[" * 5000]
)
def test_nothing_is_read_where_there_is_nothing(text: str) -> None:
    assert tt_ts.parse(text, CHINESE).items == ()
    assert tt_ts.parse(text, CHINESE).status in ("empty", "unparsed")


def test_the_score_is_a_mean_over_sections_against_the_best_reference() -> None:
    turns = (Turn("user", "?"), Turn("assistant", "!"))
    asked = Instance(
        id="t/test/1#tt_ts.zh.t1",
        task="tt_ts",
        language="zh",
        style="taiyi",
        turns=turns,
        gold=(("主诉", "咳嗽"), ("诊断", "感冒")),
        references=("主诉：发热\n诊断：肺炎",),
        context=CHINESE,
    )
    score = tasks.score(
        "tt_ts", [Outcome(asked, text, tt_ts.parse(text, CHINESE)) for text in ("主诉：发热", "主诉：\n诊断：")]
    )
    assert (score.name, score.value) == ("rouge_l", 0.25)
    assert score.details["rouge_l:主诉"] == 0.5


def test_decision_trees_are_asked_for_in_words_of_their_own() -> None:
    (tree,) = tt_ts.instances(record({"决策树": "根 决策：无"}), TaskSpec(operation="decision_tree"))
    (report,) = tt_ts.instances(record({"主诉": "咳嗽"}), TaskSpec(operation="report"))
    assert (tree.wording, report.wording) == ("decision_tree", "default")
