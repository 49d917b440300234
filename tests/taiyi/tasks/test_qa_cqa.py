from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import tasks
from taiyi.instances import Context, Instance, Outcome
from taiyi.records import Question, Turn
from taiyi.tasks import TaskSpec, qa_cqa


def test_the_question_is_asked_about_its_text() -> None:
    record = Question(
        id="q/train/1", language="zh", question="谁写的？", kind="context", context="正文 ", answers=("张仲景", "仲景")
    )
    (found,) = qa_cqa.instances(record, TaskSpec())
    assert found.fields == {"question": "谁写的？", "context": "正文"}
    assert (found.gold, found.references) == ((("张仲景",),), ("仲景",))


def test_an_open_question_is_another_task() -> None:
    record = Question(id="q/train/1", language="en", question="Why?", kind="open", answers=("So.",))
    assert not [*qa_cqa.instances(record, TaskSpec())]


@pytest.mark.parametrize("text", ["《伤寒杂病论》。", "答案是：《伤寒杂病论》", "《伤寒杂病论》"])
def test_a_span_matches_whatever_its_outer_punctuation(text: str) -> None:
    turns = (Turn("user", "?"), Turn("assistant", "!"))
    asked = Instance(
        id="q/test/1#qa_cqa.zh.t1",
        task="qa_cqa",
        language="zh",
        style="taiyi",
        turns=turns,
        gold=(("《伤寒杂病论》",),),
    )
    score = tasks.score("qa_cqa", [Outcome(asked, text, qa_cqa.parse(text, asked.context))])
    assert (score.name, score.value, score.details["token_f1"]) == ("exact_match", 1.0, 1.0)


@given(st.text().map(str.strip).filter(bool))
def test_parse_reads_back_every_span(text: str) -> None:
    assert qa_cqa.parse(qa_cqa.answer(((text,),), Context(), "taiyi"), Context()).items == ((text,),)
