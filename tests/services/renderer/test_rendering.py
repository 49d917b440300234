"""Instances over the wire are those of the core, the pipeline's stage and the command line, byte for byte."""

from __future__ import annotations

import json
import time
from itertools import islice
from pathlib import Path
from typing import Any

import grpc
import msgspec
import pytest
from taiyi_api.renderer.v1 import renderer_service_pb2 as pb

from taiyi import cli, jsonl, layout, params
from taiyi.corpora import descriptor
from taiyi.instructions.questions import Questions
from taiyi.ledger import Ledger
from taiyi.params import Params
from taiyi.records import AnyRecord
from tests.services.blocking import SECONDS, Served

STYLES = {"taiyi": pb.ANSWER_STYLE_TAIYI, "json": pb.ANSWER_STYLE_JSON}
CORPORA = ("sample_cdr", "sample_cmeee", "sample_cmeie", "sample_topics", "sample_translation", "sample_notes")
"""English and Chinese, extraction, labels and texts."""


def stream(renderer: Any, corpus: str, use: str = "test", **more: Any) -> list[pb.RenderCorpusResponse]:
    request = pb.RenderCorpusRequest(corpus=f"corpora/{corpus}", use=use, **more)
    return list(renderer.RenderCorpus(request, timeout=SECONDS))


def instances(parts: list[pb.RenderCorpusResponse]) -> list[str]:
    return [line for part in parts for line in part.instances_json]


def in_style(told: Params, style: str) -> Params:
    return msgspec.structs.replace(told, instruct=msgspec.structs.replace(told.instruct, style=style))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("corpus", CORPORA)
def test_a_corpus_is_asked_as_the_instruct_stage_asks_it(renderer: Any, house: Path, corpus: str, style: str) -> None:
    told = in_style(params.load(house / layout.PARAMS), style)
    described = descriptor.find(corpus, house / layout.DESCRIPTORS)

    def records(use: str, of: str) -> Any:
        return jsonl.read(house / layout.curated(use) / f"{of}.jsonl", AnyRecord)

    questions = Questions(told, house / layout.TEMPLATES, records)
    for task in described.tasks:
        ledger = Ledger()
        expected = [jsonl.encode(one).decode() for one in questions.asked(described, task, "test", ledger)]
        parts = stream(renderer, corpus, tasks=[task], wording=pb.Wording(style=STYLES[style], seed=told.seed))
        assert expected and instances(parts) == expected
        rows = [(row.id, row.rule, row.reason) for part in parts for row in part.ledger]
        assert rows == [(row.id, row.rule, row.reason) for row in ledger]


@pytest.mark.parametrize("style", STYLES)
def test_a_corpus_is_asked_as_the_command_line_asks_it(
    renderer: Any, house: Path, style: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(house)
    for corpus in ("sample_cdr", "sample_cmeee"):
        split = descriptor.find(corpus, layout.DESCRIPTORS).splits_for("train")[0]
        command = ["render", "--corpus", corpus, "--split", split, "--style", style, "--limit", "999", "--json"]
        assert cli.main(command) == 0
        printed = json.loads(capsys.readouterr().out)
        parts = stream(renderer, corpus, "train", wording=pb.Wording(style=STYLES[style], seed=13))
        assert [json.loads(line) for line in instances(parts)] == printed


def test_harmonised_records_are_asked_where_nothing_is_curated(renderer: Any, house: Path) -> None:
    before = stream(renderer, "sample_cdr", "dev")
    curated = house / layout.curated("dev") / "sample_cdr.jsonl"
    moved = curated.rename(curated.with_suffix(".away"))
    try:
        assert stream(renderer, "sample_cdr", "dev") == before
    finally:
        moved.rename(curated)


def test_a_slice_is_that_part_of_the_whole(renderer: Any) -> None:
    whole = instances(stream(renderer, "sample_cmeee", "train"))
    parts = stream(renderer, "sample_cmeee", "train", skip=3, limit=4)
    assert instances(parts) == whole[3:7] and parts[-1].records == 4
    assert instances(stream(renderer, "sample_cmeee", "train", skip=len(whole))) == []


def test_several_wordings_are_of_one_question_each_once(renderer: Any) -> None:
    lines = instances(stream(renderer, "sample_cdr", tasks=["ner"], wording=pb.Wording(count=3), limit=2))
    ids = [json.loads(line)["id"] for line in lines]
    assert len(set(ids)) == len(ids) == 6


@pytest.mark.parametrize("corpus", ["sample_cdr", "sample_intent"])
def test_records_handed_in_are_asked_as_those_of_the_corpus(renderer: Any, house: Path, corpus: str) -> None:
    described = descriptor.find(corpus, house / layout.DESCRIPTORS)
    lines = (house / layout.curated("test") / f"{corpus}.jsonl").read_text().splitlines()
    for task, declared in described.tasks.items():
        request = pb.RenderRecordsRequest(
            task=task,
            records_json=lines,
            task_spec_json=json.dumps(declared),
            wording=pb.Wording(seed=5, style=pb.ANSWER_STYLE_JSON),
        )
        answer = renderer.RenderRecords(request, timeout=SECONDS)
        parts = stream(renderer, corpus, tasks=[task], wording=request.wording)
        assert list(answer.instances_json) == instances(parts) != []
        assert list(answer.ledger) == [row for part in parts for row in part.ledger]


def test_a_record_that_is_asked_nothing_leaves_a_row(renderer: Any, house: Path) -> None:
    line = (house / layout.curated("test") / "sample_topics.jsonl").read_text().splitlines()[0]
    answer = renderer.RenderRecords(pb.RenderRecordsRequest(task="ner", records_json=[line]), timeout=SECONDS)
    assert not answer.instances_json
    assert [(row.id, row.rule) for row in answer.ledger] == [(f"{json.loads(line)['id']}#ner", "nothing_to_ask")]


def test_an_answer_larger_than_a_message_is_refused_and_says_so(renderer: Any) -> None:
    records = [{"family": "pair", "id": f"a/b/{n}", "language": "en", "text_1": "x" * 10**5, "text_2": "y", "score": 1}
               for n in range(9)]  # fmt: skip
    request = pb.RenderRecordsRequest(task="tp_ss", records_json=map(json.dumps, records), wording=pb.Wording(count=15))
    with pytest.raises(grpc.RpcError, match=r"more than the 8,\d+,\d+ bytes that one answer holds") as caught:
        renderer.RenderRecords(request, timeout=SECONDS)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_caller_who_leaves_in_the_middle_stops_the_reading(server: Served, renderer: Any, house: Path) -> None:
    path = house / layout.curated("train") / "sample_anatomy.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    several = (rows[n % len(rows)] | {"id": f"sample_anatomy/train/{n}"} for n in range(30_000))
    original = path.read_bytes()
    jsonl.write(path, several)
    try:
        call = renderer.RenderCorpus(
            pb.RenderCorpusRequest(corpus="corpora/sample_anatomy", use="train"), timeout=SECONDS
        )
        taken = list(islice(call, 2))
        assert taken[-1].records < 1000
        call.cancel()
        started = time.monotonic()
        while server.running.calls.open and time.monotonic() - started < 10:
            time.sleep(0.01)
        assert not server.running.calls.open and time.monotonic() - started < 2, "the whole takes longer"
    finally:
        path.write_bytes(original)
