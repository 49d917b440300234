"""What a training process tells in its progress file, read as it grows."""

from __future__ import annotations

from pathlib import Path

import msgspec

from services.trainer.orders import Line
from services.trainer.store.leases import News

_MOST_BYTES = 1 << 20
_decode = msgspec.json.Decoder(Line).decode


class Tail:
    """The whole lines that were not read yet. A torn or foreign line is passed over: progress is advisory."""

    def __init__(self, path: Path) -> None:
        self._path, self._at = path, 0
        self.fingerprint = ""

    def read(self) -> tuple[list[News], bool]:
        """(what is new, whether anything was said at all)."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._at)
                text = file.read(_MOST_BYTES)
        except FileNotFoundError:
            return [], False
        whole, _, _ = text.rpartition(b"\n")
        if not whole:
            return [], False
        self._at += len(whole) + 1
        found: list[News] = []
        alive: News | None = None
        for raw in whole.split(b"\n"):
            line = _line(raw)
            if line is None:
                continue
            if line.kind == "fingerprint":
                self.fingerprint = line.message
            elif line.kind == "alive":
                alive = News("progress", progress=line.progress)
            else:
                found.append(News(line.kind, line.message[:2000], line.progress))
        return found or ([alive] if alive else []), True


def _line(raw: bytes) -> Line | None:
    try:
        return _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def last_words(log: Path, most: int = 1500) -> str:
    """The end of what a process printed."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - most))
            return file.read().decode("utf-8", "replace").replace("\x00", "").strip()
    except OSError:
        return ""
