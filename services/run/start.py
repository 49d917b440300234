"""What a process of the tree is told, and what it tells: one JSON line each way at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from services.kit.settings import Settings

SERVICES = ("catalog", "renderer", "trainer", "inference", "scorer")
WORKER = "worker"


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What runs in one process. name: a service, or `worker`, for which queues and gpu are. sync: the catalog is brought
    up to date when it has started. parent: the process that it dies with; 0: none.
    """

    name: str
    settings: Settings
    sync: bool = False
    queues: tuple[str, ...] = ()
    gpu: str = ""
    parent: int = 0


class Word(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a process says of itself. address: it listens; ready: a change of that; refused: why it does not start."""

    address: str = ""
    ready: bool | None = None
    refused: str = ""


def encode(value: Start | Word) -> bytes:
    """One line."""
    return msgspec.json.encode(value, enc_hook=str) + b"\n"


def decoded(line: bytes) -> Start:
    """The start of a line."""
    return msgspec.json.decode(line, type=Start, dec_hook=_path)


def word(line: bytes) -> Word | None:
    """What a line says; None if it is something else that was printed."""
    try:
        return msgspec.json.decode(line, type=Word)
    except msgspec.MsgspecError:
        return None


def _path(kind: type, value: Any) -> Any:
    if kind is Path or issubclass(kind, Path):
        return Path(value)
    raise NotImplementedError(kind)
