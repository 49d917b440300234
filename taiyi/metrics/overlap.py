"""Overlap of a text with its references: ROUGE-L (own), token F1, exact match, and BLEU and chrF by sacrebleu."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from taiyi.errors import NotReady
from taiyi.instances import Items, Outcome
from taiyi.metrics import Score, signature
from taiyi.metrics.outcomes import counts, f1, ratio, readable
from taiyi.metrics.references import by_number
from taiyi.records import LANGUAGES

Headline = Literal["rouge_l", "bleu", "exact_match"]
Texts = dict[str, str]  # a text as its sections by name; a plain text is one section named ""

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
_OUTER = " \t\r\n.,;:!?。．，；：！？、…\"'`“”‘’《》「」『』()（）[]【】"
_SETTINGS = {
    "rouge_l": {"case": "fold", "tok": "cjk-characters+words", "f": "beta-1", "refs": "best", "sections": "mean"},
    "bleu": {"case": "mixed", "smooth": "exp", "refs": "all"},
    "exact_match": {"case": "mixed", "outer-punctuation": "off", "refs": "any"},
}


def score(
    outcomes: Sequence[Outcome],
    *,
    task: str,
    headline: Headline = "rouge_l",
    read: Callable[[str, Outcome], Items] = lambda text, _: ((text,),),
) -> Score:
    """Overlap with the best of the gold and the instance's references, averaged over all instances asked.

    Items are (text,) or (section, text); over sections the mean is taken, of all names on either side, and headers
    count for nothing. `read` turns a reference into items. bleu (corpus level, tokenizer 13a, or zh where a target is
    Chinese) and chrf are sacrebleu's, divided by 100. An answer that is missing or cannot be read scores as an empty
    text, which is the baseline: 0. Details: rouge_l, token_f1, exact_match, bleu, chrf, and rouge_l: by section.
    Raises NotReady where sacrebleu is not installed.
    """
    pairs = [(by_section(o.parsed.items) if readable(o) else {}, _references(o, read)) for o in outcomes]
    tokenizer = "zh" if any(_target(outcome) == "zh" for outcome in outcomes) else "13a"
    details = {
        "rouge_l": _mean([_best(answer, golds, rouge_l) for answer, golds in pairs]),
        "token_f1": _mean([_best(answer, golds, token_f1) for answer, golds in pairs]),
        "exact_match": _mean([float(any(_bare(answer) == _bare(gold) for gold in golds)) for answer, golds in pairs]),
        **_sacrebleu([(_flat(answer), [_flat(gold) for gold in golds]) for answer, golds in pairs], tokenizer),
    }
    settings = _SETTINGS[headline] | ({"tok": tokenizer} if headline == "bleu" else {})
    return Score(
        name=headline,
        value=details[headline],
        baseline=0.0,
        baseline_name="empty answer",
        items=len(outcomes),
        signature=signature(headline, task=task, **settings),
        details={**details, **_per_section(pairs), **counts(outcomes)},
    )


def by_section(items: Items) -> Texts:
    """Items as texts by section; the texts of a section that comes twice are joined by a line break."""
    found: Texts = {}
    for item in items:
        name, text = ("", str(item[0])) if len(item) == 1 else (str(item[0]), str(item[1]))
        found[name] = f"{found[name]}\n{text}" if name in found else text
    return found


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


def _references(outcome: Outcome, read: Callable[[str, Outcome], Items]) -> list[Texts]:
    further = [by_section(read(text, outcome)) for text in outcome.instance.references]
    return [by_section(outcome.instance.gold), *(texts for texts in further if texts)]


def _best(answer: Texts, golds: Sequence[Texts], metric: Callable[[str, str], float]) -> float:
    """The metric against the best reference; over sections its mean, a section on one side only scoring against ""."""

    def against(gold: Texts) -> float:
        return _mean([metric(answer.get(name, ""), gold.get(name, "")) for name in {**gold, **answer}])

    return max(against(gold) for gold in golds)


def _per_section(pairs: Sequence[tuple[Texts, list[Texts]]]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for answer, golds in pairs:
        for name in {name: None for gold in golds for name in gold if name}:
            values = [rouge_l(answer.get(name, ""), gold[name]) for gold in golds if name in gold]
            found.setdefault(name, []).append(max(values))
    return {f"rouge_l:{name}": _mean(values) for name, values in found.items()}


def _sacrebleu(pairs: Sequence[tuple[str, list[str]]], tokenizer: str) -> dict[str, float]:
    """Corpus BLEU and chrF in [0, 1]; instances may have different numbers of references."""
    if not pairs:
        return {"bleu": 0.0, "chrf": 0.0}
    try:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF
    except ImportError as error:
        raise NotReady("BLEU and chrF need sacrebleu: pip install 'taiyi[score]'") from error
    answers = [answer for answer, _ in pairs]
    streams = by_number(answers, [golds for _, golds in pairs])  # force: no warning about tokenised text
    bleu = BLEU(tokenize=tokenizer, force=True).corpus_score(answers, streams).score
    chrf = CHRF().corpus_score(answers, streams).score
    return {"bleu": min(bleu / 100, 1.0), "chrf": min(chrf / 100, 1.0)}


def _target(outcome: Outcome) -> str:
    """The language of the answer: the one translated into, else the instance's."""
    context = outcome.instance.context
    return context.operation if context.operation in LANGUAGES else outcome.instance.language


def _bare(texts: Texts) -> Texts:
    return {name: text.strip(_OUTER) for name, text in texts.items()}


def _flat(texts: Texts) -> str:
    return "\n".join(texts.values())


def _mean(values: Sequence[float]) -> float:
    return ratio(sum(values), len(values))
