"""Curation of all sample corpora: what was planted is found, each kind under its rule, and nothing else leaves."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipelines import curate, harmonize
from taiyi import jsonl, layout, params, samples
from taiyi.curation.near_duplicates import NearMiss
from taiyi.curation.report import Quality
from taiyi.errors import InvalidParams
from taiyi.ledger import Entry
from taiyi.params import Curate, NearDuplicates, Params
from taiyi.records import AnyRecord, record_id

RULES = {
    "duplicate": "duplicate",
    "leak_text": "overlap_text",
    "leak_document": "overlap_document",
    "conflict": "conflict",
    "invalid": "empty_text",
}


@pytest.fixture(scope="module")
def workplace(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample corpora of the demo, harmonised."""
    place = tmp_path_factory.mktemp("curate")
    (place / "data").mkdir()
    (place / layout.DESCRIPTORS).symlink_to(root / layout.DESCRIPTORS)
    told = params.load(root / layout.PARAMS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        samples.write(layout.RAW, documents=told.samples.documents, seed=told.seed)
        for corpus in told.corpora:
            harmonize.work(corpus, told)
    return place


@pytest.fixture
def told(root: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Params:
    """The shipped parameters, in the workplace."""
    monkeypatch.chdir(workplace)
    return params.load(root / layout.PARAMS)


def curated(told: Params, **changes: Any) -> list[Entry]:
    """The ledger of a run with other rules."""
    curate.work(msgspec.structs.replace(told, curate=msgspec.structs.replace(told.curate, **changes)))
    return list(jsonl.read(layout.CURATED / layout.LEDGER, Entry))


def kept(told: Params, use: str) -> list[AnyRecord]:
    return [r for corpus in told.corpora for r in jsonl.read(layout.curated(use) / f"{corpus}.jsonl", AnyRecord)]


def test_the_demo_loses_what_was_planted_by_its_kind_and_nothing_else(told: Params) -> None:
    ledger = curated(told)
    plants = [p for p in jsonl.read_json(layout.RAW / samples.PLANTS, tuple[samples.Plant, ...]) if p.kind in RULES]
    assert {e.id: e.rule for e in ledger} == {record_id(p.corpus, p.split, p.key): RULES[p.kind] for p in plants}
    assert Counter(e.rule for e in ledger) == {
        "duplicate": 31, "overlap_text": 31, "overlap_document": 6, "conflict": 31, "empty_text": 26
    }  # fmt: skip


def test_the_demo_reports_texts_that_are_alike_and_keeps_them(told: Params) -> None:
    curated(told)
    misses = list(jsonl.read(layout.CURATED / layout.NEAR_MISSES, NearMiss))
    ids = {record.id for record in kept(told, "train")}
    assert {miss.why for miss in misses} == {"report", "below"}
    assert all({miss.id, miss.other} <= ids for miss in misses)


def test_the_quality_report_adds_up(told: Params) -> None:
    ledger = curated(told)
    report = jsonl.read_json(layout.CURATED / layout.QUALITY, Quality)
    assert sum(flow.entered - flow.left for flow in report.flows) == len(ledger)
    assert {rule: sum(by_corpus.values()) for rule, by_corpus in report.rules.items()} == Counter(
        e.rule for e in ledger
    )
    assert sum(flow.left for flow in report.flows if flow.use == "train") == len(kept(told, "train"))
    found = report.near_duplicates
    assert (found.action, found.dropped, len(found.pairs)) == ("report", 0, 20)
    assert sum(bin.pairs for bin in found.pairs if bin.start >= 0.7) <= found.near_misses == found.listed


def test_near_duplicates_leave_when_they_are_to_and_name_what_is_kept(told: Params) -> None:
    before = {record.id for record in kept(told, "train")} if curated(told) else set()
    ledger = [e for e in curated(told, near_duplicates=NearDuplicates()) if e.rule == "near_duplicate"]
    after = {record.id for record in kept(told, "train")}
    assert ledger
    assert before - after == {e.id for e in ledger}
    assert {e.other for e in ledger} <= after
    assert all(float(e.reason.removeprefix("similarity ")) >= 0.8 for e in ledger)


def test_test_sets_are_never_shortened(told: Params) -> None:
    curated(told, minimum_characters=1000, near_duplicates=NearDuplicates())
    counts = Counter(record.id.split("/")[0] for record in kept(told, "test"))
    assert counts == dict.fromkeys(told.corpora, 40)
    assert not kept(told, "train")


def test_a_majority_policy_keeps_one_record_of_each_question(told: Params) -> None:
    assert Counter(e.rule for e in curated(told, conflicts="majority"))["conflict"] == 31


def test_a_run_that_fails_leaves_the_curated_records_as_they_were(told: Params) -> None:
    curated(told)
    before = {path: path.read_bytes() for path in layout.CURATED.rglob("*") if path.is_file()}
    broken = layout.records(told.corpora[-1]) / "train.jsonl"
    content = broken.read_bytes()
    try:
        broken.write_bytes(content + b'{"family": "document"}\n')
        with pytest.raises(Exception, match=r"train\.jsonl:\d+"):
            curated(told)
    finally:
        broken.write_bytes(content)
    assert {path: path.read_bytes() for path in layout.CURATED.rglob("*") if path.is_file()} == before
    assert not [path for path in layout.CURATED.parent.iterdir() if path.name.startswith(".curated")]


@pytest.mark.parametrize(
    "line", ["threshold: 1.2", "threshold: 0", "words: 0", "action: remove", "rules: [spelling]", "shingle: 3"]
)
def test_a_rule_that_makes_no_sense_is_refused(root: Path, tmp_path: Path, line: str) -> None:
    name = line.split(":")[0]
    text = (root / layout.PARAMS).read_text()
    lines = text.splitlines()
    place = next((n for n, row in enumerate(lines) if row.strip().startswith(f"{name}:")), None)
    if place is None:
        place = next(n for n, row in enumerate(lines) if row.strip().startswith("near_duplicates:"))
        lines.insert(place + 1, f"    {line}")
    else:
        lines[place] = f"    {line}"
    path = tmp_path / "params.yaml"
    path.write_text("\n".join(lines))
    with pytest.raises(InvalidParams, match="curate"):
        params.load(path)


def test_the_rules_of_the_demo_are_the_defaults_but_for_near_duplicates(root: Path) -> None:
    told = params.load(root / layout.PARAMS).curate
    assert msgspec.structs.replace(told, near_duplicates=NearDuplicates()) == Curate()
