"""What is wrong with a record by itself: length, damaged text, language, answers, labels. Each rule can be left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from taiyi.curation.normalise import normalised
from taiyi.params import Curate, QualityRule
from taiyi.records import AnyRecord, Dialogue, Language, Pair, Parallel, Question, Transform

_DAMAGE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ufffe\uffff]"  # replaced, control and impossible characters
    "|[ÃÂ][\x80-\xbf]|â€|ï¼"  # UTF-8 read as Latin-1 or Windows-1252
    "|锟斤拷|烫烫烫"  # replacement characters read as GBK; memory that nobody filled
)
_LETTER = re.compile(r"[^\W\d_]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_FEWEST_LETTERS = 20
"""Fewer letters than these (a formula, a drug's name) do not tell a language."""
_HAN_SHARE = {"zh": 0.05, "en": 0.3}
"""Of the letters of a text: in Chinese at least, in English at most."""
_COPY_CHARACTERS = 20
"""Shorter answers may well repeat the question: a name in two languages."""
_NEGATIVE = frozenset({"0", "no", "different", "contradiction", "neutral", "not_entailment"})

Check = Callable[[AnyRecord, Curate], str]


def problem(record: AnyRecord, rules: Curate) -> tuple[str, str] | None:
    """The first rule that the record breaks, and how."""
    for rule in rules.quality.rules:
        reason = _CHECKS[rule](record, rules)
        if reason:
            return rule, reason
    return None


def _empty_text(record: AnyRecord, rules: Curate) -> str:
    texts = [text.strip() for text in record.texts()]
    longest = max(map(len, texts), default=0)
    if all(texts) and longest >= rules.minimum_characters:
        return ""
    return f"its longest text has {longest} characters, at least {rules.minimum_characters} are needed"


def _too_long(record: AnyRecord, rules: Curate) -> str:
    longest = max((len(text.strip()) for text in record.texts()), default=0)
    if longest <= rules.maximum_characters:
        return ""
    return f"a text of {longest} characters, at most {rules.maximum_characters} are allowed"


def _damaged_text(record: AnyRecord, rules: Curate) -> str:
    for text in (*record.texts(), *(answer for _, answer in _answers(record))):
        marks = _DAMAGE.findall(text)
        if len(marks) > rules.quality.damaged_share * len(text):
            return f"{len(marks)} marks of a wrong encoding in {len(text)} characters, such as {marks[0]!a}"
    return ""


def _wrong_language(record: AnyRecord, rules: Curate) -> str:
    if isinstance(record, Parallel):
        sides: Iterator[tuple[Language, str]] = iter(record.translations.items())
    else:
        sides = iter(((record.language, " ".join(record.texts())),))
    for language, text in sides:
        if language == "en" and text.isascii():
            continue
        letters = len(_LETTER.findall(text))
        share = len(_HAN.findall(text)) / max(letters, 1)
        fits = share >= _HAN_SHARE["zh"] if language == "zh" else share <= _HAN_SHARE["en"]
        if letters >= _FEWEST_LETTERS and not fits:
            return f"said to be {language}, {share:.0%} of its letters are Chinese"
    return ""


def _answers(record: AnyRecord) -> Iterator[tuple[str, str]]:
    """Free-text answers with what they answer."""
    match record:
        case Question(kind="open" | "context"):
            yield from ((record.question, answer) for answer in record.answers)
        case Dialogue():
            said = [turn.text for turn in record.turns]
            yield from zip(said[::2], said[1::2], strict=False)
        case Parallel():
            source = record.translations[record.language]
            yield from ((source, text) for side, text in record.translations.items() if side != record.language)
        case Transform():
            yield from (
                (record.input, " ".join((output.text, *(section.text for section in output.sections))))
                for output in record.outputs
            )


def _empty_answer(record: AnyRecord, rules: Curate) -> str:
    for _, answer in _answers(record):
        if not any(character.isalnum() for character in answer):
            return f"the answer {answer!r} says nothing"
    return ""


def _copied_answer(record: AnyRecord, rules: Curate) -> str:
    for question, answer in _answers(record):
        if min(len(question), len(answer)) >= _COPY_CHARACTERS and normalised(question) == normalised(answer):
            return f"the answer repeats the question: {answer[:60]!r}"
    return ""


def _label_noise(record: AnyRecord, rules: Curate) -> str:
    if isinstance(record, Question) and record.kind == "choice":
        right = {normalised(choice.text) for choice in record.choices if choice.label in record.answers}
        for choice in record.choices:
            if choice.label not in record.answers and normalised(choice.text) in right:
                return f"the option {choice.label} reads as the answer does and is not one"
    if isinstance(record, Pair) and record.label.lower() in _NEGATIVE:
        same = normalised(record.text_1) == normalised(record.text_2)
        return f"both texts are the same and the label is {record.label!r}" if same else ""
    return ""


_CHECKS: dict[QualityRule, Check] = {
    "empty_text": _empty_text,
    "too_long": _too_long,
    "damaged_text": _damaged_text,
    "wrong_language": _wrong_language,
    "empty_answer": _empty_answer,
    "copied_answer": _copied_answer,
    "label_noise": _label_noise,
}
