"""Tokenised conversations on disk."""

import pytest

from taiyi.errors import InvalidInput, NotReady
from taiyi.llm import tokens
from taiyi.llm.chat import Encoded


def test_rows_come_back_as_written(tmp_path):
    rows = [(f"c/train/{n}#ner.en.t", Encoded([1, 2, n], [-100, 2, n])) for n in range(1500)]
    assert tokens.write(tmp_path / "t.arrow", iter(rows)) == 1500
    dataset = tokens.read(tmp_path / "t.arrow", max_length_tokens=3)
    assert len(dataset) == 1500
    assert dataset[1499] == {
        "id": "c/train/1499#ner.en.t",
        "input_ids": [1, 2, 1499],
        "labels": [-100, 2, 1499],
        "length": 3,
    }


def test_one_conversation_is_found_by_its_id(tmp_path):
    rows = [(f"c/train/{n}#ner.en.t", Encoded([1, 2, n], [-100, 2, n])) for n in range(2500)]
    tokens.write(tmp_path / "t.arrow", rows)
    assert tokens.find(tmp_path / "t.arrow", "c/train/2000#ner.en.t") == rows[2000][1]
    assert tokens.find(tmp_path / "t.arrow", "c/train/200#ner") is None


def test_a_row_that_is_too_long_is_named_not_cut(tmp_path):
    tokens.write(tmp_path / "t.arrow", [("a", Encoded([1], [1])), ("b", Encoded([1, 2, 3], [1, 2, 3]))])
    with pytest.raises(InvalidInput, match=r"t\.arrow: b: has 3 tokens, more than max_length_tokens 2"):
        tokens.read(tmp_path / "t.arrow", max_length_tokens=2)


def test_a_missing_file_and_an_empty_one_are_refused(tmp_path):
    with pytest.raises(NotReady, match="dvc repro"):
        tokens.read(tmp_path / "t.arrow", max_length_tokens=2)
    tokens.write(tmp_path / "t.arrow", [])
    with pytest.raises(InvalidInput, match="nothing to train on"):
        tokens.read(tmp_path / "t.arrow", max_length_tokens=2)


def test_a_failed_write_leaves_nothing(tmp_path):
    def rows():
        yield "a", Encoded([1], [1])
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        tokens.write(tmp_path / "t.arrow", rows())
    assert list(tmp_path.iterdir()) == []
