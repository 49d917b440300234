from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from taiyi.metrics import significance as sig

p_values = st.lists(st.floats(0, 1), max_size=13)
documents = st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=8).map(
    lambda rows: np.array([(tp, tp + fp, tp + fn) for tp, fp, fn in rows])
)


def test_the_interval_of_one_document_is_its_score() -> None:
    assert sig.bootstrap(np.array([[1, 2, 2]])) == (0.5, 0.5, 0.0)


def test_the_interval_agrees_with_drawing_documents_one_by_one() -> None:
    generator = np.random.default_rng(5)
    counts = generator.integers(0, 6, (80, 3)) + np.array([0, 5, 5])
    drawn = generator.integers(0, 80, (10_000, 80))
    low, high = np.percentile(sig.micro_f1(counts[drawn].sum(axis=1)), (2.5, 97.5))
    assert sig.bootstrap(counts)[:2] == pytest.approx((low, high), abs=0.003)


def test_a_share_has_the_standard_error_of_the_binomial() -> None:
    counts = np.array([[1, 1]] * 72 + [[0, 1]] * 28)
    assert sig.bootstrap(counts, sig.share).error == pytest.approx(math.sqrt(0.72 * 0.28 / 100), rel=0.03)


def test_no_documents_have_no_interval() -> None:
    with pytest.raises(ValueError, match="no documents"):
        sig.bootstrap(np.empty((0, 3), dtype=np.int64))


@given(documents, st.integers(0, 9))
def test_an_interval_is_ordered_within_bounds_and_does_not_know_the_order(counts: Any, seed: int) -> None:
    found = sig.bootstrap(counts, replicates=200, seed=seed)
    assert 0 <= found.low <= found.high <= 1
    assert sig.bootstrap(counts[::-1], replicates=200, seed=seed) == found


@given(documents)
def test_a_system_does_not_differ_from_itself(counts: Any) -> None:
    assert sig.randomisation(counts, counts) == (0.0, 1.0, 1)


@given(documents, st.integers(1, 50))
def test_two_systems_differ_alike_from_either_side(a: Any, replicates: int) -> None:
    b = np.roll(a, 1, axis=0)
    ours, theirs = sig.randomisation(a, b, replicates=replicates), sig.randomisation(b, a, replicates=replicates)
    assert ours.value == pytest.approx(-theirs.value)
    assert 0 < ours.p <= 1
    assert ours.p == pytest.approx(theirs.p, abs=1e-9 if ours.assignments < replicates else 0.6)


def test_few_documents_are_tried_in_every_assignment() -> None:
    a, b = (np.array([[right, 1]] * 3) for right in (1, 0))
    assert sig.randomisation(a, b, sig.share) == (-1.0, 2 / 8, 8)


def test_sampled_and_exact_randomisation_agree() -> None:
    a, b = (np.random.default_rng(seed).integers(0, 4, (12, 3)) + np.array([0, 4, 4]) for seed in (1, 2))
    exact = sig.randomisation(a, b, replicates=2**12)
    assert sig.randomisation(a, b, replicates=4000).p == pytest.approx(exact.p, abs=0.03)


def test_counts_of_different_documents_do_not_pair_up() -> None:
    with pytest.raises(ValueError, match="pair up"):
        sig.randomisation(np.ones((2, 3), dtype=np.int64), np.ones((3, 3), dtype=np.int64))


def test_ten_thousand_replicates_over_a_long_test_set_take_seconds() -> None:
    counts = np.random.default_rng(0).integers(0, 12, (5000, 3)) + np.array([0, 12, 12])
    start = time.process_time()
    sig.bootstrap(counts)
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"), [(0, 0, 1.0), (1, 0, 1.0), (3, 3, 1.0), (5, 0, 0.0625), (1, 6, 0.125)]
)
def test_mcnemar_is_the_binomial_test_of_the_discordant_items(only_a: int, only_b: int, p: float) -> None:
    assert sig.mcnemar(only_a, only_b) == sig.mcnemar(only_b, only_a) == p


def test_discordant_items_are_those_that_one_system_alone_has_right() -> None:
    assert sig.discordant([True, True, False, False], [True, False, True, True]) == (1, 2)


def test_mcnemar_of_no_discordant_items_by_chi_square_is_one() -> None:
    assert (sig.mcnemar_chi2(0, 0), sig.mcnemar_chi2(1, 0)) == (1.0, 1.0)


@given(p_values)
def test_corrections_raise_p_keep_the_order_and_holm_is_the_stricter(values: list[float]) -> None:
    holm, bh = sig.holm(values), sig.benjamini_hochberg(values)
    for plain, strict, mild in zip(values, holm, bh, strict=True):
        assert plain <= strict <= 1
        assert plain * (1 - 1e-12) <= mild <= strict * (1 + 1e-12)
    assert [holm[i] for i in sorted(range(len(values)), key=values.__getitem__)] == sorted(holm)
    assert sig.holm(values[::-1]) == pytest.approx(holm[::-1])


def test_holm_by_hand() -> None:
    assert sig.holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert sig.benjamini_hochberg([0.04, 0.01, 0.03]) == pytest.approx([0.04, 0.03, 0.04])
    assert sig.holm([]) == sig.benjamini_hochberg([]) == []


