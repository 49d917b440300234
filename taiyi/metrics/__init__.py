"""Metrics. Every score carries a signature: what was counted, how, and by which version of this code."""

from __future__ import annotations

from taiyi.records import Part


class Score(Part, frozen=True):
    """A score of a set of answers.

    name: f1, accuracy, rouge_l, bleu ...; value: in [0, 1].
    baseline: the value of the trivial answer (majority class, empty answer) on the same gold; its name beside it.
    items: number of instances scored; details: further figures (precision, recall, macro_f1, per type ...).
    signature: two scores with different signatures do not stand in one column.
    """

    name: str
    value: float
    baseline: float
    baseline_name: str
    items: int
    signature: str
    details: dict[str, float] = {}


def signature(metric: str, **settings: str) -> str:
    """`metric|key:value|...|version:N`, after sacrebleu."""
    return "|".join((metric, *(f"{key}:{value}" for key, value in sorted(settings.items())), "version:1"))
