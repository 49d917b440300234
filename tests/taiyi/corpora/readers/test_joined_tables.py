"""Questions and the answers given to them in two tables: which answer is right, what is its context, what is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taiyi.errors import InvalidInput, InvalidParams, NotFound
from taiyi.ledger import Ledger
from taiyi.records import Choice

OPTIONS: dict[str, Any] = {
    "given": "given.csv",
    "key": "QuestionID",
    "ask": "What does {Drug} do to {Outcome}?",
    "document_id": "ArticleID",
    "answer": "Code",
    "answers": {"1": "higher", "-1": "lower", "0": "no difference"},
    "leave": {"Valid": ["False"]},
    "evidence": "Passage",
}


@pytest.fixture
def folder(native: Path, tmp_path: Path) -> Path:
    """A copy of the fixture, to be changed."""
    copy = tmp_path / "joined"
    shutil.copytree(native / "joined", copy)
    return copy


@pytest.fixture
def questions(read: Callable, folder: Path) -> Callable:
    """`questions(**options)`: what the fixture holds under these options."""

    def make(**options: Any) -> list[Any]:
        return read("joined_tables", folder / "questions.csv", **{**OPTIONS, **options})

    return make


def append(path: Path, *lines: str) -> None:
    with path.open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


def test_a_row_is_a_question_and_the_commonest_answer_is_right(questions: Callable) -> None:
    first, second, third = questions()
    assert (first.id, first.document_id) == ("toy/train/7", "90")
    assert first.question == "What does zorvatine do to blood pressure?"
    assert first.choices == (Choice("A", "higher"), Choice("B", "lower"), Choice("C", "no difference"))
    assert first.answers == ("B",)
    assert first.context == "Zorvatine lowered blood pressure.\nIt fell by 9 mmHg,\nand stayed low."
    assert (second.question, second.answers, third.answers) == (
        "What does zorvatine do to headache, in days?",
        ("C",),
        ("A",),
    )


def test_two_native_answers_may_be_one_option(questions: Callable, folder: Path) -> None:
    append(folder / "given.csv", "3,9,True,is higher,They slept.,1")
    spelt = {"higher": "higher", "is higher": "higher", "lower": "lower", "no difference": "no difference"}
    third = questions(answer="Answer", answers=spelt)[2]
    assert (third.answers, len(third.choices)) == (("A",), 3)


def test_answers_equally_common_are_no_answer_unless_the_first_is_asked_for(
    questions: Callable, folder: Path, ledger: Ledger
) -> None:
    append(folder / "given.csv", "3,9,True,lower,They slept less.,-1")
    assert [record.id for record in questions()] == ["toy/train/7", "toy/train/8"]
    assert [(e.id, e.rule, e.action) for e in ledger] == [("toy/train/9", "answers_disagree", "dropped")]
    third = questions(on_disagreement="first")[2]
    assert (third.answers, third.context) == (("A",), "They slept longer.")


def test_a_question_without_an_answer_that_counts_is_dropped(questions: Callable, folder: Path, ledger: Ledger) -> None:
    append(folder / "questions.csv", "10,91,weight,zorvatine,aspirin", "11,91,sight,zorvatine,aspirin")
    append(folder / "given.csv", "3,11,False,lower,x,-1")
    assert len(questions()) == 3
    assert ledger.counts() == {"no_answer": 2}
    ledger.balance(entered=5, left=3)


def test_a_question_its_publishers_hold_for_wrong_is_dropped(questions: Callable, ledger: Ledger) -> None:
    assert len(questions(wrong=[8, 4711])) == 2
    assert [(e.id, e.rule) for e in ledger] == [("toy/train/8", "known_wrong")]


def test_a_split_is_a_list_of_documents(questions: Callable, folder: Path) -> None:
    (folder / "test.txt").write_text("91\n")
    assert [record.id for record in questions(only="test.txt")] == ["toy/train/9"]
    append(folder / "test.txt", "92")
    with pytest.raises(InvalidInput, match="not in the corpus: 92"):
        questions(only="test.txt")


def test_the_context_may_be_a_file_of_the_document(questions: Callable, folder: Path, ledger: Ledger) -> None:
    with pytest.raises(InvalidInput, match=r"there is no '91\.txt'") as caught:
        questions(text="{ArticleID}.txt")
    assert caught.value.where == f"{folder / 'questions.csv'}:4"
    first, _ = questions(text="{ArticleID}.txt", on_missing="drop")
    assert first.context == "TITLE:\nZorvatine\n"
    assert first.long_answers == ("Zorvatine lowered blood pressure.", "It fell by 9 mmHg,\nand stayed low.")
    assert ledger.counts() == {"no_text": 1}


def test_a_cell_leads_to_no_file_outside_the_corpus(questions: Callable, folder: Path) -> None:
    (folder.parent / "90.txt").write_text("secret")
    with pytest.raises(InvalidInput, match="outside the corpus folder"):
        questions(text="../{ArticleID}.txt", on_missing="drop")


def test_what_all_answered_may_be_kept(questions: Callable) -> None:
    assert questions(given_meta={"codes": "Code"})[0].meta == {"codes": "-1; -1; 0"}


def test_line_ends_and_a_byte_order_mark_are_no_text(questions: Callable, folder: Path) -> None:
    before = questions()
    for name in ("questions.csv", "given.csv"):
        path = folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert questions() == before


@pytest.mark.parametrize(
    ("name", "row", "place", "said"),
    [
        ("given.csv", "2,9,True,up,x,2", "given.csv:8", "'Code' is '2'"),
        ("given.csv", "2,9,True,up,x", "given.csv:8", "5 cells"),
        ("given.csv", "2,12,True,up,x,1", "given.csv:8", "there is no question '12'"),
        ("given.csv", '2,9,True,up,"x,1', "given.csv:8", "not a quoted table"),
        ("questions.csv", "9,91,sleep,zorvatine,aspirin", "questions.csv:5", "'9' stands twice"),
        ("questions.csv", "12,91,sleep", "questions.csv:5", "3 cells"),
    ],
)
def test_a_damaged_row_is_named_by_its_line(
    questions: Callable, folder: Path, name: str, row: str, place: str, said: str
) -> None:
    append(folder / name, row)
    with pytest.raises(InvalidInput, match=said) as caught:
        questions()
    assert caught.value.where == str(folder / place)


@pytest.mark.parametrize("name", ["questions.csv", "given.csv"])
def test_another_encoding_is_refused_unless_it_is_named(questions: Callable, folder: Path, name: str) -> None:
    path = folder / name
    path.write_text(path.read_text().replace("zorvatine", "zorvatiné").replace("slept", "slépt"), encoding="latin-1")
    with pytest.raises(InvalidInput, match="not utf-8") as caught:
        questions()
    assert caught.value.where.startswith(f"{path}:")
    assert len(questions(encoding="latin-1")) == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"key": "Question"}, "no 'Question'"),
        ({"ask": "What of {Nothing}?"}, "no 'Nothing'"),
        ({"answer": "Verdict"}, "no 'Verdict'"),
        ({"leave": {"Sound": ["no"]}}, "no 'Sound'"),
        ({"evidence": "Proof"}, "no 'Proof'"),
    ],
)
def test_a_column_that_is_not_there_is_named(questions: Callable, options: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        questions(**options)


def test_a_table_of_answers_that_is_not_there_is_named(questions: Callable) -> None:
    with pytest.raises(NotFound, match="answers\\.csv"):
        questions(given="answers.csv")
    with pytest.raises(InvalidParams, match="no encoding"):
        questions(encoding="latin-x")


def test_empty_tables_hold_nothing(questions: Callable, folder: Path) -> None:
    (folder / "questions.csv").write_text("")
    (folder / "given.csv").write_text("")
    assert questions() == []
