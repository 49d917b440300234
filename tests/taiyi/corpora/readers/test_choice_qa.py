"""Choice questions: options, answers, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora.readers import choice_qa
from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger
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


KEYED = {"choice_keys": ["right", "wrong1", "wrong2"], "answer": "right", "answer_by": "text"}
TRIO = {"question": "q", "right": "x", "wrong1": "y", "wrong2": "z"}


def test_options_that_each_have_a_key_are_lettered_in_the_order_of_the_keys(one: Callable) -> None:
    question = one(TRIO, **KEYED)
    assert (question.choices, question.answers) == ((Choice("A", "x"), Choice("B", "y"), Choice("C", "z")), ("A",))
    numbered = {"question": "q", "opa": "x", "opb": "y", "cop": 2}
    question = one(numbered, choice_keys=["opa", "opb"], answer="cop", answer_by="number_from_1")
    assert question.answers == ("B",)
    assert not one({**numbered, "cop": None}, choice_keys=["opa", "opb"], answer="cop", gold="withheld").annotated


def test_options_lettered_by_content_do_not_give_the_right_one_away(one: Callable) -> None:
    answers = [one({**TRIO, "question": f"q{n}"}, **KEYED, order="content") for n in range(60)]
    assert {q.answers[0] for q in answers} == {"A", "B", "C"}
    for question in answers:
        assert [choice.label for choice in question.choices] == ["A", "B", "C"]
        assert next(c.text for c in question.choices if c.label == question.answers[0]) == "x"


@given(st.permutations(["x", "y", "z"]))
def test_options_lettered_by_content_do_not_heed_where_they_stood(texts: list[str]) -> None:
    choices = tuple(Choice(label, text) for label, text in zip("ABC", texts, strict=True))
    right = next(choice.label for choice in choices if choice.text == "x")
    reordered, answers = choice_qa._reordered("q", choices, (right,))
    first, _ = choice_qa._reordered("q", tuple(reversed(choices)), (right,))
    assert reordered == first
    assert {choice.label: choice.text for choice in reordered}[answers[0]] == "x"


@pytest.mark.parametrize("order", ["given", "content"])
def test_options_of_one_text_may_be_merged(one: Callable, ledger: Ledger, order: str) -> None:
    question = one({**TRIO, "wrong1": "x"}, **KEYED, same_text="merge", order=order)
    assert sorted(choice.text for choice in question.choices) == ["x", "z"]
    assert {choice.label: choice.text for choice in question.choices}[question.answers[0]] == "x"
    assert ledger.counts() == {"option_merged": 1}
    by_number = {"question": "q", "options": ["y", "x", "x", "z"], "answer_idx": 3}
    assert one(by_number, answer_by="number_from_0", same_text="merge").answers == ("C",)


def test_what_follows_a_mark_is_no_part_of_an_option_or_answer(one: Callable) -> None:
    value = {
        "question": "XXXX?",
        "options": ["@e1 :: (9) :: [a]", "@e10 :: (8) :: [b]", "@e2"],
        "answer_idx": "@e1 :: (9)\n",
    }
    question = one(value, answer_by="text", choice_until=" :: ")
    assert ([choice.text for choice in question.choices], question.answers) == (["@e1", "@e10", "@e2"], ("A",))


PARALLEL = {"question": ["p", "q"], "options": [["x", "y"], ["x", "z"]], "answer_idx": ["A", "B"]}


def test_lists_of_one_length_are_read_side_by_side(read: Callable, write: Callable) -> None:
    first, second = read("choice_qa", write(json.dumps(PARALLEL)), layout="parallel")
    assert (first.question, second.question, second.choices[1], second.answers) == ("p", "q", Choice("B", "z"), ("B",))
    assert read("choice_qa", write("{}"), layout="parallel") == []


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        (json.dumps({**PARALLEL, "answer_idx": ["A"]}), ":1", "not of one length: question 2, options 2, answer_idx 1"),
        (json.dumps({**PARALLEL, "answer_idx": ["A", "C"]}), ":1, item 2", "'C' is not among"),
        (json.dumps({**PARALLEL, "question": "p"}), ":1", "Expected `array`"),
        (json.dumps(PARALLEL)[:40], ":1", "truncated"),
        ("[]", ":1", "Expected `object`"),
        ("", ":1", "truncated"),
    ],
)
def test_damaged_lists_are_named_by_their_place(
    read: Callable, write: Callable, text: str, where: str, said: str
) -> None:
    path = write(text)
    with pytest.raises(InvalidInput, match=said) as caught:
        read("choice_qa", path, layout="parallel")
    assert caught.value.where == f"{path}{where}"


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
        ({"answer_idx": "C"}, {"order": "content"}, "'C' is not among the choices A, B"),
        (
            {"options": {"A": "y", "B": "y"}, "answer_idx": "C"},
            {"same_text": "merge"},
            "'C' is not among the choices A",
        ),
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
