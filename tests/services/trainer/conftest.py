"""Databases for the queue: a file, and one of its own on PostgreSQL where a server answers; a repository to train in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.kit import migrations
from services.kit.database import Database
from services.trainer.schema import SCHEMA
from taiyi import jsonl
from taiyi.instances import Context, Instance
from taiyi.records import Turn
from tests.services import postgres

TEXTS = [
    "Aspirin causes gastric ulcer in some patients with chronic arthritis.",
    "Cisplatin induced nephrotoxicity was observed in 12 of 40 rats; metformin was not tested.",
    "The role of BRCA1 in breast cancer remains unclear, but tamoxifen is used for its treatment.",
    "患者服用阿司匹林后出现胃溃疡，给予奥美拉唑治疗后症状好转。",
]
PARAMS = """
preset: test
seed: 5
raw: {folder: data/samples}
samples: {documents: 1}
corpora: [toy]
base_model: {quantisation: none}
train:
  lora: {rank: 4, alpha: 8, dropout: 0.1, train_embeddings: true}
  stage1: {tasks: [tc], learning_rate: 0.01, epochs: 0, steps: 40, batch_size: 4, dev_every_steps: 4}
  stage2: {tasks: [tc], learning_rate: 0.01, epochs: 0, steps: 40, batch_size: 4, dev_every_steps: 4}
predict: {max_new_tokens: 4, batch_size: 4}
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path) -> Iterator[str]:
    """An empty database on either engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/trainer.db"
        return
    with postgres.fresh() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The queue's database, migrated."""
    made = Database(database_url)
    migrations.upgrade(made, SCHEMA)
    yield made
    made.close()


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    """A repository with parameters, a tiny base model, tokens and a dev question."""
    import torch

    from taiyi.llm import chat, embedded, tokens

    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("repository")
    (root / "params.yaml").write_text(PARAMS, encoding="utf-8")
    tokenizer = embedded.train_tokenizer(TEXTS, 400)
    shape = embedded.Shape(
        hidden=64, layers=2, heads=2, key_value_heads=1, head_width=32, intermediate=128, positions=512
    )
    embedded.build(tokenizer, shape, seed=5).save_pretrained(root / "data/base_model")
    tokenizer.save_pretrained(root / "data/base_model")
    turns = [
        (Turn("user", f"Which word is it? {text[:n]}"), Turn("assistant", "ok")) for text in TEXTS for n in (9, 20)
    ]
    rows = ((f"c/train/{n}", chat.encode(tokenizer, pair)) for n, pair in enumerate(turns))
    tokens.write(root / "data/tokens/stage1.arrow", rows)
    question = Instance(
        id="toy/dev/1#tc.en.a",
        task="tc",
        language="en",
        style="taiyi",
        turns=turns[0],
        gold=(("ok",),),
        context=Context(offered=("ok", "no")),
    )
    jsonl.write(root / "data/instructions/dev.jsonl", [question])
    return root
