"""Instances on the command line: records rendered, exports, and the thread of one id back to a line of a native file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from taiyi import cli, corpora, jsonl, layout
from taiyi.corpora import descriptor
from taiyi.instances import Prediction
from taiyi.instructions import Wording, render, task_spec
from taiyi.ledger import Entry, Ledger

CORPUS = "sample_cdr"


@pytest.fixture(scope="module")
def house(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working tree after the stages up to predict, of one corpus."""
    house = tmp_path_factory.mktemp("house")
    assert cli.main(["samples", str(house / "data/raw"), "--documents", "20"]) == 0
    shutil.copytree(root / "data/templates", house / "data/templates")
    (house / "data/corpora").mkdir()
    shutil.copy(root / "data/corpora" / f"{CORPUS}.yaml", house / "data/corpora")
    described = descriptor.find(CORPUS, house / layout.DESCRIPTORS)
    records = list(corpora.read(described, "test", house / "data/raw", Ledger()))
    jsonl.write(house / layout.records(CORPUS) / "test.jsonl", records)
    wording = Wording(style="taiyi", folder=house / layout.TEMPLATES, seed=13)
    spec = task_spec(CORPUS, "ner", described.tasks["ner"])
    instances = [i for record in records for i in render(record, "ner", spec, wording, Ledger())]
    for use in ("train", "dev", "test"):
        jsonl.write(house / layout.instructions(use), instances if use == "test" else instances[:1])
    jsonl.write(house / layout.INSTRUCTIONS / layout.LEDGER, [Entry(instances[3].id, "cap", "one of 40")])
    jsonl.write(house / layout.PREDICTIONS / "test.jsonl", [Prediction(i.id, "a guess") for i in instances])
    judged = [{"id": i.id, "verdict": "wrong", "status": "unparsed", "text": "a guess"} for i in instances]
    jsonl.write(house / layout.EVALUATION / "judged.jsonl", judged)
    return house


@pytest.fixture(autouse=True)
def inside(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(house)


def answered(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    capsys.readouterr()
    assert cli.main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def instance_ids() -> list[str]:
    return [json.loads(line)["id"] for line in layout.instructions("test").read_text().splitlines()]


def test_records_are_rendered_from_native_files_and_from_records_alike(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["render", "--corpus", CORPUS, "--split", "test", "--task", "ner", "--limit", "5"]
    native = answered(capsys, *command, "--from", "data/raw")
    assert isinstance(native, list) and len(native) == 5
    assert native == answered(capsys, *command)
    assert cli.main(command) == 0
    shown = capsys.readouterr().out
    assert native[4]["id"] in shown and "assistant" in shown


def test_one_wording_may_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["render", "--corpus", CORPUS, "--split", "test", "--task", "ner"]
    found = answered(capsys, *command, "--template", "t2")
    assert isinstance(found, list) and {row["id"].partition("#")[2] for row in found} == {"ner.en.t2"}
    assert cli.main([*command, "--template", "t2000"]) == 2
    assert "no wording of ner 't2000'" in capsys.readouterr().err
    assert cli.main(["render", "--corpus", CORPUS, "--task", "nerr"]) == 2
    assert "did you mean 'ner'" in capsys.readouterr().err


def test_an_instance_is_followed_to_its_native_line_and_to_its_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    ids = instance_ids()
    found = answered(capsys, "instructions", "show", ids[3])
    assert isinstance(found, dict)
    thread = found["thread"]
    assert [instance["id"] for instance in thread["instances"]] == [ids[3]]
    path, _, line = thread["native"].rpartition(":")
    assert thread["record"]["document_id"] in Path(path).read_text().splitlines()[int(line) - 1]
    assert [step["row"]["rule"] for step in thread["ledger"]] == ["cap"]
    assert [step["row"]["text"] for step in thread["predictions"]] == ["a guess"]
    assert [step["row"]["verdict"] for step in thread["verdicts"]] == ["wrong"]
    assert cli.main(["instructions", "show", ids[3]]) == 0
    shown = capsys.readouterr().out
    assert thread["native"] in shown and "unparsed" in shown


def test_a_record_leads_to_all_its_instances_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    record = instance_ids()[1].partition("#")[0]
    found = answered(capsys, "instructions", "show", record)
    assert isinstance(found, dict)
    assert {instance["id"].partition("#")[0] for instance in found["thread"]["instances"]} == {record}


def test_an_id_that_nothing_holds_and_what_is_no_id_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["instructions", "show", f"{CORPUS}/test/1"]) == 2
    assert "no artefact below data holds" in capsys.readouterr().err
    assert cli.main(["instructions", "show", "ner"]) == 2
    assert "'ner' is no id" in capsys.readouterr().err


def test_native_files_that_are_gone_are_said_to_be(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["instructions", "show", instance_ids()[0], "--raw", str(tmp_path)]) == 0
    assert "its native files are not there" in capsys.readouterr().out


def test_export_says_what_was_written_under_which_licences(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    contents = answered(
        capsys, "instructions", "export", "--form", "sharegpt", "--out", str(out), "--use", "test", "--task", "ner"
    )
    assert isinstance(contents, dict)
    assert contents["uses"] == {"test": len(instance_ids())} and set(contents["licences"]) == {CORPUS}
    assert len(out.read_text().splitlines()) == len(instance_ids())
    assert cli.main(["instructions", "export", "--form", "alpaca", "--out", str(out), "--corpus", "sample_crd"]) == 2
    assert "did you mean 'sample_cdr'" in capsys.readouterr().err
    assert cli.main(["instructions", "export", "--form", "datasets", "--out", str(tmp_path / "hub")]) == 0
    assert {path.name for path in (tmp_path / "hub/data").iterdir()} == {
        "train-00000.parquet", "validation-00000.parquet", "test-00000.parquet",
    }  # fmt: skip
