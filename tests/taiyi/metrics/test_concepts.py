from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import concepts, extraction
from taiyi.metrics.matching import Key, Matching

CID = "CID"


def test_ids_lose_the_vocabulary_of_the_corpus_only_and_composite_mentions_have_several() -> None:
    assert concepts.identifiers("OMIM:5|MESH:5") == ("OMIM:5", "5")
    assert concepts.identifiers("MESH:D001|D002") == ("D001", "D002")
    assert concepts.identifiers("MESH:-1") == ("-1",)
    assert concepts.identifiers("") == ()


def test_unlinked_mentions_are_no_concepts() -> None:
    assert concepts.mentioned([("Disease", "D001"), ("Disease", "-1"), ("Disease", "MESH:-1")]) == [("Disease", "D001")]


def test_an_unlinked_end_of_a_relation_stays_and_is_wrong() -> None:
    gold = {"1": concepts.related([(CID, "MESH:D001", "D002")])}
    read = {"1": concepts.related([(CID, "D001", "D002"), (CID, "-1", "D002"), (CID, "D002", "D001")])}
    assert extraction.score(gold, read, task="re", unit="relation").details["precision"] == pytest.approx(1 / 3)


def test_a_pair_of_texts_stands_for_all_pairs_of_their_concepts() -> None:
    heads, tails = [("lead", "D1"), ("Lead", "D2")], [("pain", "D3|D4")]
    found = concepts.ground_pairs([("lead", "pain")], heads, tails, relation=CID)
    assert found == [(CID, "D1", "D3"), (CID, "D1", "D4")]
    folded = concepts.ground_pairs([("LEAD", "pain")], heads, tails, relation=CID, matching=Matching(case="fold"))
    assert len(folded) == 4


def test_a_pair_with_a_text_that_is_no_mention_is_one_wrong_item() -> None:
    found = concepts.ground_pairs([("lead", "D3")], [("lead", "D1")], [("pain", "D3")], relation=CID)
    assert found == [(CID, ("text", "lead"), ("text", "D3"))]


@given(st.lists(st.tuples(st.sampled_from("AB"), st.text("D12|:-", max_size=6))))
def test_no_concept_is_unlinked_or_holds_the_separator(mentions: list[tuple[str, str]]) -> None:
    assert all(one != concepts.UNLINKED and "|" not in one for _, one in concepts.mentioned(mentions))


def test_surface_pairs_give_concept_level_figures(score_vectors: Path) -> None:
    folder = score_vectors / "10_re_surface_pairs_bc5cdr"
    rows = {row["id"]: row for row in _lines(folder / "gold.concepts.jsonl")}
    gold = {name: concepts.related([(CID, *pair) for pair in row["relations"]]) for name, row in rows.items()}
    for case, figures in _cases(folder).items():
        read: dict[str, list[Key]] = {}
        for row in _lines(folder / f"pred.{case}.jsonl"):
            ends = [
                [(one["text"], "|".join(one["mesh"])) for one in rows[row["id"]]["mentions"] if one["type"] == kind]
                for kind in ("Chemical", "Disease")
            ]
            pairs = [(one["head"], one["tail"]) for one in row["relations"]]
            read[row["id"]] = concepts.ground_pairs(pairs, *ends, relation=CID)
        found, theirs = extraction.score(gold, read, task="re", unit="relation").details, figures["concept_level"]
        counts = found["tp"], found["predicted"] - found["tp"], found["gold"] - found["tp"]
        assert counts == (theirs["tp"], theirs["fp"], theirs["fn"]), case
        assert found["f1"] == pytest.approx(theirs["f1"], rel=1e-12)


def _cases(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))["cases"]
    return found


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
