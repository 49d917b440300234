"""JSON files as a stream of values with their lines: an array, one value a line, or one object keyed by id."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from taiyi.corpora.readers import Source, files
from taiyi.errors import InvalidInput, NotFound

Layout = Literal["auto", "array", "lines", "keyed", "parallel", "one"]
KEY = "@key"
"""The name under which a value of an object keyed by id carries that id."""
FILE = "@file"
"""The name under which every record has the name of its file, without its last ending."""

_BEFORE_A_VALUE = re.compile(rb'\s*[{,]\s*"(?:[^"\\]|\\.)*+"\s*:\s*')
_FAR_BYTE = re.compile(r"\(byte (\d+)\)")


class Value(msgspec.Struct, frozen=True):
    """One record as it stands: a JSON value, where it begins (`file:line`), and its key in an object keyed by id."""

    where: str
    content: Any
    key: str = ""


def values(path: Path, *, layout: Layout = "auto", records: str = "", nested: tuple[str, ...] = ()) -> Iterator[Value]:
    """The records of a file.

    records: the key of their list, in a file that is one object around it. layout: "auto" takes an opening bracket for
    an array, a first line that is a whole value for lines (unless it is all there is and an object of objects), and
    else an object keyed by id. "parallel" is an object of lists of one length: the nth items of all of them are the nth
    record; "one": the file is one record. nested: the keys of lists within lists, outermost first: the records are the
    objects in the innermost one, and each has what stands around it, too. Lines are read as they are asked for.
    """
    if layout == "auto":
        layout = "array" if records else _layout(path)
    if layout == "lines":
        for number, line in files.lines(path):
            if line.strip():
                yield from _within(msgspec.Raw(line.encode()), path, number - 1, nested)
        return
    data = files.text(path).encode()
    if layout == "parallel":
        yield from _parallel(data, path)
        return
    items: Iterable[tuple[str, msgspec.Raw]]
    if layout == "keyed":
        keyed = _decoded(data, path, 0, _OBJECT)
        _check_keys(data, keyed, path)
        items = keyed.items()
    elif layout == "one":
        items = [("", msgspec.Raw(data))]
    else:
        items = (("", raw) for raw in _array(data, path, records))
    for key, raw, before in _placed(data, items):
        yield from _within(raw, path, before, nested, key)


def _check_keys(data: bytes, keyed: dict[str, msgspec.Raw], path: Path) -> None:
    """Refuses an object in which a key stands twice: decoding keeps the last of them alone."""
    ends = 0
    for raw in keyed.values():
        begins = data.find(raw, ends)
        if not _BEFORE_A_VALUE.fullmatch(data, ends, max(begins, ends)):
            break
        ends = begins + len(memoryview(raw))
    else:
        if not data[ends:].strip(b" \t\r\n}"):
            return
    # Values lie elsewhere than in order: a key stands twice, or a value is a text that is a key, too.
    try:
        pairs = json.loads(data, object_pairs_hook=list, parse_int=str)
    except RecursionError as error:
        raise InvalidInput("values are nested too deep to be read", where=path) from error
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            again = data.rfind(json.dumps(key, ensure_ascii=False).encode())
            raise InvalidInput(
                f"the key {key!r} stands {count} times",
                where=files.place(path, data.count(b"\n", 0, max(again, 0)) + 1),
                remedy="an object keyed by id has each id once",
            )


def _placed(
    data: bytes | msgspec.Raw, items: Iterable[tuple[str, msgspec.Raw]], newlines: int = 0
) -> Iterator[tuple[str, msgspec.Raw, int]]:
    """Each raw value with the number of line ends before it, `newlines` of which stand before `data`.

    Where a raw value stands is not told; it is the first such text after the value before it.
    """
    text, begins, ends = bytes(data), 0, 0
    for key, raw in items:
        before, begins = begins, max(text.find(raw, ends), ends)
        newlines += text.count(b"\n", before, begins)
        ends = begins + len(memoryview(raw))
        yield key, raw, newlines


def _within(
    raw: msgspec.Raw,
    path: Path,
    before: int,
    nested: tuple[str, ...],
    key: str = "",
    around: dict[str, Any] | None = None,
) -> Iterator[Value]:
    """The record that a raw value is or, where lists are named, those within it, with what stands around them."""
    if not nested:
        content = _decoded(raw, path, before)
        if around and isinstance(content, dict):
            content = {**around, **content}
        yield Value(files.place(path, before + 1), content, key)
        return
    outer = _decoded(raw, path, before, _OBJECT)
    step, *steps = nested
    if step not in outer:
        raise InvalidInput(
            f"there is no {step!r}",
            where=files.place(path, before + 1),
            remedy=f"the option `nested` names the keys of lists within lists; here are {', '.join(outer)}",
        )
    around = {**(around or {}), **{name: _decoded(part, path, before) for name, part in outer.items() if name != step}}
    if key:
        around[KEY] = key
    for _, listed, start in _placed(raw, [("", outer[step])], before):
        items: list[msgspec.Raw] = _decoded(listed, path, start, _LIST)
        for _, item, line in _placed(listed, (("", item) for item in items), start):
            yield from _within(item, path, line, tuple(steps), "", around)


def _layout(path: Path) -> Layout:
    first, more = b"", False
    for _, line in files.lines(path):
        if first and line.strip():
            more = True
            break
        first = first or line.strip().encode()
    if first.startswith(b"["):
        return "array"
    try:
        value = msgspec.json.decode(first)
    except (msgspec.DecodeError, RecursionError):
        # Lines cut short in the first line are told by the line that follows it.
        return "lines" if more and path.suffix == ".jsonl" else "keyed"
    alone = not more and path.suffix != ".jsonl"
    return (
        "keyed"
        if alone and isinstance(value, dict) and value and all(isinstance(v, dict) for v in value.values())
        else "lines"
    )


def _array(data: bytes, path: Path, records: str) -> Iterable[msgspec.Raw]:
    raw: bytes | msgspec.Raw = data
    for step in records.split(".") if records else ():
        inner = _decoded(raw, path, 0, _OBJECT)
        if step not in inner:
            raise InvalidInput(
                f"there is no {step!r}",
                where=path,
                remedy=f"the option `records` names the key of the list; here are {', '.join(inner)}",
            )
        raw = inner[step]
    return cast(list[msgspec.Raw], _decoded(raw, path, 0, _LIST))


def _parallel(data: bytes, path: Path) -> Iterator[Value]:
    """The nth items of the lists; such files are one line, so a record is also named by its number."""
    where = files.place(path, 1)
    columns = _decoded(data, path, 0, _COLUMNS)
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        written = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise InvalidInput(
            f"the lists are not of one length: {written}",
            where=where,
            remedy="the file was cut short, or its lists do not belong together",
        )
    for number in range(next(iter(lengths.values()), 0)):
        yield Value(
            f"{where}, item {number + 1}", {name: _decoded(column[number], path, 0) for name, column in columns.items()}
        )


_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Any)
_OBJECT: msgspec.json.Decoder[Any] = msgspec.json.Decoder(dict[str, msgspec.Raw])
_COLUMNS: msgspec.json.Decoder[Any] = msgspec.json.Decoder(dict[str, list[msgspec.Raw]])
_LIST: msgspec.json.Decoder[Any] = msgspec.json.Decoder(list[msgspec.Raw])


def _decoded(
    data: bytes | msgspec.Raw, path: Path, lines_before: int, decoder: msgspec.json.Decoder[Any] = _ANY
) -> Any:
    try:
        return decoder.decode(data)
    except RecursionError as error:
        raise InvalidInput(
            "values are nested too deep to be read", where=files.place(path, lines_before + 1)
        ) from error
    except msgspec.DecodeError as error:
        far = _FAR_BYTE.search(str(error))
        seen = bytes(data)[: int(far[1])] if far else bytes(data) if "truncated" in str(error) else b""
        line = lines_before + seen.count(b"\n") + 1
        raise InvalidInput(
            str(error),
            where=files.place(path, line),
            remedy="the file is an array, one JSON value a line, or one object keyed by id",
        ) from error


class Choice:
    """Which records are read: files below the corpus folder list ids (.txt: one a line; else JSON, an array or the keys
    of an object).
    """

    def __init__(self, source: Source, *, only: str, without: str) -> None:
        self._lists = [source.folder / name for name in (only, without) if name]
        self._kept = _ids(source.folder / only) if only else None
        self._left = _ids(source.folder / without) if without else frozenset[str]()
        self._unmet = set(self._left | (self._kept or frozenset()))

    def __contains__(self, key: str) -> bool:
        self._unmet.discard(key)
        return (self._kept is None or key in self._kept) and key not in self._left

    def check(self) -> None:
        """Once all is read: an id that was listed and never met would make a split of another size."""
        if self._unmet:
            raise InvalidInput(
                f"{len(self._unmet)} listed ids are not in the corpus: {', '.join(sorted(self._unmet)[:5])}",
                where=self._lists[0],
                remedy="list and corpus are of different versions, or the option id names another key",
            )


def _ids(path: Path) -> frozenset[str]:
    if not path.exists():
        raise NotFound(f"{path}, the list of ids of a split, does not exist; put it there with the corpus")
    if path.suffix == ".txt":
        return frozenset(line.strip() for _, line in files.lines(path) if line.strip())
    content = _decoded(files.text(path).encode(), path, 0)
    if not isinstance(content, list | dict):
        raise InvalidInput("a list of ids is an array, or an object whose keys they are", where=path)
    return frozenset(str(item) for item in content)


def at(value: Any, key: str) -> Any:
    """What lies under a key: as it stands, else as a path of keys and list numbers parted by dots; None if nothing does.

    The step `*` stands for every key or number: what lies there is a list.
    """
    if isinstance(value, dict) and key in value:
        return value[key]
    steps = key.split(".")
    for number, step in enumerate(steps, start=1):
        if step == "*" and isinstance(value, dict | list):
            items = value.values() if isinstance(value, dict) else value
            found = (at(item, ".".join(steps[number:])) if steps[number:] else item for item in items)
            return [item for item in found if item is not None]
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


class Fields(msgspec.Struct, frozen=True):
    """A record's values, asked for by key; what is missing or of the wrong kind is refused by its place."""

    where: str
    content: Any
    joiner: str = "\n"

    def __post_init__(self) -> None:
        if not isinstance(self.content, dict):
            raise InvalidInput(f"a record is an object, not {_kind(self.content)}", where=self.where)

    def refuse(self, problem: str, remedy: str = "") -> InvalidInput:
        """The error for a value of this record."""
        return InvalidInput(problem, where=self.where, remedy=remedy)

    def get(self, key: str) -> Any:
        """The value under a key, or None."""
        if key == FILE:
            return Path(self.where.rpartition(":")[0]).stem
        return self.content[key] if key in self.content else at(self.content, key)

    def text(self, key: str) -> str:
        """The text under a key; a number is written out, a list joined."""
        value = self.get(key)
        if value is None:
            raise self.refuse(
                f"there is no {key!r}",
                f"name the key in the reader's options; here are {', '.join(map(str, self.content))}",
            )
        return self.written(value, key)

    def optional_text(self, key: str) -> str:
        """The text under a key, empty where there is none or no key is named."""
        value = self.get(key) if key else None
        return "" if value is None else self.written(value, key)

    def written(self, value: Any, key: str) -> str:
        """A value as text."""
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        if isinstance(value, list):
            return self.joiner.join(self.written(item, key) for item in value)
        raise self.refuse(f"{key!r} is {_kind(value)}", "it is read as a text, a number or a list of them")

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts under a key: a list, or one; none where there is nothing or it is empty."""
        value = self.get(key)
        items = value if isinstance(value, list) else [] if value is None else [value]
        return tuple(text for text in (self.written(item, key) for item in items) if text)

    def split(self, key: str, separator: str) -> tuple[str, ...]:
        """The texts under a key, each parted at `separator` where one is named, trimmed, without empty ones."""
        parts = (part for text in self.texts(key) for part in (text.split(separator) if separator else [text]))
        return tuple(part.strip() for part in parts if part.strip())

    def integer(self, key: str) -> int:
        """The whole number under a key."""
        value = self.get(key)
        if type(value) is int:
            return value
        if isinstance(value, str) and (number := files.number(value.strip())) is not None:
            return number
        raise self.refuse(
            f"{key!r} is {_kind(value) if value is None else repr(value)}", "it is read as a whole number"
        )

    def items(self, key: str) -> list[Fields]:
        """The objects (or lists, whose keys are numbers) in the list under a key; none where there is no list."""
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.refuse(f"{key!r} is {_kind(value)}", "it is read as a list of objects")
        named = ({str(n): part for n, part in enumerate(item)} if isinstance(item, list) else item for item in value)
        return [Fields(self.where, item, self.joiner) for item in named]


def _kind(value: Any) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        type(None): "nothing",
    }
    return names.get(type(value), type(value).__name__)


def fields(value: Value, joiner: str) -> Fields:
    """The fields of a record; in an object keyed by id, that id is the field `@key`."""
    content = value.content
    if value.key and isinstance(content, dict):
        content = {KEY: value.key, **content}
    return Fields(value.where, content, joiner)
