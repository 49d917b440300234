"""How long an answer is: in tokens of a model's tokenizer, or in characters while there is none."""

from __future__ import annotations

from taiyi.budget import CHARACTERS, Measure
from taiyi.llm import chat, checkpoint


def of(reference: str) -> tuple[Measure, str]:
    """The length of a text, and what it is counted in; reference: a folder or hub id, empty for characters."""
    if not reference:
        return len, CHARACTERS
    tokenizer = checkpoint.load_tokenizer(reference)
    return lambda text: len(chat.plain_ids(tokenizer, text)), f"tokens of {reference}"
