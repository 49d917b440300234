"""How far a text is a reference's, question by question: ROUGE in four forms, token F1, exact match, MedDG's BLEU.

Each question adds its value and 1; the figure is the mean. The best of several references counts unless the family has it otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, cast

import numpy as np

from taiyi.instances import Outcome
from taiyi.metrics import Score, char_bleu, overlap, rouge, rouge_tokens, signature, significance
from taiyi.metrics.measures import Measure, Rows, one_of
from taiyi.metrics.rouge import KINDS, Kind


def rouge_l(*, task: str) -> Measure:
    """The project's own: F1 of the longest common subsequence of words and single ideographs, mean over sections."""
    settings = {"case": "fold", "tok": "cjk-characters+words", "f": "beta-1", "refs": "best", "sections": "mean"}
    return _mean("rouge_l", partial(overlap.best, metric=overlap.rouge_l), task, settings, overlap.details)


def token_f1(*, task: str) -> Measure:
    """F1 of the bags of words and single ideographs, as SQuAD scores spans; mean over sections."""
    settings = {"case": "fold", "tok": "cjk-characters+words", "refs": "best", "sections": "mean"}
    return _mean("token_f1", partial(overlap.best, metric=overlap.token_f1), task, settings)


def exact_match(*, task: str) -> Measure:
    """The share of answers that are a reference, punctuation around them apart."""
    settings = {"case": "mixed", "outer-punctuation": "off", "refs": "any"}
    return _mean("exact_match", lambda side: float(overlap.same(side)), task, settings, overlap.details)


def rouge_google(*, task: str, kind: str = "l", stem: str = "no") -> Measure:
    """Google's rouge-score: kind 1, 2, l or lsum; stem yes or no. Chinese has no token there and scores 0."""
    of = cast(Kind, one_of(kind, (*KINDS, "lsum"), "kind"))
    stemmed = one_of(stem, ("yes", "no"), "stem") == "yes"
    return _scored(lambda answers, golds: rouge.google(answers, golds, stem=stemmed, kinds=[of])[of])


def rouge_pltrdy(*, task: str, kind: str = "l") -> Measure:
    """The `rouge` package on single characters, as IMCS and CBLUE use it: kind 1, 2 or l; mean over references."""
    of = _kind(kind)
    return _scored(lambda *sides: rouge.pltrdy(*_cut(*sides), tok="characters", kinds=[of])[of])


def rouge_chinese(*, task: str, kind: str = "l") -> Measure:
    """The rouge-chinese package on single characters: kind 1, 2 or l; mean over references."""
    of = _kind(kind)
    return _scored(lambda *sides: rouge.rouge_chinese(*_cut(*sides), tok="characters", kinds=[of])[of])


def promptcblue_rouge(*, task: str, kind: str = "l", empty: str = "zero") -> Measure:
    """As PromptCBLUE scores MedDG: kind 1, 2 or l. An empty answer scores 0, or with `empty: filled` what its script gives."""
    how = cast(Literal["zero", "filled"], one_of(empty, ("zero", "filled"), "empty"))
    of = _kind(kind)
    return _scored(lambda answers, golds: rouge.promptcblue(answers, golds, empty=how, kinds=[of])[of])


def meddg_bleu(*, task: str, order: str = "4") -> Measure:
    """Mean sentence BLEU on characters, as MedDG has it, each sentence at most 1: order 1 to 4."""
    n = int(one_of(order, ("1", "2", "3", "4"), "order"))
    return _scored(lambda answers, golds: char_bleu.meddg(answers, golds, order=n))


Plain = Callable[[list[str], list[list[str]]], Score]
"""Of answers and the references of each: a score that is a mean over them."""


def _kind(kind: str) -> Kind:
    return cast(Kind, one_of(kind, KINDS, "kind"))


def _scored(plain: Plain) -> Measure:
    """A mean of plain scores of single answers as a measure; the trivial answer is an empty text."""

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        return _table([plain([answer], [golds]).value for answer, golds in zip(*overlap.plain(outcomes), strict=True)])

    def empty(outcomes: Sequence[Outcome]) -> tuple[float, str]:
        golds = overlap.plain(outcomes)[1]
        return plain([""] * len(golds), golds).value, "empty answer"

    return Measure(
        name=plain([], []).name,
        rows=rows,
        figure=significance.share,
        signature=lambda _: plain([], []).signature,
        details=lambda outcomes: plain(*overlap.plain(outcomes)).details,
        trivial=empty,
    )


def _mean(
    name: str,
    value: Callable[[overlap.Side], float],
    task: str,
    settings: dict[str, str],
    details: Callable[[Sequence[Outcome]], dict[str, float]] = lambda _: {},
) -> Measure:
    return Measure(
        name=name,
        rows=lambda outcomes: _table([value(side) for side in overlap.sides(outcomes)]),
        figure=significance.share,
        signature=lambda _: signature(name, task=task, **settings),
        details=details,
        trivial=lambda _: (0.0, "empty answer"),
    )


def _table(values: Sequence[float]) -> Rows:
    return np.column_stack((np.array(values, dtype=np.float64), np.ones(len(values))))


def _cut(answers: Sequence[str], golds: Sequence[Sequence[str]]) -> tuple[list[list[str]], list[list[list[str]]]]:
    cut = rouge_tokens.characters
    return [cut(answer) for answer in answers], [[cut(gold) for gold in each] for each in golds]


MEASURES = {
    "rouge_l": rouge_l,
    "token_f1": token_f1,
    "exact_match": exact_match,
    "rouge_google": rouge_google,
    "rouge_pltrdy": rouge_pltrdy,
    "rouge_chinese": rouge_chinese,
    "promptcblue_rouge": promptcblue_rouge,
    "meddg_bleu": meddg_bleu,
}
