"""Files of rows with ids: which there are below data/, and where in them each id stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from services.catalog.repository import FoundFile
from taiyi import layout
from taiyi.errors import InvalidInput
from taiyi.evaluation import results

RECORD, INSTANCE, LEDGER, PREDICTION, VERDICT = "record", "instance", "ledger", "prediction", "verdict"
_USES = ("train", "dev", "test")
_LAST = 1000


class Line(msgspec.Struct, frozen=True):
    """A row: its line from 1, its offset in bytes, and its id."""

    line: int
    offset: int
    id: str


class _Named(msgspec.Struct):
    id: str


def files(root: Path, splits: Mapping[str, tuple[str, ...]]) -> Iterator[FoundFile]:
    """The files of rows that are there; splits: those of a corpus, in the descriptor's order."""
    for path in sorted((root / layout.RECORDS).glob("*/*.jsonl")):
        corpus, split = path.parent.name, path.stem
        order = splits.get(corpus, ())
        yield _file(root, path, "harmonize", RECORD, corpus, split, order.index(split) if split in order else _LAST)
    for path in sorted((root / layout.CURATED).glob("*/*.jsonl")):
        yield _file(root, path, "curate", RECORD, path.stem, path.parent.name, _use(path.parent.name))
    for path in sorted((root / layout.INSTRUCTIONS).glob("*.jsonl")):
        yield _file(root, path, "instruct", INSTANCE, "", path.stem, _use(path.stem))
    for path in sorted((root / layout.PREDICTIONS).glob("*.jsonl")):
        yield _file(root, path, "predict", PREDICTION, "", path.stem, 0)
    for folder, stage in ((layout.CURATED, "curate"), (layout.TOKENS, "tokenize")):
        if (ledger := root / folder / layout.LEDGER).exists():
            yield _file(root, ledger, stage, LEDGER, "", "", 0)
    if (judged := root / layout.EVALUATION / results.JUDGED).exists():
        yield _file(root, judged, "evaluate", VERDICT, "", "", 0)


def _use(name: str) -> int:
    return _USES.index(name) if name in _USES else _LAST


def _file(root: Path, path: Path, stage: str, role: str, corpus: str, part: str, position: int) -> FoundFile:
    stat = path.stat()
    name = path.relative_to(root).as_posix()
    if path.name == layout.LEDGER:
        role, part, position = LEDGER, "", _LAST
    return FoundFile(name, stage, role, corpus, part, position, stat.st_size, stat.st_mtime_ns)


def lines(path: Path) -> Iterator[Line]:
    """Every row of a JSON Lines file; InvalidInput, with the line, for one without an id."""
    decode, offset = msgspec.json.Decoder(_Named).decode, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield Line(number, offset, decode(line).id)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise InvalidInput(str(error), where=f"{path}:{number}", remedy="run its stage again") from error
            offset += len(line)


def body(path: Path, offset: int, identifier: str) -> bytes | None:
    """The row of an id at an offset; None where the file has changed and something else stands there."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            line = file.readline().rstrip(b"\n")
        return line if msgspec.json.decode(line, type=_Named).id == identifier else None
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return None
