"""Greedy answers to many prompts: batches of like length, left padding, finished rows leave the batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from taiyi.llm import chat
from taiyi.llm.chat import Tokenizer

if TYPE_CHECKING:
    import torch


def generate(
    model: Any,
    tokenizer: Tokenizer,
    prompts: Sequence[list[int]],
    *,
    max_new_tokens: int,
    batch_size: int,
    on_batch: Callable[[int], None] | None = None,
) -> Iterator[tuple[int, str]]:
    """Yield (index of the prompt, answer), shortest prompts first; an answer is complete or `max_new_tokens` long.

    The answer ends before the end-of-turn or end-of-text token. `on_batch` is told how many prompts are answered.
    In float32 the answers equal those of one prompt at a time; in 16 bit, padding may tip a near tie.
    """
    order = sorted(range(len(prompts)), key=lambda n: (len(prompts[n]), n))
    stops = stop_ids(tokenizer)
    training = model.training
    model.eval()
    try:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            answers = _greedy(model, [prompts[n] for n in batch], stops, max_new_tokens)
            yield from (
                (n, tokenizer.decode(ids, skip_special_tokens=True)) for n, ids in zip(batch, answers, strict=True)
            )
            if on_batch is not None:
                on_batch(start + len(batch))
    finally:
        model.train(training)


def stop_ids(tokenizer: Tokenizer) -> frozenset[int]:
    """The tokens that end an answer: the template's end of turn, and the tokenizer's end of text."""
    ends = {chat.end_of_turn_id(tokenizer), tokenizer.eos_token_id}
    return frozenset(end for end in ends if end is not None)


def _greedy(model: Any, prompts: Sequence[list[int]], stops: frozenset[int], max_new_tokens: int) -> list[list[int]]:
    """Answers of one batch: a plain loop over the model's own forward, which can let finished rows go.

    Measured: 1,264 prompts of 90 tokens, answers of 39, the embedded model, two cores: 10 s.
    """
    import torch
    from transformers import DynamicCache

    answers: list[list[int]] = [[] for _ in prompts]
    ids, mask = left_padded(prompts, model.device)
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    live = list(range(len(prompts)))
    cache = DynamicCache(config=model.config)
    ragged = bool((mask == 0).any())
    with torch.inference_mode():
        for _ in range(max_new_tokens):
            logits = model(
                input_ids=ids,
                attention_mask=mask if ragged else None,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            ).logits
            chosen = logits[:, -1].argmax(-1)
            tokens = chosen.tolist()
            kept = [row for row, token in enumerate(tokens) if token not in stops]
            for row in kept:
                answers[live[row]].append(tokens[row])
            if not kept:
                break
            if len(kept) < len(live):
                rows = torch.tensor(kept, device=ids.device)
                cache.batch_select_indices(rows)
                chosen, mask, positions = chosen[rows], mask[rows], positions[rows]
                live = [live[row] for row in kept]
            ids = chosen[:, None]
            positions = positions[:, -1:] + 1
            mask = torch.cat([mask, mask.new_ones(len(live), 1)], dim=1)
    return answers


def left_padded(prompts: Sequence[list[int]], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask, (prompts, longest); padding stands on the left and is masked."""
    import torch

    longest = max(map(len, prompts))
    ids = torch.zeros(len(prompts), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        ids[row, longest - len(prompt) :] = torch.tensor(prompt)
        mask[row, longest - len(prompt) :] = 1
    return ids.to(device), mask.to(device)
