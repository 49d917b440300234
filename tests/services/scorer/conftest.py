"""A repository with two benchmarks of sample corpora, and a scorer over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from taiyi_api.scorer.v1 import scorer_service_pb2_grpc as wire

from services.kit.settings import Settings
from services.scorer import wiring
from tests.services.blocking import Served, served
from tests.taiyi import benchmark_house


@pytest.fixture(scope="session")
def house(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return benchmark_house.build(root, tmp_path_factory.mktemp("scorer"))


@pytest.fixture(scope="session")
def server(house: Path) -> Iterator[Served]:
    with served(Settings(root=house, grace_seconds=2), wiring.service) as running:
        yield running


@pytest.fixture(scope="session")
def scorer(server: Served) -> Any:
    """A stub of the scorer."""
    return wire.ScorerServiceStub(server.channel)
