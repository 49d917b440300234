"""Labelled sentences: which labels belong to which line, and files that do not fit together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger

SIGNALS, SLEEP, VESSELS = "Growing without end--Signals--", "Resisting death--Sleep", "New vessels--"


@pytest.fixture
def pair(tmp_path: Path) -> Callable[[str | bytes, str | bytes], Path]:
    """`pair(text, labels)`: a text with its labels."""

    def write(text: str | bytes, labels: str | bytes) -> Path:
        for folder, content in (("text", text), ("labels", labels)):
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / "1.txt").write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / "text" / "1.txt"

    return write


def test_the_labels_before_which_a_mark_stands_are_those_of_one_line(read: Callable, native: Path) -> None:
    first, second, third = read("sentence_labels", native / "sentences" / "text" / "90000011.txt")
    assert (first.labels, second.labels, third.labels) == ((SIGNALS,), (), (SLEEP, VESSELS))
    assert (third.id, third.document_id) == ("toy/train/90000011.3", "90000011")


def test_a_split_may_be_a_list_of_texts(read: Callable, native: Path, tmp_path: Path) -> None:
    for name in ("text", "labels"):
        (tmp_path / name).symlink_to(native / "sentences" / name)
    listed = tmp_path / "dev.tsv"
    for content in ("90000011.txt", "90000011\n", "90000011.txt,90000011.txt"):
        listed.write_text(content)
        assert len(read("sentence_labels", listed, texts="text")) == 3 * content.count("9000")
    listed.write_text("90000011\n90000012\n")
    with pytest.raises(InvalidInput, match="no text 90000012") as caught:
        read("sentence_labels", listed, texts="text")
    assert caught.value.where == f"{listed}:2"


def test_a_byte_order_mark_and_other_line_ends_are_no_text(read: Callable, pair: Callable) -> None:
    records = read("sentence_labels", pair("\ufeffOne .\r\nTwo .\r\n\r\n", "\ufeff<a <b\r\n"))
    assert [(record.text, record.labels) for record in records] == [("One .", ("a",)), ("Two .", ("b",))]


def test_a_label_given_twice_is_given_once_and_none_is_no_label(read: Callable, pair: Callable, ledger: Ledger) -> None:
    (first, second) = read("sentence_labels", pair("One .\nTwo .\n", "<a ANDb ANDa < NULL"))
    assert (first.labels, second.labels) == (("a", "b"), ())
    assert ledger.counts() == {"label_repeated": 1}


@pytest.mark.parametrize(
    ("text", "labels", "where", "said"),
    [
        ("One .\nTwo .\n", "<a", "labels/1.txt:1", "labels for 1 sentences, the text has 2"),
        ("One .\n", "<a <b", "labels/1.txt:1", "labels for 2 sentences, the text has 1"),
        ("One .\n", "a <b", "labels/1.txt:1", "'a' stands before the first '<'"),
        ("One .\n\nTwo .\n", "< < <", "text/1.txt:2", "the line is empty"),
        ("", "<a", "labels/1.txt:1", "the text has 0"),
        (b"One \xff\n", "<a", "text/1.txt:1", "not utf-8"),
        ("One .\n", b"<\xff", "labels/1.txt:1", "not utf-8"),
    ],
)
def test_files_that_do_not_fit_are_refused_by_name(
    read: Callable, pair: Callable, text: str | bytes, labels: str | bytes, where: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        read("sentence_labels", pair(text, labels))
    assert caught.value.where.endswith(where)


def test_a_text_without_labels_is_refused(read: Callable, pair: Callable) -> None:
    path = pair("One .\n", "<a")
    (path.parent.parent / "labels" / "1.txt").unlink()
    with pytest.raises(InvalidInput, match="has no labels") as caught:
        read("sentence_labels", path)
    assert caught.value.where == str(path)
