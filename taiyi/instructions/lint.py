"""What is wrong with wordings: placeholders, punctuation, wordings alike, answers given away; each with its file and line."""

from __future__ import annotations

import difflib
import re
import string
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from taiyi import strict_yaml, tasks
from taiyi.corpora import descriptor
from taiyi.errors import NotFound, TaiyiError
from taiyi.instructions.specs import task_spec
from taiyi.instructions.templates import FORM, placeholders
from taiyi.records import LANGUAGES, Language
from taiyi.tasks import Fields

LEAST, LEAST_OF_OTHERS = 15, 6
"""Wordings per task and language as the Taiyi paper has them; of a task's rarer groups, so many."""
LONGEST = 400
"""Characters of a wording, its placeholders aside. The longest serious one explains a decision tree in 330."""
ALIKE = 0.65
"""From this similarity on, two wordings of a group are one: see `similarity`."""

_ID = re.compile(r"[tf][1-9]\d*")
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")
_HALF_WIDTH = re.compile(r"[,;:?!()\"]|(?<![0-9A-Za-z])\.(?!\w)|\.{3}")
_BETWEEN_ASCII = re.compile(r"(?<=[0-9A-Za-z])[,;:?!()\"](?=[0-9A-Za-z])")
_SHOWN_FORM = re.compile(r"[,;] ")
_BRACKETED = re.compile(r"\[[^\[\]\n]*\]|（[^（）\n]*）|“[^“”\n]*”|「[^「」\n]*」")
_FORMS = re.compile(
    r"\b(?:one|a) line (?:per|for)\b|\bper line\b|separated by|semicolon|vertical bar|square brackets|round brackets"
    r"|\bNone\b|\bN/A\b|\bJSON\b|每行|一行|分号|竖线|方括号|(?:回答|写|填|输出)[“「\"]?无[”」\"]?|没有则写",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\bif\b|\bwhen\b|\bunless\b|\bor\b|若|如果|如无|没有|找不到|时|则|就", re.IGNORECASE)
_NONE = re.compile(r"\b(?:none|n/a|nil|null)\b|[“「\"]无[”」\"]|(?<=[答写填出])无(?!\w)", re.IGNORECASE)
_STATED = re.compile(
    r"(?:\b(?:answer|result|label|key)\s*[:=]|\bthe (?:right |correct )?answer is\b|(?:答案|结果|标签)\s*[：为是])[ \t]*"
    r"(?=[^\s\x00])",
    re.IGNORECASE,
)
_YES_NO = (re.compile(r"\byes\b|是(?=[或、/])", re.IGNORECASE), re.compile(r"\bno\b|(?<=[或、/])否", re.IGNORECASE))


_LINED = ("decision_tree",)
"""Groups whose answer is a text in lines, in any style."""


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong: `file:line`, the template as language.group.id, and what would be right."""

    where: str
    template: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {f'{self.template}: ' if self.template else ''}{self.problem}\n  {self.remedy}"


class _Wording(NamedTuple):
    language: Language
    group: str
    name: str
    text: str
    fields: Fields
    where: str

    def problem(self, problem: str, remedy: str) -> Problem:
        return Problem(self.where, f"{self.language}.{self.group}.{self.name}", problem, remedy)


def lint(
    folder: Path, *, least: int = LEAST, labels: Mapping[str, Collection[str]] = MappingProxyType({})
) -> list[Problem]:
    """All that is wrong with the wordings in a folder, by file and line; a task without a file counts.

    least: wordings that a task needs in each language; its groups for rarer cases need at most six.
    labels: task -> labels that its questions offer, see `labels_of`; where they are offered, no wording may hold one.
    """
    if not folder.is_dir():
        raise NotFound(f"{folder} is no folder of templates")
    found: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.stem not in tasks.ids():
            close = difflib.get_close_matches(path.stem, tasks.ids(), n=1)
            found.append(
                Problem(f"{path}:1", "", f"no task is called {path.stem}", f"known: {', '.join(close or tasks.ids())}")
            )
    for task in tasks.ids():
        path = folder / f"{task}.yaml"
        if path.exists():
            found += lint_file(path, tasks.load(task).GROUPS, least=least, labels=labels.get(task, ()))
        else:
            found.append(Problem(str(path), "", f"the task {task} has no wordings", f"write {path.name}"))
    return found


def labels_of(descriptors: Path) -> dict[str, set[str]]:
    """Task -> the labels that the described corpora have for it."""
    found: dict[str, set[str]] = {}
    for corpus in descriptor.ids(descriptors):
        for task, declared in descriptor.find(corpus, descriptors).tasks.items():
            spec = task_spec(corpus, task, declared)
            found.setdefault(task, set()).update(filter(None, (*spec.types.values(), spec.none_label)))
    return found


def lint_file(
    path: Path, groups: Mapping[str, Fields], *, least: int = LEAST, labels: Collection[str] = ()
) -> list[Problem]:
    """All that is wrong with one file, whose task asks in these groups; one problem if it cannot be read at all."""
    try:
        loaded = strict_yaml.convert(strict_yaml.load(path), dict[Language, dict[str, dict[str, str]]], path)
    except TaiyiError as error:
        return [
            Problem(
                getattr(error, "where", "") or str(path), "", getattr(error, "problem", str(error)), "mend the file"
            )
        ]
    lines = strict_yaml.lines(path)
    found: list[Problem] = []
    for language in LANGUAGES:
        sections = loaded.get(language, {})
        at = f"{path}:{lines.get((language,), 1)}"
        found += _groups(language, sections, groups, at, least)
        for group, wordings in sections.items():
            if group in groups:
                own = [
                    _Wording(language, group, name, text, groups[group], f"{path}:{lines[language, group, name]}")
                    for name, text in wordings.items()
                ]
                found += _group(own)
                found += _labelled(own, labels)
    return sorted(found, key=lambda problem: int(problem.where.rpartition(":")[2]))


def similarity(one: str, other: str) -> float:
    """How alike two wordings are, 0 to 1: Jaccard's index over runs of three characters of their letters and digits, case
    and width folded, each placeholder counting as one character.
    """
    first, second = (_runs(_core(text)) for text in (one, other))
    return len(first & second) / (len(first | second) or 1)


def _groups(
    language: Language, sections: Mapping[str, Mapping[str, str]], groups: Mapping[str, Fields], at: str, least: int
) -> Iterator[Problem]:
    main = "default" in groups
    for group in groups:
        count = sum(1 for name in sections.get(group, {}) if name.startswith("t"))
        needed = least if group == "default" or not main else min(least, LEAST_OF_OTHERS)
        if count < needed:
            yield Problem(
                at, f"{language}.{group}", f"{count} wordings of any style", f"{needed} are needed: t1, t2 ..."
            )
    for group in set(sections) - {FORM, *groups}:
        yield Problem(at, f"{language}.{group}", "no question asks in this group", f"known: {', '.join(groups)}")
    for group in set(sections.get(FORM, {})) - {"default", *groups}:
        yield Problem(at, f"{language}.{FORM}.{group}", "a form of no group", f"known: default, {', '.join(groups)}")


def _group(wordings: list[_Wording]) -> Iterator[Problem]:
    for number, wording in enumerate(wordings):
        if not _ID.fullmatch(wording.name):
            yield wording.problem(
                "not the id of a wording", "t1, t2 ..., or f1, f2 ... if it says how to write the answer"
            )
        fields = list(_placeholders(wording))
        yield from fields
        if not fields:
            for check in (_layout, _width, _answers):
                yield from check(wording)
            yield from _alike(wording, wordings[:number])


def _placeholders(wording: _Wording) -> Iterator[Problem]:
    names, may_be_left_out = wording.fields
    known = ", ".join("{" + name + "}" for name in names)
    try:
        parts = list(string.Formatter().parse(wording.text))
    except ValueError as error:
        yield wording.problem(f"braces that do not match: {error}", f"fields are {known}; a brace itself is doubled")
        return
    used = [name for _, name, _, _ in parts if name is not None]
    if any(spec or conversion for _, _, spec, conversion in parts):
        yield wording.problem("a placeholder with a format", "write the name alone in braces")
    for name in dict.fromkeys(used):
        if name not in names:
            yield wording.problem(f"an unknown field {{{name}}}", f"known: {known}")
        elif used.count(name) > 1:
            yield wording.problem(f"{{{name}}} is there {used.count(name)} times", "once is enough")
    for name in names:
        if name not in used and name not in may_be_left_out:
            yield wording.problem(f"the field {{{name}}} is missing", f"a wording of {wording.group} needs it")


def _layout(wording: _Wording) -> Iterator[Problem]:
    text = wording.text
    if text != text.strip() or re.search(r"[ \t]\n|\n[ \t]|\t|  ", text):
        yield wording.problem(
            "blanks at an end of the text or of a line, or in a row", "one blank between words, none elsewhere"
        )
    if "\n\n\n" in text or re.search(r"[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\ufeff]", text):
        yield wording.problem("empty lines in a row, or a character that cannot be seen", "take it out")
    length = sum(map(len, _literals(text)))
    if length > LONGEST:
        yield wording.problem(f"{length} characters without its fields", f"at most {LONGEST}")


def _width(wording: _Wording) -> Iterator[Problem]:
    for literal in _literals(wording.text):
        if wording.language == "en":
            if wrong := _CHINESE.search(literal):
                yield wording.problem(f"{wrong[0]!r} in English", "ASCII punctuation and English words")
                return
        else:
            shown = _BETWEEN_ASCII.sub("", _BRACKETED.sub(lambda match: _SHOWN_FORM.sub("", match[0]), literal))
            if wrong := _HALF_WIDTH.search(shown):
                yield wording.problem(f"the half-width {wrong[0]!r} in Chinese", "full width: ，。；：？！（）“”……")
                return


def _answers(wording: _Wording) -> Iterator[Problem]:
    """A wording may say how an answer is written; which it is, it must not."""
    text = "\x00".join(_literals(wording.text))
    for sentence in re.split(r"(?<=[.!?。！？])\s*|\n", text):
        if _NONE.search(sentence) and not _CONDITION.search(sentence):
            yield wording.problem(
                f"{sentence.strip()!r} says that there is no answer", "say in which case: None if there are none"
            )
    yes, no = (bool(pattern.search(text)) for pattern in _YES_NO)
    if yes != no and wording.group in ("mention", "pair", "decision"):
        yield wording.problem("it names one of yes and no", "name both, or neither")
    if stated := _STATED.search(text):
        yield wording.problem(f"an answer after {stated[0].strip()!r}", "leave the answer to who is asked")
    free = wording.name.startswith("f") or wording.group in _LINED
    if not free and (form := _FORMS.search(text)):
        yield wording.problem(
            f"{form[0]!r} is about how answers of style taiyi are written",
            "call it f1, f2 ...: other styles do not use it",
        )


def _labelled(wordings: Iterable[_Wording], labels: Collection[str]) -> Iterator[Problem]:
    known = [label.casefold() for label in labels if len(label) > 1]
    pattern = re.compile("|".join(rf"(?<![a-z0-9]){re.escape(label)}(?![a-z0-9])" for label in known) or "(?!)")
    for wording in wordings:
        text = "\x00".join(_literals(wording.text)).casefold() if "labels" in wording.fields.names else ""
        if label := pattern.search(text):
            yield wording.problem(f"it names the label {label[0]!r}", "let {labels} name them all")


def _alike(wording: _Wording, earlier: Iterable[_Wording]) -> Iterator[Problem]:
    for other in earlier:
        same = _core(wording.text) == _core(other.text)
        alike = 1.0 if same else similarity(wording.text, other.text)
        if alike >= ALIKE:
            how = "the same as" if same else f"nearly ({alike:.2f}) that of"
            yield wording.problem(f"{how} {other.name}, in line {other.where.rpartition(':')[2]}", "another way to ask")


def _literals(text: str) -> list[str]:
    """What stands between the placeholders."""
    return [literal for literal, _, _, _ in string.Formatter().parse(text)]


def _core(text: str) -> str:
    """Letters and digits, each placeholder as one character of its own."""
    for number, name in enumerate(sorted(placeholders(text))):
        text = text.replace("{" + name + "}", chr(0xE000 + number))
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum() or 0xE000 <= ord(c) < 0xF000)


def _runs(core: str) -> set[str]:
    padded = f"\x02{core}\x03"
    return {padded[n : n + 3] for n in range(max(1, len(padded) - 2))}
