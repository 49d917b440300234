"""What is wrong with an answer beyond being wrong: mentions its source does not hold, names not offered, its language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from taiyi.instances import Instance, Item, Outcome
from taiyi.metrics.outcomes import readable
from taiyi.metrics.sources import sources, without_names
from taiyi.records import Language, Part
from taiyi.tasks import yes_no

FREE_TEXT = ("mt", "tt_ds", "tt_ts", "mrd", "qa_sqa", "qa_cqa")
"""Tasks whose answers are texts, so that they may be in another language than the one asked for."""

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\uff21-\uff3a\uff41-\uff5a]")
_OTHER = re.compile(r"[\u0400-\u052f\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\uac00-\ud7af]")
_LETTERS_A_HAN = 3
"""How many letters say as much as one Han character: "liver" is one word of 肝 or 肝脏."""
_JUDGED_FROM = 24
"""Weighted letters that an answer must have to be of a language: 8 Han characters, or four or five English words."""
_LEAST_HAN = 0.1
"""Of a Chinese answer: the rest may be names of genes, drugs and trials, which stand in Latin letters."""
_MOST_HAN = 0.5
"""Of an English answer: no term of one is written in Chinese, but a quotation may be."""

_CUT_OFF = "the JSON is cut off"
_NAMED = re.compile(r"([^:：]{1,60})[:：]")


class Flags(Part, frozen=True):
    """What is wrong with answers beyond being wrong.

    hallucinated: predicted mentions that do not occur in the source, of `mentions` predicted (extraction only);
      respelled: those of them that do in other case or width.
    off_schema: predicted names, labels or types that were not offered. wrong_language: answers not in the language
    asked for.
    """

    mentions: int = 0
    hallucinated: int = 0
    respelled: int = 0
    off_schema: int = 0
    wrong_language: int = 0


class Flagged(Part, frozen=True):
    """What is wrong with one answer beyond being wrong.

    mentions: the distinct texts that it copied from its source, or claims to. hallucinated: those that do not occur
    there, also not within a longer word; respelled: those of them that occur in other case or width. A text that the
    gold has is neither (the parts of a discontinuous mention do not stand side by side in the source).
    off_schema: names, labels, types and roles that were not offered, each once, as far as the reading noted them.
    wrong_language: a text in another script than that of the language asked for; a short one is not judged.
    """

    mentions: int = 0
    hallucinated: tuple[str, ...] = ()
    respelled: tuple[str, ...] = ()
    off_schema: tuple[str, ...] = ()
    wrong_language: bool = False


def flags(outcomes: Sequence[Outcome]) -> Flags:
    """The counts over answers, those that could not be read and those not given having nothing wrong in this sense."""
    return summed(of(outcome, source) for outcome, source in zip(outcomes, sources(outcomes), strict=True))


def summed(found: Iterable[Flagged]) -> Flags:
    """The counts over answers that were looked at one by one."""
    found = list(found)
    return Flags(
        mentions=sum(one.mentions for one in found),
        hallucinated=sum(len(one.hallucinated) for one in found),
        respelled=sum(len(one.respelled) for one in found),
        off_schema=sum(len(one.off_schema) for one in found),
        wrong_language=sum(one.wrong_language for one in found),
    )


def of(outcome: Outcome, source: str | None = None) -> Flagged:
    """What is wrong with one answer. `source`: see `sources`; without it the prompt but for the list of names in it."""
    if outcome.text is None:
        return Flagged()
    instance = outcome.instance
    texts = list(dict.fromkeys(mentions(outcome))) if readable(outcome) else []
    asked_about = source if source is not None or not texts else without_names(instance)
    lost, respelled = _absent(texts, instance, asked_about or "")
    return Flagged(
        mentions=len(texts),
        hallucinated=tuple(lost),
        respelled=tuple(respelled),
        off_schema=tuple(off_schema(outcome)),
        wrong_language=instance.task in FREE_TEXT and in_wrong_language(_said(outcome), instance.context.language),
    )


def mentions(outcome: Outcome) -> Iterator[str]:
    """The texts in an answer that are copied from the source: mentions, ends of relations, triggers and arguments."""
    instance, items = outcome.instance, outcome.parsed.items
    if yes_no.asked(instance.context):
        return
    match instance.task:
        case "ner":
            yield from (str(item[1]) for item in items)
        case "re" | "cre":
            yield from (text for item in items for text in _ends(item))
        case "ee":
            yield from (text for item in items for text in (str(item[1]), *(str(slot[1]) for slot in item[2])))
        case "coref":
            yield from (str(text) for item in items for text in item)
        case "nen" if not instance.context.choices:
            yield from (str(item[0]) for item in items)


def off_schema(outcome: Outcome) -> list[str]:
    """Names in an answer that were not offered, each once: in its items, and in what its reading noted."""
    context, parsed, task = outcome.instance.context, outcome.parsed, outcome.instance.task
    offered = {*context.offered, *(term for _, term in context.choices)}
    names = [name for name in _names(task, parsed.items) if name not in offered] if offered else []
    if context.roles:
        roles = [str(slot[0]) for item in parsed.items for slot in item[2]] if task == "ee" else []
        names.extend(role for role in roles if role not in context.roles)
    if parsed.status == "off_schema":
        headed = [match[1].strip() for note in parsed.notes if (match := _NAMED.match(note))]
        names.extend(headed or parsed.notes[:1] or ("",))
    elif parsed.status == "partial" and task in ("tc", "tt_ts"):
        longest = 2 * max(map(len, context.offered), default=0) + 20
        names.extend(note for note in parsed.notes if note != _CUT_OFF and len(note) <= longest)
    return list(dict.fromkeys(names))


def in_wrong_language(text: str, language: Language) -> bool:
    """Whether a text is in another script than its language's, by the share of Han among its letters, a Han character
    counting three; other scripts are no language asked for. Numbers and short texts are not judged. Languages of one
    script (English and Spanish) are not told apart.
    """
    if language == "en" and text.isascii():
        return False
    han, latin, other = _LETTERS_A_HAN * len(_HAN.findall(text)), len(_LATIN.findall(text)), len(_OTHER.findall(text))
    letters = han + latin + 2 * other
    if letters < _JUDGED_FROM:
        return False
    if 2 * other > letters / 2:
        return True
    return han < _LEAST_HAN * letters if language == "zh" else han > _MOST_HAN * letters


def _absent(texts: Iterable[str], instance: Instance, source: str) -> tuple[list[str], list[str]]:
    """The texts that neither the source holds, line breaks counting as blanks, nor the gold; and those of them that
    it holds in other case or width.
    """
    lost = [text for text in texts if text not in source]
    if not lost:
        return [], []
    flat, gold = _flat(source), {text for item in instance.gold for text in strings(item)}
    lost = [text for text in lost if text not in gold and _flat(text) not in flat]
    known = folded(flat) if lost else ""
    return lost, [text for text in lost if folded(_flat(text)) in known]


def folded(text: str) -> str:
    """A text without case and width."""
    return unicodedata.normalize("NFKC", text).casefold()


def _flat(text: str) -> str:
    return " ".join(text.split())


def _ends(item: Item) -> Iterator[str]:
    for end in item[1:]:
        if isinstance(end, str):
            yield end
        else:
            yield from _ends(end)


def strings(item: Item) -> Iterator[str]:
    """All texts of an item, those of nested ones too."""
    for part in item:
        if isinstance(part, str):
            yield part
        else:
            yield from strings(part)


def _names(task: str, items: Sequence[Any]) -> Iterator[str]:
    """The names in items that must be offered ones."""
    for item in items if task not in ("coref", "mrd", "mt", "qa_sqa", "qa_cqa", "tt_ds", "tp_ss") else ():
        yield str(item[0])
        if task == "cre":
            yield from _names(task, [end for end in item[1:] if not isinstance(end, str)])


def _said(outcome: Outcome) -> str:
    """The texts of an answer, of sections without their names; all of one in which no section was found."""
    if outcome.parsed.status == "unparsed":
        return outcome.text or ""
    return " ".join(str(item[-1]) for item in outcome.parsed.items) if readable(outcome) else ""
