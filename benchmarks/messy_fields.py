"""Where a dressed answer has to quote a field: only where no reader could tell what it is or where it ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from taiyi.instances import Context
from taiyi.tasks import grammar

_LINE = re.compile(r"[\n\r\t\x0b\x0c\x85\u2028\u2029]")
_MARKS = re.compile(r"\*\*|```|^[-*•●▪·#>]+\s|^\(?\d{1,3}[.)、]\s|<\||</?(?:think|s|eod|eos)>")
_EDGES = re.compile(r"^[\s\"“”‘’「'`]|[\s\"“”‘’」'`.。,，、:：;；]$")
_SEPARATES = {
    ";": re.compile("[;；]"),
    "；": re.compile("[;；]"),
    ",": re.compile(r",\s|，"),
    "，": re.compile(r"[，、;；]|,\s"),
    ":": re.compile(r":\s|：| [-–—|>] "),
    "|": re.compile(r"\|"),
}
_BRACKET = re.compile(r"[()\[\]（）【】]")


class Fields:
    """Writes fields. quoted: how many stand in quotation marks, by reason; names: what the question offers."""

    def __init__(self) -> None:
        self.quoted: Counter[str] = Counter()
        self.names: Context | None = None

    def field(self, text: str, *forbidden: str) -> str:
        """A mention, in quotation marks where nobody could tell where it begins and ends, or that it is one."""
        reason = self._unclear(text, forbidden)
        if not reason:
            return text
        self.quoted[reason] += 1
        return '"' + text.replace('"', '""') + '"'

    def end(self, text: str, settled: bool) -> str:
        """An end of a pair; its commas are no doubt where the question's text settles which comma is the pair's."""
        return self.field(text, "brackets", *(() if settled else (",",)))

    def _unclear(self, text: str, forbidden: Sequence[str]) -> str:
        if "name" in forbidden and self.names and grammar.whole_label(text, self.names):
            return "also an offered name"
        if "none" in forbidden and (grammar.is_nothing(text) or grammar.is_none(text)):
            return "also a word for none"
        if _LINE.search(text) or _MARKS.search(text):
            return "holds line breaks or marks"
        if _EDGES.search(text):
            return "begins or ends with punctuation"
        if any(mark in _SEPARATES and _SEPARATES[mark].search(text) for mark in forbidden):
            return "holds the separator"
        unmatched = "brackets" in forbidden and _BRACKET.search(text) and not _matched(text)
        return "has brackets that do not match" if unmatched else ""


def _matched(text: str) -> bool:
    stack: list[str] = []
    pairs = {")": "(", "]": "[", "）": "（", "】": "【"}
    for letter in text:
        if letter in pairs.values():
            stack.append(letter)
        elif letter in pairs and (not stack or stack.pop() != pairs[letter]):
            return False
    return not stack
