"""BLEU, chrF and TER of translations and other texts, by sacrebleu (Post 2018), under sacrebleu's own signatures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from taiyi.metrics import Score
from taiyi.metrics.outcomes import ratio
from taiyi.metrics.references import by_number
from taiyi.metrics.sacrebleu_counts import bleu_metric, chrf_metric, package, ter_metric

Tokenizer = Literal["13a", "zh", "intl", "char", "none"]
Test = Literal["ar", "bs"]
References = Sequence[Sequence[str]]


def bleu(answers: Sequence[str], references: References, *, tokenizer: Tokenizer, lowercase: bool = False) -> Score:
    """Corpus BLEU-4 (Papineni et al. 2002, exponential smoothing); references[i] holds every reference of answers[i].

    13a is the field's tokenizer for English and zh for Chinese. The zh tokenizer also isolates U+2001..U+2A6D (an escape
    of five hex digits read as four): that belongs to every published score. Details: bleu (0 to 100 as sacrebleu
    prints it), precision_1 .. precision_4, brevity_penalty, answer_tokens, reference_tokens, and sentence_bleu,
    the mean over sentences with effective order. Raises NotReady where sacrebleu is not installed.
    """
    metric = bleu_metric(tokenizer=tokenizer, lowercase=lowercase)
    found = metric.corpus_score(list(answers), by_number(answers, references))
    each = package().BLEU(tokenize=tokenizer, lowercase=lowercase, effective_order=True)
    sentences = [each.sentence_score(a, list(r)).score for a, r in zip(answers, references, strict=True)]
    details = {
        "bleu": found.score,
        **{f"precision_{order}": value for order, value in enumerate(found.precisions, 1)},
        "brevity_penalty": found.bp,
        "answer_tokens": float(found.sys_len),
        "reference_tokens": float(found.ref_len),
        "sentence_bleu": ratio(sum(sentences), len(sentences)),
    }
    return _score("bleu", found.score, 0.0, len(answers), f"bleu|{metric.get_signature()}", details)


def chrf(answers: Sequence[str], references: References, *, word_order: int = 0) -> Score:
    """chrF2 (Popović 2015: character n-grams up to 6, beta 2); word_order 2 makes it chrF++. Details: chrf, 0 to 100."""
    metric = chrf_metric(word_order=word_order)
    found = metric.corpus_score(list(answers), by_number(answers, references)).score
    name = "chrf" + "+" * word_order
    return _score(name, found, 0.0, len(answers), f"{name}|{metric.get_signature()}", {name: found})


def ter(answers: Sequence[str], references: References, *, language: str = "en") -> Score:
    """Translation edit rate (Snover et al. 2006): edits and shifts over reference words. Lower is better.

    Chinese is normalised and cut into characters (normalized, asian_support), which the signature says. The value is
    the rate capped at 1, and details hold ter as sacrebleu prints it (in percent, uncapped). The baseline is that of
    empty answers.
    """
    metric = ter_metric(chinese=language == "zh")
    columns = by_number(answers, references)
    found = metric.corpus_score(list(answers), columns).score
    empty = metric.corpus_score([""] * len(answers), columns).score
    return _score("ter", found, empty, len(answers), f"ter|{metric.get_signature()}", {"ter": found})


class Difference(NamedTuple):
    """BLEU of a system (0 to 100) beside the first one's, and how probable so large a difference is by chance.

    p is None for the first system, the baseline; mean and half_width (of the 95% interval) come from the bootstrap only.
    """

    bleu: float
    p: float | None
    mean: float | None
    half_width: float | None


def compare(
    systems: Sequence[Sequence[str]],
    references: References,
    *,
    tokenizer: Tokenizer,
    test: Test = "ar",
    replicates: int = 0,
) -> list[Difference]:
    """Paired test of every system's BLEU against the first one's, by sacrebleu.

    test: ar, approximate randomisation (Riezler and Maxwell 2005; 10,000 trials unless told), or bs, paired bootstrap
    (Koehn 2004; 1,000): on a handful of sentences the bootstrap is far too sure, so ar is the default.
    p = (c + 1) / (n + 1). The seed is sacrebleu's (SACREBLEU_SEED, 12345).
    """
    metric = package().BLEU(tokenize=tokenizer, force=True, references=by_number(systems[0], references))
    from sacrebleu.significance import PairedTest

    paired: Any = PairedTest
    named = [(str(number), list(answers)) for number, answers in enumerate(systems)]
    _, found = paired(named, {"BLEU": metric}, references=None, test_type=test, n_samples=replicates)()
    return [
        Difference(r.score, r.p_value, *(x if x is None else float(x) for x in (r.mean, r.ci))) for r in found["BLEU"]
    ]


def _score(name: str, percent: float, empty: float, items: int, signature: str, details: dict[str, float]) -> Score:
    return Score(
        name=name,
        value=min(percent / 100, 1.0),
        baseline=min(empty / 100, 1.0),
        baseline_name="empty answer",
        items=items,
        signature=signature,
        details=details,
    )
