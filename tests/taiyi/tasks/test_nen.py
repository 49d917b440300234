from __future__ import annotations

from typing import get_args

import pytest

from taiyi.instances import Context, Items, Style
from taiyi.records import Document, Entity
from taiyi.tasks import TaskSpec, nen

TEXT = "Ginsenosides Re and Rg1; aspirin, a gene, water."
ASKED = Context(offered=("aspirin", "IL-2: x"), operation="MESH")


def entity(number: int, text: str, kind: str, *concepts: str) -> Entity:
    start = TEXT.index(text)
    return Entity(id=f"T{number}", type=kind, spans=((start, start + len(text)),), text=text, concepts=concepts)


RECORD = Document(
    id="c/train/1",
    language="en",
    text=TEXT,
    entities=(
        entity(1, "aspirin", "Chemical", "MESH:D1"),
        entity(2, "Ginsenosides Re and Rg1", "Chemical", "MESH:D9", "MESH:C2"),
        entity(3, "gene", "Gene", "NCBIGene:7"),
        entity(4, "water", "Chemical"),
    ),
)


def test_the_mentions_with_ids_are_asked_about_by_position_with_ids_sorted() -> None:
    (draft,) = nen.instances(RECORD, TaskSpec(types={"Chemical": "chemical"}))
    assert draft.gold == (("Ginsenosides Re and Rg1", "MESH:C2|MESH:D9"), ("aspirin", "MESH:D1"))
    assert draft.fields["mentions"] == "Ginsenosides Re and Rg1; aspirin"
    assert (draft.fields["databases"], draft.context.operation) == ("MESH", "MESH")
    assert draft.context.offered == ("Ginsenosides Re and Rg1", "aspirin")


def test_without_declared_types_all_are_asked_about() -> None:
    (draft,) = nen.instances(RECORD, TaskSpec())
    assert len(draft.gold) == 3
    assert (draft.fields["databases"], draft.context.operation) == ("MESH, NCBIGene", "")


def test_nothing_to_ask_asks_nothing() -> None:
    assert not [*nen.instances(RECORD, TaskSpec(types={"Species": "species"}))]


def test_the_answer_has_a_line_for_each_mention() -> None:
    gold = (("aspirin", "MESH:D1"), ("IL-2: x", "tmVar:c|SUB|G|12|A"))
    text = nen.answer(gold, ASKED, "taiyi")
    assert text == 'aspirin: MESH:D1\n"IL-2: x": tmVar:c|SUB|G|12|A'
    assert nen.parse(text, ASKED).items == gold


@pytest.mark.parametrize(
    ("text", "status", "items"),
    [
        ("aspirin: D2|D1", "ok", [("aspirin", "MESH:D1|MESH:D2")]),
        ("Aspirin: MESH: D1, MESH:D2", "ok", [("aspirin", "MESH:D1|MESH:D2")]),
        ("- aspirin：D1；IL-2: x: D3", "ok", [("aspirin", "MESH:D1"), ("IL-2: x", "MESH:D3")]),
        ("aspirin: D1\nfoo: D2", "off_schema", [("aspirin", "MESH:D1")]),
        ("aspirin: None", "none", []),
        ("aspirin", "unparsed", []),
        ('{"aspirin": ["D1"]}', "ok", [("aspirin", "MESH:D1")]),
        ('[{"mention": "aspirin", "id": "D1"}]', "ok", [("aspirin", "MESH:D1")]),
    ],
)
def test_answers_are_read_as_models_give_them(text: str, status: str, items: list[tuple[str, str]]) -> None:
    parsed = nen.parse(text, ASKED)
    assert (parsed.status, list(parsed.items)) == (status, items)


ONE = Context(offered=("左腹股沟疝术后",), language="zh")
TERMS = Context(choices=tuple((term, term) for term in ("肾结石，伴肾积水", "肾结石", "心功能不全")), language="zh")


@pytest.mark.parametrize(
    ("text", "context", "items"),
    [
        ("单侧腹股沟疝，腹股沟术后", ONE, [("左腹股沟疝术后", "单侧腹股沟疝|腹股沟术后")]),
        ("没有对应的标准化实体", ONE, []),
        ("抱歉，我无法回答", ONE, []),
        ("D2, D1", Context(offered=("flu",), operation="MESH"), [("flu", "MESH:D1|MESH:D2")]),
        ("I think so", Context(offered=("flu",), operation="MESH"), []),
    ],
)
def test_ids_need_no_mention_where_only_one_was_asked_about(
    text: str, context: Context, items: list[tuple[str, str]]
) -> None:
    assert list(nen.parse(text, context).items) == items


@pytest.mark.parametrize("style", get_args(Style))
@pytest.mark.parametrize(
    "gold", [(), (("肾结石",),), (("肾结石，伴肾积水",), ("心功能不全",)), (("心功能不全",), ("肾结石",))]
)
def test_terms_are_chosen_from_those_given(gold: Items, style: Style) -> None:
    parsed = nen.parse(nen.answer(gold, TERMS, style), TERMS)
    assert (parsed.items, parsed.status) == (gold, "ok" if gold else "none")


def test_chosen_terms_stand_in_a_row_and_none_is_said_in_words() -> None:
    assert nen.answer((("心功能不全",), ("肾结石",)), TERMS, "taiyi") == "心功能不全，肾结石"
    assert nen.answer((), TERMS, "taiyi") == "没有对应的标准化实体"
