"""Figures of tag sequences as seqeval 1.2.2 gives them: entities by conlleval's rules or strict IOB2, and tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import eq
from typing import Literal, NoReturn

from taiyi.errors import InvalidInput
from taiyi.metrics import Score, signature
from taiyi.metrics.extraction import by_type, figures
from taiyi.metrics.matching import Key, tally_bags
from taiyi.metrics.outcomes import ratio

Scheme = Literal["conlleval", "IOB2"]
Tags = Sequence[str]
_PREFIXES: dict[Scheme, str] = {"conlleval": "BIES", "IOB2": "BI"}


def score(gold: Sequence[Tags], predicted: Sequence[Tags], *, task: str, scheme: Scheme = "conlleval") -> Score:
    """Micro precision, recall and F1 over (sentence, type, first token, last token).

    Tags are O or prefix-type. `conlleval` is seqeval's default mode (I- may begin an entity; E- ends one and S- is one);
    `IOB2` its strict mode: an entity begins with B- only, and an I- that continues none is no entity.
    Undefined values are 0. Details: as `extraction.score` for types (macro means over the types on either side, as
    seqeval; of no type 0, where seqeval gives NaN), token_accuracy, sentence_accuracy.
    Raises InvalidInput where the sides differ in the number of sentences or of a sentence's tags, or a tag is no tag.
    """
    _check(gold, predicted)
    golds, answers = _bag(gold, scheme), _bag(predicted, scheme)
    whole = tally_bags(golds, answers)
    types = sorted({str(item[0]) for bag in (golds, answers) for item in bag})
    return Score(
        name="f1",
        value=whole.f1,
        baseline=0.0,
        baseline_name="no entity",
        items=len(gold),
        signature=signature(
            "f1", task=task, average="micro", match="span", scheme=scheme, tokens="given", undefined="0"
        ),
        details={**figures(whole), **by_type({"": golds}, {"": answers}, types), **_accuracy(gold, predicted)},
    )


def _bag(sentences: Sequence[Tags], scheme: Scheme) -> Counter[Key]:
    """(type, sentence, first token, last token) of every entity, as one bag: an entity is in one sentence."""
    found = ((place, entity) for place, tags in enumerate(sentences) for entity in entities(tags, scheme))
    return Counter((kind, place, first, last) for place, (kind, first, last) in found)


def entities(tags: Tags, scheme: Scheme = "conlleval") -> Iterator[Key]:
    """(type, first token, last token) of every entity of a sentence, in order; types may hold hyphens.

    Raises InvalidInput at a tag that is neither O nor prefix-type with a prefix of the scheme.
    """
    kind, start, before = "", 0, "O"
    for position, tag in enumerate(tags):
        if tag == "O" == before:  # most are
            continue
        prefix, name = _split(tag, scheme) or _refused(tag, position, scheme)
        if before in "BI" and prefix in "IE" and name == kind:
            before = prefix
            continue
        if before != "O":
            yield kind, start, position - 1
        begins = prefix == "B" if scheme == "IOB2" else prefix != "O"
        kind, start, before = name, position, prefix if begins else "O"
    if before != "O":
        yield kind, start, len(tags) - 1


@lru_cache(maxsize=4096)
def _split(tag: str, scheme: Scheme) -> tuple[str, str] | None:
    """The prefix and the type of a tag; None of what is no tag of the scheme."""
    prefix, _, name = tag.partition("-")
    return (prefix, name) if tag == "O" or (prefix in _PREFIXES[scheme] and name) else None


def _refused(tag: str, position: int, scheme: Scheme) -> NoReturn:
    wanted = ", ".join(f"{one}-type" for one in _PREFIXES[scheme])
    raise InvalidInput(f"{tag!r} is no tag of {scheme}", where=f"token {position + 1}", remedy=f"O, {wanted}")


def _accuracy(gold: Sequence[Tags], predicted: Sequence[Tags]) -> dict[str, float]:
    """The share of tokens, and of sentences, tagged as in the gold; O counts."""
    right = [sum(map(eq, here, there)) for here, there in zip(gold, predicted, strict=True)]
    lengths = list(map(len, gold))
    return {
        "token_accuracy": ratio(sum(right), sum(lengths)),
        "sentence_accuracy": ratio(sum(map(eq, right, lengths)), len(lengths)),
    }


def _check(gold: Sequence[Tags], predicted: Sequence[Tags]) -> None:
    if len(gold) != len(predicted):
        raise InvalidInput(f"{len(predicted)} predicted sentences for {len(gold)} of the gold")
    for number, (here, there) in enumerate(zip(gold, predicted, strict=True), 1):
        if len(here) != len(there):
            raise InvalidInput(f"{len(there)} predicted tags for {len(here)} tokens", where=f"sentence {number}")
