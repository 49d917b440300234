"""BioC in XML and JSON: one set of documents, two ways of writing them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput, InvalidParams
from taiyi.ledger import Ledger
from taiyi.records import Argument

BOTH = pytest.mark.parametrize(("reader", "name"), [("bioc_xml", "two.bioc.xml"), ("bioc_json", "two.bioc.json")])
MESH = {"*": "MESH"}


def test_both_ways_of_writing_give_the_same_records(read: Callable, native: Path) -> None:
    assert read("bioc_xml", native / "two.bioc.xml") == read("bioc_json", native / "two.bioc.json")


@BOTH
def test_an_annotation_in_several_places_is_one_entity(read: Callable, native: Path, reader: str, name: str) -> None:
    first, second = read(reader, native / name, databases=MESH)
    assert first.text == "Zorvatine & lupus. Breast and ovarian cancer."
    assert [passage.kind for passage in first.passages] == ["title", "abstract"]
    whole, part = first.entities[2:]
    assert whole.concepts == ("MESH:D900003", "MESH:D900004")
    assert (part.spans, part.text) == (((19, 25), (38, 44)), "Breast cancer")
    assert (second.text, second.entities[0].text) == ("Tea. No tea.", "tea")


@BOTH
def test_a_relation_is_between_concepts_or_mentions(read: Callable, native: Path, reader: str, name: str) -> None:
    induced, treats = read(reader, native / name, databases=MESH)[0].relations
    assert (induced.type, induced.head) == ("CID", Argument(concept="MESH:D900001"))
    assert (treats.type, treats.tail) == ("treats", Argument(ref="1", role="disease"))


@BOTH
def test_offsets_counted_on_escaped_text_need_joined_passages(
    read: Callable, write: Callable, native: Path, reader: str, name: str
) -> None:
    """`&amp;` is one character to the annotations and five to the abstract's offset, as in BC5CDR."""
    old = "<offset>19</offset><text>Breast" if reader == "bioc_xml" else '"offset": 19,\n     "infons"'
    text = (native / name).read_text()
    assert old in text
    path = write(text.replace(old, old.replace("19", "23")), name)
    with pytest.raises(InvalidInput, match="entity 2"):
        read(reader, path)
    assert read(reader, path, passages="joined")[0].entities[2].text == "Breast and ovarian cancer"


@BOTH
def test_passages_that_overlap_are_refused(
    read: Callable, write: Callable, native: Path, reader: str, name: str
) -> None:
    old = "<offset>19</offset><text>Breast" if reader == "bioc_xml" else '"offset": 19,\n     "infons"'
    path = write((native / name).read_text().replace(old, old.replace("19", "5")), name)
    with pytest.raises(InvalidInput, match="offset 5 overlaps"):
        read(reader, path)


@BOTH
def test_a_mention_outside_the_text_is_dropped_with_its_relations(
    read: Callable, write: Callable, native: Path, ledger: Ledger, reader: str, name: str
) -> None:
    text = (native / name).read_text()
    path = write(
        text.replace('<location offset="12"', '<location offset="912"').replace('"offset": 12,', '"offset": 912,'), name
    )
    with pytest.raises(InvalidInput, match=f"{name}.*document 90000001.*entity 1: 912-917 lies outside"):
        read(reader, path)
    first = read(reader, path, on_mismatch="repair")[0]
    assert [entity.id for entity in first.entities] == ["0", "2", "3"]
    assert [relation.id for relation in first.relations] == ["R0"]
    assert ledger.counts() == {"mention_dropped": 1, "part_dropped": 1}


@BOTH
@pytest.mark.parametrize(
    ("xml", "json", "said"),
    [
        ('<infon key="relation">CID</infon>', '"relation": "CID",', "no type"),
        ('<infon key="Disease">D900002</infon>', ',\n      "Disease": "D900002"', "0 ends"),
        ('<infon key="type">Chemical</infon><infon key="MESH">D900001', '"type": "Chemical",', "annotation 0 has no"),
    ],
)
def test_what_is_missing_is_named(
    read: Callable, write: Callable, native: Path, reader: str, name: str, xml: str, json: str, said: str
) -> None:
    text = (native / name).read_text()
    old = xml if reader == "bioc_xml" else json
    if old not in text:
        old = json.replace("\n      ", "\n     ")
    assert old in text
    new = '<infon key="MESH">D900001' if xml.endswith("D900001") and reader == "bioc_xml" else ""
    with pytest.raises(InvalidInput, match=said) as caught:
        read(reader, write(text.replace(old, new, 1), name))
    assert name in caught.value.where


def test_xml_that_is_cut_short_is_named_by_its_line(read: Callable, write: Callable, native: Path) -> None:
    text = (native / "two.bioc.xml").read_text()
    path = write(text[: text.index("<relation")])
    with pytest.raises(InvalidInput, match="not well-formed") as caught:
        read("bioc_xml", path)
    assert caught.value.where == f"{path}:{text[: text.index('<relation')].count(chr(10)) + 1}"


