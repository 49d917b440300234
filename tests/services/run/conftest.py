"""A small repository that has everything the services serve, and the services over it, started as anyone starts them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines import overlay
from taiyi import corpora, jsonl, layout, strict_yaml
from taiyi.corpora import descriptor
from taiyi.instances import Context, Instance
from taiyi.ledger import Ledger
from taiyi.records import Turn
from taiyi_client import Client
from tests.services.run.processes import TAIYI, Serving
from tests.taiyi import benchmark_house

REQUEST = "0d1cbf0a-2c5e-4f3d-9a57-6a1f6f0a4b11"
"""Of a job that is queued when the services start."""
CORPORA = ["sample_cdr", "sample_cmeee"]
_STAGE = {"tasks": ["ner"], "learning_rate": 0.01, "epochs": 0, "steps": 4, "batch_size": 2, "dev_every_steps": 2}
PARAMS = {
    "corpora": CORPORA,
    "raw": {"folder": "data/raw"},
    "base_model": {"quantisation": "none"},
    "train": {"lora": {"rank": 4, "alpha": 8}, "stage1": _STAGE, "stage2": _STAGE},
    "predict": {"max_new_tokens": 8},
}


@pytest.fixture(scope="session")
def house(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Descriptors, native files, wordings, benchmarks, some records, a base model, an adapter, tokens to train on and a question to watch it by."""
    from taiyi.llm import chat, embedded, tokens
    from tests.taiyi.llm.conftest import TEXTS, TINY
    from tests.taiyi.llm.serving import lively

    house = tmp_path_factory.mktemp("house")
    benchmark_house.build(root, house)
    for folder in (layout.DESCRIPTORS, layout.BENCHMARKS):
        shutil.copytree(root / folder, house / folder, dirs_exist_ok=True)
    described = descriptor.find(CORPORA[0], house / layout.DESCRIPTORS)
    records = corpora.read(described, "train", house / layout.RAW, Ledger())
    jsonl.write(house / layout.curated("train") / f"{CORPORA[0]}.jsonl", records)
    params = overlay.merged(strict_yaml.load(root / layout.PARAMS), PARAMS)
    jsonl.write_json(house / layout.PARAMS, params)
    tokenizer = embedded.train_tokenizer(TEXTS, 400)
    lively.make_model(tokenizer, TINY, house / layout.BASE_MODEL)
    lively.make_adapter(house / layout.BASE_MODEL, house / layout.ADAPTERS / "stage2", seed=1)
    turns = [(Turn("user", f"Which word is it? {text[:9]}"), Turn("assistant", "ok")) for text in TEXTS]
    rows = ((f"c/train/{n}", chat.encode(tokenizer, pair)) for n, pair in enumerate(turns))
    tokens.write(house / layout.TOKENS / "stage1.arrow", rows)
    jsonl.write(house / layout.instructions("dev"), [question(turns[0])])
    return house


def question(turns: tuple[Turn, ...]) -> Instance:
    """A question of the development set."""
    return Instance(
        id="sample_intent/dev/1#tc.en.a",
        task="tc",
        language="en",
        style="taiyi",
        turns=turns,
        gold=(("ok",),),
        context=Context(offered=("ok", "no")),
    )


@pytest.fixture(scope="session")
def quiet() -> dict[str, str]:
    """The environment of processes: one thread each, and nothing of the settings around the tests."""
    around = {name: value for name, value in os.environ.items() if not name.startswith("TAIYI_")}
    return {**around, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "COLUMNS": "300"}


@pytest.fixture(scope="session")
def served(house: Path, quiet: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Everything on one machine: `taiyi serve`. For tests that leave it as it is, but for jobs of their own."""
    state = tmp_path_factory.mktemp("state")
    with Serving(["--port", "0", "--root", str(house), "--state", str(state)], quiet) as serving:
        serving.wait("all", seconds=120)
        with Client(serving.server) as client:  # trained while other tests run
            client.jobs.create(train={"stage1": {"steps": 2}}, request_id=REQUEST)
        yield serving


Taiyi = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def taiyi(quiet: dict[str, str]) -> Taiyi:
    """Run the command to its end; more: of the environment."""

    def run(*arguments: Any, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        command = [TAIYI, *map(str, arguments)]
        return subprocess.run(
            command, env=quiet | more, input=given, capture_output=True, text=True, timeout=120, check=False
        )

    return run


@pytest.fixture
def ask(served: Serving, taiyi: Taiyi) -> Taiyi:
    """Run a command of a client of the served services."""

    def run(*arguments: Any, given: str = "") -> subprocess.CompletedProcess[str]:
        return taiyi(*arguments, given=given, TAIYI_SERVER=served.server)

    return run
