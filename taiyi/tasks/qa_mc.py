"""QA-mc: multiple choice. The answer is the label of the right option: a letter, or yes, no, maybe."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Choice, Language, Question
from taiyi.tasks import Fields, Fitting, TaskSpec, grammar, json_forms
from taiyi.tasks.tc import bounded

_JOIN = r"\s*(?:[,，、;；/&+]|\band\b|\bor\b|和|与|及|或|\s)\s*"
# What announces an answer, and what may stand between that and the label.
_SAYS = r"""(?i:
    \b(?:answer|choice|option)\b [^.;。\n]{0,60}? (?: \bis\b | \b(?:would|should|must)\ be\b | [:=：\"] | \s-\s )
  | \b(?:answer|result)\b
  | (?:答案|结果) [^。；\n]{0,6}? (?: 是 | 为 | [:：】\]] ) | 答案
  | (?:故选|应选|选择|选) (?: 项 | 为 | 是 )?
  | \\boxed
)"""
_GAP = r"[\s:：*$\"'“\[(（【{-]{0,20}(?i:(?:option|choice|选项)\s{0,4})?[*(\[（]{0,4}"
_NAMED_BY_LETTER = re.compile(
    r"(?:vitamins?|hepatitis|influenza|groups?|types?|factor|protein|class|stage|grade|维生素|维他命|肝炎|型|组|级)\s*$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.;!。；！\n]+")

FITTING = Fitting("whole")
GROUPS = {
    "default": Fields(("question", "options")),
    "context": Fields(("context", "question", "options")),
    "decision": Fields(("context", "question", "options")),
    "multiple": Fields(("question", "options")),
}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per choice question. fields: question, options, context.

    Wordings: `multiple` where several answers may be right, `decision` for yes, no or maybe about a given context,
    `context` for other questions with one, else `default`.
    """
    if not isinstance(record, Question) or not record.annotated or record.kind != "choice":
        return
    if len(record.answers) > 1 and not spec.multiple:
        raise record.refuse(
            f"has {len(record.answers)} answers where one is expected", "set multiple: true for this task"
        )
    context, question = record.context.strip(), record.question.strip()
    if context and spec.multiple:  # rare enough to share the wordings of its group
        question = f"{context}\n{question}"
    yield Draft(
        fields={
            "question": question,
            "context": context,
            "options": _options(record.choices, record.language),
        },
        gold=tuple((label,) for label in record.answers),
        context=Context(
            offered=tuple(choice.label for choice in record.choices),
            choices=tuple((choice.label, choice.text) for choice in record.choices),
            multiple=spec.multiple,
            language=record.language,
        ),
        wording=_wording(bool(context), _are_words(record.choices), spec.multiple),
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """The label; several, joined by commas, or one to a line where a label holds a comma.

    JSON: `{"answer":"B"}`, and `{"answer":["A","C"]}` where several may be right.
    """
    labels = [str(label) for (label,) in gold]
    if style == "json":
        return json_forms.written({"answer": labels if context.multiple else labels[0]})
    text = ", ".join(labels)
    return text if _exact(text, context) == tuple(labels) else "\n".join(labels)


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """The label that an answer settles on: as `answer` writes it, else announced ("the answer is X", 答案是X), else
    standing alone or first, else by its option's text, else the last letter that stands alone.

    Letters in words, the article A, and the letters of vitamins and blood groups are not answers. Two letters where
    one is asked for are `ambiguous`, without items.
    """
    exact = _exact(text, context)
    if exact:
        return Parsed("ok", tuple((label,) for label in exact))
    said = json_forms.said(grammar.unwrapped(text, prompt).strip(), json_forms.ANSWER)
    bare = unicodedata.normalize("NFKC", grammar.clean(text, prompt) if said is None else ", ".join(said.value)).strip()
    if not bare:
        return Parsed("empty")
    options, before = _Options(context), grammar.before_remark(bare)
    layers = (_run, _by_text) if context.multiple else (_announced, _alone, _by_text, _last)
    first = [layer for layer in layers if layer is not _last or not options.letters] if before != bare else []
    readings = (*((layer, before) for layer in first), *((layer, bare) for layer in layers))
    labels = next((found for layer, body in readings if any(found := layer(body, options))), [])
    return _settled([label for label in labels if label], bare, context)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Accuracy against the commonest answer; macro-F1 over the labels in the details."""
    return Metric("accuracy")


def _are_words(choices: Sequence[Choice]) -> bool:
    """Whether the options are their own labels (yes, no, maybe)."""
    return all(choice.label.casefold() == choice.text.casefold() for choice in choices)


def _options(choices: Sequence[Choice], language: Language) -> str:
    if not _are_words(choices):
        return "\n".join(f"{choice.label}. {choice.text}" for choice in choices)
    *most, last = (choice.label for choice in choices)
    comma, either = ("、", "或") if language == "zh" else (", ", " or ")
    return either.join((comma.join(most), last)) if most else last


def _wording(context: bool, words: bool, multiple: bool) -> str:
    if multiple:
        return "multiple"
    if context:
        return "decision" if words else "context"
    return "default"


def _exact(text: str, context: Context) -> tuple[str, ...]:
    """The labels of a text just as `answer` writes one; empty for any other text."""
    if text in context.offered:
        return (text,)
    if answered := _exact_json(json_forms.loaded(text.strip()), context):
        return answered
    labels = tuple(text.split("\n" if "\n" in text else ", ")) if context.multiple else ()
    return labels if set(labels) <= set(context.offered) and len(set(labels)) == len(labels) else ()


def _exact_json(value: Any, context: Context) -> tuple[str, ...]:
    answers = value.get("answer") if isinstance(value, dict) and len(value) == 1 else None
    given: list[Any] = answers if isinstance(answers, list) and context.multiple else [answers]
    labels = tuple(label for label in given if isinstance(label, str) and label in context.offered)
    return labels if len(set(labels)) == len(given) else ()


class _Options:
    """The labels and option texts of a question, as patterns over NFKC text."""

    def __init__(self, context: Context) -> None:
        self.labels = {_fold(label): label for label in reversed(context.offered)}
        self.texts: dict[str, list[str]] = {}  # two options may have one text
        for label, text in context.choices:
            if _fold(text):
                self.texts.setdefault(_fold(text), []).append(label)
        self.letters = [label for label in context.offered if len(label) == 1 and label.isascii()]
        words = [label for label in context.offered if _fold(label) and label not in self.letters]
        self.words = words + [text for _, text in context.choices if _is_word(text)]
        self.letter = "|".join(map(bounded, self.letters)) or "(?!)"
        self.word = "|".join(map(bounded, sorted(map(_nfkc, self.words), key=len, reverse=True))) or "(?!)"

    def find(self, found: str) -> str:
        """The label of a label or option text as found; empty where it is only alike (İ, which is no i)."""
        folded = _fold(found)
        return self.labels.get(folded) or next(iter(self.texts.get(folded, ())), "")

    @property
    def any_label(self) -> str:
        """A label in prose: a capital letter as offered, a small one before a stop or the end, a word in any case."""
        return rf"(?:{self.letter}|(?i:{self.letter})(?=\s*(?:[.,)\]]|$))|(?i:{self.word}))"


def _announced(body: str, options: _Options) -> list[str]:
    """The label announced last, with those that follow it in a list."""
    said = list(re.finditer(rf"{_SAYS}(?:{_GAP})(?P<label>{options.any_label})(?!\ \d)", body, re.VERBOSE))
    return _with_followers(body, said[-1].start("label"), options) if said else []


def _alone(body: str, options: _Options) -> list[str]:
    """The label that is the whole answer, or that stands first and is set off from what follows."""
    either = rf"(?i:{options.letter}|{options.word})"
    if whole := re.fullmatch(rf"\W*(?P<label>{either})\W*", body):
        return [options.find(whole["label"])]
    set_off = rf"(?:{options.letter})(?=\s*(?:[.:)\],;、。]|选?项|\n|and\b|or\b|和|与))"
    first = re.match(rf"\W*(?P<label>{set_off}|(?i:{options.word})(?=[a-z']?[^\w]|的))", body)
    return _with_followers(body, first.start("label"), options) if first else []


def _by_text(body: str, options: _Options) -> list[str]:
    """The option whose text is the answer, one of its sentences, or the only option text within it."""
    for parts in ([body], _SENTENCE_END.split(body)):
        texts = {_fold(part) for part in parts} & set(options.texts)
        if len(texts) == 1:
            return options.texts[texts.pop()]
    long = sorted((text for text in options.texts if not _is_word(text)), key=len, reverse=True)
    found = set(re.findall("|".join(map(bounded, long)), body.casefold())) if long else set()
    labels = options.texts[found.pop()] if len(found) == 1 else []
    return labels if len(labels) == 1 else []


def _last(body: str, options: _Options) -> list[str]:
    """The last letter that stands alone, with those it is listed with; or the word that ends the answer."""
    end = re.search(rf"(?i:{options.word})(?=\W*$)", body)
    if end:
        return [options.find(end[0])]
    spots = [m for m in re.finditer(options.letter, body) if _means_option(body, m.start(), m.end())]
    if not spots:
        return []
    labels = [options.find(spots[-1][0])]
    for earlier, later in zip(reversed(spots[:-1]), reversed(spots), strict=False):
        if not re.fullmatch(_JOIN, body[earlier.end() : later.start()]):
            break
        labels.insert(0, options.find(earlier[0]))
    return labels


def _run(body: str, options: _Options) -> list[str]:
    """Several letters in a row, announced or not: `ABD`, `A, B and D`, A、B、D; else all letters that stand alone."""
    said = re.search(rf"{_SAYS}(?:{_GAP})(?=[A-Z])", body, re.VERBOSE)
    row = re.match(r"\W*([A-Z]+)(?![A-Za-z])", body[said.end() if said else 0 :])
    if row and len(row[1]) > 1 and set(row[1]) <= set(options.letters):
        return list(row[1])
    spots = re.finditer(rf"{options.letter}|(?i:{options.word})", body)
    return [options.find(m[0]) for m in spots if _means_option(body, m.start(), m.end())]


def _with_followers(body: str, start: int, options: _Options) -> list[str]:
    """The label at `start` and the further ones of the list that it begins (`A or B`, `B, C`)."""
    listed = rf"(?:{options.letter})(?!-?\w)|(?i:{options.letter}|{options.word})"
    labels, place = [], start
    while found := re.compile(listed).match(body, place):
        labels.append(options.find(found[0]))
        joint = re.compile(rf"{_JOIN}(?={options.letter})").match(body, found.end())
        if not joint or not _means_option(body, joint.end(), joint.end() + 1) or joint[0].isspace():
            break
        place = joint.end()
    return labels


def _means_option(body: str, start: int, end: int) -> bool:
    """Whether the letter there names an option: not an article or pronoun, not part of a name (vitamin D, B-cell)."""
    before, after = body[max(0, start - 20) : start], body[end : end + 20]
    article = body[start:end] in ("A", "I") and re.match(r"\s+(?!(?:is|was|because|as|and|or)\b)[a-z0-9]", after)
    return not (article or re.match(r"-\w|\s?(?:cells?|lymphocytes?)\b", after) or _NAMED_BY_LETTER.search(before))


def _settled(labels: Sequence[str], body: str, context: Context) -> Parsed:
    found = tuple(dict.fromkeys(labels))
    if len(found) == 1 or (found and context.multiple):
        return Parsed("ok", tuple((label,) for label in found))
    if found:
        return Parsed("ambiguous", (), found)
    if grammar.is_refusal(body):
        return Parsed("refusal")
    return Parsed("off_schema" if len(body) <= 3 else "unparsed", (), (body[:80],))


def _is_word(text: str) -> bool:
    """Whether an option's text is too short to be looked for in prose: yes, no, maybe, 是, 否."""
    return len(text) <= (5 if text.isascii() else 1) and text.isalpha()


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _fold(text: str) -> str:
    return _nfkc(text).casefold().strip(" \t\r\n.,;:!?。，；：！？*\"'“”()（）[]")