def test_an_external_entity_is_never_opened(read: Callable, write: Callable, native: Path) -> None:
    secret = write("secret")
    text = (native / "two.bioc.xml").read_text()
    text = text.replace('SYSTEM "BioC.dtd"', f'[<!ENTITY e SYSTEM "{secret.as_uri()}">]').replace(
        "Zorvatine &amp;", "&e;"
    )
    with pytest.raises(InvalidInput, match="declares entities"):
        read("bioc_xml", write(text, "entity.xml"))


def test_a_document_that_is_none_is_named_by_its_line(read: Callable, write: Callable) -> None:
    path = write('{"documents": [\n{"id": "1", "passages": []},\n{"id": 2}\n]}')
    with pytest.raises(InvalidInput, match="not a BioC document") as caught:
        read("bioc_json", path)
    assert caught.value.where == f"{path}:3"


def test_an_error_in_xml_names_the_line_of_the_annotation(read: Callable, write: Callable, native: Path) -> None:
    path = write((native / "two.bioc.xml").read_text().replace('<location offset="12"', '<location offset="11"'))
    with pytest.raises(InvalidInput, match="the annotation says 'lupus'") as caught:
        read("bioc_xml", path)
    assert caught.value.where == f"{path}:7: document 90000001"


def test_xml_without_documents_is_refused(read: Callable, write: Callable) -> None:
    with pytest.raises(InvalidInput, match="there is no <document>"):
        read("bioc_xml", write("<collection><source/></collection>"))


@BOTH
def test_a_list_may_choose_the_documents(read: Callable, write: Callable, native: Path, reader: str, name: str) -> None:
    path = write((native / name).read_text(), name)
    write("90000002\n\n", "chosen.txt")
    assert [record.document_id for record in read(reader, path, only="chosen.txt")] == ["90000002"]
    write("90000002\n90000009\n", "chosen.txt")
    with pytest.raises(InvalidInput, match="1 listed ids are not in the corpus: 90000009"):
        read(reader, path, only="chosen.txt")


@BOTH
def test_an_annotation_id_that_returns_is_refused_or_numbered(
    read: Callable, write: Callable, native: Path, reader: str, name: str
) -> None:
    old, new = ('id="3"', 'id="2"') if reader == "bioc_xml" else ('"id": "3"', '"id": "2"')
    text = (native / name).read_text()
    assert old in text
    path = write(text.replace(old, new, 1), name)
    with pytest.raises(InvalidInput, match="the annotation id '2' is used twice"):
        read(reader, path)
    assert [e.id for e in read(reader, path, repeated_ids="number")[0].entities] == ["0", "1", "2", "2-2"]


def changed(native: Path, name: str, *changes: tuple[str, str, str]) -> str:
    """The fixture with changes given as (old, new) in the format of its name: those of XML, then those of JSON."""
    text = (native / name).read_text()
    for kind, old, new in changes:
        if name.endswith(kind):
            assert old in text
            text = text.replace(old, new, 1)
    return text


@BOTH
def test_types_that_mark_no_place_in_the_text_are_not_read(
    read: Callable, write: Callable, native: Path, reader: str, name: str
) -> None:
    index_xml = '<annotation id="I"><infon key="type">Index</infon><text/></annotation>'
    index_json = '{"id": "I", "infons": {"type": "Index"}, "text": "", "locations": []}, {'
    path = write(
        changed(
            native,
            name,
            ("xml", '<annotation id="0">', index_xml + '<annotation id="0">'),
            ("json", '"annotations": [\n      {', '"annotations": [\n      ' + index_json),
        ),
        name,
    )
    with pytest.raises(InvalidInput, match="entity I"):
        read(reader, path)
    first, _ = read(reader, path, not_mentions=["Index"])
    assert [entity.id for entity in first.entities] == ["0", "1", "2", "3"]


@BOTH
def test_a_gap_between_places_may_be_written_out(
    read: Callable, write: Callable, native: Path, reader: str, name: str
) -> None:
    path = write(changed(native, name, ("xml", "Breast cancer<", "Breast ... cancer<"), ("json", "Breast cancer", "Breast ... cancer")), name)  # fmt: skip
    with pytest.raises(InvalidInput, match="the annotation says"):
        read(reader, path)
    assert read(reader, path, ellipses=[" ... "])[0].entities[3].text == "Breast cancer"


@BOTH
def test_annotations_may_move_with_passages_that_skip_offsets(
    read: Callable, write: Callable, native: Path, reader: str, name: str
) -> None:
    sound = read(reader, native / name)
    text = (native / name).read_text()
    for old, new in ((19, 119), (38, 138)):
        text = text.replace(f'offset="{old}"', f'offset="{new}"').replace(f"<offset>{old}<", f"<offset>{new}<")
        text = text.replace(f'"offset": {old},', f'"offset": {new},')
    path = write(text, name)
    assert read(reader, path, passages="shifted") == sound
    assert len(read(reader, path)[0].text) == 145


@BOTH
def test_a_part_of_an_id_may_be_cut_out(read: Callable, write: Callable, native: Path, reader: str, name: str) -> None:
    path = write((native / name).read_text().replace("D900003|D900004", "D900003(Tax:9)|D900004"), name)
    assert read(reader, path, concept_cut=r"\(Tax:\d+\)")[0].entities[2].concepts == ("D900003", "D900004")
    with pytest.raises(InvalidParams, match="no regular expression"):
        read(reader, path, concept_cut="(")
