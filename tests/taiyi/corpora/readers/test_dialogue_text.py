"""Consultations as text: records, headings, speakers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora.readers.dialogues import Marks, Turns
from taiyi.errors import InvalidInput, InvalidParams
from taiyi.ledger import Ledger
from taiyi.records import Dialogue, Turn

META = {"meta": {"faculty": "Doctor faculty", "diagnosis": "Diagnosis and suggestions"}}
CHINESE = {"user": ["病人："], "assistant": ["医生："]}


def test_a_consultation_has_what_is_known_and_who_says_what(read: Callable, native: Path) -> None:
    first, second = read("dialogue_text", native / "two.dialogues.txt", **META)
    assert first.id == "toy/train/two.dialogues-1"
    assert first.context == "Illness: headache for a week"
    assert first.turns[:2] == (
        Turn("user", "My head aches.\nIt began on Monday."),
        Turn("assistant", "Since when?"),
    )
    assert first.meta == {"url": "https://clinic.example/consultations/1", "faculty": "Hill Hospital, Neurology"}
    assert second.context == "A rash on the left arm.\nDoes it itch?"
    assert second.turns == (Turn("user", "Yes."), Turn("assistant", "Use a cold cloth."))
    assert second.meta["diagnosis"] == "Rash."


def test_the_description_opens_where_the_assistant_speaks_first(read: Callable, native: Path) -> None:
    first, second = read("dialogue_text", native / "two.dialogues.txt", opening=True, **META)
    assert first.context == "Illness: headache for a week"
    assert (second.context, second.turns[0]) == ("", Turn("user", "A rash on the left arm."))
    assert second.turns[1] == Turn("assistant", "Does it itch?")


def test_speakers_may_be_named_in_chinese_on_the_line_they_speak(read: Callable, write: Callable) -> None:
    path = write("id=7\nDialogue\n病人：医生：您好\n头痛\n医生：休息\n".encode("gb18030"), "2019.txt")
    (record,) = read("dialogue_text", path, language="zh", encoding="gb18030", inline=True, **CHINESE)
    assert record.turns == (Turn("user", "医生：您好\n头痛"), Turn("assistant", "休息"))
    assert record.id == "toy/train/2019-7"


def test_a_line_that_only_begins_with_a_mark_is_text(read: Callable, write: Callable) -> None:
    path = write("id=7\nDialogue\n病人：\n医生：您好，我头痛\n医生：\n休息\n")
    (record,) = read("dialogue_text", path, language="zh", **CHINESE)
    assert record.turns == (Turn("user", "医生：您好，我头痛"), Turn("assistant", "休息"))


def test_ids_begin_anew_in_each_file(read: Callable, write: Callable) -> None:
    text = "id=1\nDialogue\nPatient:\nHm.\n"
    assert [r.id for r in read("dialogue_text", write(text, "a.txt"), write(text + text, "b.txt"))] == [
        "toy/train/a-1",
        "toy/train/b-1",
        "toy/train/b-1-2",
    ]


def test_line_ends_and_byte_order_marks_change_nothing(read: Callable, write: Callable, native: Path) -> None:
    sound = (native / "two.dialogues.txt").read_bytes()
    other = write(b"\xef\xbb\xbf" + sound.replace(b"\n", b"\r\n"), "two.dialogues.txt")
    assert read("dialogue_text", other, **META) == read("dialogue_text", native / "two.dialogues.txt", **META)


@pytest.mark.parametrize(
    ("said", "problem"),
    [("Dialogue\nDoctor:\nHello?\n", "the user says nothing"), ("Description\nAches.\n", "there is no 'Dialogue'")],
)
def test_a_record_in_which_the_user_says_nothing_is_refused_or_dropped(
    read: Callable, write: Callable, ledger: Ledger, said: str, problem: str
) -> None:
    path = write(f"id=1\nDialogue\nPatient:\nHm.\n\nid=2\n{said}")
    with pytest.raises(InvalidInput, match=problem) as caught:
        read("dialogue_text", path)
    assert caught.value.where == f"{path}:6"
    assert len(read("dialogue_text", path, on_empty="drop")) == 1
    assert ledger.counts() == {"dialogue_empty": 1}


def test_a_speaker_without_words_is_left_out_and_told(read: Callable, write: Callable, ledger: Ledger) -> None:
    (record,) = read("dialogue_text", write("id=1\nDialogue\nPatient:\nHm.\nDoctor:\nPatient:\nHelp.\n"))
    assert record.turns == (Turn("user", "Hm.\nHelp."),)
    assert [(entry.id, entry.rule) for entry in ledger] == [(record.id, "turn_empty")]
    assert "file.txt:5: the assistant says nothing" in next(iter(ledger)).reason


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("Dialogue\nPatient:\nHm.\n", 1, "the file begins with 'Dialogue'"),
        ("id=one\n", 1, "the file begins with 'id=one'"),
        ("id=1\nDialogue\nHm.\n", 3, "nobody is said to say 'Hm.'"),
        ("id=1\nDialogue\nPatient:\nHm.\nDialogue\nPatient:\nHm.\n", 5, "the heading 'Dialogue' stands twice"),
        (b"id=1\nDialogue\nPatient:\n\xff\n", 4, "not utf-8"),
    ],
)
def test_a_damaged_file_is_named_by_its_line(
    read: Callable, write: Callable, text: str | bytes, line: int, said: str
) -> None:
    path = write(text)
    with pytest.raises(InvalidInput, match=said) as caught:
        read("dialogue_text", path)
    assert caught.value.where == f"{path}:{line}"


def test_a_file_without_records_is_refused(read: Callable, write: Callable) -> None:
    with pytest.raises(InvalidInput, match="there is no record"):
        read("dialogue_text", write("\n\n"))
    with pytest.raises(InvalidParams, match="has no group"):
        read("dialogue_text", write("id=1\n"), record="id=")


@given(said=st.lists(st.tuples(st.booleans(), st.text(min_size=1))))
def test_whatever_is_said_is_a_dialogue_and_nothing_is_lost(said: list[tuple[bool, str]]) -> None:
    turns = Turns()
    for is_user, text in said:
        turns.add(text, is_user=is_user)
    assert bool(turns) == any(is_user for is_user, _ in said)
    assert "\n".join(turns.texts()) == "\n".join(text for _, text in said)
    if turns:
        Dialogue(id="toy/train/1", language="en", **turns.fields())


def test_one_text_is_parted_at_its_marks() -> None:
    marks = Marks(["<user>:"], ["<bot>:"])
    assert list(marks.parted(" <user>: a? <bot>: b. <user>:c")) == [(True, "a?"), (False, "b."), (True, "c")]
    assert list(marks.parted("a <user>: b")) == [(None, "a"), (True, "b")]
    assert list(marks.parted("a")) == [(None, "a")]
    assert list(marks.parted(" ")) == []


def test_the_longest_mark_is_meant() -> None:
    marks = Marks(["问", "问题："], ["答："])
    assert marks.leading("问题：为何") == (True, "为何")
    assert marks.leading("答：因为") == (False, "因为")
    assert marks.leading("为何") is None
