"""What the server and the engine's process say to each other: frames of MessagePack, each after its length."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Literal

import msgspec

from taiyi.llm.checkpoint import Identity
from taiyi.llm.spec import Precision
from taiyi.records import Turn

LENGTH = struct.Struct("!I")
"""Before each frame: how many bytes it has."""

UNUSABLE, BROKEN = 78, 70
"""Exit codes of the engine: the model cannot be loaded (EX_CONFIG), an unexpected error (EX_SOFTWARE)."""

Reason = Literal["stop", "length"]
"""Why an answer ended: the model ended its turn, or the tokens asked for are there."""
Kind = Literal["invalid", "not_found", "not_ready", "mismatch", "internal"]
"""What stood against a request: see `worker`, `host`."""


class EngineSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Which model, and how much at once.

    reference: the base model, a folder or hub id. adapters: the folder whose folders are the adapters. style: how answers
    are written; adapters of another style are refused. slots: answers in the making at once. prefill_tokens: of
    prompts that join between two steps, padding included; one prompt may be longer. most_adapters: loaded at once.
    """

    reference: str
    adapters: Path
    style: str = "taiyi"
    precision: Precision = "auto"
    device: str = "auto"
    slots: int = 16
    prefill_tokens: int = 4096
    most_adapters: int = 8


class Sampling(msgspec.Struct, frozen=True):
    """How an answer is drawn. temperature 0: greedy. top_p: the share of probability drawn from (nucleus sampling,
    Holtzman et al. 2020). seed: the same request with the same seed is answered the same, whoever else is answered.
    """

    max_new_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


class Submit(msgspec.Struct, frozen=True, tag=True):
    """Answer this conversation, which ends with the user. adapter: the name of a folder; empty: the base model alone."""

    number: int
    turns: tuple[Turn, ...]
    adapter: str
    sampling: Sampling


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Nobody waits for this answer any more."""

    number: int


class Load(msgspec.Struct, frozen=True, tag=True):
    """Load an adapter."""

    number: int
    adapter: str


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The model is loaded. context_tokens: prompt and answer together have at most so many."""

    identity: Identity
    context_tokens: int


class Unusable(msgspec.Struct, frozen=True, tag=True):
    """The model cannot be loaded, for that reason; the process ends."""

    problem: str


class Piece(msgspec.Struct, frozen=True, tag=True):
    """What the answer goes on with: whole characters."""

    number: int
    text: str


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The answer is complete."""

    number: int
    reason: Reason
    prompt_tokens: int
    new_tokens: int


class Loaded(msgspec.Struct, frozen=True, tag=True):
    """The adapter is loaded."""

    number: int


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The request cannot be met."""

    number: int
    kind: Kind
    problem: str


Command = Submit | Cancel | Load
Event = Ready | Unusable | Piece | Finished | Loaded | Failed


def frame(message: object) -> bytes:
    """A message as it is sent."""
    body = msgspec.msgpack.encode(message, enc_hook=str)
    return LENGTH.pack(len(body)) + body
