"""Judged answers of a task, each to a question of a record of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from taiyi.instances import Context, Instance, Items, Outcome, Parsed
from taiyi.records import Turn

Asked = Callable[..., list[Outcome]]


def outcomes(
    task: str,
    pairs: Sequence[tuple[Items, Items | None]],
    *,
    references: Sequence[tuple[str, ...]] = (),
    **context: Any,
) -> list[Outcome]:
    """One outcome for each (gold, read); read None: unanswered. `context` goes into every question's context."""
    found = []
    for number, (gold, read) in enumerate(pairs):
        instance = Instance(
            id=f"made/test/{number}#{task}.en.t1",
            task=task,
            language=context.get("language", "en"),
            style="taiyi",
            turns=(Turn("user", "?"), Turn("assistant", "!")),
            gold=gold,
            context=Context(**context),
            references=references[number] if references else (),
        )
        found.append(Outcome(instance, None if read is None else "raw", Parsed("ok", read or ())))
    return found


@pytest.fixture(scope="session")
def asked() -> Asked:
    return outcomes
