"""Shingle sets are those of a plain loop over tokens, and the order, case and width of texts do not count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.curation import shingles

TEXTS = st.text(alphabet="ab A1,.。高血压Ａμ é\n😀", max_size=14)
GROUPS = st.lists(st.lists(TEXTS, max_size=3), max_size=6)


def tokens(text: str) -> list[tuple[str, bool]]:
    """A token and whether it is a Chinese character."""
    found: list[tuple[str, bool]] = []
    word = ""
    for character in shingles._folded(text) + " ":
        ideograph = "一" <= character <= "鿿"
        if character.isalnum() and not ideograph:
            word += character
            continue
        if word:
            found.append((word, False))
        word = ""
        if ideograph:
            found.append((character, True))
    return found


def plain(text: str, words: int, characters: int) -> set[tuple[str, ...]]:
    found, made = tokens(text), set()
    for start, (_, ideograph) in enumerate(found):
        size = characters if ideograph else words
        if start + size <= len(found):
            made.add(tuple(token for token, _ in found[start : start + size]))
    return made or ({tuple(token for token, _ in found)} if found else set())


@given(GROUPS, st.integers(1, 4), st.integers(1, 4))
def test_sets_share_exactly_what_plain_sets_of_token_runs_share(
    groups: list[list[str]], words: int, characters: int
) -> None:
    made = shingles.sets(groups, words=words, characters=characters)
    expected = [set().union(*(plain(text, words, characters) for text in group)) for group in groups]
    for first, plain_first in enumerate(expected):
        assert len(made.of(first)) == len(plain_first)
        for second, plain_second in enumerate(expected):
            assert shingles.common(made.of(first), made.of(second)) == len(plain_first & plain_second)


@given(GROUPS)
def test_a_set_is_ascending_and_the_same_whatever_is_hashed_with_it(groups: list[list[str]]) -> None:
    made = shingles.sets(groups, words=2, characters=3)
    for index, group in enumerate(groups):
        alone = shingles.sets([group], words=2, characters=3).of(0)
        assert np.array_equal(made.of(index), alone)
        assert (alone[1:] > alone[:-1]).all()


def shingled(text: str) -> shingles.Hashes:
    return shingles.sets([[text]], words=3, characters=3).of(0)


def test_the_shingles_of_a_sentence_are_those_of_the_document_it_stands_in() -> None:
    document = "Aspirin 100 mg was given. 患者服用阿司匹林100 mg后出血, and recovered soon after."
    for sentence in ("aspirin 100 mg was GIVEN", "服用阿司匹林１００ mg后", "and recovered soon"):
        part = shingled(sentence)
        assert shingles.common(part, shingled(document)) == len(part)


@pytest.mark.parametrize(
    ("first", "second", "expected"), [("a b c d", "a b c e", 1 / 3), ("", "", 1), ("", "a b c", 0)]
)
def test_the_similarity_is_jaccards(first: str, second: str, expected: float) -> None:
    assert shingles.jaccard(shingled(first), shingled(second)) == pytest.approx(expected)
