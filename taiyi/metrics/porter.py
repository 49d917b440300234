"""Porter's stemmer (1980) with the departures of nltk, which Google's ROUGE uses when it stems."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

_IRREGULAR = {
    "sky": "sky",
    "skies": "sky",
    "dying": "die",
    "lying": "lie",
    "tying": "tie",
    "news": "news",
    "innings": "inning",
    "inning": "inning",
    "outings": "outing",
    "outing": "outing",
    "cannings": "canning",
    "canning": "canning",
    "howe": "howe",
    "proceed": "proceed",
    "exceed": "exceed",
    "succeed": "succeed",
}
_STEP_2 = tuple(
    pair.split(":")
    for pair in (
        "ational:ate tional:tion enci:ence anci:ance izer:ize bli:ble alli:al entli:ent eli:e ousli:ous ization:ize "
        "ation:ate ator:ate alism:al iveness:ive fulness:ful ousness:ous aliti:al iviti:ive biliti:ble fulli:ful"
    ).split()
)
_STEP_3 = tuple(pair.split(":") for pair in ("icate:ic", "ative:", "alize:al", "iciti:ic", "ical:ic", "ful:", "ness:"))
_STEP_4 = tuple("al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize".split())


@lru_cache(maxsize=65_536)  # texts repeat their words
def stem(word: str) -> str:
    """The stem of a lower-case word; a word of one or two letters is its own."""
    if word in _IRREGULAR or len(word) <= 2:
        return _IRREGULAR.get(word, word)
    word = _step_1c(_step_1b(_step_1a(word)))
    word = _replace(_step_2(word), _STEP_3)
    return _step_5(_step_4(word))


def _consonants(word: str) -> list[bool]:
    """Per letter, whether it is a consonant: y is one at the beginning and after a vowel."""
    found: list[bool] = []
    for letter in word:
        found.append(not found or not found[-1] if letter == "y" else letter not in "aeiou")
    return found


def _measure(word: str) -> int:
    """m in the form [C](VC){m}[V] of the word."""
    kinds = _consonants(word)
    return sum(not before and after for before, after in pairwise(kinds))


def _vowel(word: str) -> bool:
    return not all(_consonants(word))


def _short(word: str) -> bool:
    """Consonant, vowel, consonant other than w, x, y at the end; or nothing but a vowel and a consonant (nltk)."""
    kinds = _consonants(word)
    return (kinds[-3:] == [True, False, True] and word[-1] not in "wxy") or kinds == [False, True]


def _replace(word: str, rules: Sequence[Sequence[str]]) -> str:
    """The first suffix that fits is replaced if the rest has m > 0, and no other is tried."""
    for suffix, new in rules:
        if word.endswith(suffix):
            rest = word.removesuffix(suffix)
            return rest + new if _measure(rest) else word
    return word


def _step_1a(word: str) -> str:
    if word.endswith("ies"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _step_1b(word: str) -> str:
    if word.endswith("ied"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) else word
    for suffix in ("ed", "ing"):
        rest = word.removesuffix(suffix)
        if rest != word and _vowel(rest):
            return _mend(rest)
    return word


def _mend(word: str) -> str:
    """What is left after -ed and -ing: conflat(e), troubl(e), siz(e), hop(p), fil(e)."""
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if len(word) > 1 and word[-1] == word[-2] and _consonants(word)[-1]:
        return word if word[-1] in "lsz" else word[:-1]
    return word + "e" if _measure(word) == 1 and _short(word) else word


def _step_1c(word: str) -> str:
    rest = word.removesuffix("y")
    return rest + "i" if rest != word and len(rest) > 1 and _consonants(rest)[-1] else word


def _step_2(word: str) -> str:
    if word.endswith("alli") and _measure(word[:-4]):
        return _step_2(word[:-2])
    if word.endswith("logi"):
        return word[:-1] if _measure(word[:-3]) else word
    return _replace(word, _STEP_2)


def _step_4(word: str) -> str:
    for suffix in _STEP_4:
        if word.endswith(suffix):
            rest = word.removesuffix(suffix)
            fits = _measure(rest) > 1 and (suffix != "ion" or rest[-1] in "st")
            return rest if fits else word
    return word


def _step_5(word: str) -> str:
    rest = word.removesuffix("e")
    if rest != word and (_measure(rest) > 1 or (_measure(rest) == 1 and not _short(rest))):
        word = rest
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word
