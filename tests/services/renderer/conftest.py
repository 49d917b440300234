"""A repository with small sample corpora as curated and as harmonised records, and a renderer over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from taiyi_api.renderer.v1 import renderer_service_pb2_grpc as wire

from services.kit.settings import Settings
from services.renderer import wiring
from taiyi import corpora, jsonl, layout, params, samples
from taiyi.corpora import descriptor
from taiyi.ledger import Ledger
from tests.services.blocking import Served, served


@pytest.fixture(scope="session")
def house(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's files; every corpus has train records in both places, and dev and test records curated."""
    place = tmp_path_factory.mktemp("renderer")
    (place / "data").mkdir()
    for folder in (layout.DESCRIPTORS, layout.PAPER.parent):
        (place / folder).symlink_to(root / folder)
    (place / layout.TEMPLATES).mkdir()
    for path in (root / layout.TEMPLATES).glob("*.yaml"):
        (place / layout.TEMPLATES / path.name).write_bytes(path.read_bytes())
    told = (root / layout.PARAMS).read_text()
    assert "  pool: 3" in told
    (place / layout.PARAMS).write_text(told.replace("  pool: 3", "  pool: 0"))  # as `taiyi render` asks
    samples.write(place / "native", documents=12, seed=13)
    for corpus in params.load(place / layout.PARAMS).corpora:
        described = descriptor.find(corpus, root / layout.DESCRIPTORS)
        for use in ("train", "dev", "test"):
            splits = described.splits_for(use)
            found = {split: list(corpora.read(described, split, place / "native", Ledger())) for split in splits}
            for split, records in found.items():
                jsonl.write(place / layout.records(corpus) / f"{split}.jsonl", records)
            rows = [record for records in found.values() for record in records]
            jsonl.write(place / layout.curated(use) / f"{corpus}.jsonl", rows)
    return place


@pytest.fixture(scope="session")
def server(house: Path) -> Iterator[Served]:
    with served(Settings(root=house, grace_seconds=2), wiring.service) as running:
        yield running


@pytest.fixture(scope="session")
def renderer(server: Served) -> Any:
    """A stub of the renderer."""
    return wire.RendererServiceStub(server.channel)
