"""Tuples in brackets, read tolerantly: either width, a wrong or missing closing bracket, brackets within members."""

from __future__ import annotations

import re
from typing import NamedTuple

from taiyi.tasks import fields, reading

_OPEN, _CLOSE = "([（【", ")]）】"
_BRACKET = re.compile(r"[()\[\]（）【】]")
_BOUNDARY = re.compile(r"(?<=[\])）】])\s*[;；]\s*(?=(?:[^\[\](（【)）】;；]{1,80}[:：]\s*)?[\[(（【])")
_LOOSE_BOUNDARY = re.compile(r"(?<=[\])）】])\s*(?:[,，、]\s*|and\s+|和)?(?=[\[(（【])")
_COMMA = re.compile(r",\s+|，|,$")
_ANY_COMMA = re.compile(r"[,，]")
_MOST_PARTS = 12


class Group(NamedTuple):
    """What stands in one pair of brackets, what before it and what after it."""

    before: str
    inner: str
    after: str


def groups(body: str) -> list[Group]:
    """The groups of a line, cut where one bracket closes and, after a semicolon, another opens."""
    return [unwrapped(chunk) for chunk in _BOUNDARY.split(body) if chunk.strip(" ;；,，.。")]


def loose(group: Group) -> list[Group]:
    """The groups of one that was several with commas or nothing between them: `[a, b], [c, d]`."""
    whole = "[" + group.inner + "]" + group.after
    return [unwrapped(chunk) for chunk in _LOOSE_BOUNDARY.split(whole)]


def unwrapped(chunk: str) -> Group:
    """The first bracketed part of a chunk. Any closing bracket closes any opening one; the last may be missing."""
    chunk = chunk.strip()
    depth, start = 0, -1
    for bracket in _BRACKET.finditer(chunk):
        if bracket[0] in _OPEN:
            start = bracket.start() if start < 0 else start
            depth += 1
        elif start >= 0:
            depth -= 1
            if depth == 0:
                return Group(chunk[:start].strip(), chunk[start + 1 : bracket.start()], chunk[bracket.end() :].strip())
    if start < 0:
        return Group(chunk, "", "")
    inner = chunk[start + 1 :].strip()
    if fields.outside(inner) is None and inner.endswith(_CLOSE[_OPEN.index(chunk[start])]):
        inner = inner[:-1]  # a bracket within was left open, not the outer one
    return Group(chunk[:start].strip(), inner, "")


def parts(inner: str, least: int) -> list[str]:
    """The members of a tuple, cut at commas before a blank (or full-width ones), at any comma if that gives too few."""
    around = fields.outside(inner)
    found = fields.cut(inner, around or inner, _COMMA)
    if len(found) < least:
        found = fields.cut(inner, around or inner, _ANY_COMMA)
    return [part.strip() for part in found]


def pairs(members: list[str], prompt: str) -> list[tuple[str, str]]:
    """The ways to read members as two fields that both occur in the prompt (the only way, where there are two)."""
    if len(members) == 2:
        return [(members[0], members[1])]
    if not 2 < len(members) <= _MOST_PARTS:
        return []
    cuts = [
        (comma.join(members[:cut]), comma.join(members[cut:]))
        for comma in (", ", "，")
        for cut in range(1, len(members))
    ]
    return [way for way in dict.fromkeys(cuts) if all(reading.occurs(part, prompt) for part in way)]
