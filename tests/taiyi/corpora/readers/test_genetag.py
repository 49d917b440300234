"""GENETAG's three files: tokens, mentions by token number, other right answers; and what is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput, NotFound
from taiyi.ledger import Ledger

TAGGED = "TAGGED_GENE_CORPUS"


@pytest.fixture
def folder(native: Path, tmp_path: Path) -> Path:
    """A copy of the three files."""
    for name in (TAGGED, "Gold.format", "Correct.Data"):
        shutil.copy(native / name, tmp_path / name)
    return tmp_path


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def test_token_numbers_become_offsets_and_other_right_answers_stay_beside(read: Callable, folder: Path) -> None:
    first, second = read("genetag", folder / TAGGED)
    assert first.text == "The FabQ receptor and/or RolX bind ."
    assert [(e.id, e.type, e.spans, e.text) for e in first.entities] == [
        ("T1", "NEWGENE", ((4, 17),), "FabQ receptor"),
        ("T2", "NEWGENE", ((25, 29),), "RolX"),
    ]
    assert first.meta == {"alternatives": "0-17 The FabQ receptor\n4-8 FabQ"}
    assert (first.id, first.document_id) == ("toy/train/90000301", "90000301")
    assert (second.entities, second.meta) == ((), {})


def test_without_a_file_name_there_are_no_alternatives(read: Callable, folder: Path) -> None:
    (folder / "Correct.Data").unlink()
    with pytest.raises(NotFound, match=r"Correct\.Data"):
        read("genetag", folder / TAGGED)
    assert read("genetag", folder / TAGGED, alternatives="")[0].meta == {}


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(read: Callable, folder: Path, native: Path) -> None:
    for name in (TAGGED, "Gold.format", "Correct.Data"):
        path = folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read("genetag", folder / TAGGED) == read("genetag", native / TAGGED)


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "says"),
    [
        (TAGGED, "bind/VB", "bind", 1, "no tagged sentence"),
        (TAGGED, "@@90000302 ", "", 2, "no tagged sentence"),
        (TAGGED, " None/NN does/VB ./.", "", 2, "no tagged sentence"),
        ("Gold.format", "|4 4|", "|4|", 1, "no mention"),
        ("Gold.format", "|RolX", "", 1, "no mention"),
        ("Gold.format", "4 4", "7 7", 1, "not in a sentence of 7"),
        ("Gold.format", "4 4", "4 3", 1, "not in a sentence of 7"),
        ("Gold.format", "1 2", "2 3", 2, "the annotation says 'FabQ receptor'"),
        ("Gold.format", "90000301", "90000309", 1, "90000309 is not in TAGGED_GENE_CORPUS"),
        ("Correct.Data", "1 1", "2 2", 1, "the annotation says 'FabQ'"),
    ],
)
def test_what_is_wrong_is_refused_by_its_line(
    read: Callable, folder: Path, name: str, old: str, new: str, line: int, says: str
) -> None:
    replaced(folder / name, old, new)
    with pytest.raises(InvalidInput, match=says) as caught:
        read("genetag", folder / TAGGED)
    assert caught.value.where == f"{folder / name}:{line}"


def test_a_mention_that_is_not_its_tokens_is_repaired_and_an_alternative_dropped(
    read: Callable, folder: Path, ledger: Ledger
) -> None:
    replaced(folder / "Gold.format", "RolX", "rolx")
    replaced(folder / "Correct.Data", "1 1", "5 5")
    record = read("genetag", folder / TAGGED, on_mismatch="repair")[0]
    assert record.entities[1].text == "RolX"
    assert record.meta == {"alternatives": "0-17 The FabQ receptor"}
    assert ledger.counts() == {"mention_repaired": 1, "mention_dropped": 1}


def test_an_empty_file_has_no_sentences_for_its_mentions(read: Callable, folder: Path) -> None:
    (folder / TAGGED).write_bytes(b"")
    with pytest.raises(InvalidInput, match="is not in TAGGED_GENE_CORPUS"):
        read("genetag", folder / TAGGED)


def test_a_sentence_that_stands_twice_is_two_records(read: Callable, folder: Path) -> None:
    replaced(folder / TAGGED, "@@90000302 None", "@@90000302 None/NN ./.\n@@90000302 None")
    assert [record.id for record in read("genetag", folder / TAGGED)][1:] == [
        "toy/train/90000302",
        "toy/train/90000302-2",
    ]
