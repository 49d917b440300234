"""Tolerant reading of answers that list things under labels: headings, list separators, and what the prompt settles."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from taiyi.instances import Context, Item, Items, Parsed
from taiyi.tasks import fields, grammar, json_forms, tables
from taiyi.tasks.fields import Opened

_QUOTED = re.compile(
    r'(?:^|(?<=[\s:：;；,，、\[(（【】|为]))"((?:[^"\n]++|"")*+)"(?=\s*(?:[;；,，、\])）】:：.。|]|$)|\s+[-–—(\[（【])',
    re.MULTILINE,
)
_SEMICOLON_BLANK = re.compile(r";(?:\s+|$)")
_SEMICOLON = re.compile(r"[;；]")
_COMMA = re.compile(r"[，、；;]|,\s+(?:(?:and|or)\s+)?")
_SURE_COMMA = re.compile(r"，|,\s+")
"""Where commas are known to separate; 、 may still stand within an item."""
_PAIRS = {"“": "”", "‘": "’", "「": "」", "'": "'", "`": "`"}
_SAID_OF = r"entit(?:y|ies)|relation(?:ship)?s?|mentions?|names?|terms?|types?|events?|pairs?|list|实体对|实体|关系|类型|三元组|事件"
_BEFORE = re.compile(
    r"^(?:the|all|extracted|identified)\s+|^(?:在|从)?(?:上述|以上|该|此)?(?:文本|句子|文献|摘要|文)?(?:中|里)?"
    r"(?:包含|含有|出现|存在|涉及|提到|具有)?的?(?:指定)?",
    re.IGNORECASE,
)
_SAID_WHERE = r"(?:mentioned |found |identified )?in (?:the|this) (?:(?:given|provided|above) )?(?:text|abstract|passage|sentence|article)"
_AFTER = re.compile(
    rf"\s*(?:{_SAID_OF}|{_SAID_WHERE}|的|头尾|为|是|有|包括|如下|are|is|include|found|mentioned|identified)$",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"【([^【】]{1,60})】\s*[:：]?\s*")
_UNKNOWN_HEAD = re.compile(r"[^\s:：][^:：\n]{0,60}(?::\s|：)")


@dataclass
class Found:
    """What a reading has found so far. `nothing`: a label was given no items, or "none" was said."""

    items: list[Item] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)
    off_schema: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    nothing: bool = False

    def parsed(self) -> Parsed:
        """The result: each item once; the remarks are the first ten pieces that were not used."""
        items = tuple(dict.fromkeys(self.items))
        notes = tuple(note[:80] for note in (*self.off_schema, *self.ambiguous, *self.unusable)[:10])
        if self.off_schema:
            return Parsed("off_schema", items, notes)
        if items:
            return Parsed("partial" if self.unusable or self.ambiguous else "ok", items, notes)
        if self.ambiguous:
            return Parsed("ambiguous", (), notes)
        return Parsed("none" if self.nothing and not self.unusable else "unparsed", (), notes)


class Readings(NamedTuple):
    """How a task reads what it lists.

    exact: (text, context), the answer as written by the task, or NotAsWritten; exact_json: (value, context), the same
    of style json; lines: (lines, their quoted fields, found, context, prompt), any form near it; from_json: (value,
    found, context), any JSON.
    """

    exact: Callable[[str, Context], Items]
    exact_json: Callable[[Any, Context], Items]
    lines: Callable[[list[str], Opened, Found, Context, str], None]
    from_json: Callable[[Any, Found, Context], None]


def read(text: str, context: Context, prompt: str, readings: Readings) -> Parsed:
    """An answer as written, else in any of the forms that models give: `from_json` where it is JSON, else `lines`."""
    text = text.strip()
    value = json_forms.loaded(text)
    if value is not None:
        with suppress(fields.NotAsWritten):
            return fields.as_read(readings.exact_json(value, context))
    try:
        return fields.as_read(readings.exact(text, context))
    except fields.NotAsWritten:
        return _tolerantly(text, context, prompt, readings)


def _tolerantly(text: str, context: Context, prompt: str, readings: Readings) -> Parsed:
    loaded = json_forms.found(grammar.unwrapped(text, prompt))
    if loaded:
        return _json(loaded, context, readings)
    bare = grammar.strip_lead(grammar.clean(text.replace("\x00", ""), prompt)).strip()
    bare = tables.as_lines(grammar.before_remark(bare), context)
    if not bare:
        return Parsed("empty")
    found = Found()
    if grammar.is_none(bare):
        return Parsed("none")
    source = hidden(grammar.unnumbered(bare))
    lines = [line.strip() for line in source.text.split("\n") if line.strip()]
    readings.lines(lines, source, found, context, prompt)
    if not found.items and grammar.is_refusal(bare):
        return Parsed("refusal")
    return found.parsed()


def _json(loaded: json_forms.Loaded, context: Context, readings: Readings) -> Parsed:
    found = Found(unusable=["the JSON is cut off"] if loaded.cut else [])
    try:
        found.items.extend(readings.exact_json(loaded.value, context))
        found.nothing = True
    except fields.NotAsWritten:
        readings.from_json(loaded.value, found, context)
        found.nothing = all(grammar.is_nothing(leaf) or not leaf.strip() for leaf in json_forms.leaves(loaded.value))
    return found.parsed()


def hidden(text: str) -> Opened:
    """Put aside what stands in quotation marks as a whole field; other quotation marks stay."""
    values: list[str] = []

    def hide(match: re.Match[str]) -> str:
        values.append(match[1].replace('""', '"'))
        return f"\x00{len(values) - 1}\x00"

    return Opened(_QUOTED.sub(hide, text), tuple(values))


def heading(text: str, context: Context) -> str | None:
    """The offered name that a heading spells: "Disease entities", 上述文本中包含的疾病为, 具有并发症关系的实体对如下."""
    if len(text) > 200:
        return None
    text = text.strip(" \t*_\"'“”")
    label: str | None = None
    for core in (text, _BEFORE.sub("", text)):
        for _ in range(6):  # a name may itself end in 关系: one word is taken off at a time
            label = grammar.whole_label(core, context)
            shorter = _AFTER.sub("", core)
            if label or shorter == core:
                break
            core = shorter
        if label:
            return label
    return None


def head(line: str, context: Context) -> tuple[str | None, str]:
    """The offered name before the first colon that has one before it, and what follows; (None, line) if none has."""
    bracketed = _IN_BRACKETS.match(line)
    if bracketed and (label := heading(bracketed[1], context)):
        return label, line[bracketed.end() :].strip()
    if ":" not in line and "：" not in line:
        return None, line
    for number, colon in enumerate(re.finditer("[:：]", line[:300])):
        if number == 8:
            break
        label = heading(line[: colon.start()], context)
        if label:
            return label, line[colon.end() :].strip()
    return None, line


def looks_headed(line: str) -> bool:
    """Whether a line begins with what might be a label and a colon."""
    return bool(_UNKNOWN_HEAD.match(line))


def occurs(part: str, prompt: str) -> bool:
    """Whether the prompt holds the part, line breaks counting as blanks."""
    return bool(part) and part in _flat(prompt)


@lru_cache(maxsize=8)
def _flat(prompt: str) -> str:
    return " ".join(prompt.split())


def listed(body: str, source: Opened, prompt: str, *, commas: bool = False) -> list[str]:
    """The items of a list: cut at semicolons; at commas only if `commas`, or if all parts occur in the prompt and the
    whole does not.
    """
    around = fields.outside(body) or body
    separator = _SEMICOLON_BLANK if _SEMICOLON_BLANK.search(around.rstrip("; \t")) else _SEMICOLON
    found: list[str] = []
    for piece in fields.cut(body, around, separator):
        for part in fields.cut(piece, fields.outside(piece) or piece, _SURE_COMMA) if commas else (piece,):
            found.extend(_at_commas(part, source, prompt))
    return [item for item in found if item]


def _at_commas(piece: str, source: Opened, prompt: str) -> list[str]:
    whole = text_of(piece, source, prompt)
    around = fields.outside(piece) or piece
    if not _COMMA.search(around) or occurs(whole, prompt):
        return [whole]
    parts = [text_of(part, source, prompt) for part in fields.cut(piece, around, _COMMA)]
    return parts if all(occurs(part, prompt) for part in parts if part) else [whole]


def text_of(piece: str, source: Opened, prompt: str) -> str:
    """A field as the mention it stands for: out of its quotation marks, without a final stop that the prompt lacks."""
    piece = piece.strip()
    text = fields.shown(piece, source)
    if text != piece:
        return text
    if len(text) > 1 and _PAIRS.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    if len(text) > 2 and text[0] == text[-1] and text[0] in "*_" and not occurs(text, prompt):  # slanted
        text = text[1:-1]
    bare = text.rstrip(".。 ")
    return bare if bare != text and occurs(bare, prompt) and not occurs(text, prompt) else text