@given(st.integers(0, 60), st.integers(0, 60))
def test_intervals_of_a_share_hold_it_and_mirror_their_complement(right: int, wrong: int) -> None:
    n = right + wrong
    for method in (sig.wilson, sig.clopper_pearson):
        found, mirror = method(right, n), method(wrong, n)
        assert 0 <= found.low <= (right / n if n else 0.5) + 1e-12
        assert (right / n if n else 0.5) - 1e-12 <= found.high <= 1
        assert (found.low, found.high) == pytest.approx((1 - mirror.high, 1 - mirror.low))


def test_the_exact_interval_of_all_right_is_known_in_closed_form() -> None:
    assert sig.clopper_pearson(10, 10).low == pytest.approx(0.025 ** (1 / 10))


def test_students_t_by_hand() -> None:
    assert sig.paired_t([1, 2, 3], [1, 2, 3]) == 1.0
    assert sig.paired_t([2, 3, 4], [1, 2, 3]) == 0.0
    assert sig.paired_t([1, 3], [0, 0]) == pytest.approx(
        1 - 2 * math.atan(2) / math.pi
    )  # one degree of freedom: Cauchy
    assert sig.standard_error([1.0]) == 0.0


def _counts(rows: list[dict[str, int]]) -> Any:
    return np.array([(row["tp"], row["tp"] + row["fp"], row["tp"] + row["fn"]) for row in rows])


@pytest.fixture
def statistics_of(score_vectors: Path) -> Callable[[str], Any]:
    folder = score_vectors / "31_statistics"
    return lambda name: json.loads((folder / f"{name}.json").read_text())


def test_the_vectors_of_accuracies_and_corrections(statistics_of: Callable[[str], Any]) -> None:
    expected, correct = statistics_of("expected"), statistics_of("pred.correct_A_B")
    for name, figures in expected["accuracy"].items():
        assert sum(correct[name]) / len(correct[name]) == pytest.approx(figures["acc"])
        assert sig.standard_error(correct[name]) == pytest.approx(figures["stderr"])
    right, n = sum(correct["A"]), len(correct["A"])
    assert sig.wilson(right, n)[:2] == pytest.approx(expected["accuracy"]["A"]["wilson95"])
    assert sig.clopper_pearson(right, n)[:2] == pytest.approx(expected["accuracy"]["A"]["clopper_pearson95"])
    alone = sig.discordant(correct["A"], correct["B"])
    assert alone == (expected["mcnemar"]["n10"], expected["mcnemar"]["n01"])
    assert sig.mcnemar(*alone) == pytest.approx(expected["mcnemar"]["exact_p"])
    assert sig.mcnemar_chi2(*alone) == pytest.approx(expected["mcnemar"]["chi2_cc_p"])
    assert sig.paired_t(correct["A"], correct["B"]) == pytest.approx(expected["paired_t_on_correctness"]["p"])
    tests = expected["multiple_testing"]
    assert sig.holm(tests["p"]) == pytest.approx(tests["holm"])
    assert sig.benjamini_hochberg(tests["p"]) == pytest.approx(tests["bh"])
    error = expected["lm_eval_bootstrap_stderr_f1"]
    pairs = list(zip(correct["A"], correct["B"], strict=True))
    binary = sig.harness_error(pairs, lambda drawn: float(f1_score(*zip(*drawn, strict=True))))
    assert error["iters"] == 1000
    assert binary == pytest.approx(error["value"], abs=error["tolerance"])


def test_the_vectors_of_micro_f1_by_documents(statistics_of: Callable[[str], Any]) -> None:
    expected, rows = statistics_of("expected"), statistics_of("pred.doc_counts")
    a, b = _counts(rows["A"]), _counts(rows["B"])
    for counts, name in ((a, "A"), (b, "B")):
        assert sig.micro_f1(counts.sum(axis=0, keepdims=True))[0] == pytest.approx(expected["micro_f1"][name])
    boot = expected["bootstrap_micro_f1_A"]
    found = sig.bootstrap(a)
    assert found[:2] == pytest.approx(boot["percentile95"], abs=boot["tolerance"])
    assert found.error == pytest.approx(boot["stderr_ddof1"], abs=boot["tolerance"])
    paired = expected["paired_permutation_micro_f1"]
    sampled = sig.randomisation(a, b, replicates=paired["N"])
    assert abs(sampled.value) == pytest.approx(paired["observed_abs_diff"])
    assert sampled.p == pytest.approx(paired["p"], abs=paired["tolerance"])
    few = expected["exact_permutation_first12"]
    exact = sig.randomisation(a[:12], b[:12])
    assert abs(exact.value) == pytest.approx(few["observed_abs_diff"], abs=few["tolerance"])
    assert exact.p == pytest.approx(few["p"], abs=few["tolerance"])


@pytest.mark.parametrize("case", ["perfect", "noisy", "always_C", "ten_pct_unparsed", "all_unparsed"])
def test_the_choice_vectors(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "17b_mcq_accuracy"
    gold, read = (json.loads((folder / name).read_text()) for name in ("gold.json", f"pred.{case}.json"))
    expected = json.loads((folder / "expected.json").read_text())["cases"][case]
    correct = [g == r for g, r in zip(gold, read, strict=True)]
    assert sum(correct) / len(correct) == pytest.approx(expected["acc"])
    assert sig.standard_error(correct) == pytest.approx(expected["acc_stderr"])
    assert sig.wilson(sum(correct), len(correct))[:2] == pytest.approx(expected["wilson95"])
