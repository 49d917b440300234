"""JSON records that hold conversations: how turns are given, lists as records."""

import json
from collections.abc import Callable

import pytest

from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger
from taiyi.records import Turn

MARKS = {"user": ["问："], "assistant": ["答："]}


@pytest.fixture
def one(read: Callable, write: Callable) -> Callable:
    """`one(value, **options)`: the record of one JSON value of an array."""

    def make(value: object, **options: object) -> object:
        path = write(json.dumps([value], ensure_ascii=False), "one.json")
        return read("json_records", path, language="zh", **options)[0]

    return make


def test_turns_may_be_texts_that_begin_with_who_speaks(one: Callable) -> None:
    options = {"dialogue": {"given": "marked", "turns": "data", **MARKS}}
    record = one({"data": ["问：头痛，问：何故", "答： 休息"]}, **options)
    assert record.turns == (Turn("user", "头痛，问：何故"), Turn("assistant", "休息"))
    with pytest.raises(InvalidInput, match="nobody is said to say '头痛'"):
        one({"data": ["头痛", "答：休息"]}, **options)


def test_turns_may_be_exchanges_with_marks_around_what_is_said(one: Callable, ledger: Ledger) -> None:
    keys = {"given": "exchanges", "turns": "chat", "user": ["Human"], "assistant": ["MOSS"]}
    marked = {**keys, "within": r"(?s)<\|(?:Human|MOSS)\|>:\s*(.*?)\s*<eo[hm]>"}
    chat = {
        "turn_1": {"Human": "<|Human|>: a\nb?<eoh>\n", "Tool": "None", "MOSS": "<|MOSS|>: c.<eom>\n"},
        "turn_2": {"Human": "<|Human|>: d?<eoh>\n", "MOSS": "<|MOSS|>: <eom>\n"},
    }
    record = one({"chat": chat}, dialogue={**marked, "on_empty": "drop"})
    assert record.turns == (Turn("user", "a\nb?"), Turn("assistant", "c."), Turn("user", "d?"))
    assert ledger.counts() == {"turn_empty": 1}
    assert one({"chat": [{"Human": "a", "MOSS": "b"}]}, dialogue=keys).turns == (
        Turn("user", "a"),
        Turn("assistant", "b"),
    )
    with pytest.raises(InvalidInput, match="'a' is not marked as"):
        one({"chat": [{"Human": "a", "MOSS": "b"}]}, dialogue=marked)
    with pytest.raises(InvalidInput, match="no 'MOSS'"):
        one({"chat": [{"Human": "a"}]}, dialogue=keys)
    with pytest.raises(InvalidInput, match="no exchanges under 'chat'"):
        one({"chat": "a"}, dialogue=keys)
    with pytest.raises(InvalidInput, match="a record is an object, not a text"):
        one({"chat": ["a"]}, dialogue=keys)


def test_one_text_may_hold_the_turns_and_the_reply_stand_apart(one: Callable) -> None:
    keys = {"given": "text", "turns": "ask", "reply": "output", "user": ["<user>:"], "assistant": ["<bot>:"]}
    record = one({"ask": " <user>: a? <bot>: b. <user>: c?", "output": "d."}, dialogue=keys)
    assert [turn.text for turn in record.turns] == ["a?", "b.", "c?", "d."]
    with pytest.raises(InvalidInput, match="nobody is said to say 'hm'"):
        one({"ask": "hm <user>: a?", "output": "d."}, dialogue=keys)
    with pytest.raises(InvalidInput, match="no 'output'"):
        one({"ask": "<user>: a?"}, dialogue=keys)


