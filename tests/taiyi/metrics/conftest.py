"""Judged answers to score: made from gold items, a raw answer and what was read from it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taiyi.instances import Context, Instance, Items, Outcome, Parsed
from taiyi.records import Turn

Judge = Callable[..., Outcome]


def outcome(gold: Items, read: Items | None, *, status: str = "ok", **settings: Any) -> Outcome:
    """An outcome; `read` None means unanswered. References and context may be given."""
    instance = Instance(
        id="made/test/1#ner.en.t1",
        task="ner",
        language=settings.pop("language", "en"),
        style="taiyi",
        turns=(Turn("user", "?"), Turn("assistant", "!")),
        gold=gold,
        context=Context(offered=settings.pop("offered", ())),
        references=settings.pop("references", ()),
    )
    assert not settings, settings
    return Outcome(instance, None if read is None else "raw", Parsed(status, read or ()))


@pytest.fixture
def judged() -> Judge:
    return outcome


@pytest.fixture
def vectors() -> Path:
    folder = os.environ.get("TAIYI_SCORE_VECTORS")
    if not folder:
        pytest.skip("TAIYI_SCORE_VECTORS does not name the folder of score vectors")
    return Path(folder)
