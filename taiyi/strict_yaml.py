"""YAML into frozen types: duplicate and unknown keys are refused, and an error names the file and line."""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from taiyi.errors import InvalidInput, InvalidParams, NotFound

T = TypeVar("T")


class _Loader(yaml.CSafeLoader):
    """SafeLoader, but a key given twice is an error, and plain values are read as YAML 1.2 reads them."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.MarkedYAMLError(problem="a key must be one plain value", problem_mark=key_node.start_mark)
        if key in result:
            raise yaml.MarkedYAMLError(problem=f"the key {key!r} is given twice", problem_mark=key_node.start_mark)
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
# YAML 1.1 reads no, off and y as booleans ("no" is an answer in this field), 1:30 as 90, 010 as 8 and 1e-3 as a text.
# YAML 1.2 does not; dates stay texts too.
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^(?:[-+]?(?:0|[1-9]\d*)|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|\.inf)$", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def load(path: Path) -> Any:
    """The plain value of a YAML file; a syntax error or a duplicate key names the line."""
    if not path.exists():
        raise NotFound(f"{path} does not exist")
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidParams(str(error.problem), where=f"{path}:{line}") from error
    except (yaml.YAMLError, ValueError, KeyError) as error:  # not UTF-8, a control character, !!int before a word
        raise InvalidParams(f"cannot be read: {error}", where=path) from error


def lines(path: Path) -> dict[tuple[str, ...], int]:
    """The line, from 1, of every key of a file's mappings, by the keys that lead to it."""
    found: dict[tuple[str, ...], int] = {}

    def walk(node: yaml.Node | None, keys: tuple[str, ...]) -> None:
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            found[*keys, str(key.value)] = key.start_mark.line + 1
            walk(value, (*keys, str(key.value)))

    walk(yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader), ())
    return found


def convert(value: Any, kind: type[T], path: Path) -> T:
    """A plain value as a typed one; an unknown key, a wrong type or a broken rule names the file, key and line."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise InvalidParams(str(error), where=_place(path, str(error))) from error
    except InvalidInput as error:
        raise InvalidParams(error.problem, where=path, remedy=error.remedy) from error


def _place(path: Path, message: str) -> str:
    """`file:line` of what a msgspec message complains about: its `$.a.b` path, then the unknown key if it names one."""
    keys = re.findall(r"[\w-]+", message.partition("`$")[2].partition("`")[0])
    unknown = re.search(r"unknown field `([^`]+)`", message)
    if unknown:
        keys.append(unknown[1])
    line, lines = 0, path.read_text(encoding="utf-8").splitlines()
    for key in keys:
        pattern = re.compile(rf"^\s*(?:- )?[\"']?{re.escape(key)}[\"']?\s*:")
        line = next((n for n in range(line, len(lines)) if pattern.match(lines[n])), line)
    return f"{path}:{line + 1}" if keys else str(path)
