"""Passages joined into one text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora.readers import passages
from taiyi.records import Passage


def test_an_empty_part_has_a_place_and_is_no_passage() -> None:
    assert passages.joined([("title", ""), ("abstract", "Tea.")]) == (" Tea.", (Passage("abstract", 1, 5),), [0, 1])
    assert passages.joined([("title", "Tea."), ("abstract", "")]) == ("Tea.", (Passage("title", 0, 4),), [0, 5])
    assert passages.joined([]) == ("", (), [])


@given(parts=st.lists(st.tuples(st.sampled_from("ab"), st.text(max_size=5)), max_size=5), joiner=st.text(max_size=3))
def test_every_passage_is_its_part(parts: list[tuple[str, str]], joiner: str) -> None:
    text, whole, starts = passages.joined(parts, joiner)
    assert [text[passage.start : passage.end] for passage in whole] == [part for _, part in parts if part]
    assert [text[start : start + len(part)] for start, (_, part) in zip(starts, parts, strict=True) if part] == [
        part for _, part in parts if part
    ]
    assert text == joiner.join(part for _, part in parts)[: len(text)]
