"""A repository in which the pipeline ran, but for training; databases for its catalog; and the catalog served."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, chdir
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from taiyi_api.catalog.v1.catalog_service_pb2_grpc import CatalogServiceStub

from pipelines import acquire, curate, evaluate, harmonize, instruct, overlay
from services.catalog import wiring
from services.catalog.schema import SCHEMA
from services.catalog.sync import sync
from services.kit import channel, migrations
from services.kit.database import Database
from services.kit.server import running
from services.kit.settings import Settings
from taiyi import jsonl, layout, manifest, params, samples, strict_yaml
from taiyi.instances import Instance, Prediction
from taiyi.params import Params
from tests.services import postgres

CORPORA = ["sample_cdr", "sample_cmeee", "sample_intent", "sample_exams"]


@pytest.fixture(scope="session")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once; tests get copies."""
    house = tmp_path_factory.mktemp("house")
    for folder in (layout.DESCRIPTORS, layout.TEMPLATES, layout.BENCHMARKS):
        shutil.copytree(root / folder, house / folder)
    jsonl.write_json(
        house / layout.PARAMS, overlay.merged(strict_yaml.load(root / layout.PARAMS), {"corpora": CORPORA})
    )
    with chdir(house):
        told = params.load(layout.PARAMS)
        samples.write(layout.SAMPLES, documents=12, seed=13)
        acquire.work(told)
        for corpus in CORPORA:
            harmonize.work(corpus, told)
        curate.work(told)
        instruct.work(told)
        train(told)
        answer()
        evaluate.work(told)
    return house


def train(told: Params) -> None:
    """Folders and manifests as tokenising and training leave them."""
    made = (
        ("base_model", layout.BASE_MODEL, [layout.curated("train"), layout.instructions("train")]),
        ("tokenize", layout.TOKENS, [layout.instructions("train"), layout.TEMPLATES, layout.BASE_MODEL]),
        ("train_stage1", layout.ADAPTERS / "stage1", [layout.BASE_MODEL, layout.TOKENS / "stage1.arrow"]),
        ("train_stage2", layout.ADAPTERS / "stage2", [layout.TOKENS / "stage2.arrow", layout.ADAPTERS / "stage1"]),
    )
    for stage, folder, inputs in made:
        names = ("stage1.arrow", "stage2.arrow") if stage == "tokenize" else ("weights.safetensors",)
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_text(f"{stage} {name}")
        if stage == "tokenize":
            jsonl.write(folder / layout.LEDGER, [])
        manifest.write(layout.manifest(stage), stage=stage, params=told.train, inputs=inputs, outputs=[folder])


def answer() -> None:
    """Predictions: the gold answer to two questions of three."""
    asked = list(jsonl.read(layout.instructions("test"), Instance))
    texts = [Prediction(one.id, one.target if place % 3 else "?") for place, one in enumerate(asked)]
    jsonl.write(layout.PREDICTIONS / "test.jsonl", texts)
    manifest.write(
        layout.manifest("predict"),
        stage="predict",
        params={},
        inputs=[layout.BASE_MODEL, layout.ADAPTERS / "stage2", layout.instructions("test")],
        outputs=[layout.PREDICTIONS],
    )


@pytest.fixture
def house(built: Path, tmp_path: Path) -> Path:
    """A repository of the test's own."""
    return Path(shutil.copytree(built, tmp_path / "house"))


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database: embedded, or of the engine that the test asks for."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite:///{tmp_path}/catalog.db"
    else:
        with postgres.fresh() as made:
            yield made


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database at the newest revision."""
    made = Database(url)
    migrations.upgrade(made, SCHEMA)
    yield made
    made.close()


@pytest.fixture
def synced(house: Path, database: Database) -> Database:
    """The house's catalog."""
    sync(house, database, lambda line: None)
    return database


@pytest.fixture(scope="session")
def catalogued(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a server over the built repository, synchronised, embedded; not to be changed."""
    state = tmp_path_factory.mktemp("state")
    settings = Settings(root=built, state=state, grace_seconds=2.0)
    wiring.synchronise(settings, lambda line: None)
    return settings


class Hurried:
    """A stub whose calls have a deadline."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    def __getattr__(self, method: str) -> Any:
        return partial(getattr(self._stub, method), timeout=20)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Any]:
    """The catalog served, and a stub that calls it."""
    async with (
        running(settings, [wiring.service(settings)]) as server,
        channel.connect(server.address, contracts=[wiring.CONTRACT]) as connection,
    ):
        yield Hurried(CatalogServiceStub(connection))
