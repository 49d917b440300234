"""Batches: padded ones of like length, or rows packed full with several samples that do not see one another.

Packed samples are told apart by position ids that restart at 0, which transformers reads only when there is no
attention mask and no cache; a mask of ones would silently let neighbours see each other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from taiyi.errors import InvalidInput
from taiyi.llm.bin_packing import best_fit, exact_fit
from taiyi.llm.chat import IGNORED
from taiyi.llm.spec import Packing

if TYPE_CHECKING:
    import torch

Sample = dict[str, Any]
"""input_ids and labels (lists of equal length); a packed row also position_ids."""


def choose(device: str, setting: Packing) -> Literal["padded", "packed"]:
    """auto: packed on a GPU; padded on a CPU, where batches of like length were measured to be a third faster."""
    if setting == "auto":
        return "padded" if device == "cpu" else "packed"
    return setting


class PaddedCollator:
    """Samples to (samples, longest) tensors, padded on the right, with an attention mask."""

    def __init__(self, pad_id: int) -> None:
        self._pad_id = pad_id

    def __call__(self, samples: Sequence[Sample]) -> dict[str, torch.Tensor]:
        """input_ids, labels and attention_mask."""
        import torch

        longest = max(len(sample["input_ids"]) for sample in samples)
        ids = torch.full((len(samples), longest), self._pad_id)
        labels = torch.full_like(ids, IGNORED)
        mask = torch.zeros_like(ids)
        for row, sample in enumerate(samples):
            length = len(sample["input_ids"])
            ids[row, :length] = torch.tensor(sample["input_ids"])
            labels[row, :length] = torch.tensor(sample["labels"])
            mask[row, :length] = 1
        return {"input_ids": ids, "labels": labels, "attention_mask": mask}


class PackedCollator:
    """Packed rows to (rows, longest) tensors without an attention mask; padding is one more sample, without loss."""

    def __init__(self, pad_id: int) -> None:
        self._pad_id = pad_id

    def __call__(self, rows: Sequence[Sample]) -> dict[str, torch.Tensor]:
        """input_ids, labels and position_ids, which restart at every sample."""
        import torch

        longest = max(len(row["input_ids"]) for row in rows)
        ids = torch.full((len(rows), longest), self._pad_id)
        labels = torch.full_like(ids, IGNORED)
        positions = torch.zeros_like(ids)
        for number, row in enumerate(rows):
            length = len(row["input_ids"])
            ids[number, :length] = torch.tensor(row["input_ids"])
            labels[number, :length] = torch.tensor(row["labels"])
            positions[number] = torch.tensor([*row["position_ids"], *range(longest - length)])
        return {"input_ids": ids, "labels": labels, "position_ids": positions}


def plan(lengths: Sequence[int], max_length: int) -> list[list[int]]:
    """Sample numbers row by row, no row of more than max_length tokens: of two plans the one with fewer rows, so that
    it has at most 11/9 of the fewest rows possible, plus one.
    """
    for number, length in enumerate(lengths):
        if not 0 < length <= max_length:
            raise InvalidInput(f"sample {number} has {length} tokens, where 1 to {max_length} fit a row")
    return min(exact_fit(lengths, max_length), best_fit(lengths, max_length), key=len)


def join(samples: Sequence[Sample]) -> Sample:
    """One packed row. No sample's first token has a label: it would be predicted from its neighbour's last."""
    return {
        "input_ids": [token for sample in samples for token in sample["input_ids"]],
        "labels": [label for sample in samples for label in [IGNORED, *sample["labels"][1:]]],
        "position_ids": [position for sample in samples for position in range(len(sample["input_ids"]))],
    }


class PackedRows:
    """Rows of at most `max_length` tokens over `samples` (random access), planned once; joined when asked for."""

    def __init__(self, samples: Any, lengths: Sequence[int], max_length: int) -> None:
        self._samples = samples
        self._plan = plan(lengths, max_length)

    def __len__(self) -> int:
        return len(self._plan)

    def __getitem__(self, number: int) -> Sample:
        return join([self._samples[n] for n in self._plan[number]])


class LengthGroupedOrder:
    """The order of samples in each epoch: shuffled by seed and epoch, then grouped so that batches are of like length.

    The same whenever asked, so that a resumed run reads what the killed one would have read.
    """

    def __init__(self, lengths: Sequence[int], batch: int, seed: int, *, pool_batches: int = 50) -> None:
        self._lengths, self._batch, self._seed, self._pool = lengths, batch, seed, batch * pool_batches
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order comes next."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        rng = random.Random(f"{self._seed}/{self._epoch}")
        order = list(range(len(self._lengths)))
        rng.shuffle(order)
        batches: list[list[int]] = []
        for start in range(0, len(order), self._pool):
            pool = sorted(order[start : start + self._pool], key=lambda n: -self._lengths[n])
            batches += [pool[n : n + self._batch] for n in range(0, len(pool), self._batch)]
        # A short batch goes last: anywhere else it would shift the ones after it across batch boundaries.
        short = [batch for batch in batches if len(batch) < self._batch]
        full = [batch for batch in batches if len(batch) == self._batch]
        rng.shuffle(full)
        for batch in [*full, *short]:
            yield from batch
