"""Logs of a server: one JSON object a line. Requests and answers are never in them; asked for, they have their own file."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

log = logging.getLogger("taiyi.services")
_content = logging.getLogger("taiyi.services.content")
_content.setLevel(logging.CRITICAL + 1)  # nothing, until a file is opened for it


class _Lines(logging.Formatter):
    """A record as JSON: time, level, event, what was given as `fields`, and a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        row: dict[str, Any] = {"time": moment, "level": record.levelname.lower(), "event": record.getMessage()}
        row.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1]:
            row["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
        return json.dumps(row, ensure_ascii=False, default=str)


def to(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Write the logs of all services to a stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines())
    log.handlers, log.propagate = [handler], False
    log.setLevel(level)


def content_to(path: Path) -> None:
    """Write requests and answers to a file that only its owner may read, and say so in the log."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
    path.chmod(0o600)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(_Lines())
    no_more_content()
    _content.handlers, _content.propagate = [handler], False
    _content.setLevel(logging.INFO)
    log.warning("content is logged", extra={"fields": {"file": str(path)}})


def no_more_content() -> None:
    """Close the file of requests and answers, if one is open."""
    for handler in _content.handlers:
        handler.close()
    _content.handlers = []
    _content.setLevel(logging.CRITICAL + 1)


def content(request_id: str, method: str, kind: str, text: str) -> None:
    """One request or answer, as JSON text, if a file was opened for them."""
    if _content.isEnabledFor(logging.INFO):
        _content.info(kind, extra={"fields": {"request_id": request_id, "method": method, "message": text}})


def event(name: str, level: int = logging.INFO, **fields: object) -> None:
    """One line of the log."""
    log.log(level, name, extra={"fields": fields})
