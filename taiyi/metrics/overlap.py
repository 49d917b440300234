"""Overlap of a text with its references: ROUGE-L (own), token F1, exact match; answers beside their references."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from taiyi.instances import Outcome
from taiyi.metrics import sacrebleu_counts, sections
from taiyi.metrics.outcomes import f1, ratio, readable
from taiyi.metrics.sections import Texts
from taiyi.records import LANGUAGES

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
_OUTER = " \t\r\n.,;:!?。．，；：！？、…\"'`“”‘’《》「」『』()（）[]【】"


class Side(NamedTuple):
    """An answer as texts by section (none where it is missing or cannot be read), and every reference, the gold first."""

    answer: Texts
    golds: list[Texts]

    def flat(self) -> tuple[str, list[str]]:
        """The answer and its references as plain texts, without the sections' names."""
        return sections.flat(self.answer), [sections.flat(gold) for gold in self.golds]


def sides(outcomes: Sequence[Outcome]) -> list[Side]:
    """What was answered beside what was wanted."""
    return [
        Side(sections.by_name(o.parsed.items) if readable(o) else {}, [sections.by_name(o.instance.gold), *_further(o)])
        for o in outcomes
    ]


def plain(outcomes: Sequence[Outcome]) -> tuple[list[str], list[list[str]]]:
    """The answers, and the references of each, as plain texts; an answer that is missing or unreadable is empty."""
    flat = [side.flat() for side in sides(outcomes)]
    return [answer for answer, _ in flat], [golds for _, golds in flat]


def details(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Every figure of texts at once: rouge_l, token_f1, exact_match, bleu and chrf in [0, 1], and rouge_l: by section.

    Raises NotReady where sacrebleu is not installed.
    """
    pairs = sides(outcomes)
    metrics = {
        "bleu": sacrebleu_counts.bleu_metric(tokenizer=tokenizer(outcomes)),
        "chrf": sacrebleu_counts.chrf_metric(),
    }
    figures = {"bleu": sacrebleu_counts.bleu, "chrf": sacrebleu_counts.chrf}
    found = {name: _mean([best(pair, metric) for pair in pairs]) for name, metric in PAIRED.items()}
    found["exact_match"] = _mean([float(same(pair)) for pair in pairs])
    for name, figure in figures.items():
        counted = sacrebleu_counts.counts(metrics[name], *plain(outcomes))
        found[name] = float(figure(counted.sum(axis=0, keepdims=True))[0]) if len(counted) else 0.0
    return {**found, **_per_section(pairs)}


def tokenizer(outcomes: Sequence[Outcome]) -> str:
    """BLEU's tokenizer for these answers: zh where one is to be Chinese, else 13a."""
    return "zh" if any(_target(outcome) == "zh" for outcome in outcomes) else "13a"


def best(side: Side, metric: Callable[[str, str], float]) -> float:
    """The metric against the best reference; over sections its mean, a section on one side only scoring against ""."""

    def against(gold: Texts) -> float:
        return _mean([metric(side.answer.get(name, ""), gold.get(name, "")) for name in {**gold, **side.answer}])

    return max(map(against, side.golds))


def same(side: Side) -> bool:
    """Whether the answer is a reference, punctuation around the texts apart."""
    return any(_bare(side.answer) == _bare(gold) for gold in side.golds)


def tokens(text: str) -> list[str]:
    """Casefolded words (runs of letters and digits) and single CJK characters; punctuation is left out."""
    return _TOKEN.findall(text.casefold())


def rouge_l(answer: str, reference: str) -> float:
    """F1 (beta = 1) of the longest common subsequence of tokens (Lin 2004); 1 where neither side has a token.

    On English without accents this is Google's rouge_score without stemming.
    """
    ours, theirs = tokens(answer), tokens(reference)
    return f1(lcs(ours, theirs), len(ours), len(theirs)) if ours or theirs else 1.0


def token_f1(answer: str, reference: str) -> float:
    """F1 of the bags of tokens (as SQuAD scores spans, articles kept); 1 where neither side has a token."""
    ours, theirs = Counter(tokens(answer)), Counter(tokens(reference))
    return f1((ours & theirs).total(), ours.total(), theirs.total()) if ours or theirs else 1.0


def lcs(a: Sequence[str], b: Sequence[str]) -> int:
    """The length of the longest common subsequence."""
    last = deque(lcs_rows(a, b), maxlen=1).pop()
    return len(a) - last.bit_count()


def lcs_rows(a: Sequence[str], b: Sequence[str]) -> Iterator[int]:
    """The table of longest common subsequences, bit-parallel (Hyyrö 2004): one big-integer step per token of b.

    The length for the first i tokens of a and the first j of b is the number of zeros in the lowest i bits of row j;
    there are len(b) + 1 rows.
    """
    places: dict[str, int] = {}
    for position, token in enumerate(a):
        places[token] = places.get(token, 0) | 1 << position
    full = (1 << len(a)) - 1
    row = full
    yield row
    for token in b:
        matched = row & places.get(token, 0)
        row = ((row + matched) | (row - matched)) & full
        yield row


def _further(outcome: Outcome) -> list[Texts]:
    found = (sections.reference(text, outcome.instance.context) for text in outcome.instance.references)
    return [texts for texts in found if texts]


def _per_section(pairs: Sequence[Side]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for answer, golds in pairs:
        for name in {name: None for gold in golds for name in gold if name}:
            values = [rouge_l(answer.get(name, ""), gold[name]) for gold in golds if name in gold]
            found.setdefault(name, []).append(max(values))
    return {f"rouge_l:{name}": _mean(values) for name, values in found.items()}


def _target(outcome: Outcome) -> str:
    """The language of the answer: the one translated into, else the instance's."""
    context = outcome.instance.context
    return context.operation if context.operation in LANGUAGES else outcome.instance.language


def _bare(texts: Texts) -> Texts:
    return {name: text.strip(_OUTER) for name, text in texts.items()}


def _mean(values: Sequence[float]) -> float:
    return ratio(sum(values), len(values))


PAIRED: dict[str, Callable[[str, str], float]] = {"rouge_l": rouge_l, "token_f1": token_f1}
