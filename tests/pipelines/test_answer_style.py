"""The instruct stage in answer style json: the same questions as in style taiyi, with the form wanted and JSON answers."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from pipelines import instruct
from taiyi import corpora, jsonl, layout, params, samples, tasks
from taiyi.corpora import descriptor
from taiyi.instances import Instance, Style
from taiyi.ledger import Entry, Ledger


def made(root: Path, place: Path, style: Style) -> tuple[list[Instance], list[Entry]]:
    """All instances of small sample corpora, and the ledger."""
    told = params.load(root / layout.PARAMS)
    for corpus in told.corpora:
        described = descriptor.find(corpus, layout.DESCRIPTORS)
        for use in ("train", "dev", "test"):
            rows = [
                record
                for split in described.splits_for(use)
                for record in corpora.read(described, split, place / "native", Ledger())
            ]
            jsonl.write(layout.curated(use) / f"{corpus}.jsonl", rows)
    instruct.work(msgspec.structs.replace(told, instruct=msgspec.structs.replace(told.instruct, style=style)))
    rows = [row for use in ("train", "dev", "test") for row in jsonl.read(layout.instructions(use), Instance)]
    return rows, list(jsonl.read(layout.INSTRUCTIONS / layout.LEDGER, Entry))


def test_style_json_asks_for_json_and_gets_the_same_gold(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    for folder in (layout.DESCRIPTORS, layout.TEMPLATES):
        folder.symlink_to(root / folder)
    samples.write(tmp_path / "native", documents=8, seed=13)
    plain, _ = made(root, tmp_path, "taiyi")
    rows, entries = made(root, tmp_path, "json")
    assert {entry.rule for entry in entries} <= {"cap", "mix", "nothing_to_ask"}
    assert {row.task for row in rows} == set(tasks.ids())
    gold = {(row.record, row.task, row.context.operation): row.gold for row in plain}
    assert {(row.record, row.task, row.context.operation) for row in rows} == set(gold)
    for row in rows:
        json.loads(row.target)
        assert "JSON" in row.turns[0].text.split("\n")[-1]
        assert row.style == "json"
        assert tasks.load(row.task).parse(row.target, row.context, prompt=row.prompt).items == row.gold
        assert row.gold == gold[row.record, row.task, row.context.operation]
