"""Fields: how a mention or a name stands in a written answer, and the exact reading of what was so written.

A field stands bare where nothing in it can be taken for anything else; otherwise it is quoted as in CSV (double
quotes, those inside doubled). Writer and exact reader share the rule, so what is written is read back unchanged.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from taiyi.instances import Context, Items, Parsed
from taiyi.records import Language
from taiyi.tasks import grammar

LIST = re.compile(r"[;；]")
"""What a bare field of a list of several must not hold outside brackets."""
SOLE = re.compile(r"[;；，、]|,\s")
"""The same of a list of one, which might be taken for a list with commas."""
TUPLE = re.compile(r"[;；，]|,\s|^,|,$")
"""The same of a member of a tuple."""
NAME = re.compile(r"[;；:：，]|,\s")
"""The same of a label that a colon follows."""

COLON: dict[Language, str] = {"en": ": ", "zh": "："}
NONE: dict[Language, str] = {"en": "None", "zh": "无"}

_CLOSING = {"(": ")", "[": "]", "（": "）", "【": "】"}
_BRACKET = re.compile(r"[()\[\]（）【】]")
_QUOTED = re.compile(r'"((?:[^"]++|"")*+)"')
_HIDDEN = re.compile(r"\x00(\d+)\x00")
_RISKY = re.compile(
    r"[\"\x00-\x1f\x7f\x85\u2028\u2029]|<\||</?(?:think(?:ing)?|thought|reasoning|s|eod|eos|sop)>|\[gMASK\]|<sop>|\*\*|```"
    r"|^(?:[-*•●▪·#>–—+◦○■]+|\(?\d{1,3}[.)、])\s|^[“”‘’「'`]|^\*.+\*$|^_.+_$|[.。,，、:：]$"
)
_ORDINARY = re.compile(rf"[^\W_{grammar.BEGINS_NOTHING}](?:[\w /+%-]*[^\W_])?")
_REMEMBERED = 1 << 16
"""Values whose reading is kept: the same names come again and again in a corpus."""


class NotAsWritten(ValueError):
    """The text is not what `answer` writes; it may still be read tolerantly."""


class Opened(NamedTuple):
    """A text with its quoted fields put aside: each is a number between two NULs in `text`."""

    text: str
    values: tuple[str, ...]


def quoted(value: str) -> str:
    """The value in double quotes, those inside it doubled."""
    return '"' + value.replace('"', '""') + '"'


@lru_cache(_REMEMBERED)
def ordinary(value: str) -> bool:
    """Whether a value is words, numbers, blanks and hyphens alone, and does not begin as `None` does: it may stand bare
    anywhere. Most are of this kind.
    """
    return bool(_ORDINARY.fullmatch(value))


@lru_cache(_REMEMBERED)
def plain(value: str, forbidden: re.Pattern[str]) -> bool:
    """Whether the value may stand bare where `forbidden` must not occur outside brackets."""
    if ordinary(value):  # what follows comes to the same
        return True
    if not value or value != value.strip() or _RISKY.search(value) or grammar.is_nothing(value):
        return False
    around = outside(value)
    return around is not None and not forbidden.search(around) and not enclosed(value)


def written(value: str, forbidden: re.Pattern[str]) -> str:
    """The value as a field: bare if plain, else quoted."""
    return value if plain(value, forbidden) else quoted(value)


def opened(text: str) -> Opened:
    """Put the quoted fields aside; NotAsWritten if a quotation mark or a NUL is left over."""
    if '"' not in text and "\x00" not in text:
        return Opened(text, ())
    values: list[str] = []

    def hide(found: re.Match[str]) -> str:
        values.append(found[1].replace('""', '"'))
        return f"\x00{len(values) - 1}\x00"

    if "\x00" in _QUOTED.sub("", text):
        raise NotAsWritten
    text = _QUOTED.sub(hide, text)
    if '"' in text:
        raise NotAsWritten
    return Opened(text, tuple(values))


def value(piece: str, source: Opened, forbidden: re.Pattern[str]) -> str:
    """A field's value: quoted, or bare and plain; NotAsWritten otherwise."""
    hidden = _HIDDEN.fullmatch(piece) if source.values else None
    if hidden:
        return source.values[int(hidden[1])]
    if not plain(piece, forbidden):
        raise NotAsWritten
    return piece


def shown(piece: str, source: Opened) -> str:
    """The piece with the quoted fields in it put back, without their quotation marks."""
    return _HIDDEN.sub(lambda found: source.values[int(found[1])], piece)


def labelled(line: str, source: Opened, context: Context) -> tuple[str, str]:
    """The offered name that begins a line, and what follows its colon; NotAsWritten if none does."""
    name, colon, body = line.partition(COLON[context.language])
    name = value(name, source, NAME)
    if not colon or name not in context.offered:
        raise NotAsWritten
    return name, body


def pieces(text: str, separator: str) -> list[str]:
    """The text cut at each separator outside brackets; NotAsWritten if the brackets do not match."""
    around = outside(text)
    if around is None:
        raise NotAsWritten
    if around is text:
        return text.split(separator)
    return cut(text, around, re.compile(re.escape(separator)))


def inside(piece: str, brackets: str) -> str:
    """What stands between the two brackets that enclose the piece; NotAsWritten if they do not."""
    if not enclosed(piece) or (piece[0], piece[-1]) != (brackets[0], brackets[1]):
        raise NotAsWritten
    return piece[1:-1]


def outside(text: str) -> str | None:
    """The text with brackets and all between them replaced by U+0001, as long as before; None if they do not match. A
    text without brackets is returned itself.
    """
    if not _BRACKET.search(text):
        return text
    stack: list[str] = []
    kept: list[str] = []
    last = start = 0
    for found in _BRACKET.finditer(text):
        if found[0] in _CLOSING:
            if not stack:
                kept.append(text[last : found.start()])
                start = found.start()
            stack.append(_CLOSING[found[0]])
        elif not stack or stack.pop() != found[0]:
            return None
        elif not stack:
            last = found.end()
            kept.append("\x01" * (last - start))
    return None if stack else "".join(kept) + text[last:]


def enclosed(text: str) -> bool:
    """Whether one pair of brackets encloses the whole text."""
    return len(text) > 1 and _CLOSING.get(text[0]) == text[-1] and outside(text[1:-1]) is not None


def cut(text: str, around: str, separator: re.Pattern[str]) -> list[str]:
    """The pieces of a text between the separators found in `around`, which is as long."""
    found: list[str] = []
    start = 0
    for match in separator.finditer(around):
        found.append(text[start : match.start()])
        start = match.end()
    return [*found, text[start:]]


def as_read(items: Items) -> Parsed:
    """The result of an exact reading: each item once, in order."""
    return Parsed("ok" if items else "none", tuple(dict.fromkeys(items)))
