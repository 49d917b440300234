"""The whole way with tiny parameters: every artefact, the thread of ids, what runs again and what does not."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from taiyi import jsonl, layout, manifest
from taiyi.instances import Instance, Prediction
from taiyi.ledger import Entry
from taiyi.manifest import Manifest
from taiyi.records import AnyRecord, split_record_id
from tests.e2e.conftest import Copy, environment


def test_the_run_ends_with_a_report_that_loads_nothing_from_outside(copy: Copy) -> None:
    page = (copy.folder / "data/report/report.html").read_text()
    assert "</html>" in page
    assert not re.search(r"(?:src|href)=[\"']https?:", page.replace("<a href", "<a "))


def test_every_stage_wrote_its_manifest_and_its_outputs_are_what_it_says(copy: Copy) -> None:
    found = [jsonl.read_json(path, Manifest) for path in (copy.folder / layout.MANIFESTS).glob("*.json")]
    stages = {m.stage for m in found}
    assert stages >= {"samples", "acquire", "harmonize", "curate", "instruct", "base_model", "tokenize", "predict"}
    for made in found:
        for output, sha256 in made.outputs.items():
            assert manifest.digest(copy.folder / output) == sha256, f"{made.stage}: {output}"


def test_a_second_run_runs_no_stage(copy: Copy) -> None:
    assert "Running stage" not in copy.repro()


def test_curation_finds_what_was_planted_and_nothing_else(copy: Copy) -> None:
    plants = json.loads((copy.folder / layout.SAMPLES / "plants.json").read_text())
    rule = {
        "duplicate": "duplicate",
        "leak_text": "overlap_text",
        "leak_document": "overlap_document",
        "conflict": "conflict",
        "invalid": "empty_text",
    }
    planted = {(f"{p['corpus']}/{p['split']}", p["key"], rule[p["kind"]]) for p in plants if p["kind"] in rule}
    found = set()
    for entry in jsonl.read(copy.folder / layout.CURATED / layout.LEDGER, Entry):
        corpus, split, key = split_record_id(entry.id)
        found.add((f"{corpus}/{split}", key, entry.rule))
    assert found == planted


def test_an_id_leads_from_the_answer_back_to_the_native_file(copy: Copy) -> None:
    predictions = list(jsonl.read(copy.folder / layout.PREDICTIONS / "test.jsonl", Prediction))
    instances = {i.id: i for i in jsonl.read(copy.folder / layout.instructions("test"), Instance)}
    assert [p.id for p in predictions] == list(instances)
    for corpus in {split_record_id(i.id)[0] for i in instances.values()}:
        ids = {r.id for r in jsonl.read(copy.folder / layout.records(corpus) / "test.jsonl", AnyRecord)}
        assert {i.record for i in instances.values() if split_record_id(i.id)[0] == corpus} <= ids


def test_training_records_never_share_a_fold_with_test_records(copy: Copy) -> None:
    for instance in jsonl.read(copy.folder / layout.instructions("train"), Instance):
        assert split_record_id(instance.id)[1] == "train"


def stages_to_run(copy: Copy, values: dict[str, Any]) -> set[str]:
    path = copy.folder / layout.PARAMS
    before = path.read_text()
    path.write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True))
    try:
        return set(re.findall(r"Running stage '([^']+)'", copy.repro("--dry")))
    finally:
        path.write_text(before)


def test_a_changed_learning_rate_of_stage_2_runs_stage_2_and_what_follows(copy: Copy) -> None:
    train = copy.values["train"]
    values = {**copy.values, "train": {**train, "stage2": {**train["stage2"], "learning_rate": 1e-3}}}
    # A dry run cannot know that the adapter will change, so what follows it may or may not be named.
    assert stages_to_run(copy, values) - {"predict", "evaluate", "report"} == {"train_stage2"}


def test_metrics_and_plots_are_dvcs(copy: Copy) -> None:
    shown = copy.run("dvc", "metrics", "show", "--json")
    assert "macro" in shown.stdout
    plotted = copy.run("dvc", "plots", "show", "--out", "plots")
    assert plotted.returncode == 0, plotted.stderr
    assert (copy.folder / "plots/index.html").exists()


def test_trace_follows_an_id_from_record_to_verdict(copy: Copy) -> None:
    instance = next(iter(jsonl.read(copy.folder / layout.instructions("test"), Instance)))
    found = json.loads(copy.run(sys.executable, "-m", "taiyi.cli", "trace", instance.id).stdout)
    assert "data/predictions/test.jsonl" in found
    assert "data/evaluation/judged.jsonl" in found
    assert any(where.startswith("data/records/") for where in found)


def test_an_unknown_parameter_is_refused_with_its_line(copy: Copy) -> None:
    path = copy.folder / layout.PARAMS
    before = path.read_text()
    path.write_text(before + "sed: 14\n")
    try:
        done = copy.run(sys.executable, "-m", "pipelines.curate")
    finally:
        path.write_text(before)
    assert done.returncode == 2
    assert f"params.yaml:{before.count(chr(10)) + 1}" in done.stderr
    assert "sed" in done.stderr


@pytest.fixture
def damaged(copy: Copy) -> Any:
    """The native PubTator file of a sample corpus, put back afterwards; and what reading made of it, too."""
    path = next((copy.folder / layout.RAW / "sample_cdr").rglob("*rain*"))
    content = path.read_bytes()
    mode = path.stat().st_mode
    path.chmod(0o644)
    path.unlink()
    records = copy.folder / layout.records("sample_cdr")
    kept = copy.folder / "kept"
    shutil.copytree(records, kept)
    yield path, content
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    shutil.rmtree(records, ignore_errors=True)
    kept.rename(records)


def test_a_span_that_does_not_match_its_text_is_named_and_leaves_no_output(copy: Copy, damaged: Any) -> None:
    path, content = damaged
    lines = content.decode().split("\n")
    number = next(n for n, line in enumerate(lines) if line.count("\t") == 5)
    cells = lines[number].split("\t")
    cells[1] = str(int(cells[1]) + 1)
    lines[number] = "\t".join(cells)
    path.write_text("\n".join(lines))
    shutil.rmtree(copy.folder / layout.records("sample_cdr"))
    done = copy.run(sys.executable, "-m", "pipelines.harmonize", "sample_cdr")
    assert done.returncode == 2
    assert f"{path.name}:{number + 1}" in done.stderr
    assert not (copy.folder / layout.records("sample_cdr")).exists()


def test_a_missing_native_file_is_named_with_what_to_do(copy: Copy, damaged: Any) -> None:
    done = copy.run(sys.executable, "-m", "pipelines.harmonize", "sample_cdr")
    assert done.returncode == 2
    assert "put the corpus there" in done.stderr


def test_a_full_disk_leaves_no_half_written_output(copy: Copy, damaged: Any) -> None:
    path, content = damaged
    path.write_bytes(content)
    records = copy.folder / layout.records("sample_cdr")
    shutil.rmtree(records)
    done = copy.run(sys.executable, "-c", on_a_full_disk("harmonize", "sample_cdr"))
    assert done.returncode == 2, done.stderr
    assert "free some space" in done.stderr
    assert not records.exists()
    assert not list(records.parent.glob(".sample_cdr.*"))


@pytest.mark.parametrize(
    ("stage", "output"),
    [("curate", layout.CURATED), ("instruct", layout.INSTRUCTIONS), ("tokenize", layout.TOKENS)],
)
def test_a_stage_that_finds_the_disk_full_leaves_what_was_there(copy: Copy, stage: str, output: Path) -> None:
    before = manifest.digest(copy.folder / output)
    done = copy.run(sys.executable, "-c", on_a_full_disk(stage))
    assert done.returncode == 2, done.stderr
    assert "free some space" in done.stderr
    assert manifest.digest(copy.folder / output) == before
    assert not list((copy.folder / "data").glob(f".{output.name}.*"))


def on_a_full_disk(stage: str, *arguments: str) -> str:
    """A program that runs a stage where no file may grow beyond 4 kB."""
    return (
        "import resource, runpy, signal, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"sys.argv = {[stage, *arguments]!r}; runpy.run_module('pipelines.{stage}', run_name='__main__')"
    )


QUICK = {"curate": layout.CURATED, "instruct": layout.INSTRUCTIONS, "tokenize": layout.TOKENS}
"""Stages that may be done before they are interrupted."""


@pytest.mark.parametrize("stage", ["samples", "curate", "instruct", "base_model", "tokenize"])
def test_an_interrupted_stage_leaves_the_old_output_or_none(copy: Copy, stage: str, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(copy.folder, folder, ignore=shutil.ignore_patterns("cache", ".dvc"))
    values = {**copy.values, "samples": {"documents": 200_000}}
    values["base_model"] = {**values["base_model"], "embedded": {**values["base_model"]["embedded"], "steps": 100_000}}
    (folder / layout.PARAMS).write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True))
    output = {"samples": layout.SAMPLES, "base_model": layout.BASE_MODEL, **QUICK}[stage]
    before = manifest.digest(folder / output)
    process = subprocess.Popen(
        [sys.executable, "-m", f"pipelines.{stage}"], cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True
    )
    if stage in QUICK:  # in the middle of its writing
        until = time.monotonic() + 30
        while process.poll() is None and not list((folder / "data").glob(f".{output.name}.*")):
            assert time.monotonic() < until
            time.sleep(0.005)
    else:
        time.sleep(4)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode in ((0, 130) if stage in QUICK else (130,)), errors
    assert manifest.digest(folder / output) == before or process.returncode == 0
    assert not list((folder / "data").glob(f".{output.name}.*"))


def test_a_one_stage_run_skips_stage_1_and_says_so(copy: Copy) -> None:
    path = copy.folder / layout.PARAMS
    before = path.read_text()
    values = {**copy.values, "train": {**copy.values["train"], "schedule": "one_stage"}}
    path.write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True))
    try:
        copy.repro()
        assert (copy.folder / layout.ADAPTERS / "stage1/skipped.json").exists()
        assert "One-stage run" in (copy.folder / "data/report/report.html").read_text()
    finally:
        path.write_text(before)


def with_reference(copy: Copy, reference: Path) -> dict[str, Any]:
    """The parameters of a run on the base model in a folder."""
    return {**copy.values, "base_model": {**copy.values["base_model"], "reference": str(reference)}}


def test_a_base_model_in_a_folder_goes_the_same_way_with_nothing_but_its_reference_changed(
    copy: Copy, tmp_path: Path
) -> None:
    reference = tmp_path / "some-base"
    shutil.copytree(copy.folder / layout.BASE_MODEL, reference, ignore=shutil.ignore_patterns("manifest.json"))
    path = copy.folder / layout.PARAMS
    before = path.read_text()
    path.write_text(yaml.safe_dump(with_reference(copy, reference), sort_keys=False, allow_unicode=True))
    try:
        copy.repro()
        assert str(reference) in (copy.folder / "data/report/report.html").read_text()
        adapter = json.loads((copy.folder / layout.ADAPTERS / "stage2/manifest.json").read_text())
        assert adapter["reference"] == str(reference)
    finally:
        path.write_text(before)


def test_a_base_model_that_is_not_there_is_named(copy: Copy, tmp_path: Path) -> None:
    path = copy.folder / layout.PARAMS
    before = path.read_text()
    missing = tmp_path / "nowhere"
    path.write_text(yaml.safe_dump(with_reference(copy, missing), sort_keys=False, allow_unicode=True))
    try:
        done = copy.run(sys.executable, "-m", "pipelines.base_model")
    finally:
        path.write_text(before)
    assert done.returncode == 2
    assert str(missing) in done.stderr
    assert "Traceback" not in done.stderr


IN_HOUSE = """\
title: Questions of our wards
title_zh: 病区问题
language: zh
licence: {name: in-house, terms: research}
access: open
homepage: https://example.org
reader: json_records
options:
  id: id
  classification: {text: query, labels: label}
