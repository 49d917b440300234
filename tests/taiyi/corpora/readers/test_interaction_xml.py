"""Interaction XML: both ways to write offsets, relations that are meant, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger

DRUGS = """<?xml version="1.0" encoding="UTF-8"?>
<document id="Toy.d9">
    <sentence id="Toy.d9.s0" text="Zumab raises quxol and quxine levels. ">
        <entity id="Toy.d9.s0.e0" charOffset="0-4" type="drug" text="Zumab"/>
        <entity id="Toy.d9.s0.e1" charOffset="13-17" type="drug" text="quxol"/>
        <entity id="Toy.d9.s0.e2" charOffset="13-15;23-28" type="group" text="qux quxine"/>
        <pair id="Toy.d9.s0.p0" e1="Toy.d9.s0.e0" e2="Toy.d9.s0.e1" ddi="true" type="effect"/>
        <pair id="Toy.d9.s0.p1" e1="Toy.d9.s0.e0" e2="Toy.d9.s0.e2" ddi="false"/>
    </sentence>
    <sentence id="Toy.d9.s1" text="No other.">
        <entity id="Toy.d9.s1.e0" charOffset="3-7" type="group" text="other"/>
    </sentence>
</document>
"""
INCLUSIVE = {"end_inclusive": True, "fragments": ";", "relations": "pair", "related": "ddi"}


def test_offsets_within_sentences_become_offsets_within_the_document(read: Callable, native: Path) -> None:
    first, second = read("interaction_xml", native / "two.ppi.xml", document_id="origId")
    assert first.text == "FabQ binds RolX < YugZ\nKin A1 and B2 are free"
    assert [first.text[p.start : p.end] for p in first.passages] == first.text.split("\n")
    assert [(e.id, e.type, e.text) for e in first.entities[2:]] == [
        ("Toy.d0.s0.e2", "gene", "YugZ"),
        ("Toy.d0.s1.e0", "protein", "Kin A1"),
        ("Toy.d0.s1.e1", "protein", "Kin B2"),
    ]
    assert first.entities[-1].spans == ((23, 26), (34, 36))
    assert [(r.id, r.type, r.head.ref, r.tail.ref) for r in first.relations] == [
        ("Toy.d0.s0.i0", "PPI", "Toy.d0.s0.e0", "Toy.d0.s0.e1")
    ]
    assert (first.id, first.document_id) == ("toy/train/Toy.d0", "90000101")
    assert (second.text, len(second.passages), second.entities) == ("", 1, ())


def test_an_end_may_be_the_last_character_and_only_pairs_that_are_related_are_read(
    read: Callable, write: Callable
) -> None:
    (record,) = read("interaction_xml", write(DRUGS, "d9.xml"), **INCLUSIVE)
    assert [entity.text for entity in record.entities] == ["Zumab", "quxol", "qux quxine", "other"]
    assert [(relation.id, relation.type) for relation in record.relations] == [("Toy.d9.s0.p0", "effect")]
    assert record.passages[1].start == 39


def test_a_relation_without_a_type_has_the_name_that_the_options_give(read: Callable, write: Callable) -> None:
    path = write(DRUGS.replace(' type="effect"', "").replace("ddi=", "interaction=").replace('"true"', '"True"'))
    options = {**INCLUSIVE, "related": "interaction", "relation": "", "relation_name": "compound-protein"}
    assert [r.type for r in read("interaction_xml", path, **options)[0].relations] == ["compound-protein"]


def test_an_entity_without_a_type_has_the_name_that_the_options_give_and_its_ids_are_concepts(
    read: Callable, write: Callable
) -> None:
    path = write(DRUGS.replace('"drug"', '"P1||P2"').replace('"group"', '""'))
    options = {**INCLUSIVE, "type": "", "name": "compound", "concepts": "type", "databases": {"*": "Toy"}}
    entities = read("interaction_xml", path, **options)[0].entities
    assert {entity.type for entity in entities} == {"compound"}
    assert entities[0].concepts == ("Toy:P1", "Toy:P2")
    assert entities[2].concepts == ()


def test_lines_may_end_in_a_lone_carriage_return(read: Callable, write: Callable, native: Path) -> None:
    sound = (native / "two.ppi.xml").read_bytes()
    returned = read("interaction_xml", write(sound.replace(b"\n", b"\r")))
    assert returned == read("interaction_xml", native / "two.ppi.xml")


@pytest.mark.parametrize("change", [lambda b: b"\xef\xbb\xbf" + b, lambda b: b.replace(b"\n", b"\r\n")])
def test_a_byte_order_mark_and_windows_line_ends_change_nothing(
    read: Callable, write: Callable, native: Path, change: Callable
) -> None:
    changed = write(change((native / "two.ppi.xml").read_bytes()))
    assert read("interaction_xml", changed) == read("interaction_xml", native / "two.ppi.xml")


@pytest.mark.parametrize(
    ("sound", "damaged", "line", "says"),
    [
        ('charOffset="0-4"', 'charOffset="1-5"', 5, "the annotation says 'FabQ'"),
        ('charOffset="0-4"', 'charOffset="4"', 5, "charOffset is '4'"),
        ('charOffset="0-4"', 'charOffset="0-3;4-4"', 5, "charOffset is '0-3;4-4'"),
        ('charOffset="18-22"', 'charOffset="18-26"', 7, "ends beyond its sentence"),
        ('text="RolX"', "", 6, "no attribute 'text'"),
        ('e2="Toy.d0.s0.e1"', 'e2="Toy.d0.s9.e1"', 8, "refers to 'Toy.d0.s9.e1'"),
        ('id="Toy.d0.s0.e1"', 'id="Toy.d0.s0.e0"', 6, "used twice"),
        ('id="Toy.d0.s0.i0"', 'id="Toy.d0.s0.e0"', 3, "used twice"),
        ('<document id="Toy.d1"', "<document", 15, "no attribute 'id'"),
        ("</corpus>", "", 19, "not well-formed XML"),
        ("UTF-8", "UTF-16", 1, "not well-formed XML"),
    ],
)
def test_what_is_wrong_is_refused_by_its_line(
    read: Callable, write: Callable, native: Path, sound: str, damaged: str, line: int, says: str
) -> None:
    text = (native / "two.ppi.xml").read_text(encoding="utf-8")
    assert sound in text
    path = write(text.replace(sound, damaged, 1), "toy.xml")
    with pytest.raises(InvalidInput, match=says) as caught:
        read("interaction_xml", path)
    assert caught.value.where == f"{path}:{line}"


def test_a_flag_is_true_or_false(read: Callable, write: Callable) -> None:
    with pytest.raises(InvalidInput, match="ddi is 'yes'"):
        read("interaction_xml", write(DRUGS.replace('"true"', '"yes"')), **INCLUSIVE)


@pytest.mark.parametrize("content", ["", "<corpus/>"])
def test_a_file_without_documents_is_refused(read: Callable, write: Callable, content: str) -> None:
    path = write(content, "toy.xml")
    with pytest.raises(InvalidInput) as caught:
        read("interaction_xml", path)
    assert caught.value.where.startswith(str(path))


def test_a_document_that_stands_twice_is_two_records(read: Callable, write: Callable, native: Path) -> None:
    text = (native / "two.ppi.xml").read_text(encoding="utf-8").replace("Toy.d1", "Toy.d0")
    assert [r.id for r in read("interaction_xml", write(text))] == ["toy/train/Toy.d0", "toy/train/Toy.d0-2"]


def test_a_mention_that_is_not_its_text_may_be_dropped_with_its_relations(
    read: Callable, write: Callable, native: Path, ledger: Ledger
) -> None:
    text = (native / "two.ppi.xml").read_text(encoding="utf-8").replace('text="FabQ" ', 'text="Nix" ')
    record = read("interaction_xml", write(text), on_mismatch="drop")[0]
    assert len(record.entities) == 4
    assert record.relations == ()
    assert ledger.counts() == {"mention_dropped": 1, "part_dropped": 1}


def test_stretches_that_are_written_without_a_blank_are_repaired(
    read: Callable, write: Callable, ledger: Ledger
) -> None:
    (record,) = read("interaction_xml", write(DRUGS.replace('"qux quxine"', '"quxquxine"')), **INCLUSIVE)
    assert record.entities[2].text == "qux quxine"
    assert ledger.counts() == {"mention_repaired": 1}
