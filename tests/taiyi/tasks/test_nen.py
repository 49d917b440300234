from __future__ import annotations

import pytest

from taiyi.instances import Context
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
