"""Parallel text: which files belong together, lines side by side, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger

ENDS = {"ends": {"en": ".en", "zh": ".zh"}}


@pytest.fixture
def pair(write: Callable) -> Callable:
    """`pair(english, chinese)`: the two files."""

    def make(english: str | bytes, chinese: str | bytes) -> tuple[Path, Path]:
        return write(english, "toy.train.en"), write(chinese, "toy.train.zh")

    return make


def test_the_nth_lines_of_both_files_are_one_record(read: Callable, native: Path) -> None:
    first, second = read("parallel_text", native / "two.en", native / "two.zh", **ENDS)
    assert first.translations == {"en": "Zorvatine lowers blood pressure .", "zh": "佐伐汀 可 降低 血压 。"}
    assert (second.language, second.translations["zh"]) == ("en", "两 例 患者 头痛 。")
    assert first.id != second.id


def test_files_belong_together_by_how_their_names_begin(read: Callable, write: Callable) -> None:
    paths = [write(f"{name}\n", name) for name in ("a.en", "b.en", "b.zh", "a.zh")]
    records = read("parallel_text", *paths, **ENDS)
    assert [record.translations for record in records] == [{"en": "a.en", "zh": "a.zh"}, {"en": "b.en", "zh": "b.zh"}]


def test_byte_order_marks_and_line_ends_are_no_text(read: Callable, pair: Callable) -> None:
    records = read("parallel_text", *pair("\ufeffone\r\ntwo\r\n", "一\n二"), **ENDS)
    assert [record.translations for record in records] == [{"en": "one", "zh": "一"}, {"en": "two", "zh": "二"}]


def test_only_a_line_feed_ends_a_line(read: Callable, pair: Callable) -> None:
    (record,) = read("parallel_text", *pair("one\u2028more\x0bmore\n", "一\n"), **ENDS)
    assert record.translations["en"] == "one\u2028more\x0bmore"


def test_a_pair_that_stands_twice_is_two_records(read: Callable, pair: Callable) -> None:
    first, second = read("parallel_text", *pair("one\none\n", "一\n一\n"), **ENDS)
    assert second.id == f"{first.id}-2"


def test_a_blank_side_may_be_dropped(read: Callable, pair: Callable, ledger: Ledger) -> None:
    paths = pair("one\n\nthree\n", "一\n二\n三\n")
    with pytest.raises(InvalidInput, match="the en side is empty") as caught:
        read("parallel_text", *paths, **ENDS)
    assert caught.value.where == f"{paths[0]}:2"
    assert len(read("parallel_text", *paths, **ENDS, on_blank="drop")) == 2
    assert ledger.counts() == {"side_blank": 1}


def test_files_without_lines_hold_nothing(read: Callable, pair: Callable) -> None:
    assert read("parallel_text", *pair("", ""), **ENDS) == []


@pytest.mark.parametrize(
    ("english", "chinese", "file", "line", "said"),
    [
        ("one\ntwo\n", "一\n", "toy.train.en", 2, "no fellow: toy.train.zh ends"),
        ("", "一\n", "toy.train.zh", 1, "no fellow: toy.train.en ends"),
        ("one\n", "血压高\n".encode("gb18030"), "toy.train.zh", 1, "not utf-8"),
    ],
)
def test_damaged_files_are_named_by_their_line(
    read: Callable, pair: Callable, english: str, chinese: str | bytes, file: str, line: int, said: str
) -> None:
    paths = pair(english, chinese)
    with pytest.raises(InvalidInput, match=said) as caught:
        read("parallel_text", *paths, **ENDS)
    assert caught.value.where == f"{paths[0].parent / file}:{line}"


def test_both_files_may_be_in_another_encoding(read: Callable, pair: Callable) -> None:
    paths = pair(b"one\n", "血压高\n".encode("gb18030"))
    assert read("parallel_text", *paths, **ENDS, encoding="gb18030")[0].translations["zh"] == "血压高"


@pytest.mark.parametrize(("name", "said"), [("toy.train.en", "no file in zh"), ("toy.train.de", "of 0 languages")])
def test_a_file_without_its_fellow_is_refused(read: Callable, write: Callable, name: str, said: str) -> None:
    path = write("one\n", name)
    with pytest.raises(InvalidInput, match=said) as caught:
        read("parallel_text", path, **ENDS)
    assert caught.value.where == str(path)
