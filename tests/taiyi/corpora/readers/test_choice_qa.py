"""Choice questions: options, answers, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput
from taiyi.records import Choice

QUESTION = {"question": "q", "options": {"A": "x", "B": "y"}, "answer_idx": "B"}


@pytest.fixture
def one(read: Callable, write: Callable) -> Callable:
    """`one(value, **options)`: the question of one JSON object."""

    def make(value: object, **options: object) -> object:
        return read("choice_qa", write(json.dumps([value]), "one.json"), **options)[0]

    return make


def test_a_question_has_its_options_and_the_letter_of_the_answer(read: Callable, native: Path) -> None:
    first, second = read("choice_qa", native / "two.jsonl", meta={"part": "meta_info"})
    assert first.choices == (Choice("A", "aspirin"), Choice("B", "zorvatine"))
    assert (first.kind, first.answers, first.meta) == ("choice", ("B",), {"part": "step1"})
    assert second.question.startswith("（　　）")


@pytest.mark.parametrize(
    ("answer", "by"),
    [("B", "label"), ("y", "text"), (1, "number_from_0"), (2, "number_from_1"), ("2", "number_from_1")],
)
@pytest.mark.parametrize("options", [{"A": "x", "B": "y"}, ["x", "y"]])
def test_an_answer_is_a_label_a_text_or_a_number(one: Callable, answer: object, by: str, options: object) -> None:
    question = one({"question": "q", "options": options, "answer_idx": answer}, answer_by=by)
    assert (question.answers, [choice.label for choice in question.choices]) == (("B",), ["A", "B"])


def test_yes_no_questions_have_fixed_choices(one: Callable) -> None:
    value = {"QUESTION": "Is it?", "CONTEXTS": ["One.", "Two."], "final_decision": "maybe", "LONG_ANSWER": "Perhaps."}
    question = one(
        value,
        question="QUESTION",
        context="CONTEXTS",
        fixed_choices=["yes", "no", "maybe"],
        answer="final_decision",
        long_answers="LONG_ANSWER",
    )
    assert (question.context, question.answers, question.long_answers) == ("One.\nTwo.", ("maybe",), ("Perhaps.",))
    assert question.choices[2] == Choice("maybe", "maybe")


def test_a_question_that_stands_twice_is_two_records(read: Callable, write: Callable) -> None:
    other = {**QUESTION, "options": {"A": "x", "B": "z"}}
    path = write("\n".join(json.dumps(value) for value in (QUESTION, QUESTION, other)))
    first, second, third = (record.id for record in read("choice_qa", path))
    assert second == f"{first}-2"
    assert not third.startswith(first)


def test_options_with_one_text_are_told_apart_by_their_letters(one: Callable) -> None:
    value = {**QUESTION, "options": {"A": "x", "B": "x"}}
    assert one(value).answers == ("B",)
    with pytest.raises(InvalidInput, match="the text of 2 options"):
        one({**value, "answer_idx": "x"}, answer_by="text")


def test_gold_may_be_withheld(one: Callable) -> None:
    assert not one(QUESTION, gold="withheld").annotated
    assert not one({**QUESTION, "answer_idx": ""}, gold="optional").annotated


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({"question": None}, {}, "no 'question'"),
        ({"options": None}, {}, "holds no options"),
        ({"options": []}, {}, "holds no options"),
        ({"options": ["x"] * 27}, {}, "holds no options"),
        ({"answer_idx": "C"}, {}, "'C' is not among the choices A, B"),
        ({"answer_idx": None}, {}, "no answer under 'answer_idx'"),
        ({"answer_idx": "z"}, {"answer_by": "text"}, "the text of 0 options"),
        ({"answer_idx": 2}, {"answer_by": "number_from_0"}, "option 2 of 2"),
        ({"answer_idx": "B"}, {"answer_by": "number_from_0"}, "a whole number"),
    ],
)
def test_a_damaged_question_is_named_by_its_line(
    read: Callable, write: Callable, change: dict[str, object], options: dict[str, object], said: str
) -> None:
    sound = {**QUESTION, "answer_idx": {"text": "y", "number_from_0": 1}.get(options.get("answer_by"), "B")}
    path = write("\n".join(json.dumps(value) for value in (sound, {**sound, **change})))
    with pytest.raises(InvalidInput, match=said) as caught:
        read("choice_qa", path, **options)
    assert caught.value.where == f"{path}:2"
