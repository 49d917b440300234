"""Native text files and record ids."""

from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.corpora.readers import Source, files
from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger


@pytest.fixture
def ids(tmp_path: Path) -> files.RecordIds:
    return files.RecordIds(
        Source(corpus="toy", split="train", language="en", folder=tmp_path, files=(), ledger=Ledger())
    )


def test_only_a_line_feed_ends_a_line(write: Callable) -> None:
    path = write("\ufeffa\u2028b\x0bc\r\n\nd\re\n\ufefff")
    assert list(files.lines(path)) == [(1, "a\u2028b\x0bc"), (2, ""), (3, "d\re"), (4, "\ufefff")]


def test_a_whole_text_keeps_its_line_ends(write: Callable) -> None:
    assert files.text(write("\ufeffa\r\nb\r")) == "a\r\nb\r"


def test_a_character_cut_in_two_is_named_by_its_line(write: Callable) -> None:
    path = write("头痛\n发热".encode()[:-1])
    for reading in (lambda: list(files.lines(path)), lambda: files.text(path)):
        with pytest.raises(InvalidInput, match="not utf-8") as caught:
            reading()
        assert caught.value.where == f"{path}:2"


def test_keys_that_return_are_numbered_and_never_collide(ids: files.RecordIds) -> None:
    found = [ids.of(key) for key in ("7", "7", "7-2", "7", "7-2", "8")]
    assert found == [f"toy/train/{key}" for key in ("7", "7-2", "7-2-2", "7-3", "7-2-3", "8")]


@pytest.mark.parametrize(
    ("written", "number"), [("12", 12), ("", None), ("-1", None), ("1.0", None), ("٣", None), ("9" * 5000, None)]
)
def test_an_offset_is_a_plain_number(written: str, number: int | None) -> None:
    assert files.number(written) == number


def test_the_place_of_an_error_is_said_once() -> None:
    with pytest.raises(InvalidInput) as caught, files.located("file:3"), files.located("file:3: entity 1"):
        raise InvalidInput("broken", where="toy/train/1", remedy="mend it")
    assert str(caught.value) == "file:3: entity 1: toy/train/1: broken\n  mend it"
