from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics.grounding import ground, span_items


def test_a_text_is_found_at_all_its_places_as_a_whole_word() -> None:
    found = ground([("Chemical", "ion")], "ion and ions, ion-free; Cation")
    assert found.spans == [("Chemical", 0, 3), ("Chemical", 14, 17)]


def test_a_place_inside_a_longer_word_does_not_hide_the_one_that_overlaps_it() -> None:
    assert ground([("Chemical", "a a")], "ba a a").spans == [("Chemical", 3, 6)]


def test_chinese_has_no_word_boundaries() -> None:
    assert ground([("疾病", "肺炎")], "患者肺炎，IgA肾病").spans == [("疾病", 2, 4)]
    assert ground([("疾病", "IgA")], "高IgA肾病").spans == [("疾病", 1, 4)]


def test_longer_texts_take_their_places_first_unless_mentions_may_be_nested() -> None:
    mentions = [("Chemical", "acid"), ("Chemical", "folic acid"), ("Disease", "acid")]
    assert ground(mentions, "folic acid").spans == [("Disease", 6, 10), ("Chemical", 0, 10)][::-1]
    assert ("Chemical", 6, 10) in ground(mentions, "folic acid", nested=True).spans
    assert ground(mentions, "folic acid").absent == []


def test_what_the_source_does_not_hold_is_absent_and_a_wrong_item() -> None:
    mentions = [("Disease", "gout"), ("Disease", "Pain"), ("Disease", "")]
    assert ground(mentions, "pain (gout)").absent == [("Disease", ""), ("Disease", "Pain")]
    assert ("Disease", "absent", "Pain") in span_items(mentions, "pain (gout)")


@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.text("ab 肺(", max_size=3)), max_size=5),
    st.text("ab 肺(", max_size=12),
)
def test_every_span_holds_its_text_and_none_of_a_type_overlap(mentions: list[tuple[str, str]], source: str) -> None:
    found = ground(mentions, source)
    assert all((kind, source[start:end]) in mentions for kind, start, end in found.spans)
    assert all((kind, text) in mentions for kind, text in found.absent)
    for kind in "AB":
        spans = [(start, end) for name, start, end in found.spans if name == kind]
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert ground(mentions[::-1], source) == found
