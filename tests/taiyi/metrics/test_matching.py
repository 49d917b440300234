from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics.matching import EXACT, Matching, tally

FORMS = [
    Matching(case=case, unicode=form, duplicates=often)
    for case in ("mixed", "fold")
    for form in ("nfc", "nfkc")
    for often in ("once", "multiset")
]
items = st.lists(st.tuples(st.sampled_from(["a", "b"]), st.text(max_size=4)), max_size=6)


def test_case_counts_unless_it_is_folded() -> None:
    gold, read = [("Chemical", "Ammonia"), ("Chemical", "ammonia")], [("Chemical", "AMMONIA")]
    assert tally(gold, read) == (0, 1, 2)
    assert tally(gold, read, Matching(case="fold")) == (1, 1, 1)


def test_composed_and_decomposed_letters_are_one_and_width_counts_unless_nfkc() -> None:
    assert tally([("x", "caf\u00e9")], [("x", "cafe\u0301")]) == (1, 1, 1)
    assert tally([("x", "β²")], [("x", "β2")]) == (0, 1, 1)
    assert tally([("x", "ＩｇＡ")], [("x", "IgA")], Matching(unicode="nfkc")) == (1, 1, 1)


def test_repeated_items_count_once_or_as_often_as_both_sides_hold_them() -> None:
    gold, read = [("x", "a")] * 2, [("x", "a")] * 3
    assert tally(gold, read) == (1, 1, 1)
    assert tally(gold, read, Matching(duplicates="multiset")) == (2, 3, 2)


def test_white_space_around_a_string_does_not_count_and_inside_it_does() -> None:
    assert tally([("x", "a b")], [("x", " a b\n")]) == (1, 1, 1)
    assert tally([("x", "a b")], [("x", "a  b")]) == (0, 1, 1)


def test_nested_items_and_offsets_are_compared_part_by_part() -> None:
    inner = ("causes", "Ulcer", "pain")
    folded = Matching(case="fold")
    assert tally([("if", "stress", inner)], [("IF", "stress", ("causes", "ulcer", "pain"))], folded) == (1, 1, 1)
    assert tally([("x", 1, 2)], [("x", 1, 3)]) == (0, 1, 1)


@given(items, items)
def test_counts_are_bounded_symmetric_and_do_not_hang_on_order(
    gold: list[tuple[str, str]], read: list[tuple[str, str]]
) -> None:
    for matching in FORMS:
        counts = tally(gold, read, matching)
        assert 0 <= counts.tp <= min(counts.predicted, counts.gold) and 0 <= counts.f1 <= 1
        assert tally(read, gold, matching) == (counts.tp, counts.gold, counts.predicted)
        assert tally(gold[::-1], read[::-1], matching) == counts
        assert tally(gold, gold, matching).tp == tally(gold, gold, matching).gold


@given(st.text())
def test_the_form_of_a_form_is_itself(text: str) -> None:
    for matching in FORMS:
        assert matching.form(matching.form(text)) == matching.form(text)
    assert EXACT.form(text) == unicodedata.normalize("NFC", text).strip()
