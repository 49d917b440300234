"""Logs: one JSON object a line, whatever is in it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

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


def test_content_goes_nowhere_unless_asked_for(
    stream: io.StringIO, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logs.content("r1", "/a/B", "request", "aspirin")
    logs.content_to(tmp_path / "content.jsonl")
    logs.content("r2", "/a/B", "request", "metformin")
    logs.no_more_content()
    logs.content("r3", "/a/B", "request", "heparin")
    assert not any(word in stream.getvalue() + caplog.text for word in ("aspirin", "heparin"))
    (line,) = (tmp_path / "content.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["message"] == "metformin"
