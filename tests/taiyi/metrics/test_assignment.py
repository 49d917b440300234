from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics.assignment import best_total, pairs_off

tables = st.integers(0, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 9).map(lambda n: n / 7), min_size=width, max_size=width), max_size=5)
)


@given(tables)
def test_the_best_total_is_that_of_trying_everything(table: list[list[float]]) -> None:
    rows = table if len(table) <= len(table[0] if table else []) else [list(row) for row in zip(*table, strict=True)]
    width = len(rows[0]) if rows else 0
    tried = (sum(rows[row][column] for row, column in enumerate(p)) for p in permutations(range(width), len(rows)))
    assert best_total(table) == pytest.approx(max(tried, default=0.0))


def test_the_greedy_choice_is_not_the_best() -> None:
    assert best_total([[9, 8], [8, 1]]) == 16
    assert best_total([]) == best_total([[], []]) == 0


@given(st.lists(st.sets(st.integers(0, 4)), max_size=5))
def test_lists_pair_off_when_some_order_does(likes: list[set[int]]) -> None:
    others = list(range(len(likes)))
    some = any(all(k in likes[row] for row, k in enumerate(order)) for order in permutations(others))
    assert pairs_off(likes, others, lambda one, k: k in one) == some  # type: ignore[operator]


def test_lists_of_different_lengths_do_not_pair_off() -> None:
    assert not pairs_off([1], [1, 1], lambda one, other: one == other)
    assert pairs_off([], [], lambda one, other: False)
