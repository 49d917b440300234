"""Sets of corpora as bits give what asking each corpus gives; pages of them hold each once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.shelf import Row, Shelf, parsed
from services.kit.filters import And, Node, Not, Or

LICENCES = ("CC-BY-4.0", "cc0", "100% free", "a_b", "")
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "language": st.sampled_from(("en", "zh")),
            "task": st.lists(st.sampled_from(("ner", "re", "tc")), unique=True),
            "licence": st.sampled_from(LICENCES),
            "terms": st.sampled_from(("open", "research")),
            "access": st.just("open"),
            "size_records": st.integers(0, 2**40),
            "enrolled": st.booleans(),
            "held_out": st.booleans(),
        }
    ),
    max_size=40,
)
TERMS = st.sampled_from(
    (
        "language = en", "language != zh", "task:ner", "licence:by", "licence = C*", "licence = *free", "licence != *b*",
        "licence = a_b", "size_records > 1000", "size_records <= 3.5", "enrolled = true", "held_out != true", "terms:sear",
    )
)  # fmt: skip
FILTERS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT ({})".format, inner),
    ),
    max_leaves=8,
)


def shelf(rows: list[dict[str, Any]]) -> Shelf[int]:
    return Shelf(1, [Row(f"c{number:03}", number + 7, 1, fields, number) for number, fields in enumerate(rows)])


def true(node: Node, row: dict[str, Any]) -> bool:
    """What a filter says of one corpus, by the plainest way."""
    if isinstance(node, Not):
        return not true(node.part, row)
    if isinstance(node, And):
        return all(true(part, row) for part in node.parts)
    if isinstance(node, Or):
        return any(true(part, row) for part in node.parts)
    value, wanted = row[node.field], node.value
    if node.field == "task":
        return wanted in value
    if node.operator == ":":
        return str(wanted).lower() in value.lower()
    if node.before or node.after:
        text, part = value.lower(), str(wanted).lower()
        same = (
            part in text
            if node.before and node.after
            else text.endswith(part)
            if node.before
            else text.startswith(part)
        )
        return same is (node.operator == "=")
    return {
        "=": value == wanted, "!=": value != wanted, ">": value > wanted if node.operator == ">" else False,
        "<=": value <= wanted if node.operator == "<=" else False,
    }[node.operator]  # fmt: skip


@given(ROWS, FILTERS)
def test_a_set_of_bits_is_what_asking_each_corpus_gives(rows: list[dict[str, Any]], text: str) -> None:
    tree = parsed(text)
    assert tree is not None
    held = shelf(rows)
    found = held.page(held.matching(tree), "", 1000)[0]
    assert found == [number for number, row in enumerate(rows) if true(tree, row)]


@given(ROWS, TERMS, st.integers(1, 7))
def test_pages_hold_each_once_in_order_and_end(rows: list[dict[str, Any]], text: str, size: int) -> None:
    held = shelf(rows)
    found, pages, after = held.matching(parsed(text)), list[int](), ""
    while True:
        page, last = held.page(found, after, size)
        pages += page
        if last is None:
            break
        assert len(page) == size
        after = last
    assert pages == held.page(found, "", 1000)[0] and len(pages) == found.bit_count()


def test_what_is_kept_makes_room_for_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    from taiyi_api.catalog.v1 import catalog_service_pb2 as pb

    monkeypatch.setattr("services.catalog.shelf._MOST_BYTES", 3000)
    held = shelf([])
    for number in range(50):
        held.keep(number, pb.ListCorporaResponse(next_page_token="x" * 100))
    assert held.answer(49) is not None and held.answer(0) is None
