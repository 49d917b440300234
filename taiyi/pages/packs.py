"""Packed training rows as an HTML page, token by token with the loss mask, for eyes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taiyi.pages.environment import environment, whole_text

TEMPLATE = "packs.html.j2"


def render(stages: Sequence[dict[str, Any]], packs: Sequence[tuple[str, Any]]) -> str:
    """The page as HTML text; all text from data is escaped.

    stages: rows of data/tokens/lengths.json. packs: (stage, pack), a pack having number, room and samples, a sample id
    and tokens, a token text, id and in_loss.
    """
    return whole_text(environment().get_template(TEMPLATE).render(stages=stages, packs=packs))
