"""Which samples share a row: every sample once, no row overfull, hardly any room left."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.llm import packing
from taiyi.llm.bin_packing import best_fit, exact_fit

LENGTHS = st.lists(st.integers(1, 40), max_size=60)


@pytest.mark.parametrize("plan", [best_fit, exact_fit, packing.plan])
@given(lengths=LENGTHS)
def test_every_sample_stands_in_one_row_and_no_row_is_overfull(plan, lengths):
    rows = plan(lengths, 40)
    assert sorted(number for row in rows for number in row) == list(range(len(lengths)))
    assert all(0 < sum(lengths[number] for number in row) <= 40 for row in rows)


@given(lengths=LENGTHS)
def test_no_two_rows_could_be_one(lengths):
    fill = sorted(sum(lengths[number] for number in row) for row in packing.plan(lengths, 40))
    assert len(fill) < 2 or fill[0] + fill[1] > 40


@given(lengths=LENGTHS)
def test_the_plan_has_no_more_rows_than_best_fit(lengths):
    assert len(packing.plan(lengths, 40)) <= len(best_fit(lengths, 40))


@pytest.mark.parametrize("most", [512, 1024, 2048])
def test_rows_of_many_conversations_are_99_of_100_full(most):
    rng = random.Random(7)
    lengths = [min(300, 40 + int(rng.expovariate(1 / 60))) for _ in range(5000)]
    assert sum(lengths) / (most * len(packing.plan(lengths, most))) >= 0.99


def test_a_row_is_filled_to_its_last_token_by_one_two_or_three():
    assert len(exact_fit([6, 4, 5, 5, 3, 7], 10)) == 3
    assert len(exact_fit([9, 9, 2, 4, 5, 5, 6], 20)) == 2  # 9 + 9 + 2, and 6 + 5 + 5 + 4
    assert len(best_fit([9, 9, 2, 4, 5, 5, 6], 20)) == 2


def test_twins_are_not_taken_for_one():
    assert len(exact_fit([6, 2, 3], 10)) == 2  # 6 + 2 + 2 would need another 2
