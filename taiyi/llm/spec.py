"""What a fine-tuning run is told and what it tells back. The defaults are the Taiyi paper's (arXiv 2311.11608, section 4.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import msgspec

from taiyi.errors import InvalidParams
from taiyi.records import Turn

Quantisation = Literal["none", "nf4"]
Precision = Literal["auto", "float32", "bfloat16"]
Packing = Literal["auto", "padded", "packed"]
Averaging = Literal["token", "square", "sample"]
Schedule = Literal["constant_with_warmup", "constant", "cosine", "linear"]

Progress: TypeAlias = Callable[[str], None]
"""Told one line of text at a time."""

Wish: TypeAlias = Callable[[], Literal["go_on", "save", "stop"]]
"""Asked after every step. save: a checkpoint now, which changes nothing else; stop: the same, and leave."""

GenerateFn: TypeAlias = Callable[[Sequence[Sequence[Turn]], int], list[str]]
"""(conversations that end with the user, most new tokens) -> answers, in the same order."""

EvaluateFn: TypeAlias = Callable[[GenerateFn, int], dict[str, float]]
"""(generate over the live model, step) -> scores by name; "score" is the one that chooses the best checkpoint."""


class LoraSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Low-rank adapters on every linear layer but the output head.

    train_embeddings: train the embeddings as well, in full (they are part of the adapter then). A tiny base needs it.
    """

    rank: int = 64
    alpha: int = 16
    dropout: float = 0.05
    train_embeddings: bool = False


class TrainSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One stage of fine-tuning. Every number counts towards the fingerprint under which checkpoints lie.

    steps: optimizer steps; 0: `epochs` passes over the data. batch_size: sequences (padded) or rows (packed) per device.
    precision: auto is bfloat16 on a GPU, float32 on a CPU. packing: auto is packed on a GPU, padded on a CPU.
    loss_averaging: how long and short answers share the loss (`losses`).
    evaluate_every_steps: 0: at the end only. save_every_steps: 0: with every evaluation only.
    """

    lora: LoraSpec = LoraSpec()
    quantisation: Quantisation = "nf4"
    precision: Precision = "auto"
    packing: Packing = "auto"
    style: str = "taiyi"
    loss_averaging: Averaging = "token"
    learning_rate: float = 2e-4
    schedule: Schedule = "constant_with_warmup"
    warmup_share: float = 0.1
    weight_decay: float = 0.0
    max_grad_norm: float = 0.3
    optimizer: str = "adamw_torch"
    batch_size: int = 12
    gradient_accumulation: int = 2
    max_length_tokens: int = 1024
    epochs: float = 5.0
    steps: int = 0
    gradient_checkpointing: bool = False
    evaluate_every_steps: int = 0
    evaluation_batch_size: int = 64
    save_every_steps: int = 0
    log_every_steps: int = 20
    seed: int = 1

    def __post_init__(self) -> None:
        if (self.steps > 0) == (self.epochs > 0):
            raise InvalidParams(f"steps {self.steps}, epochs {self.epochs}: one of them is positive, the other 0")
        if not 0 <= self.warmup_share < 1:
            raise InvalidParams(f"warmup_share is a share of the steps, from 0 to below 1, not {self.warmup_share}")
        for name in ("learning_rate", "batch_size", "gradient_accumulation", "max_length_tokens", "log_every_steps"):
            if getattr(self, name) <= 0:
                raise InvalidParams(f"{name} is positive, not {getattr(self, name)}")


class HistoryRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One point of the training curve: training loss since the last such row, or the scores of an evaluation."""

    step: int
    loss: float | None = None
    learning_rate: float | None = None
    tokens_per_second: float | None = None
    scores: dict[str, float] = {}


class Advance(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a run is. A step alone says that it moves; loss, speed and time left come at intervals, scores with an
    evaluation, and checkpoint once that step can be resumed from. seconds_left: without the time that scoring takes.
    """

    step: int
    steps: int
    loss: float | None = None
    tokens_per_second: float | None = None
    seconds_left: float | None = None
    gpu_memory_bytes: int | None = None
    scores: dict[str, float] = {}
    checkpoint: bool = False


Watch: TypeAlias = Callable[[Advance], None]
"""Told of every step."""


class TrainResult(msgspec.Struct, frozen=True):
    """What a run came to. best_score is None where nothing was evaluated; best_step is then the last.

    seconds and tokens: of this process; a resumed run does not count what an earlier one did.
    """

    best_step: int
    best_score: float | None
    steps: int
    history: tuple[HistoryRow, ...]
    fingerprint: str
    seconds: float
    tokens: int
    trainable_parameters: int
    resumed_from_step: int = 0
