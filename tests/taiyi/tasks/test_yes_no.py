"""Yes and no, as models say it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.instances import Context, Parsed, Style
from taiyi.records import LANGUAGES, Language
from taiyi.tasks import ner, re, yes_no


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", ["taiyi", "json"])
@pytest.mark.parametrize("yes", [True, False])
def test_an_answer_reads_back_as_its_gold(language: Language, style: Style, yes: bool) -> None:
    gold, context = yes_no.gold(language, yes=yes), yes_no.context(language)
    for task in (ner, re):
        text = task.answer(gold, context, style)
        for said in (text, f"<think>well</think>\n{text}<|im_end|>", f"```\n{text}\n```"):
            assert task.parse(said, context, prompt="{}").items == gold, said


@pytest.mark.parametrize(
    ("language", "text", "status", "word"),
    [
        ("en", "yes", "ok", "Yes"),
        ("en", "YES.", "ok", "Yes"),
        ("en", "Yes, the text says so; there is no doubt.", "ok", "Yes"),
        ("en", "No, it is a gene.", "ok", "No"),
        ("en", "Answer: no", "ok", "No"),
        ("en", "The answer is yes.", "ok", "Yes"),
        ("en", "Aspirin is not related to gout in this text.", "ok", "No"),
        ("en", '{"answer": true}', "ok", "Yes"),
        ("en", "Yes, yes.", "ok", "Yes"),
        ("en", '{"answer": "no"}', "ok", "No"),
        ("en", "Yes or no", "ambiguous", ""),
        ("en", "Yes/No", "ambiguous", ""),
        ("en", "Maybe", "off_schema", ""),
        ("en", "No. 5 is meant", "off_schema", ""),
        ("en", "I'm sorry, I cannot answer that.", "refusal", ""),
        ("en", "", "empty", ""),
        ("en", "Aspirin and fever are both mentioned in the first sentence.", "unparsed", ""),
        ("zh", "是", "ok", "是"),
        ("zh", "是的，文中提到了。", "ok", "是"),
        ("zh", "不是。", "ok", "否"),
        ("zh", "否，两者之间没有关系", "ok", "否"),
        ("zh", "答案：否", "ok", "否"),
        ("zh", "两者之间不存在该关系", "ok", "否"),
        ("zh", "文中两者存在该关系", "ok", "是"),
        ("zh", "是或否", "ambiguous", ""),
        ("zh", "是否", "ambiguous", ""),
        ("zh", "可能", "off_schema", ""),
        ("zh", "抱歉，我无法回答这个问题。", "refusal", ""),
        ("zh", "Yes", "ok", "是"),
        ("en", "否", "ok", "No"),
    ],
)
def test_what_models_say_is_read(language: Language, text: str, status: str, word: str) -> None:
    parsed = yes_no.parse(text, yes_no.context(language))
    assert (parsed.status, parsed.items) == (status, ((word,),) if word else ())


@given(st.text(max_size=40), st.sampled_from(LANGUAGES))
def test_any_text_is_read_without_an_error(text: str, language: Language) -> None:
    parsed = yes_no.parse(text, yes_no.context(language), prompt=text[:5])
    assert bool(parsed.items) == (parsed.status == "ok")


@pytest.mark.parametrize("offered", [(), ("Yes",)])
def test_where_not_two_words_are_offered_the_languages_own_are_read(offered: tuple[str, ...]) -> None:
    given = Context(offered=offered, operation=yes_no.OPERATION, language="zh")
    assert yes_no.parse("没有", given) == Parsed("ok", (("否",),))
