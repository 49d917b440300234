"""Texts scored as one corpus: BLEU, chrF and TER by sacrebleu, IMCS's BLEU on characters, distinct-n."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from taiyi.instances import Outcome
from taiyi.metrics import char_bleu, overlap, sacrebleu_counts, signature
from taiyi.metrics.measures import Figure, Measure, Rows, one_of
from taiyi.metrics.outcomes import unanswered

_TOKENIZERS = ("13a", "zh", "intl", "char", "none")


def bleu(*, task: str, tokenizer: str = "", case: str = "mixed") -> Measure:
    """Corpus BLEU. tokenizer: 13a, zh, intl, char or none, under sacrebleu's own signature; where none is named, zh if
    an answer is to be Chinese, else 13a. case: mixed or lc.
    """
    lowercase = one_of(case, ("mixed", "lc"), "case") == "lc"
    if tokenizer:
        one_of(tokenizer, _TOKENIZERS, "tokenizer")

    def metric(outcomes: Sequence[Outcome]) -> Any:
        return sacrebleu_counts.bleu_metric(tokenizer=tokenizer or overlap.tokenizer(outcomes), lowercase=lowercase)

    made = _sacrebleu("bleu", metric, sacrebleu_counts.bleu, 2 + 2 * sacrebleu_counts.ORDER)
    if tokenizer:
        return made
    settings = {"task": task, "case": case, "smooth": "exp", "refs": "all"}
    return made._replace(
        signature=lambda outcomes: signature("bleu", tok=overlap.tokenizer(outcomes), **settings),
        details=overlap.details,
    )


def chrf(*, task: str, word_order: str = "0") -> Measure:
    """chrF2; word_order 2 makes it chrF++."""
    words = int(one_of(word_order, ("0", "1", "2"), "word_order"))
    name = "chrf" + "+" * words
    return _sacrebleu(
        name, lambda _: sacrebleu_counts.chrf_metric(word_order=words), sacrebleu_counts.chrf, 3 * (6 + words)
    )


def ter(*, task: str, language: str = "en") -> Measure:
    """Translation edit rate, at most 1: lower is better. language zh: normalised, cut into characters."""
    chinese = one_of(language, ("en", "zh"), "language") == "zh"
    made = _sacrebleu("ter", lambda _: sacrebleu_counts.ter_metric(chinese=chinese), sacrebleu_counts.ter, 2)

    def trivial(outcomes: Sequence[Outcome]) -> tuple[float, str]:
        return made.value(unanswered(outcomes)), "empty answer"

    return made._replace(trivial=trivial, lower_is_better=True)


def imcs_bleu(*, task: str, order: str = "4") -> Measure:
    """Corpus BLEU on characters without smoothing, as the IMCS-21 scripts have it: order 1 to 4."""
    n = int(one_of(order, ("1", "2", "3", "4"), "order"))

    def row(answer: str, golds: Sequence[str]) -> list[int]:
        found = [char_bleu.precision(answer, golds, k) for k in range(1, n + 1)]
        return [len(answer), char_bleu.closest(answer, golds), *(p.found for p in found), *(p.total for p in found)]

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        made = [row(answer, golds) for answer, golds in zip(*overlap.plain(outcomes), strict=True)]
        return np.array(made, dtype=np.float64).reshape(-1, 2 + 2 * n)

    def figure(sums: Rows) -> Rows:
        found, whole = sums[:, 2 : 2 + n], sums[:, 2 + n :]
        precision = np.maximum(found, 1) / np.maximum(whole, 1)
        short = np.minimum(0.0, 1 - sums[:, 1] / np.maximum(sums[:, 0], 1))
        return np.where((found > 0).all(axis=1), np.exp(short + np.log(precision).mean(axis=1)), 0.0)

    return Measure(
        name=f"imcs_bleu_{n}",
        rows=rows,
        figure=figure,
        signature=lambda _: char_bleu.imcs([], [], order=n).signature,
        details=lambda outcomes: char_bleu.imcs(*overlap.plain(outcomes), order=n).details,
        trivial=lambda _: (0.0, "empty answer"),
    )


def distinct(*, task: str, n: str = "1") -> Measure:
    """distinct-n: different character n-grams over all n-grams of all answers; n is 1 to 4.

    An n-gram counts 1 in the whole, in equal parts of the answers that have it: so a sample in which an answer stands
    twice is no poorer for it, which plain counting would make of every bootstrap.
    """
    size = int(one_of(n, ("1", "2", "3", "4"), "n"))

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        grams = [char_bleu.grams(answer, size) for answer in overlap.plain(outcomes)[0]]
        having = Counter(gram for each in grams for gram in set(each))
        made = [(sum(1 / having[gram] for gram in sorted(set(each))), len(each)) for each in grams]
        return np.array(made, dtype=np.float64).reshape(-1, 2)

    def figure(sums: Rows) -> Rows:
        different, whole = sums.T
        share: Rows = different / np.maximum(whole, 1)
        return share

    def whole(outcomes: Sequence[Outcome]) -> Any:
        return char_bleu.distinct(overlap.plain(outcomes)[0], n=size)

    return Measure(
        name=f"distinct_{size}",
        rows=rows,
        figure=figure,
        signature=lambda outcomes: whole(outcomes[:0]).signature,
        details=lambda outcomes: whole(outcomes).details,
        trivial=lambda _: (0.0, "empty answer"),
    )


def _sacrebleu(name: str, metric: Callable[[Sequence[Outcome]], Any], figure: Figure, columns: int) -> Measure:
    """One of sacrebleu's corpus scores, under its own signature."""

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        return sacrebleu_counts.counts(metric(outcomes), *overlap.plain(outcomes)).reshape(-1, columns)

    def own(outcomes: Sequence[Outcome]) -> str:
        made, references = metric(outcomes), [1 + len(outcome.instance.references) for outcome in outcomes]
        sacrebleu_counts.counts(made, [""], [[""] * max(references, default=1)])  # only then it knows their number
        return f"{name}|{made.get_signature()}"

    return Measure(
        name=name,
        rows=rows,
        figure=figure,
        signature=own,
        details=lambda _: {},
        trivial=lambda _: (0.0, "empty answer"),
    )


MEASURES = {"bleu": bleu, "chrf": chrf, "ter": ter, "imcs_bleu": imcs_bleu, "distinct": distinct}
