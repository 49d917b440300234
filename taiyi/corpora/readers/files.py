"""Native files as text: lines with their numbers, byte order marks skipped, bytes that are no text refused by file and
line. What is called .gz is unpacked as it is read.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from taiyi.corpora.readers import Source
from taiyi.errors import InvalidInput, InvalidParams
from taiyi.records import content_key, record_id

_UTF8_MARK = b"\xef\xbb\xbf"
_last_place: ContextVar[str] = ContextVar("_last_place", default="")


def place(path: Path | str, line: int) -> str:
    """`file:line`, lines counted from 1."""
    return f"{path}:{line}"


def lines(path: Path, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """The lines of a file with their numbers from 1, without their line ends (LF or CRLF); read as they are asked for.

    Only a line feed ends a line: other separators that Python knows stand inside real texts.
    """
    number = 0
    with _opened(path) as file:
        try:
            for number, raw in enumerate(file, start=1):
                if number == 1:
                    raw = raw.removeprefix(_UTF8_MARK)
                yield number, raw.decode(encoding).removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError as error:
            raise _not_text(error, encoding, path, number) from error
        except LookupError as error:
            raise InvalidParams(f"there is no encoding {encoding!r}", remedy="utf-8, gb18030, latin-1 ...") from error


def text(path: Path) -> str:
    """A whole file, line ends as they are (offsets may count a carriage return), without its byte order mark."""
    with _opened(path) as file:
        data = file.read().removeprefix(_UTF8_MARK)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_text(error, "utf-8", path, 1 + data.count(b"\n", 0, error.start)) from error


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield cast(BinaryIO, file)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InvalidInput(
            f"not a sound gzip file: {error}", where=path, remedy="it was cut short or damaged; fetch it again"
        ) from error


def _not_text(error: UnicodeDecodeError, encoding: str, path: Path, number: int) -> InvalidInput:
    byte = error.object[error.start]
    return InvalidInput(
        f"byte 0x{byte:02x} is not {encoding} ({error.reason})",
        where=place(path, number),
        remedy="save the file in that encoding, or name its own where the reader has an option `encoding`",
    )


_MOST_DIGITS = 15


class Cells(msgspec.Struct, frozen=True):
    """One row of a table with its place."""

    where: str
    cells: list[str]

    def refuse(self, problem: str, remedy: str) -> InvalidInput:
        """The error for this row."""
        return InvalidInput(f"{problem}: {' | '.join(self.cells)[:80]!r}", where=self.where, remedy=remedy)


def number(written: str) -> int | None:
    """A count or offset as native files write it, or None if it is not one."""
    # isdigit alone holds for digits of every script.
    return int(written) if len(written) <= _MOST_DIGITS and written.isdigit() and written.isascii() else None


@contextmanager
def located(where: str) -> Iterator[None]:
    """Adds the place in the native file to the error of a record that breaks an invariant; `last_place` tells it after."""
    _last_place.set(where)
    try:
        yield
    except InvalidInput as error:
        if error.where.startswith(where):
            raise
        owner = f"{error.where}: " if error.where else ""
        raise InvalidInput(f"{owner}{error.problem}", where=where, remedy=error.remedy) from error


def last_place() -> str:
    """Where the record that came last begins in its native file: `file:line`, or the file where it fills a file."""
    return _last_place.get()


def pattern(expression: str, option: str) -> re.Pattern[str]:
    """The regular expression that an option gives to find an id by; its first group is the id."""
    try:
        compiled = re.compile(expression)
    except re.error as error:
        raise InvalidParams(f"{option} {expression!r} is no regular expression: {error}") from error
    if compiled.groups < 1:
        raise InvalidParams(f"{option} {expression!r} has no group", remedy="put the id in parentheses: PMID-(.+)")
    return compiled


class RecordIds:
    """Record ids of one split. A key that returns is numbered (`key`, `key-2`, `key-3`), whatever else is read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._last: dict[str, int] = {}

    def of(self, key: str) -> str:
        """The id of the next record with that native key."""
        number = self._last.get(key, 0) + 1
        while (unique := key if number == 1 else f"{key}-{number}") in self._last and unique != key:
            number += 1
        self._last[key] = number
        if unique != key:
            self._last[unique] = 1
        return record_id(self._source.corpus, self._source.split, unique)

    def of_content(self, *texts: str) -> str:
        """The id of a record whose source gives no key: a hash of its text."""
        return self.of(content_key(*texts))
