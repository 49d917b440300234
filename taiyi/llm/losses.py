"""How the answers of a batch are averaged into one loss: by token, by answer, or in between.

The names are InternVL 2.5's (arXiv 2412.05271, section 3.3): an answer of n tokens weighs n, square root of n, or 1.
Token averaging, the Taiyi paper's, leaves an answer of one word little say beside one of a hundred.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from taiyi.llm.chat import IGNORED
from taiyi.llm.spec import Averaging

if TYPE_CHECKING:
    import torch

EXPONENT: dict[Averaging, float] = {"token": 0.0, "square": -0.5, "sample": -1.0}
"""The power of an answer's length by which each of its tokens is weighted; taiyi.budget counts by the same."""


def answer_loss(averaging: Averaging) -> Callable[..., torch.Tensor] | None:
    """A `compute_loss_func` of transformers.Trainer; None for token averaging, which is the Trainer's own."""
    if averaging == "token":
        return None

    def loss(outputs: Any, labels: torch.Tensor, num_items_in_batch: Any = None) -> torch.Tensor:
        import torch.nn.functional as functional

        shifted = functional.pad(labels, (0, 1), value=IGNORED)[:, 1:]
        labelled = shifted != IGNORED
        each = functional.cross_entropy(outputs.logits[labelled].float(), shifted[labelled], reduction="none")
        weights = token_weights(shifted, EXPONENT[averaging])[labelled]
        mean = (each * weights).sum() / weights.sum().clamp(min=1e-9)
        # Micro-batches of one optimizer step are averaged by their labelled tokens.
        return mean if num_items_in_batch is None else mean * labelled.sum() / num_items_in_batch

    return loss


def token_weights(labels: torch.Tensor, exponent: float) -> torch.Tensor:
    """Per labelled token, the length of its answer to this power, and 0 elsewhere; shapes (rows, tokens).

    An answer is a run of labelled tokens: turns, and packed neighbours, have unlabelled ones between them.
    """
    import torch

    labelled = (labels != IGNORED).flatten()
    begins = labelled & ~torch.cat([labelled.new_zeros(1), labelled[:-1]])
    begins[:: labels.shape[1]] |= labelled[:: labels.shape[1]]  # a row's first token follows nothing
    answer = begins.cumsum(0) * labelled
    lengths = torch.bincount(answer).clamp(min=1).float()
    return (lengths[answer] ** exponent * labelled).view(labels.shape)
