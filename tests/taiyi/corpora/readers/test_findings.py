"""Damaged files that readers once broke on, found by benchmarks/fuzz_readers.py: each is records or a typed error.

A finding lies in tests/fixtures/readers/findings/<reader>/<what it did>/ under the name of the fixture that it damages.
"""

from __future__ import annotations

import importlib.util
import shutil
import time
from pathlib import Path

import pytest

from taiyi.corpora import readers
from taiyi.errors import TaiyiError

HERE = Path(__file__).parent
NATIVE = Path(__file__).parents[3] / "fixtures" / "readers"
FINDINGS = sorted(NATIVE.glob("findings/*/*"))
SECONDS = 5.0


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_finding_is_read_or_refused(finding: Path, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("reader_fixtures", HERE / "test_damage.py")
    assert spec and spec.loader
    damage = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(damage)
    reader = finding.parent.name
    folder = tmp_path / "readers"
    shutil.copytree(NATIVE, folder, ignore=shutil.ignore_patterns("findings"))
    shutil.copytree(finding, folder, dirs_exist_ok=True)
    policies: list[dict] = [{}]
    if "on_mismatch" in readers.load(reader).Options.__struct_fields__:
        policies += [{"on_mismatch": "repair"}, {"on_mismatch": "drop"}]
    begun = time.monotonic()
    for policy in policies:
        try:
            records = damage.read(reader, folder, **policy)
        except TaiyiError as error:
            assert str(error)
        else:
            assert len({record.id for record in records}) == len(records)
    assert time.monotonic() - begun < SECONDS
