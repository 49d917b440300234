"""The benchmark of reading: its cases exist, it says what is missing, and it counts as its peers do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import corpora, corpora_peers
from taiyi import samples
from taiyi.corpora import descriptor


@pytest.mark.parametrize("case", [*corpora.REAL, *corpora.SAMPLES], ids=lambda case: f"{case.corpus}, {case.form}")
def test_every_case_is_described_and_every_peer_known(case: corpora.Case) -> None:
    described = descriptor.find(case.corpus, corpora.DESCRIPTORS)
    assert set(case.splits) <= set(described.splits)
    for peer in case.peers:
        name = peer.removeprefix("BigBio ").removesuffix(corpora_peers.PARSING)
        assert name in (corpora_peers.BIGBIO if peer.startswith("BigBio ") else corpora_peers.PARSERS)


def test_a_peer_that_is_not_there_is_said_to_be_missing() -> None:
    answer = corpora_peers.answer({"peer": "BigBio mlee", "files": []}, {}, None)
    assert "give --bigbio" in answer["missing"]


def test_a_peer_that_fails_says_how(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("[")
    assert (
        "JSONDecodeError" in corpora_peers.answer({"peer": "json (floor)", "files": [str(broken)]}, {}, None)["failed"]
    )


def test_a_case_and_its_floor_find_the_same(tmp_path: Path) -> None:
    raw = tmp_path / "corpora"
    samples.write(raw, documents=20, corpora=("sample_cmeee",))
    peers = corpora.Peers(Path(sys.executable), None)
    row = corpora.compare(corpora.Case("sample_cmeee", ("train",), "JSON", ("json (floor)",)), raw, peers, repeats=2)
    peers.close()
    [floor] = row["peers"]
    assert (row["documents"], row["mentions"]) == (floor["documents"], floor["mentions"])
    assert floor["ratio"]["least"] <= floor["ratio"]["median"] <= floor["ratio"]["most"]
    assert "json (floor)" in corpora.tables({"repeats": 2, "reading": [row]})


def test_a_stream_is_written_and_read_in_processes_of_their_own() -> None:
    found = corpora.stream("sample_cdr", 50)
    assert found["read"]["documents"] == 50
    assert 0 < found["read"]["peak_mib"] < corpora.MOST_RESIDENT_MIB