def test_values_may_answer_questions_that_the_descriptor_asks(one: Callable) -> None:
    asked = {"cause": "{name}的病因是什么？", "drugs": "{name}吃什么药？", "cure": "{name}怎么治？"}
    keys = {"given": "asked", "asked": asked}
    record = one({"name": "头痛", "cause": "疲劳", "drugs": ["甲", "乙"], "cure": ""}, dialogue=keys, joiner="、")
    assert record.turns == (
        Turn("user", "头痛的病因是什么？"),
        Turn("assistant", "疲劳"),
        Turn("user", "头痛吃什么药？"),
        Turn("assistant", "甲、乙"),
    )
    with pytest.raises(InvalidInput, match="no turns"):
        one({"name": "头痛"}, dialogue=keys)
    with pytest.raises(InvalidInput, match="no 'name'"):
        one({"cause": "疲劳"}, dialogue=keys)


def test_a_turn_without_words_is_kept_refused_or_dropped(one: Callable, ledger: Ledger) -> None:
    value = {"data": ["问：a", "答：", "问：b"]}
    options = {"given": "marked", "turns": "data", **MARKS}
    assert [turn.text for turn in one(value, dialogue=options).turns] == ["a", "", "b"]
    with pytest.raises(InvalidInput, match=r"one.json:1: turn 2, the assistant's, has no words"):
        one(value, dialogue={**options, "on_empty": "refuse"})
    record = one(value, dialogue={**options, "on_empty": "drop"})
    assert record.turns == (Turn("user", "a\nb"),)
    assert [(entry.id, entry.rule) for entry in ledger] == [(record.id, "turn_empty")]


def test_a_record_may_be_a_list(one: Callable) -> None:
    turns = {"turns": "@value", "role": "id", "text": "Sentence", "user": ["Patients"], "assistant": ["Doctor"]}
    record = one([{"id": "Patients", "Sentence": "a"}, {"id": "Doctor", "Sentence": "b"}], bare=True, dialogue=turns)
    assert record.turns == (Turn("user", "a"), Turn("assistant", "b"))
    marked = {"given": "marked", "turns": "@value", **MARKS}
    assert one(["问：a"], bare=True, dialogue=marked).turns == (Turn("user", "a"),)
    with pytest.raises(InvalidInput, match="a record is an object, not a list"):
        one(["问：a"], dialogue=marked)
    with pytest.raises(InvalidInput, match="a record is an object, not a text"):
        one(["a"], bare=True, dialogue=turns)


def test_a_text_may_hold_several_questions(read: Callable, write: Callable) -> None:
    pairs = [{"Q": "q1", "A": "a1"}, {"Q": "q2", "A": "a2"}]
    path = write(json.dumps([{"id": 7, "text": "t", "annotations": pairs}, {"id": 8, "text": "u", "annotations": []}]))
    keys = {"question": "Q", "context": "text", "answers": "A"}
    records = read("json_records", path, id="id", nested=["annotations"], question=keys)
    assert [(r.id, r.question, r.context, r.answers) for r in records] == [
        ("toy/train/7", "q1", "t", ("a1",)),
        ("toy/train/7-2", "q2", "t", ("a2",)),
    ]


def test_a_column_may_say_which_rows_are_records(read: Callable, write: Callable) -> None:
    path = write("1\tq\tgood\n0\tq\tbad\n1\tr\talso good\n")
    options = {"header": False, "question": {"question": "1", "answers": "2"}}
    assert [r.answers for r in read("table", path, where={"0": ["1"]}, **options)] == [("good",), ("also good",)]
    assert len(read("table", path, where={"0": ["0", "1"]}, **options)) == 3


@pytest.mark.parametrize(
    ("title", "ask", "asked"),
    [
        ("头痛怎么办", "三天了", "头痛怎么办\n三天了"),
        ("头痛怎么办", "头痛怎么办，三天了", "头痛怎么办，三天了"),
        ("头痛怎么办，三天了", "头痛怎么办", "头痛怎么办，三天了"),
        ("头痛怎么办", " ", "头痛怎么办"),
    ],
)
def test_details_of_a_question_follow_it_and_nothing_is_said_twice(
    one: Callable, title: str, ask: str, asked: str
) -> None:
    value = {"title": title, "ask": ask, "answer": "休息"}
    assert one(value, question={"question": "title", "details": ["ask", "more"]}).question == asked
