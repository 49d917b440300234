"""Answers beside their references: every text metric starts from pairs that are complete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from taiyi.errors import InvalidInput

Text = TypeVar("Text")


def beside(answers: Sequence[Text], references: Sequence[Sequence[Text]]) -> list[tuple[Text, Sequence[Text]]]:
    """Each answer with its references. Raises InvalidInput where their numbers differ or an answer has none."""
    if len(answers) != len(references):
        raise InvalidInput(f"{len(answers)} answers beside references of {len(references)}", remedy="one list for each")
    for number, found in enumerate(references, 1):
        if not found:
            raise InvalidInput("no reference", where=f"answer {number}", remedy="one or more for each answer")
    return list(zip(answers, references, strict=True))


def by_number(answers: Sequence[str], references: Sequence[Sequence[str]]) -> list[list[str]]:
    """References by number instead of by answer, as sacrebleu wants them.

    Where an answer has fewer than another its first is repeated, which changes no score. Raises InvalidInput as
    `beside` does, and where there is no answer at all, which sacrebleu cannot score.
    """
    if not beside(answers, references):
        raise InvalidInput("no answers to score", remedy="one or more")
    width = max(map(len, references))
    return [[found[k] if k < len(found) else found[0] for found in references] for k in range(width)]
