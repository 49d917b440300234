"""Answers that are JSON: as style `json` writes them, and as models do, under whatever keys they choose.

The forms of style `json` stand on one line without blanks, with English keys in every language (docs/decisions/0010).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from taiyi.instances import Item, Items
from taiyi.tasks.fields import NotAsWritten

MENTION = ("text", "mention", "entity", "name", "word", "span", "实体", "文本", "名称")
TYPE = (
    "type",
    "label",
    "category",
    "entity_type",
    "class",
    "event_type",
    "relation",
    "predicate",
    "类型",
    "类别",
    "关系",
)
RELATION = ("relation", "predicate", "relation_type", "type", "label", "关系", "谓词")
HEAD = ("head", "subject", "head_entity", "entity1", "arg1", "source", "头实体", "主体", "主语")
TAIL = ("tail", "object", "tail_entity", "entity2", "arg2", "target", "尾实体", "客体", "宾语")
LABEL = ("label", "labels", "category", "categories", "class", "result", "answer", "标签", "类别", "结果", "答案")
ANSWER = ("answer", "choice", "option", "label", "答案", "选项")
SCORE = ("score", "similarity", "result", "answer", "分数", "得分", "相似度")
TRIGGER = ("trigger", "trigger_word", "触发词")
IDENTIFIER = ("id", "ids", "identifier", "concept", "concepts", "code", "concept_id", "编号")


_FENCED = re.compile(r"```\w*\s*(.*?)(?:```|\Z)", re.DOTALL)
_START = re.compile(r"""\{\s*["']|\[\s*(?:\{|\[\s*["'])""")
_APOSTROPHE = re.compile(r"(?<=[\[{,:\s])'|'(?=\s*[\],:}])")
_COMMA = re.compile(r",(?=\s*[\]}])")
_PART = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|"|[^\s\[\]{},:"]+', re.DOTALL)
_DEEPEST = 40


class Loaded(NamedTuple):
    """A value read from a text; `cut`: the text ends before the value does, so its last part is missing."""

    value: Any
    cut: bool = False


def written(value: Any) -> str:
    """The value as JSON, on one line without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def keyed(pairs: Iterable[tuple[str, Any]]) -> Any:
    """Pairs of name and value as an object; as a list of objects of one name each where a name comes twice."""
    pairs = list(pairs)
    value = dict(pairs)
    return value if len(value) == len(pairs) else [{name: element} for name, element in pairs]


def by_name(gold: Items, rest: Callable[[Item], Any]) -> Any:
    """Items that begin with a name as lists under their names, each item as what `rest` makes of it."""
    groups = groupby(gold, key=lambda item: str(item[0]))
    return keyed((name, [rest(item) for item in group]) for name, group in groups)


def unkeyed(value: Any, offered: Iterable[str]) -> list[tuple[str, Any]]:
    """What `keyed` made an object of; NotAsWritten if it is none, or a name is not offered."""
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, dict) and part.keys() <= set(offered) for part in parts):
        raise NotAsWritten
    return [pair for part in parts for pair in part.items()]


def listed(value: Any) -> list[Any]:
    """A list; NotAsWritten if it is none."""
    if not isinstance(value, list):
        raise NotAsWritten
    return value


def verbatim(value: Any) -> str:
    """A text as it stands; NotAsWritten if it is none."""
    if not isinstance(value, str):
        raise NotAsWritten
    return value


def under(value: Any, key: str) -> Any:
    """What stands under the only key of an object; NotAsWritten if it is no such object."""
    if not isinstance(value, dict) or value.keys() != {key}:
        raise NotAsWritten
    return value[key]


def said(text: str, keys: tuple[str, ...]) -> Loaded | None:
    """The texts under the first of the keys that an answer's JSON has, else all texts in it; None if it has no JSON."""
    answered = found(text) if _START.search(text) or text[:1] in ("{", "[", "`") else None
    if not answered:
        return None
    under_keys = (e for part in objects(answered.value) for key, e in part.items() if key.casefold() in keys)
    return Loaded([*leaves(next(under_keys, answered.value))], answered.cut)


def loaded(text: str) -> Any:
    """The value of a text that is JSON as a whole: an object or a list; None for any other text."""
    if text[:1] not in ("{", "["):
        return None
    try:
        value = json.loads(text, object_pairs_hook=_merged)
        if "\\ud" in text.casefold():  # half a surrogate pair is no text, and could not be written to a file
            value = json.loads(written(value).encode("utf-8", "replace"))
        return value
    except (ValueError, RecursionError):
        return None


def found(text: str, *, texts: bool = False) -> Loaded | None:
    """The JSON in an answer: the whole of it, what stands in a code fence, or an object (or list of objects) with
    words around it; in single quotes, with commas too many, or cut off at its end, as models give it.

    texts: a text that is cut off counts as far as it goes; else it is left out.
    """
    text = text.strip()
    fenced = _FENCED.search(text)
    for part in (text, fenced[1].strip() if fenced else ""):
        value = loaded(part)
        if value is not None:
            return Loaded(value)
    text = fenced[1] if fenced else text
    start = _START.search(text)
    if not start:
        return None
    value = (loaded(text[start.start() :] + '"}') or loaded(text[start.start() :] + '"}]')) if texts else None
    return _mended(text[start.start() :]) if value is None else Loaded(value, cut=True)


def _mended(text: str) -> Loaded | None:
    if '"' not in text:
        text = _APOSTROPHE.sub('"', text)
    end, closing, cut = _end(text)
    value = loaded(_COMMA.sub("", text[:end]) + closing)
    return None if value is None else Loaded(value, cut)


def _end(text: str) -> tuple[int, str, bool]:
    """Where the value that begins a text ends; else the last part of it that is whole, and the brackets then missing."""
    stack: list[str] = []
    safe: tuple[int, tuple[str, ...]] = (0, ())
    key = False  # what comes next is a key
    for part in _PART.finditer(text):
        sign = part[0]
        if len(stack) > _DEEPEST:
            break
        if sign in "{[":
            stack.append("}" if sign == "{" else "]")
            key = sign == "{"
        elif sign in "}]":
            if not stack or stack.pop() != sign:
                break
            if not stack:
                return part.end(), "", False
            key = False
        elif sign in ",:":
            key = sign == "," and stack[-1:] == ["}"]
        elif sign == '"' or (part.end() == len(text) and sign[0] != '"'):
            break  # it may go on
        if sign not in ",:" and (not key or sign == "{"):
            safe = part.end(), tuple(stack)
    return safe[0], "".join(reversed(safe[1])), True


def _merged(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; lists under the same key are one list."""
    value = dict(pairs)
    if len(value) < len(pairs):
        lists: dict[str, list[Any]] = {}
        for key, element in pairs:
            if isinstance(element, list):
                lists.setdefault(key, []).extend(element)
        value |= lists
    return value


def objects(value: Any, depth: int = 4) -> Iterator[dict[str, Any]]:
    """The objects in a value and in the lists and objects of it, those outside first."""
    if isinstance(value, dict):
        yield value
    if depth and isinstance(value, dict | list):
        for element in value.values() if isinstance(value, dict) else value:
            yield from objects(element, depth - 1)


def text(value: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    """The first text under one of the keys, in any case; an object's own text stands for it."""
    lowered = {key.casefold(): element for key, element in value.items()}
    for key in keys:
        element = lowered.get(key)
        if isinstance(element, dict):
            element = text(element, MENTION)
        if isinstance(element, str) and element.strip():
            return folded(element)
    return None


def texts(value: Any) -> list[str]:
    """The texts of a text, a list of texts or of objects with a mention."""
    if isinstance(value, str):
        return [folded(value)] if value.strip() else []
    if isinstance(value, dict):
        found = text(value, MENTION)
        return [found] if found else []
    return [found for element in value for found in texts(element)] if isinstance(value, list) and _flat(value) else []


def _flat(value: list[Any]) -> bool:
    return not any(isinstance(element, list) for element in value)


def folded(value: str) -> str:
    """White space as single blanks, as gold mentions have it."""
    return " ".join(value.split())


def lists(value: Any, depth: int = 4) -> Iterator[list[Any]]:
    """The lists in a value that hold no lists themselves."""
    if isinstance(value, list) and _flat(value):
        yield value
    elif depth and isinstance(value, dict | list):
        for element in value.values() if isinstance(value, dict) else value:
            yield from lists(element, depth - 1)


def leaves(value: Any) -> Iterator[str]:
    """Every value that is neither a list nor an object, as a text, in order; null is an empty one. However deep it lies."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            waiting.extend(reversed(value.values() if isinstance(value, dict) else value))
        else:
            yield "" if value is None else str(value)
