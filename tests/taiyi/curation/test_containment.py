"""Containment finds what comparing every passage with every other finds: all of it, and nothing else."""

from __future__ import annotations

import random

import pytest

from taiyi.curation.containment import Containment
from taiyi.curation.similarity import contained, part_sets
from taiyi.params import Leakage

RULES = Leakage(words=3, characters=4, shingles=4, containment=0.7)
Record = list[list[tuple[str, ...]]]


def words(draw: random.Random, count: int) -> list[str]:
    return [f"w{draw.randrange(40)}" for _ in range(count)]


def protected(draw: random.Random) -> Record:
    return [
        [(" ".join(words(draw, draw.randint(3, 40))),) for _ in range(draw.choice([1, 1, 2]))]
        for _ in range(draw.choice([1, 2]))
    ]


def training(draw: random.Random, scored: list[Record]) -> Record:
    """Part of a scored passage, or more than it, or all of it in two parts, with one word in twenty replaced."""
    text = " ".join(part[0] for part in draw.choice(draw.choice(scored))).split()
    kind = draw.random()
    if kind < 0.3:
        text = text[draw.randint(0, 5) : draw.randint(5, 40)]
    elif kind < 0.6:
        text = [*words(draw, 20), *text, *words(draw, 10)]
    text = [word if draw.random() > 0.05 else "other" for word in text]
    cut = draw.randint(0, len(text))
    return [[(" ".join(text[:cut]),), (" ".join(text[cut:]),)]] if draw.random() < 0.3 else [[(" ".join(text),)]]


def by_hand(record: Record, scored: list[Record]) -> float:
    """The largest share of the record or of a scored passage that is in the other, over all of them."""
    shares = [0.0]
    for passage in record:
        own = part_sets(passage, words=3, characters=4)
        for other in (part_sets(p, words=3, characters=4) for r in scored for p in r):
            if sum(map(len, other)) >= RULES.shingles:
                shares.append(contained(other, own))
            if sum(map(len, own)) >= RULES.shingles:
                shares.append(contained(own, other))
    return max(share if share >= RULES.containment else 0.0 for share in shares)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_found_is_what_all_comparisons_find(seed: int) -> None:
    draw = random.Random(seed)
    scored = [protected(draw) for _ in range(20)]
    records = [training(draw, scored) for _ in range(40)]
    index = Containment(RULES)
    index.add([str(n) for n in range(10)], scored[:10])
    index.found(records)  # more may be protected after a question
    index.add([str(n) for n in range(10, 20)], scored[10:])
    shares = [found.share if found else 0.0 for found in index.found(records)]
    assert shares == pytest.approx([by_hand(record, scored) for record in records])
    assert 5 < sum(map(bool, shares)) < 40


def found(train: str, test: str, rules: Leakage = RULES) -> tuple[bool, float] | None:
    index = Containment(rules)
    index.add(["c/test/1"], [[[(test,)]]])
    hit = index.found([[[(train,)]]])[0]
    return (hit.holds, hit.share) if hit else None


def test_a_sentence_of_a_scored_document_is_part_of_it_and_a_document_with_a_scored_sentence_contains_it() -> None:
    sentence, document = "a b c d e f g h", "x y z a b c d e f g h i j k l m n"
    assert found(sentence, document) == (False, 1.0)
    assert found(document, sentence) == (True, 1.0)


def test_a_phrase_proves_nothing() -> None:
    assert found("x y a b c d e z", "a b c d e") is None
    assert found("x y a b c d e f z", "a b c d e f") == (True, 1.0)


def test_the_share_decides_at_the_threshold_itself() -> None:
    scored = "a b c d e f g h i j k l"  # ten shingles
    assert found("a b c d e f g h i q q q q q q q", scored) == (True, 0.7)
    assert found("a b c d e f g h q q q q q q q q", scored) is None


def test_one_text_of_a_pair_is_not_the_pair() -> None:
    index = Containment(RULES)
    index.add(["c/test/1"], [[[("a b c d e f g",), ("h i j k l m n",)]]])
    both, one = [("h i j k l m n",), ("a b c d e f g",)], [("a b c d e f g",), ("o p q r s t u",)]
    assert [hit is not None for hit in index.found([[both], [one]])] == [True, False]


def test_nothing_protected_and_nothing_asked_are_fine() -> None:
    index = Containment(RULES)
    assert index.found([[[("a b c d e f g",)]], []]) == [None, None]
    index.add(["c/test/1"], [[[("",)]]])
    assert index.found([]) == []
    assert index.found([[[("",)]]]) == [None]
