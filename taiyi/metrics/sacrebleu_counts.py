"""What sacrebleu (Post 2018) counts of each answer, and the figures that it makes of the sums: BLEU, chrF, TER.

The figures are computed for many sums at once, in [0, 1]; they are sacrebleu's own, divided by 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from taiyi.errors import NotReady
from taiyi.metrics.references import by_number

Vector = npt.NDArray[np.float64]
References = Sequence[Sequence[str]]
ORDER = 4
_BETA = 2


def bleu_metric(*, tokenizer: str, lowercase: bool = False) -> Any:
    """sacrebleu's BLEU-4 with exponential smoothing. force: no warning about tokenised text."""
    return package().BLEU(tokenize=tokenizer, lowercase=lowercase, force=True)


def chrf_metric(*, word_order: int = 0) -> Any:
    """sacrebleu's chrF2; word_order 2 makes it chrF++."""
    return package().CHRF(word_order=word_order)


def ter_metric(*, chinese: bool = False) -> Any:
    """sacrebleu's TER; Chinese is normalised and cut into characters."""
    return package().TER(normalized=chinese, asian_support=chinese)


def package() -> Any:  # it brings no types
    """The module sacrebleu.metrics. Raises NotReady where sacrebleu is not installed."""
    try:
        import sacrebleu.metrics
    except ImportError as error:
        raise NotReady("BLEU, chrF and TER need sacrebleu: pip install 'taiyi[score]'") from error
    return sacrebleu.metrics


def counts(metric: Any, answers: Sequence[str], references: References) -> Vector:
    """A row for each answer; references[i] holds every reference of answers[i].

    BLEU: tokens of the answer and of the nearest reference, n-grams found (4 columns), n-grams of the answer (4).
    chrF: n-grams of the answer, of the reference that fits best, and shared, by order. TER: edits, mean reference words.
    """
    if not answers:
        return np.zeros((0, 1))
    # sacrebleu's own paired tests start from this; the public scores are of sums only.
    return np.array(metric._extract_corpus_statistics(answers, by_number(answers, references)), dtype=np.float64)


def bleu(sums: Vector) -> Vector:
    """Of sums of BLEU counts, replicates x 10. An order without a match counts 1/2, 1/4 ... n-grams, as NIST does it."""
    answer, reference = sums[:, 0], sums[:, 1]
    found, whole = sums[:, 2 : 2 + ORDER], sums[:, 2 + ORDER : 2 + 2 * ORDER]
    smoothed = np.where(found > 0, found, 0.5 ** np.cumsum(found == 0, axis=1))
    precision = smoothed / np.maximum(whole, 1)
    short = np.minimum(0.0, 1 - reference / np.maximum(answer, 1))
    value: Vector = np.exp(short + np.log(precision).mean(axis=1))
    # An answer without 4-grams is not scored, whatever its shorter n-grams: so sacrebleu has it.
    return np.where((whole > 0).all(axis=1) & (found > 0).any(axis=1), np.minimum(value, 1.0), 0.0)


def chrf(sums: Vector) -> Vector:
    """Of sums of chrF counts, replicates x 3 for each order: F2 of the means over the orders that both sides have."""
    answer, reference, shared = (sums[:, column::3] for column in range(3))
    both = (answer > 0) & (reference > 0)
    orders = np.maximum(both.sum(axis=1), 1)
    precision = (both * shared / np.maximum(answer, 1)).sum(axis=1) / orders
    recall = (both * shared / np.maximum(reference, 1)).sum(axis=1) / orders
    weighed = _BETA**2 * precision + recall
    value: Vector = (1 + _BETA**2) * precision * recall / np.where(weighed > 0, weighed, 1.0)
    return np.minimum(value, 1.0)


def ter(sums: Vector) -> Vector:
    """Of sums of (edits, reference words): edits for each word, at most 1; 1 where there is no word but an edit."""
    edits, words = sums.T
    rate: Vector = np.where(words > 0, edits / np.where(words > 0, words, 1.0), edits > 0)
    return np.minimum(rate, 1.0)