splits:
  train: {files: [train.json]}
  test: {files: [test.json]}
tasks:
  tc: {types: {病因: 病因, 治疗: 治疗}}
"""


def test_a_corpus_that_is_added_is_under_dvc_and_goes_through_the_pipeline_if_the_policy_lets_it(
    copy: Copy, tmp_path: Path
) -> None:
    (tmp_path / "wards.yaml").write_text(IN_HOUSE)
    with zipfile.ZipFile(tmp_path / "wards.zip", "w") as archive:
        for split in ("train", "test"):
            rows = [{"id": f"{split}{n}", "query": f"{split}第{n}个问题", "label": "病因"} for n in range(3)]
            archive.writestr(f"{split}.json", json.dumps(rows))
    path = copy.folder / layout.PARAMS
    before = path.read_text()
    add = (sys.executable, "-m", "taiyi.cli", "corpora", "add", "--descriptor", str(tmp_path / "wards.yaml"))
    try:
        refused = copy.run(*add, "--source", str(tmp_path / "wards.zip"))
        assert refused.returncode == 2
        assert "wards (in-house): licences.use: commercial" in refused.stderr
        allowed = {**yaml.safe_load(before), "licences": {"use": "research"}}
        path.write_text(yaml.safe_dump(allowed, sort_keys=False, allow_unicode=True))
        done = copy.run(*add, "--source", str(tmp_path / "wards.zip"))
        assert done.returncode == 0, done.stderr
        assert (copy.folder / "data/imports/wards.dvc").exists()
        copy.repro("harmonize@wards")
        assert len((copy.folder / layout.records("wards") / "train.jsonl").read_text().splitlines()) == 3
        path.write_text(path.read_text().replace("use: research", "use: commercial"))
        excluded = copy.run("dvc", "repro", "acquire")
        assert excluded.returncode != 0
        assert "wards (in-house): licences.use: commercial" in excluded.stderr + excluded.stdout
    finally:
        path.write_text(before)
