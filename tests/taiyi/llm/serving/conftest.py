"""A lively model, adapters for it in folders, and an engine to ask in one process."""

import pytest

from taiyi.llm import chat, checkpoint
from taiyi.llm.serving.adapters import Adapters
from taiyi.llm.serving.engine import Engine, Request
from taiyi.llm.serving.messages import EngineSpec, Finished, Piece, Sampling
from taiyi.records import Turn
from tests.taiyi.llm.serving import lively

QUESTIONS = [
    "Which drugs?",
    "找出文本中的药物：患者服用阿司匹林。",
    "x",
    "List all genes, please: BRCA1 and TP53",
    "？" * 30,
    "Aspirin causes gastric ulcer in some patients. " * 3,
]


@pytest.fixture(scope="session")
def lively_folder(tokenizer, tiny, tmp_path_factory):
    """A saved model with large random weights: its answers differ by prompt, and some of them end."""
    folder = tmp_path_factory.mktemp("lively") / "model"
    lively.make_model(tokenizer, tiny, folder)
    return folder


@pytest.fixture(scope="session")
def adapters_folder(lively_folder, tmp_path_factory):
    """one, two.b (embeddings trained): adapters that fit; json and alien: of another style, and of another base."""
    folder = tmp_path_factory.mktemp("data") / "adapters"
    lively.make_adapter(lively_folder, folder / "one", seed=1)
    lively.make_adapter(lively_folder, folder / "two.b", seed=2, train_embeddings=True)
    lively.make_adapter(lively_folder, folder / "json", seed=3, style="json")
    lively.make_adapter(lively_folder, folder / "alien", seed=4, base="0" * 64)
    return folder


@pytest.fixture(scope="session")
def prompts(tokenizer) -> list[list[int]]:
    return [chat.prompt_ids(tokenizer, [Turn("user", question)]) for question in QUESTIONS]


@pytest.fixture
def make_engine(lively_folder, adapters_folder):
    def make(*, slots=16, prefill_tokens=4096, context_tokens=512, most_adapters=8):
        tokenizer = checkpoint.load_tokenizer(lively_folder)
        identity = checkpoint.identity(lively_folder, tokenizer, "taiyi")
        spec = EngineSpec(
            reference=str(lively_folder), adapters=adapters_folder, slots=slots, prefill_tokens=prefill_tokens
        )
        adapters = Adapters(checkpoint.load_base(lively_folder), adapters_folder, identity, most=most_adapters)
        return Engine(adapters, tokenizer, spec, context_tokens)

    return make


class Asked:
    """Requests put to an engine, and what became of them."""

    def __init__(self, engine):
        self.engine = engine
        self.texts: dict[int, str] = {}
        self.finished: dict[int, Finished] = {}

    def submit(self, number, prompt, adapter="", **sampling):
        self.texts[number] = ""
        self.engine.submit(Request(number, prompt, adapter, Sampling(**{"max_new_tokens": 24, **sampling})))

    def step(self, times=1):
        for _ in range(times):
            for event in self.engine.step():
                assert event.number not in self.finished
                if isinstance(event, Piece):
                    self.texts[event.number] += event.text
                else:
                    self.finished[event.number] = event

    def to_the_end(self):
        while self.engine.busy:
            self.step()
        return self.texts


@pytest.fixture
def asked(make_engine):
    return Asked(make_engine())


@pytest.fixture
def asked_of():
    return Asked
