from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import tasks
from taiyi.instances import Context, Instance, Outcome
from taiyi.records import Parallel, Question, Turn
from taiyi.tasks import TaskSpec, mt

PAIR = Parallel(id="m/train/1", language="zh", translations={"zh": " 患者咳嗽。", "en": "The patient coughs.\n"})


def test_a_record_is_translated_each_way() -> None:
    there, back = mt.instances(PAIR, TaskSpec())
    assert (there.subtask, there.wording, there.fields, there.gold) == (
        "zh2en",
        "zh2en",
        {"text": "患者咳嗽。"},
        (("The patient coughs.",),),
    )
    assert (back.subtask, back.context) == ("en2zh", Context(operation="zh", language="zh"))


def test_a_named_target_leaves_one_direction() -> None:
    assert [draft.subtask for draft in mt.instances(PAIR, TaskSpec(operation="zh"))] == ["en2zh"]
    assert not [
        *mt.instances(Question(id="q/t/1", language="en", question="?", kind="open", answers=("a",)), TaskSpec())
    ]


@pytest.mark.parametrize(
    ("text", "translation"),
    [
        ("Translation: The hazard ratio was 1.29.", "The hazard ratio was 1.29."),
        ('"二甲双胍可降低HbA1c。"', "二甲双胍可降低HbA1c。"),
        ("“二甲双胍可降低HbA1c。”", "二甲双胍可降低HbA1c。"),
        ('The "gold standard" is biopsy.', 'The "gold standard" is biopsy.'),
        ('"A" and "B"', '"A" and "B"'),
        ("<think>easy</think>\n译文：好<|im_end|>\n<|im_start|>user", "好"),
    ],
)
def test_what_stands_around_a_translation_is_left_out(text: str, translation: str) -> None:
    assert mt.parse(text, Context(operation="en")).items == ((translation,),)


def test_a_text_that_would_be_read_otherwise_is_written_in_quotation_marks() -> None:
    assert mt.answer((("plain",),), Context(), "taiyi") == "plain"
    assert mt.answer((("Translation: a",),), Context(), "taiyi") == '"Translation: a"'
    assert mt.answer((('"x"',),), Context(), "taiyi") == '"""x"""'


marks = st.lists(
    st.sampled_from(
        ['"', "“", "”", "Translation", ":", "：", "翻译", "</s>", "<think>", "</think>", "\n", " ", "a", "抱歉"]
    )
)


@given(st.text() | marks.map("".join))
def test_parse_reads_back_every_text(text: str) -> None:
    text = text.strip()
    if text:
        parsed = mt.parse(mt.answer(((text,),), Context(), "taiyi"), Context(), prompt=text)
        assert (parsed.status, parsed.items) == ("ok", ((text,),))


@pytest.mark.parametrize("text", ["", " \n", '""', "<think>never ended", "Translation:"])
def test_no_translation_is_empty(text: str) -> None:
    assert mt.parse(text, Context()).status == "empty"


def test_the_score_is_bleu_with_the_targets_tokenizer() -> None:
    turns = (Turn("user", "?"), Turn("assistant", "!"))
    gold = (("患者每天咳嗽。",),)
    asked = Instance(
        id="m/test/1#mt.en.t1.en2zh",
        task="mt",
        language="en",
        style="taiyi",
        turns=turns,
        gold=gold,
        context=Context(operation="zh"),
    )
    score = tasks.score("mt", [Outcome(asked, "患者每天咳嗽。", mt.parse("患者每天咳嗽。", asked.context))])
    assert (score.name, score.value, score.baseline) == ("bleu", pytest.approx(1), 0)
    assert "tok:zh" in score.signature
