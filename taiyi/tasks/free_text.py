"""Answers that are plain text: written as they are, and read past what models put around them.

A text that the reading would alter is written in quotation marks, with quotation marks inside it doubled (as CSV
does); what stands so quoted is read back verbatim. That makes writing and reading inverse for every text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from taiyi.instances import Items, Parsed, Style
from taiyi.tasks import grammar, json_forms

_PAIRS = (("“", "”"), ("「", "」"), ("『", "』"), ("‘", "’"))
_OWN_TAG = re.compile(r"^\s*(?:Taiyi|Assistant|Doctor|AI|太一|助手|医生)\s*[:：]\s*", re.IGNORECASE)
_NEXT_TURN = re.compile(
    r"\n[ \t]*(?:User|Human|Patient|Taiyi|Assistant|用户|患者|病人|太一|助手)\s*[:：]", re.IGNORECASE
)


class Form(NamedTuple):
    """How a task's texts look.

    key: the text's key in JSON; leads: words that may stand before the text with a colon; title: only the first line is
    the answer; dialogue: the speaker's own tag is left out, and so is all from the next speaker's tag on.
    """

    key: str
    leads: tuple[str, ...] = ()
    title: bool = False
    dialogue: bool = False


def items(text: str) -> Items:
    """A gold text as items: one item of one string, without outer blanks and line breaks."""
    return ((text.strip(),),)


def references(gold: str, others: Iterable[str]) -> tuple[str, ...]:
    """Further acceptable texts: stripped, each once, none empty or equal to the gold."""
    known = dict.fromkeys(("", gold.strip()))
    return tuple(text for text in dict.fromkeys(other.strip() for other in others) if text not in known)


def answer(gold: Items, form: Form, style: Style) -> str:
    """The gold text as it is, or quoted where `parse` would read it otherwise; in JSON `{"<key>":"<text>"}`."""
    text = str(gold[0][0])
    if style == "json":
        return json_forms.written({form.key: text})
    if parse(text, form).items == gold:
        return text
    return '"' + text.replace('"', '""') + '"'


def parse(text: str, form: Form) -> Parsed:
    """Read a text, leaving out what is around it: reasoning, special tokens, a lead ("Translation:"), speakers' tags,
    quotation marks around the whole, and JSON. A refusal keeps no items.
    """
    verbatim = _quoted(text.strip())
    if verbatim is not None:
        return _parsed(verbatim)
    bare = grammar.unwrapped(text).strip()
    read = _from_json(text.strip(), form) or _from_json(bare, form)
    if read:
        return read
    if form.dialogue:
        bare = _NEXT_TURN.split(_OWN_TAG.sub("", bare, count=1), maxsplit=1)[0].strip()
    bare = _without_lead(bare, form.leads)
    if form.title:
        bare = bare.split("\n", 1)[0].strip()
    if grammar.is_refusal(bare):
        return Parsed("refusal")
    return _parsed(_unwrapped(bare))


def _from_json(text: str, form: Form) -> Parsed | None:
    """The text under the form's key in a JSON object, or the object's only text; None for any other text."""
    found = json_forms.found(text, texts=True) if text[:1] in ("{", "`") else None
    if not found or not isinstance(found.value, dict):
        return None
    value = found.value.get(form.key, next(iter(found.value.values())) if len(found.value) == 1 else None)
    if not isinstance(value, str):
        return None
    return Parsed("partial", items(value)) if found.cut and value.strip() else _parsed(value)


def _parsed(text: str) -> Parsed:
    return Parsed("ok", items(text)) if text.strip() else Parsed("empty")


def _quoted(text: str) -> str | None:
    """The inside of a text in straight quotation marks with those inside it doubled; None for any other text."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return None
    inside = text[1:-1]
    return None if '"' in inside.replace('""', "") else inside.replace('""', '"')


def _unwrapped(text: str) -> str:
    """The text without the quotation marks that enclose it as a whole."""
    straight = _quoted(text)
    if straight is not None:
        return straight
    for left, right in _PAIRS:
        inside = text[1:-1]
        if len(text) > 2 and text[0] == left and text[-1] == right and left not in inside and right not in inside:
            return inside
    return text


def _without_lead(text: str, leads: Iterable[str]) -> str:
    for lead in leads:
        found = re.match(rf"\**{re.escape(lead)}\**\s*[:：]\**\s*", text, re.IGNORECASE)
        if found:
            return text[found.end() :]
    return text
