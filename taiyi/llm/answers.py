"""A model on this machine as one that answers questions: opened when first asked, greedy, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from taiyi.answering import Answer, Ask
from taiyi.instances import Instance
from taiyi.llm import chat, checkpoint
from taiyi.llm.generate import generate
from taiyi.llm.spec import Precision


def asker(
    reference: str | Path,
    adapter: Path | None = None,
    *,
    style: str = "taiyi",
    precision: Precision = "auto",
    max_new_tokens: int,
    batch_size: int,
) -> Ask:
    """What asks a base model (a folder or hub id), with an adapter on it or without; see `checkpoint.open_model`."""

    def ask(instances: Sequence[Instance]) -> Iterator[Answer]:
        model, tokenizer, _ = checkpoint.open_model(reference, adapter, style=style, precision=precision)
        prompts = [chat.prompt_ids(tokenizer, instance.turns[:-1]) for instance in instances]
        answers = generate(model, tokenizer, prompts, max_new_tokens=max_new_tokens, batch_size=batch_size)
        return (Answer(number, text) for number, text in answers)

    return ask
