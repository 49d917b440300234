"""JSON inside a request's fields: read into the core's types, or refused under the field's path."""

from __future__ import annotations

from typing import Any

import msgspec

from services.kit.errors import invalid_field
from taiyi.errors import TaiyiError


def from_json(text: str, kind: Any, field: str) -> Any:
    """The value of a field that holds JSON of a type; INVALID_ARGUMENT with the field's path if it holds none."""
    try:
        return msgspec.json.decode(text, type=kind)
    except RecursionError:
        problem = "is nested too deeply"
    except (msgspec.DecodeError, UnicodeDecodeError, TaiyiError) as error:
        problem = str(error)
    raise invalid_field(field, problem)
