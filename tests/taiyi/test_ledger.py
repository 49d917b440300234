"""The ledger: what left the stream, and counts that must add up."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import jsonl
from taiyi.errors import Conflict
from taiyi.ledger import Entry, Ledger


def test_a_dropped_record_leaves_id_rule_and_reason() -> None:
    ledger = Ledger()
    ledger.drop("a/train/1", "duplicate", "same text", other="a/train/0")
    assert list(ledger) == [Entry("a/train/1", "duplicate", "same text", "dropped", "a/train/0")]


def test_a_repaired_record_stays_in_the_balance() -> None:
    ledger = Ledger()
    ledger.note("a/train/1", "offsets", "moved by one")
    ledger.note("a/train/2", "length", "cut at a sentence", action="shortened")
    ledger.balance(entered=2, left=2)
    assert [entry.action for entry in ledger] == ["repaired", "shortened"]


@given(fates=st.lists(st.sampled_from(["stay", "drop", "repair"])))
def test_what_entered_is_what_left_plus_what_was_dropped(fates: list[str]) -> None:
    ledger = Ledger()
    for number, fate in enumerate(fates):
        if fate == "drop":
            ledger.drop(str(number), "rule", "reason")
        elif fate == "repair":
            ledger.note(str(number), "rule", "reason")
    ledger.balance(entered=len(fates), left=len(fates) - fates.count("drop"))


@pytest.mark.parametrize(("left", "difference"), [(8, "+1"), (10, "-1")])
def test_a_record_that_vanished_or_appeared_is_an_error_with_the_difference(left: int, difference: str) -> None:
    ledger = Ledger()
    ledger.drop("a/train/1", "duplicate", "same text")
    with pytest.raises(Conflict, match=rf"10 entered, {left} left and 1 are in the ledger: \{difference} unaccounted"):
        ledger.balance(entered=10, left=left)


def test_rows_are_counted_by_rule_before_and_after_a_file(tmp_path: Path) -> None:
    ledger = Ledger()
    for rule in ("overlap", "duplicate", "overlap"):
        ledger.drop("a/train/1", rule, "reason")
    jsonl.write(tmp_path / "ledger.jsonl", ledger)
    assert ledger.counts() == {"duplicate": 1, "overlap": 2}
    assert list(jsonl.read(tmp_path / "ledger.jsonl", Entry)) == list(ledger)
