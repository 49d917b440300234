"""Ways to damage a file, as a fuzzer does: bytes, lines, columns, nesting, huge tokens, numbers and values of other kinds."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

BYTES = (
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8", b"\xcc\x81", b"\xf0\x9f\x98\x80",
    b"\r", b"\n", b"\r\n", b"\t", b" ", b"\x0b", b"\x1c", b'"', b"'", b"\\", b"|", b"||", b",", b";", b":", b"=", b"&",
    b"<", b">", b"/", b"[", b"]", b"{", b"}", b"#", b"*", b"-", b"<!--", b"]]>", b"<?x?>", b"&#0;", b"&x;",
)  # fmt: skip
VALUES = (
    b"0", b"-1", b"-0", b"1.5", b"1e309", b"NaN", b"2147483648", b"9223372036854775808", b"9" * 5000, "٣".encode(),
    "²".encode(), b"null", b"true", b"false", b"[]", b"{}", b'""', b'" "', b"[[]]", b'{"":0}', b'"\\ud800"', b"''", b"",
)  # fmt: skip
OPENINGS = (b"[", b"{", b'{"a":', b"(", b"<a>", b"<!--", b'"')
COLUMNS = (b"\t", b"||", b"|", b",", b" ", b";", b":", b"=")
LONGEST = 1024 * 1024
"""Bytes of a huge token."""

_TOKEN = re.compile(rb'"(?:[^"\\\n]|\\.)*"|[\w.+-]+')


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The content with one to three damages; of a ZIP archive, mostly one of its parts."""
    if content.startswith(b"PK") and chance.random() < 0.8:
        return _part_damaged(content, chance)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        content = chance.choice(DAMAGES)(content, chance)
    return content


def _part_damaged(content: bytes, chance: random.Random) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {part.filename: archive.read(part) for part in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError):
        return _bytes(content, chance)
    if not parts:
        return content
    name = chance.choice(sorted(parts))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, chance.choice(DAMAGES)(data, chance) if part == name else data)
    return made.getvalue()


def _place(content: bytes, chance: random.Random) -> int:
    return chance.randint(0, len(content))


def _bytes(content: bytes, chance: random.Random) -> bytes:
    start = _place(content, chance)
    end = min(len(content), start + chance.choice((0, 0, 1, 1, 2, 5, 40)))
    return content[:start] + chance.choice(BYTES) + content[end:]


def _cut(content: bytes, chance: random.Random) -> bytes:
    start = _place(content, chance)
    end = min(len(content), start + chance.randint(1, 200))
    return chance.choice((content[:start], content[start:], content[:start] + content[end:]))


def _lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    kind = chance.choice(("drop", "double", "swap", "join", "move", "many"))
    if kind == "drop":
        del lines[first]
    elif kind == "double":
        lines.insert(second, lines[first])
    elif kind == "swap":
        lines[first], lines[second] = lines[second], lines[first]
    elif kind == "join":
        lines[first] = lines[first].rstrip(b"\r\n")
    elif kind == "move":
        lines.insert(second, lines.pop(first))
    else:
        lines[first] *= min(chance.choice((50, 2000)), 1 + 2 * LONGEST // (len(lines[first]) or 1))
    return b"".join(lines)


def _columns(content: bytes, chance: random.Random) -> bytes:
    separators = [mark for mark in COLUMNS if mark in content]
    if not separators:
        return _bytes(content, chance)
    separator = chance.choice(separators)
    lines = content.split(b"\n")
    number = chance.choice([n for n, line in enumerate(lines) if separator in line])
    cells = lines[number].split(separator)
    first, second = chance.randrange(len(cells)), chance.randrange(len(cells))
    kind = chance.choice(("drop", "double", "swap", "empty", "other"))
    if kind == "drop":
        del cells[first]
    elif kind == "double":
        cells.insert(second, cells[first])
    elif kind == "swap":
        cells[first], cells[second] = cells[second], cells[first]
    else:
        cells[first] = b"" if kind == "empty" else chance.choice(VALUES)
    lines[number] = separator.join(cells)
    return b"\n".join(lines)


def _values(content: bytes, chance: random.Random) -> bytes:
    tokens = list(_TOKEN.finditer(content[:100_000]))
    if not tokens:
        return _bytes(content, chance)
    token, other = chance.choice(tokens), chance.choice(tokens)
    value = chance.choice((chance.choice(VALUES), chance.choice(VALUES), other[0]))
    return content[: token.start()] + value + content[token.end() :]


def _nested(content: bytes, chance: random.Random) -> bytes:
    start, opening = _place(content, chance), chance.choice(OPENINGS)
    return content[:start] + opening * chance.choice((3, 300, 3000, 100_000)) + content[start:]


def _huge(content: bytes, chance: random.Random) -> bytes:
    tokens = list(_TOKEN.finditer(content[:100_000]))
    start = chance.choice(tokens).start() if tokens else 0
    piece = chance.choice((b"a", b"9", b" ", b"\t", b'"', b"a ", b"a.", b"\n", b"&amp;", b"(", b"\\", b"|", b"0:0 "))
    return content[:start] + piece * (chance.choice((3000, 100_000, LONGEST)) // len(piece)) + content[start:]


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _bytes, _bytes, _cut, _lines, _lines, _columns, _columns, _values, _values, _values, _nested, _huge,
)  # fmt: skip
