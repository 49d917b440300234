"""Places by line and token: where they are in the text, and where the mention within them is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora.readers.tokens import Tokens

TEXT = "One two  three.\r\n\n  Four (five) six\nseven"


@pytest.mark.parametrize(
    ("places", "mention", "found"),
    [
        ([((1, 0), (1, 1))], "one two", ["One two"]),
        ([((1, 2), (1, 2))], "three.", ["three."]),
        ([((1, 2), (1, 2))], "three", ["three"]),
        ([((1, 3), (1, 3))], "three", ["three"]),
        ([((3, 1), (3, 1))], "five", ["five"]),
        ([((3, 2), (4, 0))], "six seven", ["six\nseven"]),
        ([((1, 0), (1, 0)), ((3, 2), (3, 2))], "one...six", ["One", "six"]),
        ([((1, 0), (1, 0))], "another", ["One"]),
        ([((1, 0), (1, 1))], "wo", ["One two"]),
        ([((1, 0), (1, 0)), ((3, 2), (3, 2))], "onesix", ["One", "six"]),
    ],
)
def test_tokens_are_found_and_less_than_a_token_where_only_punctuation_is_left(
    places: list, mention: str, found: list[str]
) -> None:
    spans = Tokens(TEXT).spans(places, mention)
    assert spans is not None
    assert [TEXT[start:end] for start, end in spans] == found


@pytest.mark.parametrize(
    "place", [((0, 0), (0, 0)), ((9, 0), (9, 0)), ((4, 1), (4, 1)), ((2, 0), (2, 0)), ((1, 1), (1, 0))]
)
def test_a_place_that_the_text_does_not_have_is_none(place: tuple) -> None:
    assert Tokens(TEXT).spans([place], "x") is None


def test_case_is_no_difference_and_another_word_is() -> None:
    tokens = Tokens(TEXT)
    assert tokens.said(((0, 7),), "one  TWO") == "One two"
    assert tokens.said(((0, 7),), "one too") == "one too"
    assert tokens.said(((0, 3), (32, 35)), "one...six") == "One six"


@given(lines=st.lists(st.lists(st.text("abc.", min_size=1, max_size=4), min_size=1), min_size=1), draw=st.data())
def test_every_token_is_found_where_it_stands(lines: list[list[str]], draw: st.DataObject) -> None:
    line = draw.draw(st.integers(0, len(lines) - 1))
    token = draw.draw(st.integers(0, len(lines[line]) - 1))
    text = "\n".join(" ".join(words) for words in lines)
    place = (line + 1, token)
    spans = Tokens(text).spans([(place, place)], lines[line][token])
    begin = sum(len(" ".join(words)) + 1 for words in lines[:line]) + sum(len(w) + 1 for w in lines[line][:token])
    assert spans == ((begin, begin + len(lines[line][token])),)
