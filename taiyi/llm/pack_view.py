"""Packed rows token by token, as plain data for a page: what stands where, and what the loss is taken over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from taiyi.llm.chat import IGNORED, Encoded, Tokenizer


class Token(NamedTuple):
    """One token: its text (of a character that several tokens spell, all of it at the last), id, and whether the model
    is taught to write it: the label of a sample's first token is not used in a pack.
    """

    text: str
    id: int
    in_loss: bool


class Sample(NamedTuple):
    """One conversation of a pack, by its instance's id."""

    id: str
    tokens: tuple[Token, ...]


class Pack(NamedTuple):
    """A row as it is trained on, `room` tokens of which are padding."""

    number: int
    samples: tuple[Sample, ...]
    room: int


def shown(
    tokenizer: Tokenizer, rows: Sequence[tuple[int, Sequence[tuple[str, Encoded]]]], max_length: int
) -> list[Pack]:
    """Rows, each with its number and its (instance id, conversation) pairs."""
    packs = []
    for number, conversations in rows:
        samples = tuple(Sample(name, tuple(_tokens(tokenizer, encoded))) for name, encoded in conversations)
        packs.append(Pack(number, samples, max_length - sum(len(sample.tokens) for sample in samples)))
    return packs


def _tokens(tokenizer: Tokenizer, encoded: Encoded) -> Iterator[Token]:
    pending: list[int] = []
    for place, (token, label) in enumerate(zip(encoded.input_ids, encoded.labels, strict=True)):
        pending.append(token)
        text = tokenizer.decode(pending)
        if "\ufffd" in text and len(pending) < _MOST_TOKENS_A_CHARACTER:
            text = ""
        else:
            pending = []
        yield Token(text, token, label != IGNORED and place > 0)


_MOST_TOKENS_A_CHARACTER = 4
"""UTF-8 spells a character in at most four bytes."""
