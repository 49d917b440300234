"""BLEU on characters as papers on Chinese medical dialogue compute it (with nltk), and distinct-n; own code."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from taiyi.metrics import Score, signature
from taiyi.metrics.outcomes import ratio
from taiyi.metrics.references import beside

ORDER = 4
_SHORTEST = 5  # MedDG scores an answer of fewer characters 0
_K = 5.0  # the constant of Chen and Cherry's fourth smoothing


class Precision(NamedTuple):
    """Clipped n-grams found, and n-grams of the answer (at least 1, as nltk counts a text shorter than n)."""

    found: int
    total: int

    @property
    def value(self) -> float:
        """Their ratio."""
        return self.found / self.total


def meddg(answers: Sequence[str], references: Sequence[Sequence[str]], *, order: int = ORDER) -> Score:
    """Mean sentence BLEU-`order` on characters with smoothing 7 of Chen and Cherry (2014), as the MedDG paper has it.

    An answer of fewer than 5 characters scores 0. The smoothing averages neighbouring precisions and starts from
    precision_1 + 1, so that a perfect answer may exceed 1: the value caps each sentence at 1, and details hold the
    mean that MedDG's script prints (`uncapped`).
    """
    values = [_sentence(answer, found, order) for answer, found in beside(answers, references)]
    return _score(
        f"meddg_bleu_{order}",
        ratio(sum(min(value, 1.0) for value in values), len(values)),
        len(answers),
        {"uncapped": ratio(sum(values), len(values))},
        smooth="chen-cherry-7",
        average="sentences",
        cap="1",
        shorter_than_5="0",
    )


def imcs(answers: Sequence[str], references: Sequence[Sequence[str]], *, order: int = ORDER) -> Score:
    """Corpus BLEU-`order` on characters without smoothing, as the IMCS-21 scripts compute it.

    A text shorter than n adds 1 to the n-grams asked for, so that even perfect answers may stay below 1 (sacrebleu
    does not do so). Where no n-gram of an order is found the value is 0; nltk puts the smallest float in its place and
    prints numbers like 1e-104: details hold that as `nltk`.
    """
    pairs = beside(answers, references)
    precisions = []
    for n in range(1, order + 1):
        each = [precision(answer, found, n) for answer, found in pairs]
        precisions.append(Precision(sum(p.found for p in each), sum(p.total for p in each)))
    penalty = brevity(sum(map(len, answers)), sum(closest(answer, found) for answer, found in pairs))
    nltk = 0.0
    if precisions and precisions[0].found:
        nltk = penalty * _geometric([p.value if p.found else sys.float_info.min for p in precisions])
    value = nltk if all(p.found for p in precisions) else 0.0
    name = f"imcs_bleu_{order}"
    return _score(name, value, len(answers), {"nltk": nltk}, smooth="none", average="corpus", short_texts="add-1")


def distinct(answers: Sequence[str], *, n: int) -> Score:
    """distinct-n (Li et al. 2016): different character n-grams over all n-grams of all answers; 0 where there is none."""
    found = Counter(gram for answer in answers for gram in grams(answer, n))
    value = ratio(len(found), found.total())
    return _score(f"distinct_{n}", value, len(answers), {"ngrams": float(found.total())}, average="corpus")


def precision(answer: str, references: Sequence[str], n: int) -> Precision:
    """The answer's n-grams found in a reference, each at most as often as in the one that has it most."""
    ours = Counter(grams(answer, n))
    best: Counter[str] = Counter()
    for reference in references:
        best |= Counter(grams(reference, n))
    return Precision((ours & best).total(), max(1, ours.total()))


def closest(answer: str, references: Sequence[str]) -> int:
    """The length of the reference nearest to the answer's; of two, the shorter."""
    return min((len(text) for text in references), key=lambda length: (abs(length - len(answer)), length))


def brevity(answer: int, reference: int) -> float:
    """BLEU's brevity penalty of two lengths; 0 for an empty answer."""
    if answer > reference:
        return 1.0
    return math.exp(1 - reference / answer) if answer else 0.0


def _sentence(answer: str, references: Sequence[str], order: int) -> float:
    if len(answer) < _SHORTEST:
        return 0.0
    found = [precision(answer, references, n) for n in range(1, ORDER + 2)]
    if not found[0].found:
        return 0.0
    smoothed = _neighbours(_small_counts(found[:ORDER], len(answer)), found[ORDER].value)
    return brevity(len(answer), closest(answer, references)) * _geometric(smoothed[:order])


def _small_counts(precisions: Sequence[Precision], length: int) -> list[float]:
    """Smoothing 4: the k-th precision of nothing found becomes ln(length) / (5 * 2^k) n-grams."""
    values, empty = [], 0
    for p in precisions:
        empty += not p.found
        values.append(p.value if p.found else math.log(length) / (2**empty * _K) / p.total)
    return values


def _neighbours(values: Sequence[float], beyond: float) -> list[float]:
    """Smoothing 5: the mean of the smoothed value before (at first, the first + 1), the value, and the next one's."""
    smoothed = [values[0] + 1]
    for value, following in zip(values, [*values[1:], beyond], strict=True):
        smoothed.append((smoothed[-1] + value + following) / 3)
    return smoothed[1:]


def _geometric(values: Sequence[float]) -> float:
    return math.exp(math.fsum(math.log(value) / len(values) for value in values))


def grams(text: str, n: int) -> list[str]:
    """The n-grams of a text's characters, in order."""
    return [text[start : start + n] for start in range(len(text) - n + 1)]


def _score(name: str, value: float, items: int, details: dict[str, float], **settings: str) -> Score:
    return Score(
        name=name,
        value=value,
        baseline=0.0,
        baseline_name="empty answer",
        items=items,
        signature=signature(name, tok="characters", case="mixed", unicode="as-is", **settings),
        details=details,
    )
