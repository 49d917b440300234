"""What every test of a reader shares: reading a file of one's own, and the fixtures in their native formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from taiyi.corpora import readers
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord

Read = Callable[..., list[AnyRecord]]


@pytest.fixture
def ledger() -> Ledger:
    """The ledger that `read` writes to."""
    return Ledger()


@pytest.fixture
def read(ledger: Ledger) -> Read:
    """`read(reader, path or paths, language=..., **options)`: the records of these files, as corpus `toy`, split `train`."""

    def read_files(reader: str, *paths: Path, language: Any = "en", **options: Any) -> list[AnyRecord]:
        module = readers.load(reader)
        source = readers.Source(
            corpus="toy", split="train", language=language, folder=paths[0].parent, files=paths, ledger=ledger
        )
        return list(module.read(source, msgspec.convert(options, module.Options)))

    return read_files


@pytest.fixture(scope="session")
def native(root: Path) -> Path:
    """The folder of small files in native formats, written for these tests."""
    return root / "tests" / "fixtures" / "readers"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """`write(text or bytes, name)`: a file to be read."""

    def write_file(content: str | bytes, name: str = "file.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file
