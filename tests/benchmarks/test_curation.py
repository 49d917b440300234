"""The benchmark of curation: what it plants is what it says, and it counts what is found."""

from __future__ import annotations

import math
from pathlib import Path

from benchmarks import curation, curation_peers
from taiyi import jsonl
from taiyi.records import Document


def runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[n : n + 5]) for n in range(len(words) - 4)}


def test_planted_pairs_have_the_similarity_that_is_said() -> None:
    made = list(curation.abstracts(400, 1))
    for number, words in enumerate(made):
        kind = curation.planted(number)
        if kind:
            before, after = runs(made[number - 1]), runs(words)
            similarity = len(before & after) / len(before | after)
            assert math.isclose(similarity, {"alike": 0.8, "apart": 0.5}[kind])


def test_all_that_is_planted_is_found_and_nothing_else(tmp_path: Path) -> None:
    found = curation.judged(curation.near(curation.write(tmp_path, "near", 1000, 2)), 1000)
    assert (found["recall_at_0.8"], found["taken_at_0.5"], found["others"]) == (1, 0, 0)
    scored, training, wanted = curation.leaks(tmp_path, 1000)
    assert curation.leakage(scored, training)["found"] == wanted


def test_the_peers_read_the_same_file(tmp_path: Path) -> None:
    path = curation.write(tmp_path, "near", 3, 1)
    (text, *_) = (record.text for record in jsonl.read(path, Document))
    assert len(next(curation_peers.shingles(str(path)))) == curation.SHINGLES == len(text.split()) - 4
