"""What the ROUGE programs take for tokens: Google's, single characters, and BERT's basic tokenizer."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from taiyi.metrics.porter import stem as porter

_NO_WORD = re.compile(r"[^a-z0-9]+")
_STEMMED_FROM = 4  # Google leaves shorter words as they are
_IDEOGRAPHS = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)


def google(text: str, *, stem: bool = False) -> list[str]:
    """Runs of a-z and 0-9 of the lower-case text: everything else, Chinese and Greek included, is lost."""
    words = _NO_WORD.sub(" ", text.lower()).split()
    return [porter(word) if stem and len(word) >= _STEMMED_FROM else word for word in words]


def characters(text: str) -> list[str]:
    """Every character that is no white space."""
    return [character for character in text if not character.isspace()]


def bert_basic(text: str) -> list[str]:
    """BERT's basic tokens (Devlin et al. 2019, uncased): words, single ideographs and single punctuation marks.

    Lower case, accents off (NFD without Mn), control characters off. ASCII symbols such as $ and ^ are punctuation.
    """
    return [token for word in "".join(map(_spaced, text)).split() for token in _tokens(word)]


@lru_cache(maxsize=1 << 16)
def _spaced(character: str) -> str:
    """A character as it stands before words are parted: an ideograph between blanks, a control character gone."""
    clean = _clean(character)
    return f" {clean} " if _ideograph(clean) else clean


@lru_cache(maxsize=1 << 16)
def _tokens(word: str) -> tuple[str, ...]:
    return tuple(_cut(_bare(word)))


def _clean(character: str) -> str:
    if character.isspace() and (character in "\t\n\r" or unicodedata.category(character) == "Zs"):
        return " "
    return "" if character == "\ufffd" or unicodedata.category(character).startswith("C") else character


def _ideograph(character: str) -> bool:
    return any(first <= ord(character or " ") <= last for first, last in _IDEOGRAPHS)


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if unicodedata.category(c) != "Mn")


def _cut(word: str) -> list[str]:
    return "".join(f" {c} " if _punctuation(c) else c for c in word).split()


def _punctuation(character: str) -> bool:
    ascii_symbol = character.isascii() and character.isprintable() and not character.isalnum() and character != " "
    return ascii_symbol or unicodedata.category(character).startswith("P")
