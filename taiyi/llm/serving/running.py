"""Answers in the making with one adapter: a batch that prompts join and answers leave between any two tokens.

transformers' own continuous batching was measured and not taken: on a CPU it took ten times as long as no
batching at all, and it knows neither seeds nor adapters of a request's own.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from taiyi.llm.generate import left_padded
from taiyi.llm.serving.messages import Sampling
from taiyi.llm.serving.sampling import chosen


class Row(NamedTuple):
    """One answer in the making: its request's number, the prompt's token ids, and how to draw."""

    number: int
    prompt: list[int]
    sampling: Sampling
    draws: random.Random


class Running:
    """The batch. Padding stands on the left and is masked; each row has positions of its own."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.rows: list[Row] = []
        self._cache: Any = None
        self._mask: Any = None
        self._positions: Any = None
        self._last: Any = None

    @property
    def open(self) -> bool:
        """Whether prompts can join now; those of a model that keeps a window of its past wait for the others' end."""
        from transformers.cache_utils import DynamicLayer

        return not self.rows or all(type(layer) is DynamicLayer for layer in self._cache.layers)

    def join(self, rows: Sequence[Row]) -> list[tuple[Row, int]]:
        """Read the prompts of these rows and add them to the batch; the first token of each."""
        import torch
        from transformers import DynamicCache

        ids, mask = left_padded([row.prompt for row in rows], self._model.device)
        positions = (mask.cumsum(-1) - 1).clamp(min=0)
        cache = DynamicCache(config=self._model.config)
        tokens, last = self._forward(ids, mask, positions, cache, rows)
        if not self.rows:
            self._cache, self._mask, self._positions, self._last = cache, mask, positions[:, -1:], last
        else:
            width = max(self._mask.shape[1], mask.shape[1])
            layers: Any = zip(self._cache.layers, cache.layers, strict=True)
            for ours, theirs in layers:
                ours.keys = torch.cat([_widened(ours.keys, width, 2), _widened(theirs.keys, width, 2)])
                ours.values = torch.cat([_widened(ours.values, width, 2), _widened(theirs.values, width, 2)])
            self._mask = torch.cat([_widened(self._mask, width, 1), _widened(mask, width, 1)])
            self._positions = torch.cat([self._positions, positions[:, -1:]])
            self._last = torch.cat([self._last, last])
        self.rows += rows
        return list(zip(rows, tokens, strict=True))

    def step(self) -> list[tuple[Row, int]]:
        """The next token of every row."""
        import torch

        self._mask = torch.cat([self._mask, self._mask.new_ones(len(self.rows), 1)], dim=1)
        self._positions = self._positions + 1
        tokens, self._last = self._forward(self._last, self._mask, self._positions, self._cache, self.rows)
        return list(zip(self.rows, tokens, strict=True))

    def drop(self, numbers: Collection[int]) -> None:
        """Let these rows go; columns that are padding to all that stay go with them."""
        import torch

        kept = [place for place, row in enumerate(self.rows) if row.number not in numbers]
        if len(kept) == len(self.rows):
            return
        self.rows = [self.rows[place] for place in kept]
        if not kept:
            self._cache = self._mask = self._positions = self._last = None
            return
        index = torch.tensor(kept, device=self._mask.device)
        self._cache.batch_select_indices(index)
        self._mask, self._positions, self._last = self._mask[index], self._positions[index], self._last[index]
        empty = int((self._mask.cumsum(-1) == 0).sum(-1).min())
        if empty and self.open:
            self._mask = self._mask[:, empty:]
            for layer in self._cache.layers:
                layer.keys, layer.values = layer.keys[:, :, empty:], layer.values[:, :, empty:]

    def _forward(self, ids: Any, mask: Any, positions: Any, cache: Any, rows: Sequence[Row]) -> tuple[list[int], Any]:
        """One token for each row, as a list and as the model's next input, (rows, 1)."""
        import torch

        ragged = bool((mask == 0).any())
        with torch.inference_mode():
            logits = self._model(
                input_ids=ids,
                attention_mask=mask if ragged else None,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            ).logits[:, -1]
            tokens = chosen(logits, [row.sampling for row in rows], [row.draws for row in rows])
        return tokens, torch.tensor(tokens, device=ids.device)[:, None]


def _widened(values: Any, width: int, dimension: int) -> Any:
    """The tensor with zeros on the left of that dimension, to `width`."""
    import torch

    missing = width - values.shape[dimension]
    if not missing:
        return values
    shape = list(values.shape)
    shape[dimension] = missing
    return torch.cat([values.new_zeros(shape), values], dim=dimension)
