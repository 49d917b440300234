from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import coreference
from taiyi.metrics.measures import Measure, Metric, make

clusterings = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 2)).map(
    lambda place: tuple(
        tuple(mention for mention, at in place.items() if at == number) for number in sorted(set(place.values()))
    )
)
documents = st.lists(st.tuples(clusterings, st.none() | clusterings), min_size=1, max_size=4)


def measure(name: str = "coref_conll", **settings: str) -> Measure:
    return make(Metric(name, settings), task="coref")


@given(documents)
def test_sums_of_counts_make_the_plain_score(asked: Any, pairs: Any) -> None:
    outcomes = asked("coref", pairs)
    plain = coreference.score([(gold, read or ()) for gold, read in pairs])
    score = measure().score(outcomes)
    assert score.value == pytest.approx(plain.value)
    assert (score.name, score.signature) == (plain.name, plain.signature)
    for of, name in (("muc", "muc"), ("b3", "b_cubed"), ("ceafe", "ceaf_e")):
        assert measure(of=of).value(outcomes) == pytest.approx(plain.details[f"{name}:f1"])


@given(documents)
def test_many_sums_at_once_are_as_one_by_one(asked: Any, pairs: Any) -> None:
    rows = measure().rows(asked("coref", pairs))
    sums = np.random.default_rng(7).integers(0, 3, size=(4, len(rows))) @ rows
    assert measure().figure(sums) == pytest.approx([float(measure().figure(row[None])[0]) for row in sums])


def test_each_part_has_its_signature() -> None:
    assert len({measure(of=of).signature([]) for of in ("mean", "muc", "b3", "ceafe")}) == 4


def test_links_count_in_either_order(asked: Any) -> None:
    score = measure("coref_links").score(asked("coref", [((("a", "b", "c"),), (("c", "a"), ("d", "e")))]))
    assert score.value == pytest.approx(2 / 5)
    assert "only:links" in score.signature
