"""Numbers and documents: no two numbers make one text, and many documents take no more memory than few."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import samples
from taiyi.curation.normalise import normalised
from taiyi.samples.catalogue import CORPORA
from taiyi.samples.draws import Case, Deck
from taiyi.samples.items import Annotated, Item
from taiyi.samples.names import CHINESE_OF, CONCEPTS, DISEASES, DRUGS, POOLS


@given(seed=st.integers(0, 99), bits=st.integers(2, 40), numbers=st.sets(st.integers(0, 2**42), min_size=2, max_size=2))
def test_two_numbers_are_never_at_one_place(seed: int, bits: int, numbers: set[int]) -> None:
    deck = Deck(seed, "c", bits)
    first, second = (deck.place(number) for number in numbers)
    assert first != second
    assert 0 <= first[1] < 2**bits


def test_a_deck_holds_every_position_once() -> None:
    deck = Deck(13, "c", 10)
    assert {deck.place(number) for number in range(2**10)} == {(0, position) for position in range(2**10)}


@given(
    sizes=st.lists(st.integers(2, 9), min_size=12, max_size=16),
    numbers=st.sets(st.integers(0, 2**12 - 1), min_size=2, max_size=2),
)
def test_two_documents_never_pick_the_same(sizes: list[int], numbers: set[int]) -> None:
    def picked(index: int) -> list[int]:
        case = Case(Deck(1, "c", 12), "dev", index)
        found = [case.pick(range(size)) for size in sizes]
        case.check()
        return found

    first, second = numbers
    assert picked(first) != picked(second)


def test_a_deck_that_is_larger_than_its_documents_is_noticed() -> None:
    def make(index: int) -> None:
        case = Case(Deck(1, "c", 8), "train", index)
        case.pick(range(2))
        case.check()

    with pytest.raises(AssertionError, match="more documents than picks"):
        for index in range(50):
            make(index)


def asked(corpus: str, item: Item) -> str:
    if isinstance(item, Annotated):
        return item.text
    return " ".join(str(item.fields[key]) for key in (*CORPORA[corpus].inputs, "options") if key in item.fields)


@pytest.mark.parametrize("corpus", CORPORA)
def test_documents_differ_also_after_the_deck_is_used_up(corpus: str) -> None:
    declared = CORPORA[corpus]
    deck = Deck(13, corpus, declared.bits)
    indices = [*range(600), *range(2**declared.bits, 2**declared.bits + 300)]
    cases = [Case(deck, "train", i) for i in indices] + [Case(deck, s, i) for s in ("dev", "test") for i in range(200)]
    texts = set()
    for case in cases:
        texts.add(normalised(asked(corpus, declared.make(case))))
        case.check()
    assert len(texts) == len(cases)


@pytest.mark.parametrize("corpus", ["sample_similarity", "sample_titles"])
def test_twenty_thousand_documents_take_the_memory_of_two_thousand(corpus: str, tmp_path: Path) -> None:
    peaks, seconds = [], []
    for documents in (2_000, 20_000):
        started = time.perf_counter()
        samples.write(tmp_path / f"timed{documents}", documents=documents, corpora=[corpus])
        seconds.append(time.perf_counter() - started)
    for documents in (500, 5_000):
        tracemalloc.start()
        samples.write(tmp_path / f"traced{documents}", documents=documents, corpora=[corpus])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000
    # Dev and test are capped, so ten times the training documents take less than ten times as long, but for noise.
    assert seconds[1] < 20 * seconds[0]


def test_pools_are_apart_and_their_concepts_follow_their_endings() -> None:
    for pool in POOLS.values():
        assert len({*pool.seen, *pool.unseen}) == len(pool.seen) + len(pool.unseen)
    names = [*DRUGS.seen, *DRUGS.unseen, *DISEASES.seen, *DISEASES.unseen]
    assert len({CHINESE_OF[name] for name in names}) == len(names)
    assert CONCEPTS["atorstatin"] == CONCEPTS["doxastatin"]
    assert len({CONCEPTS[name] for name in names}) == 16
    assert (CHINESE_OF["atorstatin"], CHINESE_OF["nephritis"]) == ("阿托他汀", "肾炎")
