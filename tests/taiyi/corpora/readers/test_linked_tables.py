"""Tables of ids whose texts stand in other tables."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taiyi.errors import InvalidInput, NotFound

LINKS = {
    "question": {"files": "question.csv", "key": "question_id", "by": "question_id"},
    "answer": {"files": "answer.csv", "key": "ans_id", "by": "ans_id"},
}
GROUPED: dict[str, Any] = {
    "id": "question_id",
    "links": LINKS,
    "group": "question_id",
    "gather": {"answers": "answer.content"},
    "where": {"label": ["1"]},
    "question": {"question": "question.content", "answers": "answers"},
}
PAIRS: dict[str, Any] = {
    "id": "question_id+ans_id",
    "links": LINKS,
    "pair": {"text_1": "question.content", "text_2": "answer.content", "label": "label"},
}


@pytest.fixture
def tables(native: Path, tmp_path: Path) -> Path:
    """A copy of the tables, to be damaged; the path of the candidates."""
    shutil.copytree(native / "linked", tmp_path / "linked")
    return tmp_path / "linked" / "dev_candidates.txt"


def test_a_question_has_all_its_right_answers(read: Callable, tables: Path) -> None:
    first, second = read("linked_tables", tables, **GROUPED)
    assert (first.id, first.question) == ("toy/train/1", "My head aches, why?")
    assert first.answers == ("You are tired.", "You read\ntoo much.")
    assert second.answers == ("No.",)


def test_rows_of_a_group_need_not_stand_together_and_an_answer_counts_once(read: Callable, tables: Path) -> None:
    tables.write_text("question_id,pos_ans_id,neg_ans_id\n1,11,21\n2,21,11\n1,11,22\n1,12,22\n")
    links = {**LINKS, "answer": {**LINKS["answer"], "by": "pos_ans_id"}}
    records = read("linked_tables", tables, **{**GROUPED, "links": links, "where": {}})
    assert [(r.id, len(r.answers)) for r in records] == [("toy/train/1", 2), ("toy/train/2", 1)]


def test_a_row_may_be_a_record_of_its_own(read: Callable, tables: Path) -> None:
    records = read("linked_tables", tables, **PAIRS)
    assert [(r.id, r.label) for r in records][:2] == [("toy/train/1.21", "0"), ("toy/train/1.11", "1")]
    assert (records[0].text_1, records[0].text_2) == ("My head aches, why?", "No.")


def test_tables_may_have_no_header_and_one_label(read: Callable, tmp_path: Path) -> None:
    (tmp_path / "corpus.tsv").write_bytes('\ufeff7\t头痛多因疲劳\n8\t"引号"\n'.encode())
    (tmp_path / "query.txt").write_text("1\t头痛\n", encoding="utf-8")
    (tmp_path / "train.tsv").write_text("1\t7\n1\t8\n", encoding="utf-8")
    links = {
        "query": {"files": "query.txt", "key": "0", "by": "0"},
        "passage": {"files": "corpus.tsv", "key": "0", "by": "1"},
    }
    pair = {"text_1": "query.1", "text_2": "passage.1", "label": "label"}
    layout = {"delimiter": "\t", "quoted": False, "header": False}
    options = {"id": "0+1", "links": links, "fixed": {"label": "1"}, "pair": pair, **layout}
    first, second = read("linked_tables", tmp_path / "train.tsv", language="zh", **options)
    assert (first.id, first.text_1, first.text_2, first.label) == ("toy/train/1.7", "头痛", "头痛多因疲劳", "1")
    assert second.text_2 == '"引号"'


@pytest.mark.parametrize(
    ("name", "text", "line", "said"),
    [
        ("dev_candidates.txt", "question_id,ans_id,cnt,label\n1,11,0,1\n1,99,0,1\n", 3, "no ans_id '99' in answer.csv"),
        ("dev_candidates.txt", "question_id,ans_id,cnt,label\n1,11,0\n", 2, "3 cells, the first row has 4"),
        ("dev_candidates.txt", "question_id,ans_id,cnt\n1,11,0\n", 2, "there is no 'label'"),
        ("question.csv", "question_id,content\n1,a\n1,b\n2,c\n", 3, "the question_id '1' stands twice"),
        ("question.csv", "id,content\n1,a\n", 2, "there is no 'question_id'"),
        ("answer.csv", 'ans_id,question_id,content\n11,1,"a\n', 2, "not a quoted table"),
        ("answer.csv", b"ans_id,question_id,content\n11,1,\xff\n", 2, "not utf-8"),
    ],
)
def test_a_damaged_table_is_named_by_its_line(
    read: Callable, tables: Path, name: str, text: str | bytes, line: int, said: str
) -> None:
    damaged = tables.parent / name
    damaged.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InvalidInput, match=said) as caught:
        read("linked_tables", tables, **GROUPED)
    assert caught.value.where == f"{damaged}:{line}"


def test_a_table_that_is_not_there_is_named(read: Callable, tables: Path) -> None:
    (tables.parent / "answer.csv").unlink()
    with pytest.raises(NotFound, match=r"no file 'answer.csv' .* the texts of 'answer'"):
        read("linked_tables", tables, **GROUPED)


def test_no_rows_are_no_records(read: Callable, tables: Path) -> None:
    tables.write_text("")
    assert read("linked_tables", tables, **GROUPED) == []
