"""Asking goes on where a killed run was: what was answered completely is kept, a line cut off is asked again."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from taiyi import answering
from taiyi.answering import Answer
from taiyi.errors import InvalidInput
from taiyi.instances import Instance, Prediction
from taiyi.records import Turn


def question(number: int) -> Instance:
    turns = (Turn("user", f"Question {number}?"), Turn("assistant", "yes"))
    return Instance(
        id=f"c/test/{number}#tc.en.t1", task="tc", language="en", style="taiyi", turns=turns, gold=(("yes",),)
    )


QUESTIONS = [question(number) for number in range(6)]


def in_reverse(asked: Sequence[Instance]) -> Iterator[Answer]:
    """Answers the last question first, as batches sorted by length and endpoints do."""
    return (Answer(number, f"to {asked[number].id}") for number in reversed(range(len(asked))))


def killed_after(count: int) -> answering.Ask:
    def ask(asked: Sequence[Instance]) -> Iterator[Answer]:
        for given, answer in enumerate(in_reverse(asked)):
            if given == count:
                raise KeyboardInterrupt
            yield answer

    return ask


def test_a_line_that_a_kill_cut_off_is_not_counted(tmp_path: Path) -> None:
    partial = tmp_path / "partial.jsonl"
    whole = [msgspec.json.encode(Prediction(f"c/test/{n}#tc.en.t1", "x")) for n in range(3)]
    partial.write_bytes(b"\n".join([*whole, whole[0][:20]]))
    assert list(answering.answered(partial)) == [f"c/test/{n}#tc.en.t1" for n in range(3)]


def test_nothing_was_answered_before_the_first_run(tmp_path: Path) -> None:
    assert answering.answered(tmp_path / "none.jsonl") == {}


@pytest.mark.parametrize("count", range(6))
def test_a_killed_run_goes_on_and_ends_as_an_unbroken_one(tmp_path: Path, count: int) -> None:
    unbroken = answering.answer(QUESTIONS, in_reverse, tmp_path / "unbroken.jsonl")
    partial = tmp_path / "deep" / "partial.jsonl"
    with pytest.raises(KeyboardInterrupt):
        answering.answer(QUESTIONS, killed_after(count), partial)
    with partial.open("ab") as file:
        file.write(b'{"id":"c/te')  # the kill came in the middle of a line
    asked: list[int] = []

    def counted(instances: Sequence[Instance]) -> Iterator[Answer]:
        asked.append(len(instances))
        return in_reverse(instances)

    assert answering.answer(QUESTIONS, counted, partial) == unbroken
    assert asked == [6 - count]
    assert answering.answered(partial) == unbroken.texts


def test_nobody_is_asked_when_all_is_answered(tmp_path: Path) -> None:
    first = answering.answer(QUESTIONS, in_reverse, tmp_path / "p.jsonl")
    assert answering.answer(QUESTIONS, killed_after(0), tmp_path / "p.jsonl") == first


def test_a_question_without_answer_keeps_its_reason_and_is_asked_again(tmp_path: Path) -> None:
    def ask(asked: Sequence[Instance]) -> Iterator[Answer]:
        return (Answer(n, None, "too long") if n == 2 else Answer(n, "yes") for n in range(len(asked)))

    found = answering.answer(QUESTIONS, ask, tmp_path / "p.jsonl")
    assert found.problems == {QUESTIONS[2].id: "too long"} and len(found.texts) == 5
    again = answering.answer(QUESTIONS, in_reverse, tmp_path / "p.jsonl")
    assert len(again.texts) == 6 and not again.problems
    assert answering.write(tmp_path / "all.jsonl", QUESTIONS, again.texts) == 6


def test_a_damaged_line_is_named_with_what_to_do(tmp_path: Path) -> None:
    partial = tmp_path / "p.jsonl"
    partial.write_bytes(b'{"id":"a","text":"b"}\n{"id":1}\n')
    with pytest.raises(InvalidInput, match=r"p\.jsonl:2"):
        answering.answered(partial)


def test_how_far_it_is_is_told_with_the_rate_and_the_time_left(tmp_path: Path) -> None:
    words: list[str] = []
    answering.answer(QUESTIONS[:2], in_reverse, tmp_path / "p.jsonl", words.append)
    answering.answer(QUESTIONS, in_reverse, tmp_path / "p.jsonl", words.append)
    assert words[0].startswith("2/2, ") and words[0].endswith(" a second, 0 s left")
    assert words[1] == "2 of 6 were answered before" and words[2].startswith("4/4, ")
