"""The next token of each answer: the likeliest, or drawn by a generator of the answer's own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from taiyi.llm.serving.messages import Sampling

if TYPE_CHECKING:
    import torch

_GREEDY_BELOW = 1e-3
"""A temperature below it divides logits by so little that nothing but the likeliest token is left."""


def draws(sampling: Sampling) -> random.Random:
    """The generator of one answer: what it draws depends on the seed alone, not on who is answered beside it."""
    return random.Random(str(sampling.seed))


def chosen(logits: torch.Tensor, samplings: Sequence[Sampling], generators: Sequence[random.Random]) -> list[int]:
    """One token id for each row of the logits, (answers, vocabulary)."""
    tokens: list[int] = logits.argmax(-1).tolist()
    for row, sampling in enumerate(samplings):
        if sampling.temperature >= _GREEDY_BELOW:
            tokens[row] = _drawn(logits[row], sampling, generators[row].random())
    return tokens


def _drawn(logits: torch.Tensor, sampling: Sampling, place: float) -> int:
    """The token at that place, from 0 to 1, of the likeliest ones that together have the share top_p."""
    import torch

    shares, tokens = torch.softmax(logits.double() / sampling.temperature, -1).sort(descending=True, stable=True)
    until = shares.cumsum(-1)
    kept = 1 + int((until[:-1] < sampling.top_p).sum())
    found = torch.searchsorted(until[:kept], place * until[kept - 1], right=True)
    return int(tokens[min(int(found), kept - 1)])
