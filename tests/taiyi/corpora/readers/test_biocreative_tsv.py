"""BioCreative tables: abstracts, mentions and relations that are named by PMID."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput, InvalidParams, NotFound
from taiyi.ledger import Ledger
from taiyi.records import Argument

DRUGPROT = {"texts": "abstracs", "mentions": "entities", "relations": "relations", "columns": "document"}


@pytest.fixture
def tables(native: Path, tmp_path: Path) -> Path:
    """A copy of the tables, to be changed."""
    shutil.copytree(native / "biocreative", tmp_path / "tables")
    return tmp_path / "tables"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def test_offsets_may_begin_with_the_title_or_the_abstract(read: Callable, native: Path) -> None:
    first, second = read("biocreative_tsv", native / "biocreative" / "toy.abstracts.txt")
    assert first.id == "toy/train/90000021"
    assert first.text == "Zorvatine in fever. Zorvatine (ZVT) lowers it. α-Blenol does not."
    assert [(e.id, e.type, e.spans[0], e.text) for e in first.entities] == [
        ("T1", "TRIVIAL", (0, 9), "Zorvatine"),
        ("T2", "TRIVIAL", (20, 29), "Zorvatine"),
        ("T3", "ABBREVIATION", (31, 34), "ZVT"),
        ("T4", "FAMILY", (47, 55), "α-Blenol"),
    ]
    assert (second.text, [passage.kind for passage in second.passages], second.entities) == ("On tea.", ["title"], ())


def test_mentions_may_have_ids_that_relations_refer_to(read: Callable, native: Path) -> None:
    first, second = read("biocreative_tsv", native / "biocreative" / "toy_abstracs.tsv", **DRUGPROT)
    assert [(e.id, e.type, e.text) for e in first.entities] == [
        ("T1", "CHEMICAL", "Zorvatine"),
        ("T2", "GENE-Y", "ABX2"),
        ("T3", "GENE-N", "CDY1"),
    ]
    (relation,) = first.relations
    assert (relation.type, relation.head, relation.tail) == ("INHIBITOR", Argument(ref="T1"), Argument(ref="T2"))
    assert second.relations == ()


def test_a_relation_may_have_its_type_in_another_column(read: Callable, tables: Path) -> None:
    change(tables / "toy_relations.tsv", "INHIBITOR", "CPR:4\tY \tINHIBITOR")
    (relation,) = read("biocreative_tsv", tables / "toy_abstracs.tsv", **DRUGPROT)[0].relations
    assert relation.type == "CPR:4"
    (relation,) = read("biocreative_tsv", tables / "toy_abstracs.tsv", **DRUGPROT, relation_type=4)[0].relations
    assert relation.type == "INHIBITOR"


def test_texts_whose_gold_is_withheld_need_no_tables(read: Callable, tables: Path) -> None:
    (tables / "toy_entities.tsv").unlink()
    with pytest.raises(NotFound, match=r"toy_entities\.tsv does not exist"):
        read("biocreative_tsv", tables / "toy_abstracs.tsv", **DRUGPROT)
    first, _ = read("biocreative_tsv", tables / "toy_abstracs.tsv", **DRUGPROT, annotated=False)
    assert (first.annotated, first.entities) == (False, ())


def test_the_names_of_the_tables_follow_from_that_of_the_texts(read: Callable, native: Path) -> None:
    with pytest.raises(InvalidParams, match="does not have 'abstracts' in it once"):
        read("biocreative_tsv", native / "biocreative" / "toy_abstracs.tsv")


def test_line_ends_and_byte_order_marks_change_nothing(read: Callable, tables: Path) -> None:
    sound = read("biocreative_tsv", tables / "toy.abstracts.txt")
    for path in tables.glob("toy.*"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read("biocreative_tsv", tables / "toy.abstracts.txt") == sound


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "said"),
    [
        ("abstracs", "ABX2.\t", "ABX2. ", 1, "the row has 2 columns"),
        ("abstracs", "90000032", "90000031", 2, "the document stands twice"),
        ("abstracs", "90000031", "90000033", 1, "there is no text of document '90000031'"),
        ("entities", "\tZorvatine", "", 1, "the row has 5 columns"),
        ("entities", "\t0\t", "\t-1\t", 1, "an offset is no number"),
        ("entities", "CHEMICAL", "", 1, "a column is empty"),
        ("entities", "\t0\t9", "\t1\t9", 1, "reads 'orvatine', the annotation says 'Zorvatine'"),
        ("entities", "\tT2\t", "\tT1\t", 2, "the mention id 'T1' is used twice"),
        ("relations", "Arg2:T2", "Arg2:T9", 1, "an end is 'T9', which is no mention"),
        ("relations", "Arg2:T2", "T2", 1, "an end is ''"),
        ("relations", "INHIBITOR", "", 1, "the relation has no type"),
        ("relations", "\tINHIBITOR", "", 1, "the row has 3 columns"),
        ("relations", "90000031", "9", 1, "there is no text of document '9'"),
    ],
)
def test_a_damaged_row_is_named_by_its_line(
    read: Callable, tables: Path, name: str, old: str, new: str, line: int, said: str
) -> None:
    change(tables / f"toy_{name}.tsv", old, new)
    with pytest.raises(InvalidInput, match=said) as caught:
        read("biocreative_tsv", tables / "toy_abstracs.tsv", **DRUGPROT)
    at_fault = "entities" if "there is no text of document '90000031'" in said else name
    assert caught.value.where == f"{tables}/toy_{at_fault}.tsv:{line}"


def test_a_mention_in_neither_title_nor_abstract_is_refused(read: Callable, tables: Path) -> None:
    change(tables / "toy.annotations.txt", "\tA\t", "\tB\t")
    with pytest.raises(InvalidInput, match="the mention stands in 'B'") as caught:
        read("biocreative_tsv", tables / "toy.abstracts.txt")
    assert caught.value.where == f"{tables}/toy.annotations.txt:2"


def test_a_relation_goes_with_a_mention_that_is_dropped(read: Callable, tables: Path, ledger: Ledger) -> None:
    change(tables / "toy_entities.tsv", "\t0\t9", "\t1\t9")
    first, _ = read("biocreative_tsv", tables / "toy_abstracs.tsv", **DRUGPROT, on_mismatch="drop")
    assert ([e.id for e in first.entities], first.relations) == (["T2", "T3"], ())
    assert ledger.counts() == {"mention_dropped": 1, "part_dropped": 1}
