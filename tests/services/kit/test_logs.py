"""Logs: one JSON object a line, whatever is in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from services.kit import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    before = (logs.log.handlers, logs.log.propagate, logs.log.level)
    stream = io.StringIO()
    logs.to(stream)
    yield stream
    logs.log.handlers, logs.log.propagate, level = before
    logs.log.setLevel(level)


def test_an_event_is_one_line_of_json(stream: io.StringIO) -> None:
    logs.event("call", method="/a/B", caller="糖\n尿", path=object())
    (line,) = stream.getvalue().splitlines()
    row = json.loads(line)
    assert (row["event"], row["level"], row["method"], row["caller"]) == ("call", "info", "/a/B", "糖\n尿")
    assert row["time"].endswith("+00:00")


def test_a_traceback_stays_on_its_line(stream: io.StringIO) -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logs.log.exception("unexpected error", extra={"fields": {"error_id": "e1"}})
    (line,) = stream.getvalue().splitlines()
    assert "ZeroDivisionError" in json.loads(line)["traceback"] and json.loads(line)["error_id"] == "e1"


def test_content_goes_nowhere_unless_asked_for(stream: io.StringIO) -> None:
    logs.content("r1", "/a/B", "request", "aspirin")
    assert stream.getvalue() == "" and logging.getLogger("taiyi.services.content").handlers == []
