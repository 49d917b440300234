"""Text as full-text search sees it: the same words on SQLite and PostgreSQL, and every Chinese character one of them."""

from __future__ import annotations

import re
import unicodedata

_CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")


def segmented(text: str) -> str:
    """The words of a text with blanks between them: compatibility forms folded, accents and case gone, a Chinese
    character being a word, so that a word of several is found as a phrase whatever its length.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def phrases(query: str) -> tuple[str, ...]:
    """What a query asks for, a segmented phrase for each of its words; none where it has no letter, digit or character."""
    return tuple(phrase for word in query.split() if (phrase := segmented(word)))
