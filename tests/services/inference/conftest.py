"""A repository with a small model and its adapters, and one server over it for all tests that leave it as it is."""

import asyncio
import shutil
import threading
from pathlib import Path

import pytest
import torch

from services.inference import wiring
from services.kit.server import running
from services.kit.settings import Settings
from taiyi.llm import embedded, noise
from tests.taiyi.llm.conftest import TEXTS, TINY
from tests.taiyi.llm.serving import lively


@pytest.fixture(scope="session", autouse=True)
def _one_quiet_thread():
    torch.set_num_threads(1)
    noise.silence()


@pytest.fixture(scope="session")
def repository(tmp_path_factory) -> Path:
    """params.yaml, wordings, a base model of 512 positions; adapters stage2 (the default), two, json and alien."""
    root = tmp_path_factory.mktemp("repository")
    shutil.copy("params.yaml", root / "params.yaml")
    shutil.copytree("data/templates", root / "data/templates")
    base, adapters = root / "data/base_model", root / "data/adapters"
    lively.make_model(embedded.train_tokenizer(TEXTS, 400), TINY, base)
    lively.make_adapter(base, adapters / "stage2", seed=1)
    lively.make_adapter(base, adapters / "two", seed=2)
    lively.make_adapter(base, adapters / "json", seed=3, style="json")
    lively.make_adapter(base, adapters / "alien", seed=4, base="0" * 64)
    return root


class Server:
    """A server on a thread of its own."""

    def __init__(self, settings):
        self.service = wiring.service(settings)
        self.host = self.service.servicer._host
        self.address = ""
        self._up, self._settings = threading.Event(), settings
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        assert self._up.wait(60)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def _run(self):
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self):
        async with running(self._settings, [self.service]) as server:
            self.address = server.address
            while self.host.ready is None or not self.host.loaded:
                await asyncio.sleep(0.02)
            self._up.set()
            await self._end.wait()


@pytest.fixture(scope="session")
def server(repository):
    """A running server with stage2 loaded."""
    with Server(Settings(root=repository, grace_seconds=2.0)) as server:
        yield server


@pytest.fixture
def make_server():
    return Server
