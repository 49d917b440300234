"""The official BioCreative V CDR evaluation kit (bc5cdr_eval.jar 0.0.3): mentions, concept ids, relations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from taiyi.metrics import Score, concepts, extraction
from taiyi.metrics.matching import Key

CID = "CID"
MENTIONS = {"Disease": "06a_bc5cdr_mention_disease", "Chemical": "06b_bc5cdr_mention_chemical"}


@pytest.mark.parametrize("kind", ["Disease", "Chemical"])
def test_spans_agree_with_the_cdr_kit(kind: str, score_vectors: Path) -> None:
    folder = score_vectors / MENTIONS[kind]
    gold = _spans(folder / "gold.PubTator", kind)
    for case, figures in _cases(folder).items():
        found = extraction.score(gold, _spans(folder / f"pred.{case}.PubTator", kind), task="ner", unit="span")
        _kit_agrees(found, figures)


@pytest.mark.parametrize("kind", ["Disease", "Chemical"])
def test_concept_ids_agree_with_the_cdr_kit_but_for_an_unlinked_mention_with_its_vocabulary(
    kind: str, score_vectors: Path
) -> None:
    folder = score_vectors / "07_bc5cdr_concept_id"
    gold = _mentions(folder / "gold.PubTator", kind)
    for case, by_kind in _cases(folder).items():
        raw, figures = _mentions(folder / f"pred.{case}.PubTator", kind), by_kind[kind]
        found = extraction.score(_ids(gold), _ids(raw), task="nen", unit="concept")
        if case == "mesh_prefix":  # the kit takes MESH:-1 for a concept: one wrong item in each document that has it
            unlinked = sum((kind, "MESH:-1") in one for one in raw.values())
            assert (found.value, found.details["predicted"], found.details["tp"]) == (1, figures["TP"], figures["TP"])
            assert figures["FP"] == unlinked == {"Disease": 3, "Chemical": 2}[kind]
        else:
            _kit_agrees(found, figures)


def test_cid_relations_agree_with_the_cdr_kit(score_vectors: Path) -> None:
    folder = score_vectors / "08_bc5cdr_cid_relation"
    gold = _cid(folder / "gold.PubTator")
    for case, figures in _cases(folder).items():
        found = extraction.score(gold, _cid(folder / f"pred.{case}.PubTator"), task="re", unit="relation")
        _kit_agrees(found, figures)


def _kit_agrees(found: Score, figures: dict[str, Any]) -> None:
    """The CDR kit prints NaN for what is undefined, its F-score where nothing is right too: here that is 0."""
    counts = found.details
    assert (counts["tp"], counts["predicted"] - counts["tp"], counts["gold"] - counts["tp"]) == (
        figures["TP"],
        figures["FP"],
        figures["FN"],
    )
    for name, printed in (("precision", "Precision"), ("recall", "Recall"), ("f1", "F-score")):
        theirs = figures[printed]
        assert counts[name] == (0.0 if theirs == "NaN" else pytest.approx(theirs, rel=1e-12))
    assert (figures["F-score"] == "NaN") == (counts["tp"] == 0)
    assert (figures["Precision"] == "NaN") == (counts["predicted"] == 0)


def _cases(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))["cases"]
    return found


def _spans(path: Path, kind: str) -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = {}
    for line in path.read_text("utf-8").splitlines():
        cells = line.split("\t")
        if len(cells) > 4:
            found.setdefault(cells[0], [])
            if cells[4] == kind:
                found[cells[0]].append((kind, int(cells[1]), int(cells[2])))
        elif "|t|" in line:
            found.setdefault(line.partition("|")[0], [])
    return found


def _mentions(path: Path, kind: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for line in path.read_text("utf-8").splitlines():
        cells = line.split("\t")
        if "|t|" in line:
            found.setdefault(line.partition("|")[0], [])
        elif len(cells) > 5 and cells[4] == kind:
            found.setdefault(cells[0], []).append((kind, cells[5]))
    return found


def _ids(raw: dict[str, list[tuple[str, str]]]) -> dict[str, list[Key]]:
    return {name: concepts.mentioned(mentions) for name, mentions in raw.items()}


def _cid(path: Path) -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = {}
    for line in path.read_text("utf-8").splitlines():
        cells = line.split("\t")
        if "|t|" in line:
            found.setdefault(line.partition("|")[0], [])
        elif len(cells) > 3 and cells[1] == CID:
            found.setdefault(cells[0], []).extend(concepts.related([(CID, cells[2], cells[3])]))
    return found
