from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import tasks
from taiyi.errors import InvalidInput
from taiyi.instances import Context, Draft, Instance, Outcome
from taiyi.records import Pair, Turn
from taiyi.tasks import TaskSpec, tp_ss

NUMBER = Context()
LABELS = TaskSpec(types={"0": "语义不相同", "1": "语义相同"})
ENGLISH = Context(offered=("dissimilar", "similar"))


def draft(spec: TaskSpec, **gold: Any) -> Draft:
    (found,) = tp_ss.instances(Pair(id="p/train/1", language="zh", text_1=" 甲", text_2="乙 ", **gold), spec)
    return found


def read(text: str, context: Context = NUMBER) -> tuple[str, list[str]]:
    parsed = tp_ss.parse(text, context)
    return parsed.status, [str(item[0]) for item in parsed.items]


def test_a_labelled_pair_is_asked_for_one_of_the_declared_labels() -> None:
    found = draft(LABELS, label="1")
    assert found.fields == {"text_1": "甲", "text_2": "乙", "labels": "语义不相同、语义相同"}
    assert (found.gold, found.wording) == ((("语义相同",),), "default")
    assert tp_ss.answer(found.gold, found.context, "taiyi") == "语义相同"


def test_a_scored_pair_is_asked_for_a_number_written_as_short_as_exact() -> None:
    assert draft(TaskSpec(), score=3.2).gold == (("3.2",),)
    assert (draft(TaskSpec(), score=3.0).gold, draft(TaskSpec(), score=3.0).wording) == ((("3",),), "score")


@pytest.mark.parametrize(
    ("gold", "told"), [({"label": "2"}, "not declared"), ({"score": float("nan")}, "the score is nan")]
)
def test_gold_that_cannot_be_asked_for_is_refused_by_record(gold: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInput, match=f"p/train/1: .*{told}"):
        draft(LABELS, **gold)


def test_labels_must_be_declared() -> None:
    with pytest.raises(InvalidInput, match="must be declared"):
        draft(TaskSpec(), label="1")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("similar", "similar"),
        ("The texts are dissimilar.", "dissimilar"),
        ("not similar", "dissimilar"),
        ("Result: Similar", "similar"),
    ],
)
def test_labels_are_read_longest_first_and_past_a_negation(text: str, label: str) -> None:
    assert read(text, ENGLISH) == ("ok", [label])


def test_a_label_within_a_sentence_is_found() -> None:
    assert read("两句话语义不相同", Context(offered=("语义相同", "语义不相同"))) == ("ok", ["语义不相同"])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3.2", "3.2"),
        ("３．２", "3.2"),
        ("2.0", "2"),
        ("-1e3", "-1000"),
        ("The similarity score is 3.2 out of 4.", "3.2"),
        ("Score (0-4): 3", "3"),
        ("On a scale of 0 to 4 I give 2.5", "2.5"),
        ("4/5", "4"),
        ("相似度为3分（满分5分）", "3"),
    ],
)
def test_a_number_is_found_and_the_scale_is_not_taken_for_it(text: str, number: str) -> None:
    assert read(text) == ("ok", [number])


def test_several_numbers_are_ambiguous_and_none_is_unparsed() -> None:
    assert read("2 or 3") == ("ambiguous", [])
    assert read("very similar") == ("unparsed", [])
    assert read("") == ("empty", [])
    assert read("1e999") == ("unparsed", [])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_back_exactly(value: float) -> None:
    gold = ((tp_ss.written(value),),)
    parsed = tp_ss.parse(tp_ss.answer(gold, Context(), "taiyi"), Context())
    assert parsed.items == gold
    assert float(str(parsed.items[0][0])) == value


@given(
    st.lists(st.text(min_size=1, max_size=10).map(str.strip).filter(bool), min_size=1, max_size=5, unique=True),
    st.data(),
)
def test_every_label_is_read_back(offered: list[str], data: st.DataObject) -> None:
    gold = ((data.draw(st.sampled_from(offered)),),)
    context = Context(offered=tuple(offered))
    assert tp_ss.parse(tp_ss.answer(gold, context, "taiyi"), context).items == gold


def outcome(gold: str, text: str, context: Context = NUMBER) -> Outcome:
    turns = (Turn("user", "?"), Turn("assistant", gold))
    asked = Instance(
        id="p/test/1#tp_ss.en.t1",
        task="tp_ss",
        language="en",
        style="taiyi",
        turns=turns,
        gold=((gold,),),
        context=context,
    )
    return Outcome(asked, text, tp_ss.parse(text, context))


def test_numbers_are_scored_by_pearson_and_labels_by_accuracy() -> None:
    numbers = [outcome("1", "2"), outcome("2", "4"), outcome("3", "6")]
    labels = [outcome("similar", "similar", ENGLISH), outcome("similar", "dissimilar", ENGLISH)]
    assert (tasks.score("tp_ss", numbers).name, tasks.score("tp_ss", numbers).value) == ("pearson", pytest.approx(1))
    assert (tasks.score("tp_ss", labels).name, tasks.score("tp_ss", labels).value) == ("accuracy", 0.5)
    both = tasks.score("tp_ss", [*numbers, *labels])
    assert (both.name, both.value, both.items) == ("accuracy_and_pearson", pytest.approx(0.8), 5)
    assert sum(both.details[name] for name in ("right", "wrong", "unparsable", "unanswered")) == 5
