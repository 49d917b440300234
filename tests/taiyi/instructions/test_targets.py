"""How many of each part are taken: in proportion, within limits, to the total; and what is asked for alone changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.budget import Part
from taiyi.corpora.descriptor import Descriptor, Paper, Split
from taiyi.instructions.targets import Supply, cap, evened, filled, supply, targets
from taiyi.licences import Licence
from taiyi.params import Even, Mix

PARTS = st.builds(
    Part, st.sampled_from(["a", "b", "c", "d"]), st.sampled_from(["ner", "tc", "mrd"]), st.sampled_from(["en", "zh"])
)
SUPPLIES = st.dictionaries(
    PARTS,
    st.builds(
        lambda n, more, mean: Supply(n, n * more, n * mean),
        st.integers(1, 5000),
        st.integers(1, 15),
        st.floats(0.5, 400),
    ),
    min_size=1,
)


def described(trained: dict[str, int] | None) -> Descriptor:
    return Descriptor(
        id="c",
        title="C",
        language="en",
        licence=Licence(name="CC0-1.0", terms="open"),
        access="open",
        paper=None if trained is None else Paper(name="C", language="en", trained=trained),
        reader="json_records",
        splits={"train": Split(files=("x",))},
        tasks={"ner": {}, "tc": {}},
    )


@given(SUPPLIES)
def test_where_nothing_is_asked_for_everything_is_taken(supplies: dict[Part, Supply]) -> None:
    found = targets(supplies, Mix())
    assert {part: target.taken for part, target in found.items()} == {p: s.instances for p, s in supplies.items()}
    assert all(target.weight == 1 and target.wanted == target.taken for target in found.values())


@given(SUPPLIES, st.floats(0, 5))
def test_without_a_survey_a_target_depends_on_its_part_alone(supplies: dict[Part, Supply], factor: float) -> None:
    mix = Mix(weights={"tc": factor, "ner.zh": 0.5})
    assert not mix.needs_survey
    assert targets(supplies, mix) == {part: targets({part: one}, mix)[part] for part, one in supplies.items()}


@given(SUPPLIES, st.floats(0.3, 20), st.floats(0, 1), st.integers(1, 20_000))
def test_a_total_is_met_as_far_as_limits_go_and_no_limit_is_passed(
    supplies: dict[Part, Supply], temperature: float, strength: float, total: int
) -> None:
    mix = Mix(temperature=temperature, total=total, even=Even(strength=strength))
    found = targets(supplies, mix)
    assert sum(target.taken for target in found.values()) == min(total, sum(s.limit for s in supplies.values()))
    assert all(0 <= target.taken <= supplies[part].limit for part, target in found.items())


@given(SUPPLIES, st.floats(1.01, 50))
def test_temperature_keeps_the_order_and_the_sum_and_narrows_the_range(
    supplies: dict[Part, Supply], temperature: float
) -> None:
    endless = {part: s._replace(limit=10**9) for part, s in supplies.items()}
    found = targets(endless, Mix(temperature=temperature))
    wanted = [target.wanted for target in found.values()]
    given_counts = [s.instances for s in supplies.values()]
    assert sum(wanted) == pytest.approx(sum(given_counts), abs=len(wanted))
    assert max(wanted) <= max(given_counts) + 1 and min(wanted) >= min(given_counts) - 1


def test_two_sizes_at_temperature_two_stand_as_their_square_roots() -> None:
    large, small = Part("a", "ner", "en"), Part("b", "ner", "en")
    found = targets({large: Supply(10_000, 10**6), small: Supply(100, 10**6)}, Mix(temperature=2))
    assert (found[large].taken, found[small].taken) == (9182, 918)


def test_what_one_cannot_give_the_others_do() -> None:
    a, b, c = (Part(name, "tc", "en") for name in "abc")
    assert filled({a: 10, b: 10, c: 20}, {a: 2, b: 100, c: 100}, 20) == {a: 2, b: 6, c: 12}
    assert filled({a: 1, b: 1, c: 1}, {a: 9, b: 9, c: 9}, 10) == {a: 4, b: 3, c: 3}
    assert filled({a: 0, b: 1, c: 0}, {a: 9, b: 9, c: 9}, 10) == {a: 0, b: 9, c: 0}


def test_evening_out_stays_within_its_bound_and_its_strength() -> None:
    losses = {("tc", "en"): 1.0, ("ner", "en"): 10.0, ("mrd", "zh"): 1000.0}
    assert evened(losses, strength=0.0, bound=9) == dict.fromkeys(losses, 1.0)
    assert evened(losses, strength=1.0, bound=4) == {("tc", "en"): 4, ("ner", "en"): 4, ("mrd", "zh"): 337 / 1000}
    free = evened(losses, strength=1.0, bound=1e9)
    assert [losses[key] * free[key] for key in losses] == pytest.approx([337.0] * 3)
    half = evened(losses, strength=0.5, bound=1e9)
    assert half[("tc", "en")] == pytest.approx(free[("tc", "en")] ** 0.5)


def test_the_smaller_cap_counts_and_the_papers_count_where_it_is_asked_for() -> None:
    trained = described({"ner": 650})
    assert cap(trained, "ner", Mix(), 0) is None
    assert cap(trained, "ner", Mix(), 300) == 300
    assert cap(trained, "ner", Mix(paper_caps=True), 0) == 650
    assert cap(trained, "ner", Mix(paper_caps=True), 300) == 300
    assert cap(trained, "tc", Mix(paper_caps=True), 0) == 0, "the paper took none"
    assert cap(described(None), "ner", Mix(paper_caps=True), 0) is None, "the paper does not know it"
    assert cap(trained, "ner", Mix(paper_caps=True, caps={"c": {"ner": 900}}), 0) == 900


def test_a_part_gives_as_many_as_its_wordings_and_its_cap_let_it() -> None:
    assert supply(100, 100, most=None, room=1500) == Supply(100, 1500)
    assert supply(100, 100, most=None, room=60) == Supply(100, 100), "what is there is there"
    assert supply(100, 100, most=100, room=1500) == Supply(100, 100)
    assert supply(60, 100, most=200, room=900) == Supply(60, 120), "languages share a cap"
