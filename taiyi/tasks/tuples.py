"""Tuples in brackets, read tolerantly: either width, a wrong or missing closing bracket, brackets within members."""

from __future__ import annotations

import re
from typing import NamedTuple

from taiyi.tasks import fields, reading

_OPEN, _CLOSE = "([（【", ")]）】"
_BRACKET = re.compile(r"[()\[\]（）【】]")
_BOUNDARY = re.compile(r"(?<=[\])）】])\s*[;；]\s*(?=(?:[^\[\](（【)）】;；]{1,80}[:：]\s*)?[\[(（【])")
_BETWEEN = re.compile(r"^[\s,，、;；.。]*(?:(?:and|和)\s*)?")
_PUNCTUATION = " \t,，、;；.。)]）】"
_COMMA = re.compile(r",\s+|，|,$")
_ANY_COMMA = re.compile(r"[,，]")
_MOST_PARTS = 12


class Group(NamedTuple):
    """What stands in one pair of brackets, and what before it."""

    before: str
    inner: str


def groups(body: str) -> list[Group]:
    """The bracketed groups of a line, side by side or with a separator between them; words after the last one count
    as a group without brackets.
    """
    found: list[Group] = []
    for chunk in _BOUNDARY.split(body):
        while chunk:
            group, chunk = unwrapped(chunk)
            if group.inner or group.before:
                found.append(group)
    return found


def unwrapped(chunk: str) -> tuple[Group, str]:
    """The first bracketed part of a chunk, and what follows. Any closing bracket closes any opening one; the last may
    be missing.
    """
    depth, start = 0, -1
    for bracket in _BRACKET.finditer(chunk):
        if bracket[0] in _OPEN:
            start = bracket.start() if start < 0 else start
            depth += 1
        elif start >= 0:
            depth -= 1
            if depth == 0:
                inner, after = chunk[start + 1 : bracket.start()], chunk[bracket.end() :]
                return Group(_BETWEEN.sub("", chunk[:start]).strip(), inner.strip()), after
    if start < 0:
        return Group(chunk.strip(_PUNCTUATION), ""), ""
    inner = chunk[start + 1 :].strip()
    if fields.outside(inner) is None and inner.endswith(_CLOSE[_OPEN.index(chunk[start])]):
        inner = inner[:-1]  # a bracket within was left open, not the outer one
    return Group(_BETWEEN.sub("", chunk[:start]).strip(), inner), ""


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
