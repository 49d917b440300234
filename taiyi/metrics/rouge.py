"""ROUGE (Lin 2004) in the three families that the field uses; their numbers differ and never share a column.

google: the rouge-score package. pltrdy: the `rouge` package 1.0.1. rouge_chinese: its Chinese fork, also as PromptCBLUE
runs it. All are own code, written from what the programs do; each score says its family in name and signature.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeVar

from taiyi.metrics import Score, rouge_tokens, signature
from taiyi.metrics.outcomes import f1, ratio
from taiyi.metrics.overlap import lcs, lcs_rows
from taiyi.metrics.references import beside

Tokens = Sequence[str]
Text = TypeVar("Text")
Kind = Literal["1", "2", "l", "lsum"]
KINDS: tuple[Kind, ...] = ("1", "2", "l")
_ADDED = 1e-8  # pltrdy's guard against division by zero: a perfect answer scores 1 - 5e-9
_FILLER = "无 。"


class Rouge(NamedTuple):
    """Precision, recall and F of one answer against one reference."""

    precision: float
    recall: float
    f: float


NOTHING = Rouge(0.0, 0.0, 0.0)


def google(
    answers: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    stem: bool = False,
    kinds: Sequence[Kind] = (*KINDS, "lsum"),
) -> dict[Kind, Score]:
    """ROUGE-1, -2, -L, -Lsum as Google's rouge-score 0.1.2: mean over answers, of several references the best F.

    Tokens are runs of a-z and 0-9, so Chinese text scores 0: never for Chinese. Lsum takes lines as sentences.
    """
    settings = {
        "tok": "a-z0-9",
        "case": "fold",
        "unicode": "ascii-only",
        "stem": "porter-nltk" if stem else "none",
        "refs": "best",
    }

    def pair(kind: Kind) -> Callable[[str, str], Rouge]:
        return lambda answer, reference: google_pair(answer, reference, kind, stem=stem)

    return {kind: _corpus("google", kind, pair(kind), answers, references, settings) for kind in kinds}


def google_pair(answer: str, reference: str, kind: Kind, *, stem: bool = False) -> Rouge:
    """One answer against one reference, by Google's definitions; 0 where a side has no token."""
    ours, theirs = rouge_tokens.google(answer, stem=stem), rouge_tokens.google(reference, stem=stem)
    if kind == "l":
        return _plain(lcs(ours, theirs), len(ours), len(theirs))
    if kind == "lsum":
        lines = [rouge_tokens.google(line, stem=stem) for line in answer.split("\n")]
        wanted = [rouge_tokens.google(line, stem=stem) for line in reference.split("\n")]
        return _union_of_lines([line for line in lines if line], [line for line in wanted if line])
    left, right = Counter(_grams(ours, int(kind))), Counter(_grams(theirs, int(kind)))
    return _plain((left & right).total(), left.total(), right.total())


def pltrdy(
    answers: Sequence[Tokens], references: Sequence[Sequence[Tokens]], *, tok: str, kinds: Sequence[Kind] = KINDS
) -> dict[Kind, Score]:
    """ROUGE-1, -2, -L as the `rouge` package 1.0.1, mean over answers and references, on tokens that the caller cut.

    Chinese is given as characters (IMCS, CBLUE) or as words of a segmenter such as jieba, which this code does not
    bring: `tok` names what cut them (characters, jieba-0.42) for the signature. Sets of n-grams are compared: a text
    said twice scores as if said once.
    """
    settings = {
        "tok": tok,
        "case": "mixed",
        "unicode": "as-is",
        "ngrams": "sets",
        "sentences": "full-stop",
        "refs": "mean",
    }
    return {kind: _corpus("pltrdy", kind, _kind(pltrdy_pair, kind), answers, references, settings) for kind in kinds}


def pltrdy_pair(answer: Tokens, reference: Tokens, kind: Kind) -> Rouge:
    """One answer against one reference; an ASCII full stop ends a sentence and is no token. 0 for an empty side.

    L is the summary-level form: the union, over sentences, of the sets of tokens in a longest common subsequence.
    """
    ours, theirs = _sentences(answer), _sentences(reference)
    words, wanted = [w for s in ours for w in s], [w for s in theirs for w in s]
    if kind == "l":
        union = {
            line[place] for line in theirs for s in ours for place in _lcs_places(line, s, shorten_reference=False)
        }
        return _guarded(len(union), len(set(words)), len(set(wanted)))
    left, right = set(_grams(words, int(kind))), set(_grams(wanted, int(kind)))
    return _guarded(len(left & right), len(left), len(right))


def rouge_chinese(
    answers: Sequence[Tokens], references: Sequence[Sequence[Tokens]], *, tok: str, kinds: Sequence[Kind] = KINDS
) -> dict[Kind, Score]:
    """ROUGE-1, -2, -L as the rouge-chinese package 1.0.3, mean over answers and references, on tokens given.

    `tok` names what cut the tokens, as in `pltrdy`. n-grams are sets, as there; the common subsequence is of the whole
    texts and counts every token.
    """
    settings = {"tok": tok, "case": "mixed", "unicode": "as-is", "ngrams": "sets", "lcs": "tokens", "refs": "mean"}
    return _chinese("rouge_chinese", answers, references, settings, kinds)


