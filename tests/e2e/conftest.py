"""A working copy of the project with tiny parameters, run once from raw corpora to report."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipelines import overlay
from taiyi import layout, strict_yaml

TINY: dict[str, Any] = {
    "preset": "test",
    "samples": {"documents": 40},
    "instruct": {"caps": {"train": 12, "dev": 1, "test": 3}},
    "base_model": {"quantisation": "none", "embedded": {"steps": 10}},
    "train": {
        "stage1": {"epochs": 0, "steps": 4, "dev_every_steps": 2},
        "stage2": {"epochs": 0, "steps": 4, "dev_every_steps": 2},
    },
    "predict": {"max_new_tokens": 12},
}


class Copy(NamedTuple):
    """The working copy's folder, and its parameters as plain values."""

    folder: Path
    values: dict[str, Any]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command there, in this environment's Python."""
        return subprocess.run(command, cwd=self.folder, env=environment(), capture_output=True, text=True, timeout=900)

    def repro(self, *arguments: str) -> str:
        """`dvc repro`, which must succeed; returns what it printed."""
        done = self.run("dvc", "repro", *arguments)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout


def environment() -> dict[str, str]:
    """The environment with this Python's scripts first on the path, and without what would measure or report."""
    scripts = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "DVC_NO_ANALYTICS": "1"}


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Copy:
    """A tiny run, finished."""
    folder = tmp_path_factory.mktemp("run")
    values = overlay.merged(strict_yaml.load(root / layout.PARAMS), TINY)
    path = os.environ["PATH"]
    os.environ["PATH"] = environment()["PATH"]
    try:
        overlay.working_copy(folder, values, root)
    finally:
        os.environ["PATH"] = path
    subprocess.run(["dvc", "cache", "dir", str(folder / "cache")], cwd=folder, env=environment(), check=True)
    made = Copy(folder, values)
    made.repro()
    return made
