"""Tokens as text while they come: never half a character, and in sum what the whole answer decodes to."""

from __future__ import annotations

from taiyi.llm.chat import Tokenizer

_HALF = "\ufffd"


class TextStream:
    """The text of one answer. A token may end within a character, so its bytes wait for the rest of it.

    A few tokens before the new ones are decoded with them, since some tokenizers write a token by what precedes it.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._tokens: list[int] = []
        self._shown_from = self._shown_until = 0

    def push(self, token: int) -> str:
        """The text that is complete with this token; empty where a character is not."""
        self._tokens.append(token)
        return self._text(final=False)

    def end(self) -> str:
        """What was held back."""
        return self._text(final=True)

    def _text(self, *, final: bool) -> str:
        shown = self._decoded(self._tokens[self._shown_from : self._shown_until])
        text = self._decoded(self._tokens[self._shown_from :])
        if len(text) <= len(shown) or (text.endswith(_HALF) and not final):
            return ""
        self._shown_from, self._shown_until = self._shown_until, len(self._tokens)
        return text[len(shown) :]

    def _decoded(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True)) if tokens else ""
