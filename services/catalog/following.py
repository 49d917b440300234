"""Rows as their files hold them, and the thread of an id through all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from services.catalog import rows
from services.catalog.repository import KINDS
from services.catalog.store import SYNC, Found, Rows, Standing
from taiyi import layout
from taiyi.errors import NotReady, TaiyiError
from taiyi.instructions import thread

NATIVE_SECONDS = 5.0
"""How long native files are read for a record's place; in a corpus of millions it then stays unknown."""
_SHOWN = 10_000
_STAGES = list(KINDS)
_RECORDS, _INSTANCES = (rows.RECORD,), (rows.INSTANCE,)
_ALL = (rows.RECORD, rows.INSTANCE, rows.LEDGER, rows.PREDICTION, rows.VERDICT)


class Native(NamedTuple):
    """Where a record begins in its native file, below the raw folder; line 0: it fills the file, or that is not known."""

    file: str = ""
    line: int = 0


class Step(NamedTuple):
    """A row of a thread: what made it, the file below the repository, the line from 1 or 0, and what stands there."""

    stage: str
    file: str
    line: int
    content: str


class Following:
    """Reads rows where the catalog says that they stand. All methods block."""

    def __init__(self, root: Path, places: Rows, most_bytes: int) -> None:
        self._root, self._places, self._most_bytes = root, places, most_bytes

    def records(self, corpus: str, split: str, after: list[object] | None, size: int) -> Found[str]:
        """A page of a corpus's records as JSON; shorter than asked for where they are long."""
        page = self._places.records(corpus, split, after, size)
        found: list[str] = []
        room = self._most_bytes
        for one in page.items:
            text = self._body(one)
            room -= len(text.encode())
            if found and room < 0:
                last = page.items[len(found) - 1]
                return Found(found, [last.part, last.line])
            found.append(text)
        return Found(found, page.after)

    def record(self, identifier: str) -> tuple[str, Native]:
        """A record as harmonised, or else as curated, and where it comes from."""
        found = self._of(identifier, "record", _RECORDS)
        one = max(found, key=lambda place: place.stage == "harmonize")
        return self._body(one), self._native(identifier)

    def instance(self, identifier: str) -> tuple[str, str]:
        """An instance, and what it is used for."""
        [one, *_] = self._of(identifier, "instance", _INSTANCES)
        return self._body(one), one.part

    def thread(self, identifier: str) -> list[Step]:
        """Everything that carries the id, from the native line to the verdict, in the order of the pipeline."""
        every = self._places.of(identifier, _ALL)
        found = [one for one in every if thread.concerns(one.id, identifier)]
        if not found or ("#" in identifier and all("#" not in one.id for one in found)):
            raise self._places.missing(identifier, "record or instance", _ALL)
        found.sort(key=lambda one: (_STAGES.index(one.stage), one.role == rows.LEDGER, one.path, one.line))
        steps = [Step(one.stage, one.path, one.line, self._body(one)) for one in found]
        native = self._native(identifier.partition("#")[0])
        if not native.file:
            return steps
        file = layout.RAW / native.file
        return [Step("acquire", file.as_posix(), native.line, _shown(self._root / file, native.line)), *steps]

    def _of(self, identifier: str, kind: str, roles: Sequence[str]) -> list[Standing]:
        found = [one for one in self._places.of(identifier, roles) if one.id == identifier]
        if not found:
            raise self._places.missing(identifier, kind, roles)
        return found

    def _body(self, one: Standing) -> str:
        body = rows.body(self._root / one.path, one.offset, one.id)
        if body is None:
            raise NotReady(f"{one.path} has changed since it was catalogued; {SYNC}")
        return body.decode()

    def _native(self, record: str) -> Native:
        """Nothing where native files cannot be read any more: that they could once is what the record shows."""
        raw = self._root / layout.RAW
        corpus = record.partition("/")[0]
        try:
            where = thread.native(corpus, record, self._root / layout.DESCRIPTORS, raw, seconds=NATIVE_SECONDS)
        except TaiyiError:
            return Native()
        file, _, line = where.rpartition(":") if where.rpartition(":")[2].isdigit() else (where, "", "0")
        path = Path(file)
        return Native(path.relative_to(raw).as_posix(), int(line)) if file and path.is_relative_to(raw) else Native()


def _shown(path: Path, line: int) -> str:
    """The line of a native file, or its beginning; nothing of one that is no text."""
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            for _ in range(line - 1):
                file.readline()
            return file.readline(_SHOWN).rstrip("\r\n") if line else file.read(_SHOWN)
    except (OSError, UnicodeDecodeError):
        return ""
