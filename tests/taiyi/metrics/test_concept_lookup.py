from __future__ import annotations

import pytest

from taiyi.errors import NotFound
from taiyi.metrics.concept_lookup import Lookup
from taiyi.metrics.matching import Matching
from taiyi.records import Argument, Document, Entity, Relation


def document(number: int, *mentions: tuple[str, str, tuple[str, ...]], related: tuple[str, str] = ("", "")) -> Document:
    text, entities = "", []
    for place, (mention, kind, concepts) in enumerate(mentions):
        entities.append(Entity(f"T{place}", kind, ((len(text), len(text) + len(mention)),), mention, concepts))
        text += mention + "\n"
    head, tail = related
    relations = (Relation("R1", "CID", Argument(concept=head), Argument(concept=tail)),) if head else ()
    return Document(id=f"made/test/{number}", language="en", text=text, entities=tuple(entities), relations=relations)


RECORDS = {
    each.id: each
    for each in (
        document(
            0,
            ("lead", "Chemical", ("MESH:D1",)),
            ("lead", "Disease", ("MESH:D9",)),
            ("pain", "Disease", ("MESH:D3",)),
            related=("MESH:D1", "MESH:D3"),
        ),
        document(1, ("lead", "Chemical", ("MESH:D2",)), ("ache", "Disease", ())),
        document(2, ("lead", "Chemical", ("MESH:D2",))),
        document(3),
    )
}
CID = ("CID",)


def test_ends_are_looked_up_among_mentions_of_the_types_that_such_ends_have() -> None:
    lookup = Lookup(RECORDS)
    assert lookup.relations == ["CID"]
    assert lookup.gold("made/test/0", "CID") == {("D1", "D3")} == lookup.grounded("made/test/0", CID, "lead", "pain")
    assert lookup.grounded("made/test/0", (), "lead", "pain") == {("D1", "D3"), ("D9", "D3")}


def test_the_reading_of_most_documents_counts_where_the_own_one_has_none() -> None:
    assert Lookup(RECORDS).grounded("made/test/3", CID, "lead", "pain") == {("D2", "D3")}
    own = Lookup(RECORDS, own_document_only=True)
    assert own.grounded("made/test/3", CID, "lead", "pain") == {("-1", "-1")}


def test_a_mention_that_is_not_linked_is_minus_one_and_an_unknown_text_may_stand_apart() -> None:
    lookup = Lookup(RECORDS, unmapped_apart=True)
    assert lookup.grounded("made/test/1", CID, "lead", "ache") == {("D2", "-1")}
    assert lookup.grounded("made/test/1", CID, "lead", "itch") == {("-1 lead", "-1 itch")}


def test_white_space_never_counts_and_case_where_asked() -> None:
    assert Lookup(RECORDS).grounded("made/test/0", CID, " lead ", "Pain") == {("D1", "-1")}
    folded = Lookup(RECORDS, Matching(case="fold"))
    assert folded.grounded("made/test/0", CID, "LEAD", "Pain") == {("D1", "D3")}


def test_a_document_that_was_not_handed_in_is_said_by_name() -> None:
    with pytest.raises(NotFound, match="other/test/1"):
        Lookup(RECORDS).gold("other/test/1", "CID")
