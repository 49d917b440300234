from __future__ import annotations

import pytest

from taiyi.errors import InvalidInput
from taiyi.instances import Context
from taiyi.records import Question
from taiyi.tasks import TaskSpec, qa_sqa


def test_the_first_answer_is_gold_and_all_others_are_references() -> None:
    record = Question(
        id="q/train/1",
        language="en",
        question="Why? ",
        kind="open",
        answers=("So. ", "Thus.", "So."),
        long_answers=("Because so.", ""),
    )
    (found,) = qa_sqa.instances(record, TaskSpec())
    assert (found.fields, found.gold) == ({"question": "Why?"}, (("So.",),))
    assert found.references == ("Thus.", "Because so.")


def test_a_question_about_a_text_is_another_task() -> None:
    record = Question(id="q/train/1", language="en", question="Why?", kind="context", context="c", answers=("So.",))
    assert not [*qa_sqa.instances(record, TaskSpec())]


def test_a_blank_answer_is_refused_by_record() -> None:
    with pytest.raises(InvalidInput, match="q/train/1"):
        list(
            qa_sqa.instances(
                Question(id="q/train/1", language="en", question="Why?", kind="open", answers=(" ",)), TaskSpec()
            )
        )


def test_further_turns_are_cut_and_the_lead_goes() -> None:
    text = "Answer: Yes, colchicine can cause diarrhea.\nUser: thanks\nTaiyi: you are welcome"
    assert qa_sqa.parse(text, Context()).items == (("Yes, colchicine can cause diarrhea.",),)


@pytest.mark.parametrize("text", ["a\nUser: b", "Answer: x", "line\n\n- item\n- item", '"quoted"', "答：是"])
def test_parse_reads_back_awkward_answers(text: str) -> None:
    assert qa_sqa.parse(qa_sqa.answer(((text,),), Context(), "taiyi"), Context()).items == ((text,),)
