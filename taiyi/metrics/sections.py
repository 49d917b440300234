"""Texts of named sections, written one after the other: `Section: text` or `小节：text`, and read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from taiyi.instances import Context, Items
from taiyi.records import Language

COLON: dict[Language, str] = {"en": ": ", "zh": "："}
Texts = dict[str, str]
"""A text as its sections by name; a plain text is one section named ""."""


def by_name(items: Items) -> Texts:
    """Items `(text,)` or `(section, text)` as texts by section; of a section that comes twice the texts are joined by
    a line break.
    """
    found: Texts = {}
    for item in items:
        name, text = ("", str(item[0])) if len(item) == 1 else (str(item[0]), str(item[1]))
        found[name] = f"{found[name]}\n{text}" if name in found else text
    return found


def flat(texts: Mapping[str, str]) -> str:
    """The sections' texts without their names, one below the other."""
    return "\n".join(texts.values())


def written(gold: Items, context: Context) -> str:
    """One section after the other; a line of a text that would read as a heading is indented by one blank."""
    colon = COLON[context.language]
    return "\n".join(f"{name}{colon}{_indented(str(text), context)}" for name, text in gold)


def reference(text: str, context: Context) -> Texts:
    """A reference of an instance as texts by section: the plain text where no sections are offered."""
    if not context.offered:
        return {"": text}
    if text.startswith("[["):
        return by_name(tuple((str(name), str(body)) for name, body in json.loads(text)))
    return by_name(tuple((name, body) for name, body in read(text, context)[1] if body))


def read(text: str, context: Context) -> tuple[str, list[tuple[str, str]]]:
    """What stands before the first heading, and (name, text) of each section, in the order of the text.

    A heading is an offered name, or an alias of one, and a colon at the start of a line.
    """
    parts = re.split(rf"^({heading(context)})", text, flags=re.MULTILINE)
    names: Iterable[str] = (named(part, context) for part in parts[1::2])
    texts = (_unindented(part, context) for part in parts[2::2])
    return parts[0].strip(), list(zip(names, texts, strict=True))


def heading(context: Context) -> str:
    """A pattern for any name asked for, the longest first, with its colon."""
    names = sorted({*context.offered, *context.aliases}, key=len, reverse=True)
    return rf"(?:{'|'.join(map(re.escape, names)) or '(?!)'})[ \t]*[:：]"


def named(head: str, context: Context) -> str:
    """The name that a heading, or a key in its place, stands for."""
    name = head.rstrip(" \t:：")
    return context.aliases.get(name, name) if name not in context.offered else name


def _indented(text: str, context: Context) -> str:
    return re.sub(rf"(?<=\n)(?= *{heading(context)})", " ", text)


def _unindented(text: str, context: Context) -> str:
    return re.sub(rf"(?<=\n) (?= *{heading(context)})", "", text).strip()
