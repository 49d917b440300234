"""XML with mentions marked in the text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora import readers
from taiyi.corpora.readers import inline_xml
from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger

OPTIONS: dict[str, Any] = {
    "record": "Article",
    "id": "Pmid",
    "passages": {"Title": "title", "Abstract": "abstract"},
    "mentions": ["gene", "variant"],
    "plain": ["i"],
    "concepts": {"gene": {"g_id": "NCBIGene"}, "variant": {"v_id": "dbSNP", "v_norm": ""}},
    "no_concept": ["No", "null", ""],
}


def test_offsets_are_those_of_the_text_without_tags(read: Callable, native: Path) -> None:
    first, second = read("inline_xml", native / "two.inline.xml", **OPTIONS)
    assert first.id == "toy/train/90000041"
    assert first.text == "The ABX2 gene & fever. 12 T>C of CDY1 and rs7001 were not found."
    assert [(passage.kind, passage.start) for passage in first.passages] == [("title", 0), ("abstract", 23)]
    assert [(e.type, e.spans[0], e.text, e.concepts) for e in first.entities] == [
        ("gene", (4, 8), "ABX2", ("NCBIGene:900",)),
        ("variant", (23, 29), "12 T>C", ("T12C",)),
        ("gene", (33, 37), "CDY1", ()),
        ("variant", (42, 48), "rs7001", ("dbSNP:7001",)),
    ]
    assert [(e.id, e.text) for e in second.entities] == [("T1", "ABX2 locus"), ("T2", "ABX2")]
    assert [passage.kind for passage in second.passages] == ["title"]


def test_a_mention_may_tell_its_type_and_a_document_its_id_by_attribute(read: Callable, write: Callable) -> None:
    path = write('<all><doc pmid="7"><p>A <term sem="drug">tea</term>.</p><p>No.</p></doc></all>')
    (record,) = read(
        "inline_xml", path, record="doc", id="@pmid", passages={"p": "paragraph"}, joiner="\n", mentions=["term"],
        type="sem",
    )  # fmt: skip
    assert (record.document_id, record.text) == ("7", "A tea.\nNo.")
    assert (record.entities[0].type, record.entities[0].spans) == ("drug", ((2, 5),))


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("<Pmid>90000041</Pmid>", "<Pmid> </Pmid>", 3, "<Article> has no id in <Pmid>"),
        ("<i>not</i>", "<b>not</b>", 6, "<b> stands in the text"),
        (">CDY1</gene>", "/>", 6, "lies outside a text"),
        ("Article>", "Record>", 0, "there is no <Article>"),
        ("</Article>", "", 0, "not well-formed"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(
    read: Callable, write: Callable, native: Path, old: str, new: str, line: int, said: str
) -> None:
    text = (native / "two.inline.xml").read_text()
    assert old in text
    path = write(text.replace(old, new, -1 if line == 0 else 1))
    with pytest.raises(InvalidInput, match=said) as caught:
        read("inline_xml", path, **OPTIONS)
    assert caught.value.where == f"{path}:{line}" if line else caught.value.where.startswith(str(path))


def test_a_document_that_stands_twice_is_two_records(read: Callable, write: Callable, native: Path) -> None:
    text = (native / "two.inline.xml").read_text().replace("90000042", "90000041")
    assert [record.id for record in read("inline_xml", write(text), **OPTIONS)] == [
        "toy/train/90000041",
        "toy/train/90000041-2",
    ]


PIECES = st.lists(st.tuples(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\r\ufffe\uffff")), st.booleans()), max_size=6)  # fmt: skip


@given(pieces=PIECES)
def test_every_mention_is_its_text(pieces: list[tuple[str, bool]], tmp_path_factory: pytest.TempPathFactory) -> None:
    pieces = [(text, mark and bool(text)) for text, mark in pieces]
    body = "".join(f"<gene>{escape(text)}</gene>" if mark else escape(text) for text, mark in pieces)
    path = tmp_path_factory.mktemp("inline") / "a.xml"
    path.write_text(f"<a><Article><Pmid>1</Pmid><Title>{body}</Title></Article></a>", encoding="utf-8", newline="")
    source = readers.Source(
        corpus="toy", split="train", language="en", folder=path.parent, files=(path,), ledger=Ledger()
    )
    options = inline_xml.Options(record="Article", id="Pmid", passages={"Title": "title"}, mentions=("gene",))
    (record,) = inline_xml.read(source, options)
    assert record.text == "".join(text for text, _ in pieces)
    assert [entity.text for entity in record.entities] == [text for text, mark in pieces if mark]
