from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.errors import InvalidInput
from taiyi.instances import Context
from taiyi.records import Dialogue, Turn
from taiyi.tasks import TaskSpec, mrd


def dialogue(*texts: str, **settings: str) -> Dialogue:
    turns = tuple(Turn("assistant" if number % 2 else "user", text) for number, text in enumerate(texts))
    return Dialogue(id="d/train/1", language="zh", turns=turns, **settings)  # type: ignore[arg-type]


def test_the_last_answer_is_asked_for_with_the_earlier_turns_as_history() -> None:
    record = dialogue("头疼", "多久了？", "三天", " 发烧吗？")
    (found,) = mrd.instances(record, TaskSpec())
    assert (found.fields["text"], found.gold, found.history) == ("三天", (("发烧吗？",),), record.turns[:2])
    assert found.wording == "default"


def test_a_last_question_that_nobody_answers_is_left_out() -> None:
    (found,) = mrd.instances(dialogue("头疼", "多久了？", "三天"), TaskSpec())
    assert (found.fields["text"], found.gold, found.history) == ("头疼", (("多久了？",),), ())
    assert not [*mrd.instances(dialogue("头疼"), TaskSpec())]


def test_what_is_known_beforehand_has_wordings_of_its_own() -> None:
    (found,) = mrd.instances(dialogue("头疼", "多久了？", context="男，30岁"), TaskSpec())
    assert (found.wording, found.fields["context"]) == ("context", "男，30岁")


def test_a_blank_answer_is_refused_by_record() -> None:
    with pytest.raises(InvalidInput, match="d/train/1: the last answer"):
        list(mrd.instances(dialogue("头疼", " "), TaskSpec()))


@pytest.mark.parametrize("text", ["太一：请问您有发热吗？\n用户：有", "请问您有发热吗？\nUser: yes\nTaiyi: and"])
def test_the_own_tag_goes_and_the_next_turn_is_cut(text: str) -> None:
    assert mrd.parse(text, Context()).items == (("请问您有发热吗？",),)


tags = st.lists(st.sampled_from(["\n", "User:", "患者：", "太一：", "Doctor: ", "ok", " ", '"', "I'm sorry, I cannot"]))


@given(st.text() | tags.map("".join))
def test_parse_reads_back_every_reply(text: str) -> None:
    text = text.strip()
    if text:
        parsed = mrd.parse(mrd.answer(((text,),), Context(), "taiyi"), Context(), prompt=text)
        assert (parsed.status, parsed.items) == ("ok", ((text,),))