def promptcblue(
    answers: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    empty: Literal["zero", "filled"] = "zero",
    kinds: Sequence[Kind] = KINDS,
) -> dict[Kind, Score]:
    """rouge_chinese on BERT's basic tokens (lower case, ideographs one by one), as PromptCBLUE scores MedDG and MRG.

    empty: `zero` scores an empty text 0; `filled` does as PromptCBLUE's script, which puts 无 and a full stop in its
    place, so that silence earns points.
    """

    def tokens(text: str) -> list[str]:
        return rouge_tokens.bert_basic(_FILLER if empty == "filled" and not text.strip() else text)

    settings = {
        "tok": "bert-basic",
        "case": "fold",
        "unicode": "nfd",
        "ngrams": "sets",
        "lcs": "tokens",
        "refs": "mean",
        "empty": empty,
    }
    cut = [[tokens(text) for text in texts] for texts in references]
    return _chinese("promptcblue", [tokens(text) for text in answers], cut, settings, kinds)


def rouge_chinese_pair(answer: Tokens, reference: Tokens, kind: Kind) -> Rouge:
    """One answer against one reference, by rouge-chinese's definitions; 0 for an empty side."""
    if kind == "l":
        return _guarded(lcs(list(answer), list(reference)), len(answer), len(reference))
    left, right = set(_grams(answer, int(kind))), set(_grams(reference, int(kind)))
    return _guarded(len(left & right), len(left), len(right))


def _chinese(
    family: str,
    answers: Sequence[Tokens],
    references: Sequence[Sequence[Tokens]],
    settings: dict[str, str],
    kinds: Sequence[Kind],
) -> dict[Kind, Score]:
    pairs = {kind: _kind(rouge_chinese_pair, kind) for kind in kinds}
    return {kind: _corpus(family, kind, pairs[kind], answers, references, settings) for kind in kinds}


def _kind(pair: Callable[[Tokens, Tokens, Kind], Rouge], kind: Kind) -> Callable[[Tokens, Tokens], Rouge]:
    return lambda answer, reference: pair(answer, reference, kind)


def _corpus(
    family: str,
    kind: Kind,
    pair: Callable[[Text, Text], Rouge],
    answers: Sequence[Text],
    references: Sequence[Sequence[Text]],
    settings: dict[str, str],
) -> Score:
    """Means over answers; over an answer's references the mean, or the one of the best F. Baseline: empty texts."""
    found = []
    for answer, wanted in beside(answers, references):
        each = [pair(answer, reference) for reference in wanted]
        found.append(max(each, key=lambda r: r.f) if settings["refs"] == "best" else _mean(each))
    mean = _mean(found)
    name = f"{family}_rouge_{kind}"
    return Score(
        name=name,
        value=mean.f,
        baseline=0.0,
        baseline_name="empty answer",
        items=len(answers),
        signature=signature(name, **settings),
        details={"precision": mean.precision, "recall": mean.recall},
    )


def _mean(values: Sequence[Rouge]) -> Rouge:
    return Rouge(*(sum(column) / len(values) for column in zip(*values, strict=True))) if values else NOTHING


def _plain(hits: int, answer: int, reference: int) -> Rouge:
    return Rouge(ratio(hits, answer), ratio(hits, reference), f1(hits, answer, reference))


def _guarded(hits: int, answer: int, reference: int) -> Rouge:
    precision, recall = ratio(hits, answer), ratio(hits, reference)
    return Rouge(precision, recall, 2 * precision * recall / (precision + recall + _ADDED))


def _grams(words: Tokens, n: int) -> list[tuple[str, ...]]:
    return [tuple(words[start : start + n]) for start in range(len(words) - n + 1)]


def _sentences(words: Tokens) -> list[list[str]]:
    """Sentences of the tokens joined by spaces; what lies between two full stops in a row is one empty token (as there)."""
    return [piece.split() or [""] for piece in " ".join(words).split(".") if piece]


def _union_of_lines(answer: Sequence[Tokens], reference: Sequence[Tokens]) -> Rouge:
    """Lsum: per line of the reference the union of its places in a common subsequence with any line of the answer;
    a token is hit at most as often as either text has it."""
    left = Counter(word for line in answer for word in line)
    right = Counter(word for line in reference for word in line)
    hits: Counter[str] = Counter()
    for line in reference:
        places = {place for other in answer for place in _lcs_places(line, other, shorten_reference=True)}
        hits.update(line[place] for place in places)
    return _plain((hits & left & right).total(), left.total(), right.total())


def _lcs_places(reference: Tokens, answer: Tokens, *, shorten_reference: bool) -> set[int]:
    """Places in the reference of one longest common subsequence: the one found walking back through the table, where
    a tie drops the last token of the reference (Google) or of the answer (pltrdy)."""
    rows = list(lcs_rows(reference, answer))

    def length(i: int, j: int) -> int:
        """Of the first i tokens of the reference and the first j of the answer."""
        return i - (rows[j] & ((1 << i) - 1)).bit_count()

    places: set[int] = set()
    i, j = len(reference), len(answer)
    while i and j:
        if reference[i - 1] == answer[j - 1]:
            places.add(i - 1)
            i, j = i - 1, j - 1
            continue
        up, left = length(i - 1, j), length(i, j - 1)
        if up > left or (up == left and shorten_reference):
            i -= 1
        else:
            j -= 1
    return places
