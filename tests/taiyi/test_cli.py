"""The command line: help without heavy libraries, corpora listed and counted, wrong names answered with close ones."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from taiyi import cli


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from taiyi import cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass\n"
    code += "print([m for m in ('torch', 'transformers', 'rich', 'msgspec', 'dvc') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "usage: taiyi" in done.stdout
    heavy = done.stdout.splitlines()[-1]
    assert "torch" not in heavy and "transformers" not in heavy and "rich" not in heavy and "dvc" not in heavy


def test_shells_add_their_commands_and_stay_light(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["repro", "--help"])
    assert "teammates" in capsys.readouterr().out


def test_corpora_are_listed_for_people_and_for_programs(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["corpora", "list", "--descriptors", str(root / "data/corpora")]) == 0
    assert "sample_cdr" in capsys.readouterr().out
    assert cli.main(["corpora", "list", "--json", "--descriptors", str(root / "data/corpora")]) == 0
    assert {row["id"] for row in json.loads(capsys.readouterr().out)} >= {"sample_cdr", "bc5cdr"}


def test_native_files_are_counted_split_by_split(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["samples", str(tmp_path / "s"), "--documents", "20"]) == 0
    capsys.readouterr()
    arguments = ["corpora", "counts", "sample_cdr", "--from", str(tmp_path / "s"), "--json"]
    assert cli.main([*arguments, "--descriptors", str(root / "data/corpora")]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert counts["train"]["documents"] == 20
    assert set(counts["train"]["entities"]) == {"Chemical", "Disease"}


def test_a_misspelt_corpus_is_answered_with_a_close_one(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["corpora", "counts", "sample_crd", "--descriptors", str(root / "data/corpora")]) == 2
    assert "sample_cdr" in capsys.readouterr().err


def test_an_id_that_nothing_holds_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["trace", "nowhere/test/1"]) == 2
    assert "corpus/split/key" in capsys.readouterr().err


def listed(root: Path, capsys: pytest.CaptureFixture[str], *filters: str) -> set[str]:
    assert cli.main(["corpora", "list", "--json", "--descriptors", str(root / "data/corpora"), *filters]) == 0
    return {row["id"] for row in json.loads(capsys.readouterr().out)}


def test_the_list_is_filtered(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everything = listed(root, capsys)
    assert listed(root, capsys, "--language", "zh") | listed(root, capsys, "--language", "en") == everything
    assert {"bc5cdr", "cmeie_v2"} <= listed(root, capsys, "--task", "re")
    assert "kuake_qic" not in listed(root, capsys, "--task", "re", "--task", "ner")
    assert listed(root, capsys, "--benchmark", "held_out") == {"biored"}
    assert "bc5cdr" in listed(root, capsys, "--benchmark", "main", "--trained")
    assert all(name.startswith("sample_") for name in listed(root, capsys, "--licence", "CC0", "--access", "generated"))
    assert cli.main(["corpora", "list", "--task", "nre", "--descriptors", str(root / "data/corpora")]) == 2
    assert "did you mean" in capsys.readouterr().err


def test_a_corpus_is_shown_with_its_splits_and_types(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["corpora", "show", "bc5cdr", "--descriptors", str(root / "data/corpora")]) == 0
    shown = capsys.readouterr().out
    assert "chemical-induced disease" in shown and "pubtator" in shown and "ner 650" in shown
    assert cli.main(["corpora", "show", "bc5cdr", "--json", "--descriptors", str(root / "data/corpora")]) == 0
    assert json.loads(capsys.readouterr().out)["paper"]["number"] == 100


IN_HOUSE = """\
title: In-house questions
title_zh: 自有问题
language: zh
licence: {name: in-house, terms: agreement}
access: agreement
reader: json_records
options:
  id: id
  classification: {text: query, labels: label}
splits:
  train: {files: ["*.json"]}
tasks:
  tc: {types: {病因: 病因}}
"""


@pytest.fixture
def in_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an in-house corpus and its descriptor, and a project folder to bring it into; returns the first."""
    project, given = tmp_path / "project", tmp_path / "given"
    (project / "data/corpora").mkdir(parents=True)
    (given / "files").mkdir(parents=True)
    (given / "wards.yaml").write_text(IN_HOUSE)
    (given / "files" / "a.json").write_text(json.dumps([{"id": "q1", "query": "为什么会发热", "label": "病因"}]))
    params = (Path(__file__).parents[2] / "params.yaml").read_text()
    (project / "params.yaml").write_text(
        params.replace("use: commercial ", "use: research ").replace("weights: true", "weights: false")
    )
    monkeypatch.chdir(project)
    return given


