"""What the report shows of curation adds up to the quality report."""

from __future__ import annotations

import pytest

from taiyi.curation.near_duplicates import NearMiss
from taiyi.curation.report import Alike, Bin, Flow, Quality
from taiyi.pages import quality as quality_view
from taiyi.pages.report import ReportData, render

FLOWS = (
    Flow("one", "train", 100, 90),
    Flow("one", "test", 20, 20),
    Flow("two", "train", 50, 49),
    Flow("three", "train", 7, 7),
)
RULES = {"duplicate": {"one": 3, "two": 1}, "overlap_text": {"one": 7}}
MISSES = tuple(NearMiss(f"one/train/{n}", f"two/train/{n}", 0.79 - n / 100, "below") for n in range(20))


def quality(action: str = "drop", pairs: int = 5) -> Quality:
    bins = tuple(Bin(n / 20, (n + 1) / 20, pairs if n == 15 else 0) for n in range(20))
    return Quality(FLOWS, RULES, Alike(action, 0.8, 2, bins, 20, 20, 0))


def test_corpora_that_lost_something_stand_with_their_losses_by_rule_and_the_others_are_counted() -> None:
    view = quality_view.view(quality(), MISSES)
    assert view.rules == ("overlap_text", "duplicate")
    assert [(row.corpus, row.entered, row.left, row.by_rule) for row in view.corpora] == [
        ("one", 120, 110, (7, 3)),
        ("two", 50, 49, (0, 1)),
    ]
    assert view.untouched == 1
    assert view.near_misses == MISSES[: quality_view.SHOWN]


def test_every_row_that_left_is_in_the_table() -> None:
    view = quality_view.view(quality(), ())
    assert sum(sum(row.by_rule) for row in view.corpora) == sum(f.entered - f.left for f in FLOWS)


@pytest.mark.parametrize(("action", "said"), [("drop", "2 dropped"), ("report", "reported, not dropped")])
def test_the_page_says_what_became_of_texts_that_are_alike(action: str, said: str) -> None:
    page = render(ReportData(title="Run", quality=quality(action), near_misses=MISSES))
    assert said in page
    assert "Jaccard similarity" in page
    assert "one/train/0" in page and "one/train/19" not in page
    assert "1 corpus lost nothing" in page


def test_nothing_is_said_of_likeness_that_was_not_looked_for() -> None:
    page = render(ReportData(title="Run", quality=quality("off", 0)))
    assert "Near-duplicates in training" not in page and "Jaccard" not in page
