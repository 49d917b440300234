"""The engine against one prompt at a time, batches of a fixed set, and transformers' own continuous batching: tokens a second.

    python benchmarks/serving.py [--base-model data/base_model]

All answer the same prompts greedily with the same model; answers that differ from one at a time are counted. Without a
base model, a random one of the embedded one's size is used.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from taiyi import layout
from taiyi.llm import chat, checkpoint, embedded
from taiyi.llm.generate import generate, stop_ids
from taiyi.llm.serving.adapters import Adapters
from taiyi.llm.serving.engine import Engine, Request
from taiyi.llm.serving.messages import EngineSpec, Finished, Piece, Sampling
from taiyi.records import Turn

TEXTS = (
    "Aspirin causes gastric ulcer in some patients with chronic arthritis.",
    "Cisplatin induced nephrotoxicity was observed in 12 of 40 rats.",
    "患者服用阿司匹林后出现胃溃疡，给予奥美拉唑治疗后症状好转。",
    "糖尿病患者应定期检查血糖，二甲双胍可降低血糖水平。",
)
COUNT, NEW_TOKENS, SLOTS = 64, 40, 16

Answers = dict[int, str]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-model", type=Path, default=layout.BASE_MODEL)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.base_model if options.base_model.is_dir() else _random_model(Path(scratch) / "model")
        model, tokenizer, _ = checkpoint.open_model(folder)
        prompts = [
            chat.prompt_ids(tokenizer, [Turn("user", TEXTS[n % 4] * (1 + n % 5) + str(n))]) for n in range(COUNT)
        ]
        ways: dict[str, Callable[[], Answers]] = {
            "one at a time": lambda: _generated(model, tokenizer, prompts, 1),
            f"batches of {SLOTS}, all known beforehand": lambda: _generated(model, tokenizer, prompts, SLOTS),
            f"the engine, {SLOTS} slots": lambda: _served(folder, model, tokenizer, prompts, together=True),
            "the engine, a new request every other token": lambda: _served(folder, model, tokenizer, prompts),
            "transformers' generate_batch": lambda: _continuous(model, tokenizer, prompts),
        }
        _print(ways, options.repeats, tokenizer)


def _print(ways: dict[str, Callable[[], Answers]], repeats: int, tokenizer: Any) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    answers: dict[str, Answers] = {}
    for _ in range(repeats):
        for name, way in ways.items():
            began = time.perf_counter()
            answers[name] = way()
            seconds[name].append(time.perf_counter() - began)
    first = min(seconds["one at a time"])
    tokens = sum(len(chat.plain_ids(tokenizer, text)) for text in answers["one at a time"].values())
    print("| | tokens/s | times one at a time | answers that differ |\n|---|---|---|---|")
    for name, times in seconds.items():
        differing = sum(answers[name][n] != text for n, text in answers["one at a time"].items())
        print(f"| {name} | {tokens / min(times):,.0f} | {first / min(times):.2f} | {differing} |")


def _generated(model: Any, tokenizer: Any, prompts: list[list[int]], size: int) -> Answers:
    return dict(generate(model, tokenizer, prompts, max_new_tokens=NEW_TOKENS, batch_size=size))


def _served(folder: Path, model: Any, tokenizer: Any, prompts: list[list[int]], *, together: bool = False) -> Answers:
    spec = EngineSpec(reference=str(folder), adapters=Path("nowhere"), slots=SLOTS)
    adapters = Adapters(model, spec.adapters, checkpoint.Identity("", "", "", ""), most=0)
    engine = Engine(adapters, tokenizer, spec, model.config.max_position_embeddings)
    waiting = [Request(n, prompt, "", Sampling(NEW_TOKENS)) for n, prompt in enumerate(prompts)]
    texts = dict.fromkeys(range(len(prompts)), "")
    steps = 0
    while waiting or engine.busy:
        while waiting and (together or steps % 2 == 0):
            engine.submit(waiting.pop(0))
            if not together:
                break
        for event in engine.step():
            if isinstance(event, Piece):
                texts[event.number] += event.text
            else:
                assert isinstance(event, Finished)
        steps += 1
    return texts


def _continuous(model: Any, tokenizer: Any, prompts: list[list[int]]) -> Answers:
    from transformers import GenerationConfig

    told = GenerationConfig(
        max_new_tokens=NEW_TOKENS,
        do_sample=False,
        eos_token_id=sorted(stop_ids(tokenizer)),
        pad_token_id=tokenizer.pad_token_id,
    )
    before, attention = model.config.use_cache, model.config._attn_implementation
    model.config.use_cache = True
    try:
        found = model.generate_batch(inputs=prompts, generation_config=told, progress_bar=False)
    finally:
        model.config.use_cache = before
        model.set_attn_implementation(attention)
    by_prompt = {
        tuple(output.prompt_ids): tokenizer.decode(output.generated_tokens, skip_special_tokens=True)
        for output in found.values()
    }
    return {n: by_prompt[tuple(prompt)] for n, prompt in enumerate(prompts)}


def _random_model(folder: Path) -> Path:
    import torch

    tokenizer = embedded.train_tokenizer(list(TEXTS), 400)
    model = embedded.build(tokenizer, embedded.Shape(), seed=3)
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


if __name__ == "__main__":
    main()
