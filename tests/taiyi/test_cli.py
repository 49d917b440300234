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
