from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.instances import Context
from taiyi.records import Output, Section, Transform
from taiyi.tasks import TaskSpec, tt_ds

TITLE = Context(operation="title")


def test_the_first_output_is_gold_and_the_operation_picks_the_wording() -> None:
    record = Transform(id="t/train/1", language="en", input=" Long. ", outputs=(Output("Short. "), Output("Brief.")))
    (found,) = tt_ds.instances(record, TaskSpec(operation="title"))
    assert (found.fields["text"], found.gold, found.references) == ("Long.", (("Short.",),), ("Brief.",))
    assert (found.wording, found.context.operation) == ("title", "title")


@pytest.mark.parametrize(("operation", "wording"), [("", "summary"), ("summary", "summary"), ("question", "default")])
def test_an_operation_without_wordings_of_its_own_is_named_in_the_prompt(operation: str, wording: str) -> None:
    record = Transform(id="t/train/1", language="en", input="Long.", outputs=(Output("Short."),))
    (found,) = tt_ds.instances(record, TaskSpec(operation=operation))
    assert (found.wording, found.fields["operation"]) == (wording, operation or "summary")


def test_an_output_in_sections_is_another_task() -> None:
    record = Transform(id="t/train/1", language="en", input="x", outputs=(Output(sections=(Section("A", "a"),)),))
    assert not [*tt_ds.instances(record, TaskSpec())]


def test_of_a_title_the_first_line_counts_and_of_a_summary_all() -> None:
    text = "Title: A novel approach\n\nThis title reflects the text."
    assert tt_ds.parse(text, TITLE).items == (("A novel approach",),)
    assert tt_ds.parse("One.\nTwo.", Context(operation="summary")).items == (("One.\nTwo.",),)
    assert tt_ds.parse("标题：气管食管瘘诊断与治疗进展", TITLE).items == (("气管食管瘘诊断与治疗进展",),)


@given(st.text().map(str.strip).filter(bool), st.sampled_from(["title", "summary", "question"]))
def test_parse_reads_back_every_text(text: str, operation: str) -> None:
    context = Context(operation=operation)
    assert tt_ds.parse(tt_ds.answer(((text,),), context, "taiyi"), context).items == ((text,),)
    broken = (f"{text}\nand {text}",)
    assert tt_ds.parse(tt_ds.answer((broken,), context, "taiyi"), context).items == (broken,)
