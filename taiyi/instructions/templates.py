"""Wordings: how a task is asked in a language, from data/templates, and which of them a record gets."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from taiyi import strict_yaml
from taiyi.errors import InvalidParams, NotFound
from taiyi.instances import Draft, Style
from taiyi.instructions.mixing import ranks
from taiyi.records import LANGUAGES, Language, Turn

Wordings = Mapping[str, Mapping[str, str]]
"""Group -> template id -> wording, of one task and language."""

_FIELD = re.compile(r"[a-z][a-z0-9_]*")
_NO_WORD = re.compile(r"_|\d|[a-z][A-Z]")

FORM = "form"
"""The section of a language that is no group of wordings: group (or `default`) -> the JSON wanted as the answer."""


@cache
def templates(task: str, folder: Path, style: Style = "taiyi") -> dict[Language, Wordings]:
    """The wordings of a task by language, from `folder`/<task>.yaml; an empty group or a misspelt key is refused.

    Wordings f1, f2 ... say how the answer is to be written, in style taiyi; no other style has them.
    """
    return {
        language: {
            group: {name: text for name, text in wordings.items() if style == "taiyi" or not name.startswith("f")}
            for group, wordings in groups.items()
            if group != FORM
        }
        for language, groups in _loaded(task, folder).items()
    }


@cache
def pooled(task: str, language: Language, group: str, folder: Path, style: Style, pool: int) -> Mapping[str, str]:
    """Template id -> wording: the first `pool` of a group (0: all); NotFound where the task has none in the language."""
    wordings = templates(task, folder, style)[language].get(group)
    if not wordings:
        raise NotFound(f"{folder / task}.yaml has no wordings at {language}.{group}; add some, t1: ...")
    return dict(list(wordings.items())[: pool or None])


def usable(group: Mapping[str, str], draft: Draft, lists: Sequence[str], *, unlisted: bool) -> Mapping[str, str]:
    """Those wordings of a group that suit a draft: with a list (of types, say) where it has one, without where it has
    none. unlisted: also without, if what the list names are words that a reader knows (chemical; not GENE-Y or CellLine).
    All of them where none suits.
    """
    if not lists:
        return group
    needed = frozenset(
        name for name in lists if draft.fields[name] and not (unlisted and not _NO_WORD.search(draft.fields[name]))
    )
    blank = frozenset(name for name in lists if not draft.fields[name])
    return _suited(tuple(group.items()), needed, blank) or group


@cache
def _suited(group: tuple[tuple[str, str], ...], needed: frozenset[str], blank: frozenset[str]) -> Mapping[str, str]:
    return {name: text for name, text in group if needed <= placeholders(text) and not blank & placeholders(text)}


@cache
def placeholders(wording: str) -> frozenset[str]:
    """The names of the fields that a wording asks for."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(wording) if name is not None)


def forget() -> None:
    """Read template files anew when they are asked for next: a process that lives long calls it when they change."""
    for cached in (templates, pooled, _loaded):
        cached.cache_clear()


def form(task: str, language: Language, group: str, folder: Path) -> str:
    """What style `json` says after every wording of a group: which JSON is wanted."""
    forms = _loaded(task, folder)[language].get(FORM, {})
    text = forms.get(group) or forms.get("default")
    if not text:
        raise NotFound(f"{folder / task}.yaml has no form at {language}.{FORM}; style json needs one, default: ...")
    return text


@cache
def _loaded(task: str, folder: Path) -> dict[Language, Wordings]:
    path = folder / f"{task}.yaml"
    loaded = strict_yaml.convert(strict_yaml.load(path), dict[Language, dict[str, dict[str, str]]], path)
    for language in LANGUAGES:
        if not loaded.get(language) or not all(loaded[language].values()):
            raise InvalidParams(f"a group without wordings at {language}", where=path, remedy="give one, t1: ...")
        for group, wordings in loaded[language].items():
            if group != FORM:
                for name, text in wordings.items():
                    _check_fields(text, path, (language, group, name))
    return dict(loaded)


def _check_fields(text: str, path: Path, keys: tuple[str, ...]) -> None:
    """A wording may ask for fields by their plain names alone: `{text.__class__}` would show what is behind a value, and
    `{text:>999999999}` fills the memory.
    """
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        problem = f"braces that do not match: {error}"
    else:
        wrong = [
            _spelled(name, spec, conversion)
            for _, name, spec, conversion in parts
            if name is not None and (spec or conversion or not _FIELD.fullmatch(name))
        ]
        if not wrong:
            return
        problem = f"a wording asks for {wrong[0]}"
    line = strict_yaml.lines(path).get(keys, 1)
    remedy = "fields stand in braces by their names alone, {text}; a brace itself is doubled"
    raise InvalidParams(f"{'.'.join(keys)}: {problem}", where=f"{path}:{line}", remedy=remedy)


def _spelled(name: str, spec: str | None, conversion: str | None) -> str:
    return "{" + name[:80] + (f"!{conversion}" if conversion else "") + (f":{spec[:80]}" if spec else "") + "}"


def chosen_wordings(group: Mapping[str, str], *, seed: int, record: str, count: int) -> tuple[str, ...]:
    """The ids of `count` wordings for a record: those of lowest rank, so that a new wording moves few records."""
    ranked = ranks(seed, record, group)
    return (min(ranked)[1],) if count == 1 and ranked else tuple(name for _, name in sorted(ranked)[:count])


def worded(wording: str, draft: Draft, where: str, form: str = "") -> tuple[Turn, ...]:
    """The conversation up to the answer. In a dialogue the wording opens it and later turns stand as they were said.
    A `form` follows the wording on a line of its own, as it stands.
    """
    opening = draft.history[0].text if draft.history else draft.fields.get("text", "")
    fields = {**draft.fields, "text": opening} if draft.history else draft.fields
    try:
        first = wording.format_map(fields)
    except (KeyError, IndexError, ValueError) as error:
        known = ", ".join("{" + name + "}" for name in sorted(fields))
        raise InvalidParams(
            f"the wording {wording!r} asks for {error}", where=where, remedy=f"known: {known}"
        ) from error
    if form:
        first = f"{first}\n{form}"
    if not draft.history:
        return (Turn("user", first),)
    return (Turn("user", first), *draft.history[1:], Turn("user", draft.fields["text"]))
