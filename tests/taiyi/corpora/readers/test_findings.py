"""Damaged files that readers once broke on, found by benchmarks/fuzz_readers.py: each is records or a typed error.

A finding lies in tests/fixtures/readers/findings/<reader>/<what it did>/ under the name of the fixture that it damages.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from benchmarks import fuzz_readers

FINDINGS = sorted(fuzz_readers.FIXTURES.glob("findings/*/*"))


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_finding_is_read_or_refused(finding: Path, tmp_path: Path) -> None:
    folder = tmp_path / "readers"
    shutil.copytree(fuzz_readers.FIXTURES, folder, ignore=shutil.ignore_patterns("findings"))
    shutil.copytree(finding, folder, dirs_exist_ok=True)
    begun = time.monotonic()
    assert fuzz_readers.outcome(fuzz_readers.fixtures().read, finding.parent.name, folder) in fuzz_readers.SOUND
    assert time.monotonic() - begun < fuzz_readers.SECONDS
