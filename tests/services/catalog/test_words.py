"""Words of English and Chinese text as full-text search sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.words import phrases, segmented


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CMeEE-V2 中文医学", "cmeee v2 中 文 医 学"),
        ("Café naïve", "cafe naive"),
        ("ＣＨＩＰ　２０２０", "chip 2020"),
        ("snake_case (2019): β-catenin", "snake case 2019 β catenin"),
        ("乙肝 HBsAg阳性", "乙 肝 hbsag 阳 性"),
        ('"; DROP TABLE x; --', "drop table x"),
        ("*(){}^:+-", ""),
    ],
)
def test_words_are_folded_and_characters_stand_alone(text: str, words: str) -> None:
    assert segmented(text) == words


def test_each_word_of_a_query_is_a_phrase() -> None:
    assert phrases(" 糖尿病  Type-2 -- ") == ("糖 尿 病", "type 2")


@given(st.text())
def test_segmenting_twice_is_segmenting_once_and_leaves_no_mark(text: str) -> None:
    once = segmented(text)
    assert segmented(once) == once
    assert not set(once) & set('"*():^+-\0')
