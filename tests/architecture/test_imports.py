"""The import contracts of pyproject.toml hold, and each of them can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = ("taiyi", "taiyi_client", "pipelines", "services")

PLANTED = [
    ("core-knows-no-transport", "taiyi/jsonl.py", "import grpc"),
    ("core-knows-no-transport", "taiyi/manifest.py", "import dvc.repo"),
    ("core-knows-no-transport", "taiyi/evaluation/planted.py", "from sqlalchemy import orm"),
    ("core-knows-no-transport", "taiyi/instructions/rendering.py", "from pipelines import shell"),
    ("core-is-layered", "taiyi/records.py", "from taiyi import ledger"),
    ("core-is-layered", "taiyi/metrics/planted.py", "from taiyi import tasks"),
    ("core-is-layered", "taiyi/corpora/planted.py", "from taiyi import tasks"),
    ("core-is-layered", "taiyi/tasks/planted.py", "from taiyi import corpora"),
    ("core-is-layered", "taiyi/llm/planted.py", "from taiyi import evaluation"),
    ("core-is-layered", "taiyi/in_no_layer.py", ""),
    ("corpora-know-no-questions", "taiyi/corpora/planted.py", "from taiyi import instances"),
    ("llm-is-handed-its-scores", "taiyi/llm/planted.py", "from taiyi import tasks"),
    ("torch-stays-in-llm", "taiyi/tasks/planted.py", "def f():\n    import torch"),
    ("torch-stays-in-llm", "pipelines/planted.py", "from transformers import AutoTokenizer"),
    ("shells-stay-apart", "pipelines/planted.py", "import services"),
    ("shells-stay-apart", "services/planted.py", "from pipelines import shell"),
    ("client-knows-no-server", "taiyi_client/planted.py", "from services.kit import tokens"),
    ("client-knows-no-server", "taiyi_client/planted.py", "from taiyi import records"),
    ("services-are-layered", "services/catalog/planted.py", "def f():\n    from services.scorer import shelf"),
    ("services-are-layered", "services/kit/planted.py", "from services.trainer import states"),
]


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a folder's pyproject.toml against the packages beside it."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    return subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_every_contract_is_kept(root: Path) -> None:
    result = lint(root)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """The packages and their contracts, elsewhere, to be broken."""
    for package in PACKAGES:
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("contract", "file", "code"), PLANTED)
def test_a_planted_violation_is_reported(copy: Path, contract: str, file: str, code: str) -> None:
    path = copy / file
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{code}\n", encoding="utf-8")
    result = lint(copy, "--contract", contract)
    assert result.returncode == 1, result.stdout + result.stderr
    reported = path.relative_to(copy).with_suffix("").as_posix().replace("/", ".")
    assert reported in result.stdout + result.stderr
