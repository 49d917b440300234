"""Descriptors: one YAML a corpus, its id its file name, and nothing misspelt gets through."""

from pathlib import Path

import pytest

from taiyi.corpora import descriptor, files, splits
from taiyi.corpora.descriptor import Descriptor
from taiyi.errors import InvalidParams, NotFound

TEXT = """\
title: A corpus of two sentences
language: en
licence: {name: CC0-1.0, terms: open}
access: open
reader: table
splits:
  train:
    files: ["train/*.tsv"]
  held:
    files: [held.tsv]
    use: test
  raw:
    files: [raw.tsv]
tasks:
  tc: {types: {}}
"""


def write(folder: Path, name: str = "two.yaml", text: str = TEXT) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_name_is_the_id_and_the_default_folder(tmp_path: Path) -> None:
    described = descriptor.load(write(tmp_path))
    assert (described.id, described.folder) == ("two", "two")


def test_a_folder_of_another_name_is_kept(tmp_path: Path) -> None:
    assert descriptor.load(write(tmp_path, text=TEXT + "folder: TWO_v2\n")).folder == "TWO_v2"


def test_an_id_that_is_not_the_file_name_is_refused_with_both_remedies(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match=r"two\.yaml: the id 'too' is not the file's name") as caught:
        descriptor.load(write(tmp_path, text=TEXT + "id: too\n"))
    assert "rename the file to too.yaml" in caught.value.remedy


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("licence:", "license:", 3),
        ("language: en", "language: fr", 2),
        ("access: open", "access: free", 4),
        ("    use: test", "    use: testing", 11),
        ("    use: test", "    usage: test", 11),
    ],
)
def test_a_misspelt_key_or_value_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int) -> None:
    with pytest.raises(InvalidParams, match=rf"two\.yaml:{line}: "):
        descriptor.load(write(tmp_path, text=TEXT.replace(old, new)))


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match=r"two\.yaml: Object missing required field `reader`"):
        descriptor.load(write(tmp_path, text=TEXT.replace("reader: table\n", "")))


def test_a_split_is_used_for_what_it_says_or_else_for_what_its_name_says(tmp_path: Path) -> None:
    described = descriptor.load(write(tmp_path))
    assert [described.use(split) for split in described.splits] == ["train", "test", "none"]
    assert described.splits_for("test") == ("held",)
    assert described.splits_for("dev") == ()
    assert described.used_splits() == ("train", "held")


def test_a_split_without_its_files_is_refused_unless_it_is_optional_or_told_to_be_skipped(tmp_path: Path) -> None:
    described = descriptor.load(write(tmp_path))
    (tmp_path / "two" / "train").mkdir(parents=True)
    (tmp_path / "two" / "train" / "a.tsv").touch()
    with pytest.raises(NotFound, match=r"two/held: no file 'held\.tsv'"):
        splits(described, tmp_path)
    assert splits(described, tmp_path, absent="skip") == ("train",)
    optional = descriptor.load(write(tmp_path, text=TEXT.replace("    use: test", "    use: test\n    optional: true")))
    assert splits(optional, tmp_path) == ("train",)
    (tmp_path / "two" / "train" / "a.tsv").unlink()
    with pytest.raises(NotFound):
        splits(optional, tmp_path, absent="skip")


def test_a_corpus_is_found_by_id_and_a_wrong_id_is_answered_with_what_is_close(tmp_path: Path) -> None:
    write(tmp_path, "bc5cdr.yaml")
    write(tmp_path, "scicite.yaml")
    assert descriptor.ids(tmp_path) == ("bc5cdr", "scicite")
    assert descriptor.find("scicite", tmp_path).id == "scicite"
    with pytest.raises(NotFound, match=r"no corpus 'bc5cd'; did you mean 'bc5cdr'\?"):
        descriptor.find("bc5cd", tmp_path)


@pytest.fixture
def two(tmp_path: Path) -> Descriptor:
    return descriptor.load(write(tmp_path))


def test_the_files_of_a_split_are_its_globs_sorted(tmp_path: Path, two: Descriptor) -> None:
    folder = tmp_path / "raw" / "two" / "train"
    for name in ("b.tsv", "a.tsv", "c.txt", "d.tsv/inner"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    assert [path.name for path in files(two, "train", tmp_path / "raw")] == ["a.tsv", "b.tsv"]


def test_a_corpus_that_is_not_there_is_named_with_what_to_do(tmp_path: Path, two: Descriptor) -> None:
    with pytest.raises(NotFound, match=r"two/held: no file 'held\.tsv' in .*put the corpus there, or take it out"):
        files(two, "held", tmp_path / "raw")


def test_a_split_that_is_not_described_is_answered_with_what_is_close(tmp_path: Path, two: Descriptor) -> None:
    with pytest.raises(NotFound, match=r"no split of two 'trian'; did you mean 'train'"):
        files(two, "trian", tmp_path / "raw")


@pytest.mark.parametrize("name", ["../outside", "a/b", "x" * 5000, "nul\0", ""])
def test_a_name_that_is_no_id_is_no_path_either(tmp_path: Path, name: str) -> None:
    (tmp_path / "corpora").mkdir()
    (tmp_path / "outside.yaml").write_text("name: outside\n")
    with pytest.raises(NotFound, match="no corpus"):
        descriptor.find(name, tmp_path / "corpora")
