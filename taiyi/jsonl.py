"""Records and files: JSON Lines read one by one, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from taiyi.errors import InvalidInput, NotReady, TaiyiError

_ROWS_PER_WRITE = 64
_encoder = msgspec.json.Encoder(order="deterministic")


@lru_cache(maxsize=64)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under `path` only when the block ends well: written beside it, synced, renamed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        if error.filename not in (None, name):  # raised while the rows were made, by another file
            raise
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> TaiyiError:
    return TaiyiError(f"{path}: cannot be written: {error.strerror or error}; free some space or choose another folder")


def write(path: Path, rows: Iterable[Any]) -> int:
    """Write one JSON value a line and return how many. The file is complete or absent."""
    count, rows = 0, iter(rows)
    with replacing(path) as file:
        while batch := list(islice(rows, _ROWS_PER_WRITE)):
            file.write(_encoder.encode_lines(batch))
            count += len(batch)
    return count


def encode(row: Any) -> bytes:
    """A value as a line of a file holds it, without its end."""
    return _encoder.encode(row)


def pretty(value: Any) -> str:
    """A value as indented JSON that ends its last line, as commands print it."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def read(path: Path, kind: Any, *, skip: int = 0) -> Iterator[Any]:
    """The values of a JSON Lines file after the first `skip`, checked against `kind`; an error names the file and line."""
    decode = _decoder(kind).decode
    if not path.exists():
        raise NotReady(f"{path} does not exist; run the stage that writes it (dvc repro)")
    with path.open("rb") as file:
        for number, line in islice(enumerate(file, start=1), skip, None):
            try:
                yield decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, InvalidInput) as error:
                raise InvalidInput(str(error), where=f"{path}:{number}") from error


def read_ordered(path: Path, kind: Any, key: Callable[[Any], Any], head: Any) -> Iterator[Any]:
    """The values of a JSON Lines file in the order of `key`, which is asked of each value decoded as `head`; values for
    which it is None are left out. A key and an offset of each are held, not the values.
    """
    read_head, places = _decoder(head).decode, list[tuple[Any, int, int]]()
    if not path.exists():
        raise NotReady(f"{path} does not exist; run the stage that writes it (dvc repro)")
    with path.open("rb") as file:
        offset = 0
        for number, line in enumerate(file, start=1):
            with _located(path, number):
                order = key(read_head(line))
            if order is not None:
                places.append((order, number, offset))
            offset += len(line)
        for _, number, offset in sorted(places):
            file.seek(offset)
            with _located(path, number):
                value = _decoder(kind).decode(file.readline())
            yield value


class _Identified(msgspec.Struct):
    id: str


class Lookup:
    """The values of a JSON Lines file by their ids. An offset of each is held, not the value."""

    def __init__(self, path: Path, kind: Any) -> None:
        self._path, self._kind = path, kind
        self._places: dict[str, tuple[int, int]] = {}
        offset, read_id = 0, _decoder(_Identified).decode
        if not path.exists():
            raise NotReady(f"{path} does not exist; run the stage that writes it (dvc repro)")
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                with _located(path, number):
                    self._places[read_id(line).id] = (number, offset)
                offset += len(line)

    def __getitem__(self, identifier: str) -> Any:
        """The value of that id; InvalidInput if the file has none."""
        if identifier not in self._places:
            raise InvalidInput(
                f"holds no {identifier}", where=self._path, remedy="run the stages before this one again"
            )
        number, offset = self._places[identifier]
        with self._path.open("rb") as file, _located(self._path, number):
            file.seek(offset)
            return _decoder(self._kind).decode(file.readline())


@contextmanager
def _located(path: Path, number: int) -> Iterator[None]:
    try:
        yield
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidInput) as error:
        raise InvalidInput(str(error), where=f"{path}:{number}") from error


def write_json(path: Path, value: Any) -> None:
    """Write one JSON value, indented, whole or not at all."""
    with replacing(path) as file:
        file.write(msgspec.json.format(_encoder.encode(value), indent=2))
        file.write(b"\n")


def read_json(path: Path, kind: Any = Any) -> Any:
    """Read one JSON value, checked against `kind`."""
    if not path.exists():
        raise NotReady(f"{path} does not exist; run the stage that writes it (dvc repro)")
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidInput) as error:
        raise InvalidInput(str(error), where=path) from error
