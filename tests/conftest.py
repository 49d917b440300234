"""What every test shares: cost markers by folder, hypothesis settings, and where real material lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
_MATERIAL = {"real_corpora", "score_vectors"}
"""Fixtures that bring whole corpora: tests of them are no unit tests."""
COSTS = {"e2e": "e2e", "faults": "integration", "pipelines": "integration", "services": "integration"}

# The first example of a property may import a module and be slow; a property's result must not depend on the clock.
settings.register_profile("taiyi", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)
settings.load_profile("taiyi")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a test the marker of its folder, unless it carries one itself."""
    for item in items:
        if not any(item.get_closest_marker(cost) for cost in ("unit", "integration", "e2e")):
            folder = item.path.relative_to(ROOT / "tests").parts[0]
            cost = "integration" if _MATERIAL & set(getattr(item, "fixturenames", ())) else COSTS.get(folder, "unit")
            item.add_marker(cost)


def _folder(variable: str) -> Path:
    value = os.environ.get(variable, "")
    if not value:
        pytest.skip(f"{variable} is unset: the folder of material that is not ours to ship")
    return Path(value)


@pytest.fixture(scope="session")
def real_corpora() -> Path:
    """The folder of real corpora, one subfolder each; the test is skipped where there is none."""
    return _folder("TAIYI_REAL_CORPORA")


@pytest.fixture(scope="session")
def score_vectors() -> Path:
    """The folder of answers scored by the official scorers; the test is skipped where there is none."""
    return _folder("TAIYI_SCORE_VECTORS")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the working tree."""
    return ROOT
