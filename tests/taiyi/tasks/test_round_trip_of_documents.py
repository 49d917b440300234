"""Answer and parse are inverse for the tasks over documents: on any gold, and on every document of real corpora."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import tasks
from taiyi.instances import Context, Items, Style
from taiyi.records import LANGUAGES, Language

EXTRACTION = ("ner", "nen", "re", "cre", "ee", "coref")
NAMES = ("Disease", "Chemical", "相关（症状）", "drug: dose", "a, b", "None", "x; y", 'say "it"', "疾病", "[odd", " ")

# Everything that has a meaning in some answer, so that short texts are nasty.
PARTS = (
    *";；:：,，、()[]（）【】\"“”'*-#|.。<>{}\n\t\r\x00\x01\x1f\u2028\u3000\ufeff 0ab疾",
    *(
        "; ",
        ": ",
        ", ",
        "Disease: ",
        "疾病：",
        "None",
        "无",
        "Trigger: ",
        "触发词：",
        "[a, b]",
        "(a, b, Disease)",
        '""',
    ),
    *("<think>", "</think>", "<|im_end|>", "</s>", "**", "```", "- ", "1. ", "Chemicals", "Result: ", "\x000\x00"),
    *("Disease: [a, b]", "I am sorry, I cannot", "Sure, here are:", "{", "There are no entities", "DB:1|DB:2"),
)
nasty = st.one_of(
    st.lists(st.sampled_from(PARTS), max_size=6).map("".join),
    st.text(max_size=12),
    st.sampled_from(
        ("aspirin", "Re, Rg1, and Rb1", "t(15;17)", "t（15；17）", "N-[(1-ethyl)methyl]-2,6-x", "无尿", "sp.")
    ),
)
present = nasty.filter(bool)
names = st.sampled_from(NAMES)
relations = st.recursive(
    st.tuples(names, nasty, nasty),
    lambda inner: st.tuples(names, st.one_of(nasty, inner), st.one_of(nasty, inner)),
    max_leaves=4,
)
GOLDS = {
    "ner": st.tuples(names, nasty),
    "nen": st.tuples(nasty, nasty),
    "re": st.tuples(names, nasty, nasty),
    "cre": relations,
    "ee": st.tuples(names, nasty, st.lists(st.tuples(names, nasty), max_size=3).map(tuple)),
    "coref": st.lists(nasty, min_size=2, max_size=4).map(tuple),
}


def context_of(task: str, gold: Items, language: Language) -> Context:
    offered = tuple(dict.fromkeys(str(item[0]) for item in gold)) if task == "nen" else NAMES
    return Context(offered=offered, roles=NAMES if task == "ee" else (), language=language)


@pytest.mark.integration  # fuzzing takes its time
@pytest.mark.parametrize("style", get_args(Style))
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", EXTRACTION)
@given(data=st.data())
def test_any_gold_is_read_back_as_it_was_whatever_the_prompt(
    task: str, language: Language, style: Style, data: st.DataObject
) -> None:
    gold = tuple(data.draw(st.lists(GOLDS[task], max_size=4, unique=True)))
    module, context = tasks.load(task), context_of(task, gold, language)
    text = module.answer(gold, context, style)
    for prompt in ("", text, data.draw(nasty), "a b aspirin Re Rg1 and Rb1 t(15 17) N-[(1-ethyl)methyl]-2 6-x"):
        parsed = module.parse(text, context, prompt=prompt)
        assert parsed.items == gold, (text, prompt)
        assert parsed.status == ("ok" if gold else "none")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", EXTRACTION)
@given(data=st.data())
def test_any_text_is_read_without_an_error(task: str, language: Language, data: st.DataObject) -> None:
    text = data.draw(st.one_of(st.lists(st.sampled_from(PARTS), max_size=40).map("".join), st.text(max_size=60)))
    context = context_of(task, (("a", "b"),), language)
    parsed = tasks.load(task).parse(text, context, prompt=data.draw(nasty))
    assert parsed.items or parsed.status != "ok"
    assert len(set(parsed.items)) == len(parsed.items)


@pytest.mark.integration  # fuzzing takes its time
@pytest.mark.parametrize("style", get_args(Style))
@pytest.mark.parametrize("task", EXTRACTION)
@given(data=st.data())
def test_a_written_answer_survives_what_servers_put_around_it(task: str, style: Style, data: st.DataObject) -> None:
    words = st.sampled_from(("aspirin", "heart failure", "IL-2", "TNF (alpha)", "beta 1"))
    shapes = {
        "ner": st.tuples(st.just("Disease"), words),
        "nen": st.tuples(words, st.just("MESH:D1")),
        "re": st.tuples(st.just("Disease"), words, words),
        "cre": st.tuples(st.just("Disease"), words, words),
        "ee": st.tuples(st.just("Disease"), words, st.tuples(st.tuples(st.just("Cause"), words))),
        "coref": st.lists(words, min_size=2, max_size=3, unique=True).map(tuple),
    }
    gold = tuple(data.draw(st.lists(shapes[task], min_size=1, max_size=3, unique=True)))
    context = Context(offered=() if task == "nen" else ("Disease", "Chemical"), roles=("Cause",))
    module = tasks.load(task)
    text = module.answer(gold, context, style)
    for wrapped in (
        f"<think>\nhm\n</think>\n\n{text}",
        f"{text}<|im_end|>\n",
        f"```\n{text}\n```",
        f"Sure, here it is:\n{text}",
    ):
        assert module.parse(wrapped, context).items == gold, wrapped
