"""Figures of tag sequences as seqeval 1.2.2 gives them: entities by conlleval's rules or strict IOB2, and tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from taiyi.errors import InvalidInput
from taiyi.metrics import Score, signature
from taiyi.metrics.extraction import by_type, figures
from taiyi.metrics.matching import EXACT, Key, tally_bags
from taiyi.metrics.outcomes import ratio
from taiyi.metrics.sets import total

Scheme = Literal["conlleval", "IOB2"]
Tags = Sequence[str]


def score(gold: Sequence[Tags], predicted: Sequence[Tags], *, task: str, scheme: Scheme = "conlleval") -> Score:
    """Micro precision, recall and F1 over (sentence, type, first token, last token).

    Tags are O or prefix-type. `conlleval` is seqeval's default mode (I- may begin an entity; E- ends one and S- is one);
    `IOB2` its strict mode: an entity begins with B- only, and an I- that continues none is no entity.
    Undefined values are 0. Details: as `extraction.score` for types (macro means over the types on either side, as
    seqeval; of no type 0, where seqeval gives NaN), token_accuracy, sentence_accuracy.
    Raises InvalidInput where the sides differ in the number of sentences or of a sentence's tags, or a tag is no tag.
    """
    _check(gold, predicted)
    golds = {str(number): EXACT.bag(entities(tags, scheme)) for number, tags in enumerate(gold)}
    answers = {str(number): EXACT.bag(entities(tags, scheme)) for number, tags in enumerate(predicted)}
    whole = total([tally_bags(golds[name], answers[name]) for name in golds])
    types = sorted({str(item[0]) for bags in (golds, answers) for bag in bags.values() for item in bag})
    return Score(
        name="f1",
        value=whole.f1,
        baseline=0.0,
        baseline_name="no entity",
        items=len(gold),
        signature=signature(
            "f1", task=task, average="micro", match="span", scheme=scheme, tokens="given", undefined="0"
        ),
        details={**figures(whole), **by_type(golds, answers, types), **_accuracy(gold, predicted)},
    )


def entities(tags: Tags, scheme: Scheme = "conlleval") -> Iterator[Key]:
    """(type, first token, last token) of every entity of a sentence, in order; types may hold hyphens.

    Raises InvalidInput at a tag that is neither O nor prefix-type with a prefix of the scheme.
    """
    kind, start, before = "", 0, "O"
    for position, tag in enumerate(tags):
        prefix, name = _split(tag, position, scheme)
        if before in "BI" and prefix in "IE" and name == kind:
            before = prefix
            continue
        if before != "O":
            yield kind, start, position - 1
        begins = prefix == "B" if scheme == "IOB2" else prefix != "O"
        kind, start, before = name, position, prefix if begins else "O"
    if before != "O":
        yield kind, start, len(tags) - 1


def _split(tag: str, position: int, scheme: Scheme) -> tuple[str, str]:
    prefix, _, name = tag.partition("-")
    allowed = ("B", "I") if scheme == "IOB2" else ("B", "I", "E", "S")
    if tag == "O" or (prefix in allowed and name):
        return prefix, name
    wanted = ", ".join(f"{one}-type" for one in allowed)
    raise InvalidInput(f"{tag!r} is no tag of {scheme}", where=f"token {position + 1}", remedy=f"O, {wanted}")


def _accuracy(gold: Sequence[Tags], predicted: Sequence[Tags]) -> dict[str, float]:
    """The share of tokens, and of sentences, tagged as in the gold; O counts."""
    pairs = [pair for here, there in zip(gold, predicted, strict=True) for pair in zip(here, there, strict=True)]
    sentences = [list(here) == list(there) for here, there in zip(gold, predicted, strict=True)]
    return {
        "token_accuracy": ratio(sum(here == there for here, there in pairs), len(pairs)),
        "sentence_accuracy": ratio(sum(sentences), len(sentences)),
    }


def _check(gold: Sequence[Tags], predicted: Sequence[Tags]) -> None:
    if len(gold) != len(predicted):
        raise InvalidInput(f"{len(predicted)} predicted sentences for {len(gold)} of the gold")
    for number, (here, there) in enumerate(zip(gold, predicted, strict=True), 1):
        if len(here) != len(there):
            raise InvalidInput(f"{len(there)} predicted tags for {len(here)} tokens", where=f"sentence {number}")
