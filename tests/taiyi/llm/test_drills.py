"""Copying drills: made of raw text and nonsense names, the same again for the same seed."""

import itertools
import random
import re

import pytest

from taiyi.errors import InvalidInput
from taiyi.llm.drills import Drills

GIVEN = {"yes", "no", "none", "是", "否", "无", *"ABCDE"}


@pytest.fixture
def some(texts):
    """(seed, count) -> that many drills."""

    def make(seed: int, count: int):
        drills = Drills(texts, random.Random(seed))
        return [drills.next() for _ in range(count)]

    return make


def test_the_same_seed_gives_the_same_drills_and_another_gives_others(some):
    assert some(1, 50) == some(1, 50)
    assert some(1, 50) != some(2, 50)


def test_every_answer_is_copied_from_what_was_asked(some):
    for question, answer in some(3, 600):
        if answer.text in GIVEN:
            continue
        for part in re.split(r"; |\n|：|: |[\[(](?=\S)|[\])]|, ", answer.text):
            assert part in question.text, (question.text, answer.text)


def test_both_languages_and_many_kinds_occur(some):
    questions = [question.text.splitlines()[0][:12] for question, _ in some(4, 600)]
    assert len(set(questions)) > 30
    assert any("找出" in q for q in questions) and any("Find" in q for q in questions)


def test_choices_and_comparisons_have_every_answer(some):
    answers = [answer.text for _, answer in some(5, 1500)]
    assert set("ABCD") | {"yes", "no", "是", "否"} <= set(answers)
    frequency = {letter: answers.count(letter) for letter in "AB"}
    assert max(frequency.values()) < 1.6 * min(frequency.values())


def test_an_option_question_has_one_right_option(some):
    for question, answer in itertools.islice(
        (d for d in some(6, 900) if "Which option is in the text?" in d[0].text), 40
    ):
        text, *options = question.text.splitlines()[1:]
        right = [option for option in options if option[3:] in text]
        assert [option[0] for option in right] == [answer.text]


def test_texts_too_short_to_practise_on_are_refused():
    with pytest.raises(InvalidInput, match="at least six"):
        Drills(["too short"], random.Random(1))
