"""Tokenising: what fits is as it was, what is too long is asked in windows of its record, and no answer is cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipelines import tokenize
from taiyi import jsonl, layout, params
from taiyi.errors import Conflict, InvalidInput
from taiyi.instances import Instance
from taiyi.instructions import Wording, render, task_spec
from taiyi.ledger import Ledger
from taiyi.llm import chat, embedded
from taiyi.records import Document, Entity

ROOT = Path(__file__).parents[2]
LIMIT = 120
TYPES = {"types": {"Chemical": "chemical", "Disease": "disease"}}
SENTENCE = "Velatrine was given for gastric pain. "


def document(key: str, sentences: int) -> Document:
    """So many sentences with two mentions each."""
    starts = [n * len(SENTENCE) for n in range(sentences)]
    mentions = [
        Entity(f"T{start + first}", kind, ((start + first, start + last),), SENTENCE[first:last])
        for start in starts
        for kind, first, last in (("Chemical", 0, 9), ("Disease", 24, 36))
    ]
    return Document(id=f"sample_cdr/train/{key}", language="en", text=SENTENCE * sentences, entities=tuple(mentions))


@pytest.fixture(scope="module")
def tokenizer() -> chat.Tokenizer:
    return embedded.train_tokenizer([SENTENCE * 3, "Identify chemical, disease entities from the text."], 400)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> params.Params:
    """A folder with two records, one of them long, and their questions; the demo's parameters at another length."""
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    for folder in (layout.DESCRIPTORS, layout.TEMPLATES):
        folder.symlink_to(ROOT / folder)
    records = [document("short", 1), document("long", 30)]
    jsonl.write(layout.curated("train") / "sample_cdr.jsonl", records)
    wording = Wording(style="taiyi", folder=layout.TEMPLATES, seed=13)
    spec = task_spec("sample_cdr", "ner", TYPES)
    asked = [i for record in records for i in render(record, "ner", spec, wording, Ledger())]
    jsonl.write(layout.instructions("train"), asked)
    demo = params.load(ROOT / "params.yaml")
    return msgspec.structs.replace(demo, tokenize=params.Tokenize(max_length_tokens=LIMIT))


def test_a_long_question_becomes_windows_whose_answers_are_whole_and_a_short_one_stays(
    project: params.Params, tokenizer: chat.Tokenizer
) -> None:
    instances: list[Instance] = list(jsonl.read(layout.instructions("train"), Instance))
    ledger = Ledger()
    fit = tokenize.Fit(project, tokenizer, ledger)
    found = fit.of(instances, fit.encoded(instances))
    assert found[0][0] == instances[0]
    windows = [instance for instance, _ in found[1:]]
    assert len(windows) > 3 and all(w.id.startswith(f"{instances[1].id}.w") for w in windows)
    assert {item for w in windows for item in w.gold} == set(instances[1].gold)
    assert chat.misread(tokenizer, [i.turns for i, _ in found], [encoded for _, encoded in found]) == []
    assert max(len(encoded.input_ids) for _, encoded in found) <= LIMIT
    assert fit.tally.left == len(found) and ledger.counts() == {"windowed": 1}


def test_a_stage_counts_what_became_of_everything(
    project: params.Params, tokenizer: chat.Tokenizer, tmp_path: Path
) -> None:
    ledger = Ledger()
    told: dict[str, Any]
    told, _ = tokenize.tokenized(tmp_path / "stage1.arrow", "stage1", project, tokenizer, ledger)
    assert (told["whole"], told["windowed"], told["too_long"], told["misread"]) == (1, 1, 0, 0)
    assert told["count"] == 1 + told["windows"] == told["decoded"]
    assert [entry.id.rpartition("@")[2] for entry in ledger] == ["stage1"]


def test_an_instance_whose_record_is_gone_is_named(project: params.Params, tokenizer: chat.Tokenizer) -> None:
    instances: list[Instance] = list(jsonl.read(layout.instructions("train"), Instance))
    jsonl.write(layout.curated("train") / "sample_cdr.jsonl", [document("short", 1)])
    fit = tokenize.Fit(project, tokenizer, Ledger())
    with pytest.raises(InvalidInput, match=r"sample_cdr\.jsonl: holds no sample_cdr/train/long"):
        fit.of(instances, fit.encoded(instances))


def test_an_answer_that_is_cut_stops_the_stage(
    project: params.Params, tokenizer: chat.Tokenizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = chat.encode_many

    def cut(tokenizer: chat.Tokenizer, conversations: Any) -> list[chat.Encoded]:
        return [chat.Encoded(e.input_ids[:LIMIT], e.labels[:LIMIT]) for e in whole(tokenizer, conversations)]

    monkeypatch.setattr(chat, "encode_many", cut)
    with pytest.raises(Conflict, match="1 of 2 conversations"):
        tokenize.tokenized(tmp_path / "stage1.arrow", "stage1", project, tokenizer, Ledger())
