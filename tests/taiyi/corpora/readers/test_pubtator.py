"""PubTator: blocks, rows, concepts, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora import readers
from taiyi.corpora.readers import pubtator
from taiyi.errors import InvalidInput, NotFound
from taiyi.ledger import Ledger
from taiyi.records import Argument, Document, Entity, Passage

BLOCK = "7|t|Tea helps.\n7|a|Tea is good.\n7\t0\t3\tTea\tChemical\tD1\n"


def test_a_block_is_a_document_with_its_concepts(read: Callable, native: Path) -> None:
    first, second = read("pubtator", native / "two.PubTator", databases={"*": "MESH"})
    assert first.id == "toy/train/90000001"
    assert first.document_id == "90000001"
    assert [passage.kind for passage in first.passages] == ["title", "abstract"]
    assert first.entities[3].concepts == ("OMIM:900002",)
    assert first.entities[4].concepts == ("MESH:D900003", "MESH:D900004")
    relation = first.relations[0]
    assert (relation.type, relation.head, relation.tail) == (
        "CID",
        Argument(concept="MESH:D900001"),
        Argument(concept="MESH:D900002"),
    )
    assert second.text == "No effect of tea."
    assert second.entities[0].concepts == ()


def test_a_bar_may_belong_to_an_id(read: Callable, write: Callable) -> None:
    path = write(BLOCK.replace("D1", "c|SUB|G|1|A,rs12"))
    record = read("pubtator", path, concept_separators=",", databases={"Chemical": "tmVar"})[0]
    assert record.entities[0].concepts == ("tmVar:c|SUB|G|1|A", "tmVar:rs12")


def test_a_relation_takes_the_database_of_the_mention_with_its_id(read: Callable, write: Callable) -> None:
    path = write(BLOCK + "7\t11\t14\tTea\tGene\t55\n7\tAssociation\tD1\t55\tNovel\n")
    relation = read("pubtator", path, databases={"Gene": "NCBIGene", "*": "MESH"})[0].relations[0]
    assert (relation.head.concept, relation.tail.concept) == ("MESH:D1", "NCBIGene:55")


def test_a_document_that_stands_twice_is_two_records(read: Callable, write: Callable) -> None:
    records = read("pubtator", write(f"{BLOCK}\n{BLOCK}\n\n{BLOCK}"))
    assert [record.id for record in records] == ["toy/train/7", "toy/train/7-2", "toy/train/7-3"]
    assert {record.document_id for record in records} == {"7"}


def test_blocks_need_no_blank_line_and_no_final_line_end(read: Callable, write: Callable) -> None:
    text = f"\ufeff\n\n{BLOCK}8|t|Next.\n8|a|".replace("\n", "\r\n")
    assert [record.text for record in read("pubtator", write(text))] == ["Tea helps. Tea is good.", "Next."]


def test_a_mention_may_have_no_id_column(read: Callable, write: Callable) -> None:
    assert read("pubtator", write(BLOCK.replace("\tD1", "")))[0].entities[0].concepts == ()


@pytest.mark.parametrize(
    ("damage", "line", "said"),
    [
        (("\tChemical\tD1", ""), 3, "4 columns"),
        (("7\t0", "8\t0"), 3, "id of its document, 7"),
        (("\t3\t", "\tx\t"), 3, "end offset is 'x'"),
        (("\tChemical", "\t"), 3, "no type"),
        (("7|a|Tea is good.\n", ""), 1, "no abstract"),
        (("7|a|", "8|a|"), 2, "abstract of 8"),
        (("7|t|Tea helps.\n", ""), 1, "begins with"),
        (("\t0\t3\t", "\t1\t4\t"), 3, "reads 'ea ', the annotation says 'Tea'"),
        (("\t0\t3\t", "\t90\t93\t"), 3, "90-93 lies outside a text of 23 characters"),
    ],
)
def test_a_damaged_row_is_named_by_its_line(
    read: Callable, write: Callable, damage: tuple[str, str], line: int, said: str
) -> None:
    path = write(BLOCK.replace(*damage, 1))
    with pytest.raises(InvalidInput, match=said) as caught:
        read("pubtator", path)
    assert caught.value.where == f"{path}:{line}"
    assert caught.value.remedy


def test_a_byte_that_is_no_text_is_named_by_its_line(read: Callable, write: Callable) -> None:
    path = write(BLOCK.encode().replace(b"good", b"go\xffd"))
    with pytest.raises(InvalidInput, match="0xff") as caught:
        read("pubtator", path)
    assert caught.value.where == f"{path}:2"


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\t\n\r|", exclude_categories=["Cs", "Cc"]), min_size=1)
TEXTS = WORDS.map(str.strip).filter(bool)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    title, abstract = draw(TEXTS), draw(st.just("") | TEXTS)
    text = f"{title} {abstract}" if abstract else title
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    entities = tuple(
        Entity(f"T{n}", draw(st.sampled_from("XY")), (span,), text[span[0] : span[1]], draw(st.sampled_from([(), ("M:1",), ("M:1", "M:2")])))
        for n, span in enumerate((span for span in spans if span[0] < span[1]), start=1)
    )  # fmt: skip
    passages = (
        Passage("title", 0, len(title)),
        *((Passage("abstract", len(title) + 1, len(text)),) if abstract else ()),
    )
    return Document(id="toy/train/1", language="en", document_id="1", text=text, passages=passages, entities=entities)


def written(document: Document) -> str:
    cut = document.passages[0].end
    rows = [f"1|t|{document.text[:cut]}", f"1|a|{document.text[cut + 1 :]}"]
    for entity in document.entities:
        start, end = entity.spans[0]
        rows.append("\t".join(("1", str(start), str(end), entity.text, entity.type, "|".join(entity.concepts) or "-1")))
    return "\n".join(rows)


@given(document=documents())
def test_what_is_written_is_read(document: Document, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "round.PubTator"
    path.write_bytes(written(document).encode())
    source = readers.Source(
        corpus="toy", split="train", language="en", folder=path.parent, files=(path,), ledger=Ledger()
    )
    (found,) = pubtator.read(source, pubtator.Options())
    assert found == document


def test_the_seventh_column_may_hold_the_ids(read: Callable, write: Callable) -> None:
    path = write(BLOCK.replace("D1\n", "c|SUB|G|1|A\tRSID:12\n7\t11\t14\tTea\tGene\tD2\n"))
    first, second = read("pubtator", path, concept_separators="", concept_column=7)[0].entities
    assert (first.concepts, second.concepts) == (("RSID:12",), ())
    assert read("pubtator", path, concept_separators="")[0].entities[0].concepts == ("c|SUB|G|1|A",)


def test_a_part_of_an_id_may_be_cut_out(read: Callable, write: Callable) -> None:
    path = write(BLOCK.replace("D1", "12(Tax:9),13"))
    (entity,) = read("pubtator", path, concept_separators=",", concept_cut=r"\(Tax:\d+\)")[0].entities
    assert entity.concepts == ("12", "13")


def test_a_title_may_stand_alone_where_that_is_allowed(read: Callable, write: Callable) -> None:
    path = write(BLOCK.replace("7|a|Tea is good.\n", ""))
    (record,) = read("pubtator", path, abstract="optional")
    assert (record.text, [e.text for e in record.entities]) == ("Tea helps.", ["Tea"])
    assert [passage.kind for passage in record.passages] == ["title"]


def test_a_list_may_choose_the_documents(read: Callable, write: Callable) -> None:
    path = write(f"{BLOCK}\n{BLOCK.replace('7', '8')}")
    write("8\n", "chosen.txt")
    assert [record.document_id for record in read("pubtator", path, only="chosen.txt")] == ["8"]
    write("8\n9\n", "chosen.txt")
    with pytest.raises(InvalidInput, match="1 listed ids are not in the corpus: 9"):
        read("pubtator", path, only="chosen.txt")
    with pytest.raises(NotFound, match="the list of ids"):
        read("pubtator", path, only="missing.txt")
