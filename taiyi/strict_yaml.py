"""YAML into frozen types: duplicate and unknown keys are refused, and an error names the file and line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from taiyi.errors import InvalidInput, InvalidParams, NotFound

T = TypeVar("T")


class _Loader(yaml.SafeLoader):
    """SafeLoader, but a key given twice is an error, and only `true` and `false` are booleans."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in result:
            raise yaml.MarkedYAMLError(problem=f"the key {key!r} is given twice", problem_mark=key_node.start_mark)
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
# YAML 1.1 reads no, off and y as booleans; "no" is an answer in this field. 1e-3 is a number in YAML 1.2.
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in pairs if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?\d+(?:\.\d*)?[eE][-+]?\d+$"), list("-+0123456789")
)


def load(path: Path) -> Any:
    """The plain value of a YAML file; a syntax error or a duplicate key names the line."""
    if not path.exists():
        raise NotFound(f"{path} does not exist")
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidParams(str(error.problem), where=f"{path}:{line}") from error


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