def test_an_in_house_corpus_is_read_with_one_yaml_and_no_python(
    in_house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--descriptor", str(in_house / "wards.yaml"), "--from", str(in_house / "files"), "--json"]
    assert cli.main(["corpora", "counts", *arguments]) == 0
    counted = json.loads(capsys.readouterr().out)["train"]
    assert (counted["documents"], counted["labels"], counted["entities"], counted["ledger"]) == (1, {"病因": 1}, {}, {})
    assert cli.main(["corpora", "check", *arguments]) == 0
    assert json.loads(capsys.readouterr().out) == {"wards": []}
    assert cli.main(["corpora", "card", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["splits"][0]["examples"][0]["id"] == "wards/train/q1"


def test_a_corpus_is_added_with_its_descriptor_and_enrolled(in_house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from taiyi import params

    assert cli.main(["corpora", "add"]) == 2
    assert "which corpus?" in capsys.readouterr().err
    arguments = [
        "corpora",
        "add",
        "--descriptor",
        str(in_house / "wards.yaml"),
        "--source",
        str(in_house / "files"),
        "--no-dvc",
    ]
    text = Path("params.yaml").read_text().replace("signed: []", "signed: [wards]")
    assert cli.main(arguments) == 2
    assert "licences.signed" in capsys.readouterr().err
    assert not Path("data/imports").exists()
    Path("params.yaml").write_text(text)
    assert cli.main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["enrolled"] is True
    assert Path("data/imports/wards/a.json").exists() and Path("data/corpora/wards.yaml").exists()
    assert params.load(Path("params.yaml")).corpora[-1] == "wards"
    assert Path("params.yaml").read_text().replace("  - wards\n", "") == text
    assert cli.main(arguments) == 0  # again: nothing changes
    assert Path("params.yaml").read_text().count("- wards") == 1


def test_files_without_what_the_descriptor_names_are_not_taken(
    in_house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (in_house / "empty").mkdir()
    Path("params.yaml").write_text(Path("params.yaml").read_text().replace("signed: []", "signed: [wards]"))
    arguments = ["corpora", "add", "--descriptor", str(in_house / "wards.yaml"), "--no-dvc", "--source"]
    assert cli.main([*arguments, str(in_house / "empty")]) == 2
    assert "no file '*.json'" in capsys.readouterr().err
    assert cli.main([*arguments, str(in_house / "nowhere")]) == 2
    assert not Path("data/imports/wards").exists()


def test_a_check_says_what_is_wrong_with_descriptor_and_files(
    in_house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = in_house / "bad.yaml"
    bad.write_text(IN_HOUSE.replace("reader: json_records", "reader: json_record"))
    assert cli.main(["corpora", "check", "--descriptor", str(bad)]) == 2
    assert "json_records" in capsys.readouterr().out
    bad.write_text(IN_HOUSE.replace("病因: 病因", "病情: 病情").replace('["*.json"]}', '["*.json"], documents: 7}'))
    assert cli.main(["corpora", "check", "--descriptor", str(bad), "--from", str(in_house / "files")]) == 2
    said = capsys.readouterr().out
    assert "1 records, and 7 are documented" in said and "task tc asks for none of 病因 (1)" in said


def test_a_corpus_that_is_not_openly_there_says_where_to_get_it(
    in_house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("params.yaml").write_text(Path("params.yaml").read_text().replace("signed: []", "signed: [wards]"))
    assert cli.main(["corpora", "add", "--descriptor", str(in_house / "wards.yaml"), "--no-dvc"]) == 2
    assert "sign the agreement and get the files at" in capsys.readouterr().err


def test_a_reader_that_has_gone_ends_a_table_quietly(root: Path) -> None:
    code = "import os, sys\nfrom taiyi import cli\nsys.stdin.readline()\nsys.exit(cli.main(sys.argv[1:]))\n"
    given = [sys.executable, "-c", code, "benchmarks", "list", "--benchmarks", str(root / "data/benchmarks")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(given, **pipes) as running:  # type: ignore[call-overload]
        running.stdout.close()
        running.stdin.write(b"go\n")
        running.stdin.close()
        said = running.stderr.read()
        assert (running.wait(), said) == (141, b"")
