"""Mixtures previewed: the paper's plan from descriptors alone, and of corpora at hand what the instruct stage takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from taiyi_api.renderer.v1 import renderer_service_pb2 as pb

from pipelines import instruct
from taiyi import cli, jsonl, layout, params
from taiyi.budget import Budget
from tests.services.blocking import SECONDS, refused

CORPORA = ("sample_cdr", "sample_topics", "sample_cmeee")


def preview(renderer: Any, corpora: tuple[str, ...] = (), **mix: Any) -> pb.PreviewMixResponse:
    request = pb.PreviewMixRequest(corpora=corpora, mix_json=json.dumps(mix) if mix else "")
    return renderer.PreviewMix(request, timeout=SECONDS)


def test_the_plan_is_that_of_the_command(
    renderer: Any, house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(house)
    assert cli.main(["instructions", "plan", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    answer = preview(renderer, paper_caps=True)
    assert [(p.corpus, p.task, p.language, p.available) for p in answer.parts] == [
        (p["corpus"], p["task"], p["language"], p["instances"]) for p in printed["corpora"]
    ]
    assert answer.total == printed["total"], "with the paper's caps and nothing else, all that is planned is taken"
    assert {part.loss_share for part in answer.parts} == {0.0}


def test_weights_and_a_total_shape_the_plan(renderer: Any) -> None:
    plain = {(p.corpus, p.task, p.language): p.taken for p in preview(renderer, paper_caps=True).parts}
    halved = preview(renderer, paper_caps=True, weights={"ner": 0.5})
    assert all(
        part.taken == int(plain[part.corpus, part.task, part.language] * (0.5 if part.task == "ner" else 1) + 0.5)
        for part in halved.parts
    )
    assert preview(renderer, paper_caps=True, total=50_000).total == 50_000


@pytest.mark.parametrize("mix", [{"temperature": 1.0}, {"temperature": 2.0, "total": 60}, {"even": {"strength": 0.7}}])
def test_corpora_at_hand_give_what_the_stage_takes(
    renderer: Any, house: Path, mix: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    for folder in (layout.DESCRIPTORS, layout.TEMPLATES, layout.CURATED):
        (tmp_path / folder).symlink_to(house / folder)
    told = params.load(house / layout.PARAMS)
    wanted = msgspec.structs.replace(told.instruct, mix=msgspec.convert(mix, params.Mix))
    instruct.work(msgspec.structs.replace(told, corpora=CORPORA, instruct=wanted))
    budget: Budget = jsonl.read_json(layout.INSTRUCTIONS / layout.BUDGET, Budget)
    answer = preview(renderer, CORPORA, **mix)
    got = {(p.corpus, p.task, p.language): (p.taken, p.loss_share) for p in answer.parts}
    assert got == {
        (row.corpus, row.task, row.language): (row.instances, row.shares[budget.averaging]) for row in budget.rows
    }
    assert answer.total == sum(row.instances for row in budget.rows) > 0


def test_what_is_available_is_counted_in_one_wording(renderer: Any, house: Path) -> None:
    answer = preview(renderer, ("sample_topics",))
    (part,) = answer.parts
    lines = (house / layout.curated("train") / "sample_topics.jsonl").read_text().splitlines()
    assert part.available == len(lines) and part.taken == 2 * len(lines), "params.yaml asks tc in two wordings"


@pytest.mark.parametrize(
    "mix, said",
    [
        ('{"temperature": 0}', "temperature"),
        ('{"weights": {"nerr": 1}}', "nerr"),
        ('{"caps": {"sample_cdrr": {"ner": 1}}}', "sample_cdrr"),
        ('{"tokenizer": "/etc/passwd"}', "tokenizer"),
        ('{"temperature": 1e-300}', "reckoned"),
        ('{"weights": {"ner": 1e308, "re": 1e308}}', "reckoned"),
        ('{"most_wordings": 999999999999999999999, "total": 999999999999999999999}', "instances"),
        ('{"unknown": 1}', "unknown"),
        ('{"total"', "truncated"),
        ("[" * 90_000, "array"),
        ('"\\ud800"', "truncated"),
    ],
)
def test_a_mixture_that_cannot_be_is_refused(renderer: Any, mix: str, said: str) -> None:
    request = pb.PreviewMixRequest(mix_json=mix)
    answer = refused(lambda: renderer.PreviewMix(request, timeout=SECONDS))
    assert answer.code in ("INVALID_ARGUMENT", "NOT_FOUND") and said in answer.message


def test_numbers_at_the_end_of_their_range_are_taken_as_they_are(renderer: Any) -> None:
    most = 2**63 - 1
    assert preview(renderer, ("sample_cdr",), total=most, most_wordings=most).total > 0
    assert preview(renderer, (), total=most, most_wordings=most, paper_caps=True).total > 0


def test_corpora_that_are_not_there_are_named(renderer: Any) -> None:
    assert refused(lambda: preview(renderer, ("sample_cdrr",))).code == "NOT_FOUND"
    answer = refused(lambda: preview(renderer, ("bc5cdr",)))
    assert answer.code == "FAILED_PRECONDITION" and "dvc repro" in answer.message
