"""Two systems compared: properties of what any two give, and figures that can be worked out by hand."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taiyi import jsonl
from taiyi.evaluation.comparison import Comparison, Row, compare
from taiyi.metrics import significance
from tests.taiyi.evaluation.systems import Told, exam, mentions, system, two_systems

FEW = 200
Sides = tuple[dict[str, Told], dict[str, Told]]
quickly = settings(max_examples=25)


def compared(sides: Sides, replicates: int = FEW) -> Comparison:
    return compare(system("A", sides[0]), system("B", sides[1]), replicates=replicates)


@quickly
@given(two_systems())
def test_a_system_does_not_differ_from_itself(sides: Sides) -> None:
    made = compared((sides[0], sides[0]))
    assert [(row.difference, row.interval, row.p, row.adjusted_p) for row in made.rows] == [(0, (0, 0), 1, 1)] * 3
    assert [row.mcnemar for row in made.rows] == [None, None, 1.0]
    assert made.macro is not None and (made.macro.difference, made.macro.interval) == (0, (0, 0))
    assert made.separating == ()


@quickly
@given(two_systems())
def test_swapping_the_two_turns_the_signs_and_nothing_else(sides: Sides) -> None:
    there, back = compared(sides), compared((sides[1], sides[0]))
    for one, other in zip(there.rows, back.rows, strict=True):
        assert one.difference == -other.difference
        assert one.interval and other.interval
        assert one.interval == (-other.interval[1], -other.interval[0])
        assert (one.p, one.adjusted_p, one.mcnemar) == (other.p, other.adjusted_p, other.mcnemar)
        assert {one.better, other.better} in ({None}, {"a", "b"})
    assert there.macro and there.macro.interval and back.macro and back.macro.interval
    assert there.macro.interval == pytest.approx((-back.macro.interval[1], -back.macro.interval[0]), abs=1e-12)


@quickly
@given(two_systems(), st.randoms(use_true_random=False))
def test_the_order_of_documents_is_of_no_account(sides: Sides, chance: random.Random) -> None:
    def shuffled(told: Told) -> Told:
        rows = list(told.rows.items())
        chance.shuffle(rows)
        return told._replace(rows=dict(rows))

    mixed = tuple({name: shuffled(told) for name, told in side.items()} for side in sides)
    assert compared((mixed[0], mixed[1])) == compared(sides)


@quickly
@given(two_systems())
def test_holm_keeps_the_order_of_p_values_and_never_lowers_one(sides: Sides) -> None:
    rows = sorted(compared(sides).rows, key=lambda row: row.p)
    assert all(row.p <= row.adjusted_p <= 1 for row in rows)
    assert [row.adjusted_p for row in rows] == sorted(row.adjusted_p for row in rows)


@quickly
@given(two_systems())
def test_the_difference_is_that_of_the_scores_and_macro_is_their_mean(sides: Sides) -> None:
    made = compared(sides)
    assert all(row.difference == pytest.approx(row.b - row.a, abs=1e-12) for row in made.rows)
    assert made.macro is not None
    assert made.macro.difference == pytest.approx(sum(row.difference for row in made.rows) / 3, abs=1e-12)


def test_better_answers_to_many_questions_separate_and_to_a_few_do_not() -> None:
    half, more = [n % 2 == 0 for n in range(400)], [n % 2 == 0 or n % 5 == 0 for n in range(400)]
    few = exam(half[:10], prefix="few/test/"), exam(more[:10], prefix="few/test/")
    made = compared(({"many": exam(half), "few": few[0]}, {"many": exam(more), "few": few[1]}), replicates=2000)
    many = next(row for row in made.rows if row.name == "many")
    assert [row.name for row in made.separating] == ["many"]
    assert many.better == "b" and many.interval is not None and many.interval[0] > 0
    assert many.mcnemar == significance.mcnemar(0, 40)


def test_mcnemar_is_left_out_where_a_record_holds_several_questions() -> None:
    several = Told("qa_mc", {"exam/test/1": (1, 2), "exam/test/2": (1, 1)}, questions=3)
    assert compared(({"exam": several}, {"exam": several})).rows[0].mcnemar is None


def test_one_record_alone_has_no_interval() -> None:
    made = compared(({"exam": exam([1])}, {"exam": exam([0])}))
    assert made.rows[0].interval is None and made.macro is not None and made.macro.interval is None


def test_families_are_corrected_apart() -> None:
    answers = [n % 3 > 0 for n in range(60)], [n % 5 > 0 for n in range(60)]
    sides = [
        {name: exam(side, prefix=f"{name}/test/", benchmark=name) for name in ("one", "two", "three")}
        for side in answers
    ]
    a, b = system("A", sides[0]), system("B", sides[1])
    together = compare(a, b, replicates=FEW)
    apart = compare(a, b, families={"one": "held_out", "two": "main", "three": "main"}, replicates=FEW)
    assert [row.adjusted_p for row in together.rows] == pytest.approx([min(1, 3 * row.p) for row in together.rows])
    factors = {"one": 1, "two": 2, "three": 2}
    assert [row.name for row in apart.rows] == ["three", "two", "one"]
    assert all(row.adjusted_p == pytest.approx(min(1, factors[row.name] * row.p)) for row in apart.rows)
    assert {mean.of: mean.benchmarks for mean in apart.families} == {"main": 2, "held_out": 1}


def test_benchmarks_on_the_same_records_are_drawn_together() -> None:
    """Two benchmarks with the very same counts: their mean varies as much as one of them, not as two apart."""
    generator = np.random.default_rng(3)
    half, other = (generator.random(200) < share for share in (0.4, 0.6))
    same = [{"one": exam(side), "two": exam(side)} for side in (half, other)]
    apart = [{"one": exam(side), "two": exam(side, prefix="other/test/")} for side in (half, other)]

    def width(sides: list[dict[str, Told]]) -> tuple[float, float]:
        made = compared((sides[0], sides[1]), replicates=4000)
        assert made.macro and made.macro.interval and made.rows[0].interval
        return made.macro.interval[1] - made.macro.interval[0], made.rows[0].interval[1] - made.rows[0].interval[0]

    together, one = width(same)
    assert together == pytest.approx(one)
    separate, one = width(apart)
    assert separate == pytest.approx(one / 2**0.5, rel=0.1)


def test_the_interval_is_at_the_level_asked_for() -> None:
    sides = {"exam": exam([n % 3 > 0 for n in range(200)])}, {"exam": exam([n % 2 > 0 for n in range(200)])}
    a, b = (system(name, side) for name, side in zip("AB", sides, strict=True))
    narrow, wide = (compare(a, b, alpha=alpha, replicates=2000).rows[0].interval for alpha in (0.2, 0.01))
    assert narrow and wide and wide[0] < narrow[0] < narrow[1] < wide[1]


def test_a_comparison_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    made = compared(({"ner": mentions([(1, 2, 3), (0, 1, 1)])}, {"ner": mentions([(2, 2, 3), (1, 1, 1)])}))
    jsonl.write_json(tmp_path / "comparison.json", made)
    assert jsonl.read_json(tmp_path / "comparison.json", Comparison) == made
    assert isinstance(made.rows[0], Row)
