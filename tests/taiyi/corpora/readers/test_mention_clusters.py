"""Clusters of names and mentions: what they become, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger

READER = "mention_clusters"


def changed(native: Path, change: Callable[[Any], None]) -> str:
    records = json.loads((native / "two.clusters.json").read_text(encoding="utf-8"))
    change(records[0])
    return json.dumps(records)


def test_every_mention_of_a_cluster_is_an_entity_and_together_they_corefer(read: Callable, native: Path) -> None:
    concepts = {"grounding.entrez_gene": "NCBIGene"}
    first, second = read(READER, native / "two.clusters.json", document_id="paperid", concepts=concepts)
    assert [(e.id, e.type, e.text, e.concepts) for e in first.entities] == [
        ("T1", "protein", "ZTK", ("NCBIGene:90001",)),
        ("T2", "protein", "ZTK", ("NCBIGene:90001",)),
        ("T3", "protein", "Zeta kinase", ("NCBIGene:90001",)),
        ("T4", "chemical", "quxol", ()),
    ]
    assert [group.members for group in first.coreferences] == [("T1", "T2", "T3")]
    assert (first.id, first.document_id) == ("toy/train/toy.0", "90000201")
    assert (second.entities, second.relations, second.coreferences) == ((), (), ())


def test_an_interaction_relates_the_mentions_of_its_clusters_and_its_label_is_part_of_its_type(
    read: Callable, native: Path
) -> None:
    record = read(READER, native / "two.clusters.json", relation=["type", "label"])[0]
    pairs = [(r.id, r.type, r.head.ref, r.tail.ref) for r in record.relations]
    assert pairs[:3] == [
        ("R1/1", "bind/1", "T1", "T4"),
        ("R1/2", "bind/1", "T2", "T4"),
        ("R1/3", "bind/1", "T3", "T4"),
    ]
    assert pairs[3] == ("R2/1", "bind/-1", "T4", "T4")
    assert {(head, tail) for identifier, _, head, tail in pairs if identifier.startswith("R3/")} == {
        (a, b) for a in ("T1", "T2", "T3") for b in ("T1", "T2", "T3") if a != b
    }


def test_an_entity_that_is_nowhere_in_the_text_stands_in_the_ledger(
    read: Callable, write: Callable, native: Path, ledger: Ledger
) -> None:
    def empty(record: Any) -> None:
        record["entities"][1]["names"]["quxol"]["mentions"] = []

    record = read(READER, write(changed(native, empty), "toy.json"))[0]
    assert {relation.id.partition("/")[0] for relation in record.relations} == {"R3"}
    assert ledger.counts() == {"cluster_without_mentions": 1}


def test_a_mention_that_is_not_its_name_is_refused_or_dropped_with_what_refers_to_it(
    read: Callable, write: Callable, native: Path, ledger: Ledger
) -> None:
    def move(record: Any) -> None:
        record["entities"][0]["names"]["Zeta kinase"]["mentions"] = [[1, 12]]

    path = write(changed(native, move), "toy.json")
    with pytest.raises(InvalidInput, match="the annotation says 'Zeta kinase'") as caught:
        read(READER, path)
    assert caught.value.where == f"{path}:1"
    record = read(READER, path, on_mismatch="drop")[0]
    assert [entity.id for entity in record.entities] == ["T1", "T2", "T4"]
    assert record.coreferences[0].members == ("T1", "T2")
    assert ledger.counts() == {"mention_dropped": 1, "part_dropped": 5}


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("interactions", [{"participants": [0, 2], "type": "bind"}], r"\[0, 2\]"),
        ("interactions", [{"participants": [0], "type": "bind"}], "participants"),
        ("interactions", [{"participants": [0, 1]}], "there is no 'type'"),
        ("entities", [{"label": "x", "names": ["ZTK"]}], "'names' is no object"),
        ("entities", [{"label": "x", "names": {"ZTK": {"mentions": [[13]]}}}], "stands at"),
        ("entities", [{"label": "x", "names": {"ZTK": {}}}], "stands at None"),
        ("entities", [{"names": {"ZTK": {"mentions": [[13, 16]]}}}], "there is no 'label'"),
        ("entities", {"label": "x"}, "list of objects"),
        ("text", None, "there is no 'text'"),
        ("id", None, "there is no 'id'"),
    ],
)
def test_what_is_wrong_is_refused_by_its_line(
    read: Callable, write: Callable, native: Path, key: str, value: Any, says: str
) -> None:
    path = write(changed(native, lambda record: record.update({key: value})), "toy.json")
    with pytest.raises(InvalidInput, match=says) as caught:
        read(READER, path)
    assert caught.value.where == f"{path}:1"


@pytest.mark.parametrize("damage", [b"", b"[", b'[{"id": "a"', b'{"a": 1}', b"[1]"])
def test_a_file_that_is_no_array_of_objects_is_refused(read: Callable, write: Callable, damage: bytes) -> None:
    path = write(damage, "toy.json")
    with pytest.raises(InvalidInput) as caught:
        read(READER, path)
    assert caught.value.where.startswith(str(path))


def test_an_id_that_returns_is_numbered(read: Callable, write: Callable, native: Path) -> None:
    content = changed(native, lambda record: record.update(id="toy.1"))
    assert [r.id for r in read(READER, write(content, "a.json"))] == ["toy/train/toy.1", "toy/train/toy.1-2"]
