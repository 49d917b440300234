"""The sample corpora, written and read once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from taiyi import corpora, samples
from taiyi.corpora import Descriptor, descriptor
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord

Records = dict[tuple[str, str], list[AnyRecord]]


@pytest.fixture(scope="session")
def descriptors(root: Path) -> dict[str, Descriptor]:
    """The descriptor of every sample corpus."""
    return {name: descriptor.find(name, root / "data/corpora") for name in samples.CORPORA}


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, samples.Plants]:
    """A folder of sample corpora and what is planted in them."""
    folder = tmp_path_factory.mktemp("samples")
    return folder, samples.write(folder)


@pytest.fixture(scope="session")
def read(written: tuple[Path, samples.Plants], descriptors: dict[str, Descriptor]) -> Records:
    """Corpus and split -> its records, read from the native files; nothing is repaired or dropped on the way."""
    ledger = Ledger()
    records = {
        (name, split): list(corpora.read(described, split, written[0], ledger))
        for name, described in descriptors.items()
        for split in described.splits
    }
    assert list(ledger) == []
    return records
