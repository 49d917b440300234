"""Votes of annotators on the tokens of sentences: how they are joined, and what is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taiyi.errors import InvalidInput, NotFound

NAME = "participants_expert.json"
TYPES = {"participants_expert": "participant"}


@pytest.fixture
def folder(native: Path, tmp_path: Path) -> Path:
    """A copy of the sentences and of the votes on them."""
    shutil.copytree(native / "votes", tmp_path / "votes")
    return tmp_path / "votes"


def mentions(record: Any) -> list[str]:
    return [entity.text for entity in record.entities]


@pytest.mark.parametrize(
    ("options", "first", "second"),
    [
        ({}, ["old rats"], []),
        ({"join": "any"}, ["Ten old rats", "quxol"], ["None"]),
        ({"join": "all"}, ["rats"], []),
        ({"annotators": [2]}, ["rats", "quxol"], ["None"]),
        ({"annotators": [0, 1]}, ["old rats"], []),
    ],
)
def test_the_votes_are_joined_as_the_options_say(
    read: Callable, folder: Path, options: dict[str, Any], first: list[str], second: list[str]
) -> None:
    records = read("token_votes", folder / NAME, types=TYPES, document_id=r"^(\d+)", **options)
    assert [mentions(record) for record in records] == [first, second]
    assert [(record.id, record.document_id) for record in records] == [
        ("toy/train/90000701:0", "90000701"),
        ("toy/train/90000701:1", "90000701"),
    ]
    assert records[1].text == "None  spoke ."


def test_two_files_of_votes_are_two_types(read: Callable, folder: Path) -> None:
    shutil.copy(folder / NAME, folder / "outcomes_expert.json")
    types = {**TYPES, "outcomes_expert": "outcome"}
    record = read("token_votes", folder / NAME, folder / "outcomes_expert.json", types=types)[0]
    assert [(e.id, e.type) for e in record.entities] == [("T1", "participant"), ("T2", "outcome")]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(read: Callable, folder: Path) -> None:
    before = read("token_votes", folder / NAME, types=TYPES)
    for path in (folder / NAME, folder / "sentences.json"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read("token_votes", folder / NAME, types=TYPES) == before


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "says"),
    [
        (NAME, "[0, 0, 0],", "[0, 0],", 2, "do not fit its 3 tokens"),
        (NAME, "[0, 0, 0],", "[0, 0, 2],", 2, "do not fit its 3 tokens"),
        (NAME, "[0, 0, 0],", '"no",', 2, "no lists of numbers"),
        (NAME, "annotations", "votes", 2, "no lists of numbers"),
        (NAME, '"90000701:0"', '"90000709:0"', None, "no votes on the sentence '90000701:0'"),
        ("sentences.json", '"90000701:1"', '"90000709:1"', None, "no votes on the sentence '90000709:1'"),
        ("sentences.json", '    "90000701:1": "None  spoke ."', '    "90000701:1": 3', 3, "a sentence is a text"),
        (
            "sentences.json",
            'quxol .",\n    "90000701:1": "None  spoke ."',
            'quxol ."',
            2,
            "there is no sentence '90000701:1'",
        ),
    ],
)
def test_what_is_wrong_is_refused_by_its_place(
    read: Callable, folder: Path, name: str, old: str, new: str, line: int | None, says: str
) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())
    with pytest.raises(InvalidInput, match=says) as caught:
        read("token_votes", folder / NAME, types=TYPES)
    file, _, at = caught.value.where.rpartition(":")
    assert (file or at).startswith(str(folder))
    if line:
        assert int(at) == line


def test_an_annotator_who_did_not_vote_cannot_be_heard(read: Callable, folder: Path) -> None:
    with pytest.raises(InvalidInput, match="3 annotators voted"):
        read("token_votes", folder / NAME, types=TYPES, annotators=[3])


def test_a_file_of_no_known_type_is_refused(read: Callable, folder: Path) -> None:
    with pytest.raises(InvalidInput, match="no known type"):
        read("token_votes", folder / NAME, types={"outcomes_expert": "outcome"})


def test_without_their_sentences_votes_are_not_read(read: Callable, folder: Path) -> None:
    (folder / "sentences.json").unlink()
    with pytest.raises(NotFound, match="sentences that were voted on"):
        read("token_votes", folder / NAME, types=TYPES)


@pytest.mark.parametrize("damage", [b"", b'{"90000701:0": {"annotations": [[1, 1', b"[]"])
def test_a_damaged_file_is_refused_by_its_name(read: Callable, folder: Path, damage: bytes) -> None:
    (folder / NAME).write_bytes(damage)
    with pytest.raises(InvalidInput) as caught:
        read("token_votes", folder / NAME, types=TYPES)
    assert NAME in caught.value.where
