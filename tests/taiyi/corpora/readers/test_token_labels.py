"""Tokens in one file, labels in others, layer by layer: what they become, and what is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from taiyi.corpora import readers
from taiyi.corpora.readers import Source
from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger

OPTIONS: dict[str, Any] = {
    "tokens": "documents/{id}.tokens",
    "layers": {"participants": {"1": "Age", "2": "Species"}, "interventions": {"1": "Drug"}},
}


@pytest.fixture
def folder(native: Path, tmp_path: Path) -> Path:
    """A copy of the corpus."""
    shutil.copytree(native / "ebm", tmp_path / "ebm")
    return tmp_path / "ebm"


@pytest.fixture
def read_all(ledger: Ledger) -> Callable[..., list[Any]]:
    """`read_all(folder, ...)`: every file of labels in it."""

    def read(folder: Path, **more: Any) -> list[Any]:
        module = readers.load("token_labels")
        paths = tuple(sorted(folder.glob("*/*.ann")))
        source = Source(corpus="toy", split="train", language="en", folder=folder, files=paths, ledger=ledger)
        return list(module.read(source, msgspec.convert({**OPTIONS, **more}, module.Options)))

    return read


def test_neighbouring_tokens_of_one_label_are_a_mention_and_layers_may_overlap(
    read_all: Callable, folder: Path
) -> None:
    (record,) = read_all(folder)
    assert record.text == "Ten old rats ate quxol ."
    assert [(e.id, e.type, e.spans[0], e.text) for e in record.entities] == [
        ("T1", "Age", (4, 7), "old"),
        ("T2", "Species", (8, 12), "rats"),
        ("T3", "Drug", (8, 12), "rats"),
        ("T4", "Drug", (17, 22), "quxol"),
    ]
    assert (record.id, record.document_id) == ("toy/train/90000801", "90000801")


@pytest.mark.parametrize("parted", [b" ", b",", b"\r\n"])
def test_labels_may_be_parted_in_any_way(read_all: Callable, folder: Path, native: Path, parted: bytes) -> None:
    path = next(folder.glob("participants/*.ann"))
    path.write_bytes(path.read_bytes().strip().replace(b"\n", parted))
    assert read_all(folder) == read_all(native / "ebm")


def test_a_layer_that_a_document_lacks_is_refused_or_stands_in_the_ledger(
    read_all: Callable, folder: Path, ledger: Ledger
) -> None:
    next(folder.glob("interventions/*.ann")).unlink()
    with pytest.raises(InvalidInput, match="no labels interventions"):
        read_all(folder)
    (record,) = read_all(folder, missing="empty")
    assert {entity.type for entity in record.entities} == {"Age", "Species"}
    assert ledger.counts() == {"layer_missing": 1}


@pytest.mark.parametrize(
    ("pattern", "content", "line", "says"),
    [
        ("participants/*.ann", b"0\n1\n9\n0\n0\n0\n", ":3", "the label '9' has no type"),
        ("participants/*.ann", b"0\n1\n2\n0\n0\n", "", "5 labels for 6 tokens"),
        ("participants/*.ann", b"", "", "0 labels for 6 tokens"),
        ("participants/*.ann", b"0\n\xff\n", ":2", "is not utf-8"),
        ("documents/*.tokens", b"Ten\n\xff\n", ":2", "is not utf-8"),
    ],
)
def test_what_is_wrong_is_refused_by_its_file(
    read_all: Callable, folder: Path, pattern: str, content: bytes, line: str, says: str
) -> None:
    path = next(folder.glob(pattern))
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=says) as caught:
        read_all(folder)
    assert caught.value.where == f"{path}{line}"


def test_labels_without_tokens_and_labels_in_two_files_are_refused(read_all: Callable, folder: Path) -> None:
    path = next(folder.glob("participants/*.ann"))
    shutil.copy(path, path.with_name("90000801_AGGREGATED.ann"))
    with pytest.raises(InvalidInput, match="stand in two files"):
        read_all(folder)
    path.unlink()
    next(folder.glob("documents/*.tokens")).unlink()
    with pytest.raises(InvalidInput, match="its tokens are not there"):
        read_all(folder)


def test_a_file_outside_of_the_layers_is_refused(read_all: Callable, folder: Path) -> None:
    with pytest.raises(InvalidInput, match="tell document and layer by the path"):
        read_all(folder, layers={"participants": {"1": "Age", "2": "Species"}})
