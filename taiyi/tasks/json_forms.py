"""Answers that are JSON: objects by label, lists of objects under whatever keys models choose."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

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
TRIGGER = ("trigger", "trigger_word", "触发词")
IDENTIFIER = ("id", "ids", "identifier", "concept", "concepts", "code", "concept_id", "编号")


def loaded(text: str) -> Any:
    """The value of a text that is JSON as a whole: an object or a list; None for any other text."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


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
    """Every value that is neither a list nor an object, as a text; null is an empty one. However deep it lies."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            waiting.extend(value.values() if isinstance(value, dict) else value)
        else:
            yield "" if value is None else str(value)
