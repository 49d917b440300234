from __future__ import annotations

import json
from math import floor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import coreference

GOLD = [{"a", "b", "c"}, {"d", "e", "f", "g"}]
PREDICTED = [{"a", "b"}, {"c", "d"}, {"f", "g", "h", "i"}]
METRICS = ("muc", "b_cubed", "ceaf_m", "ceaf_e", "blanc")

clusterings = st.dictionaries(st.integers(0, 7), st.integers(0, 3)).map(
    lambda place: [[mention for mention, at in place.items() if at == k] for k in sorted(set(place.values()))]
)
documents = st.lists(st.tuples(clusterings, clusterings), max_size=3)


def test_the_worked_example_of_the_scorers_authors() -> None:
    """Figures of Pradhan et al. 2014, "Scoring coreference partitions of predicted mentions", section 4."""
    score = coreference.score([(GOLD, PREDICTED)])
    details = score.details
    assert (details["muc:recall"], details["muc:precision"], details["muc:f1"]) == pytest.approx((0.4, 0.4, 0.4))
    assert details["b_cubed:recall"] == pytest.approx(35 / 84)
    assert details["b_cubed:precision"] == pytest.approx(4 / 8)
    assert (details["ceaf_m:recall"], details["ceaf_m:precision"]) == pytest.approx((4 / 7, 4 / 8))
    assert (details["ceaf_e:recall"], details["ceaf_e:precision"]) == pytest.approx((0.65, 1.3 / 3))
    mean = (details["muc:f1"] + details["b_cubed:f1"] + details["ceaf_e:f1"]) / 3
    assert score.value == pytest.approx(mean)
    assert score.signature == "conll_f1|match:exact|of:muc+b_cubed+ceaf_e|singletons:kept|task:coref|version:1"


def test_blanc_averages_links_within_and_between_clusters() -> None:
    # Gold: 9 links within, 12 between; predicted: 8 and 20; shared: ab and fg, and 8 between (of abcdfg, 6 mentions).
    details = coreference.score([(GOLD, PREDICTED)]).details
    assert details["blanc:recall"] == pytest.approx((2 / 9 + 8 / 12) / 2)
    assert details["blanc:precision"] == pytest.approx((2 / 8 + 8 / 20) / 2)


def test_one_cluster_on_both_sides_has_no_links_between_and_is_right() -> None:
    assert coreference.score([([["a", "b"]], [["a", "b"]])]).details["blanc:f1"] == 1


def test_a_mention_in_two_clusters_counts_in_the_first() -> None:
    twice = coreference.score([(GOLD, [["a", "b", "c"], ["c"], ["d", "e", "f", "g", "a"]])])
    assert twice.value == 1


def test_nothing_scores_nothing() -> None:
    empty: list[set[str]] = []
    for pairs in ([], [(empty, empty)], [(GOLD, empty)], [(empty, GOLD)]):
        score = coreference.score(pairs)
        assert score.value == 0
        assert not any(score.details.values())


@given(documents)
def test_scores_are_bounded_and_turning_sides_exchanges_recall_and_precision(pairs: Any) -> None:
    details = coreference.score(pairs).details
    turned = coreference.score([(predicted[::-1], gold[::-1]) for gold, predicted in pairs]).details
    for name in METRICS:
        assert -1e-9 <= details[f"{name}:f1"] <= 1 + 1e-9
        assert details[f"{name}:recall"] == pytest.approx(turned[f"{name}:precision"])
        assert details[f"{name}:f1"] == pytest.approx(turned[f"{name}:f1"])


@given(st.lists(clusterings, min_size=1, max_size=3))
def test_gold_against_itself_is_full_marks_where_anything_corefers(golds: Any) -> None:
    score = coreference.score([(gold, gold) for gold in golds])
    if any(len(cluster) > 1 for gold in golds for cluster in gold):
        assert score.value == pytest.approx(1)


def _clusters(path: Path) -> dict[str, list[list[tuple[int, int]]]]:
    """Clusters of token spans by document, from the last column of CoNLL lines."""
    found: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#begin"):
            clusters, opened = found.setdefault(line, {}), dict[str, list[int]]()
        elif line and not line.startswith("#") and not line.endswith("-"):
            columns = line.split("\t")
            for part in columns[-1].split("|"):
                name = part.strip("()")
                if part[0] == "(":
                    opened.setdefault(name, []).append(int(columns[2]))
                if part[-1] == ")":
                    clusters.setdefault(name, []).append((opened[name].pop(), int(columns[2])))
    return {document: list(clusters.values()) for document, clusters in found.items()}


def test_the_vectors_of_the_conll_scorer_agree(score_vectors: Path) -> None:
    """The scorer cuts its percentages after two digits; the vectors' mean is that of the cut ones."""
    folder = score_vectors / "29_coref_conll"
    gold = _clusters(folder / "gold.conll")
    cases = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"]
    assert len(cases) == 8
    for case, expected in cases.items():
        predicted = _clusters(folder / f"pred.{case}.conll")
        score = coreference.score([(clusters, predicted.get(name, [])) for name, clusters in gold.items()])
        for theirs, ours in zip(("muc", "bcub", "ceafm", "ceafe", "blanc"), METRICS, strict=True):
            for figure, value in expected[theirs].items():
                found = floor(score.details[f"{ours}:{figure}"] * 10_000 + 1e-6) / 100
                assert found == value, (case, ours, figure)
        assert score.value * 100 == pytest.approx(expected["conll_avg_f1"], abs=0.01), case
