"""The loss budget counts what the training loss weighs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.budget import AVERAGINGS, Budget, Part, Tally, answers, together, weight
from taiyi.instances import Instance
from taiyi.params import Averaging
from taiyi.records import Turn


def instance(*said: str, task: str = "qa_sqa", corpus: str = "c", key: str = "1") -> Instance:
    """A conversation; every second text is the assistant's."""
    turns = tuple(Turn("assistant" if n % 2 else "user", text) for n, text in enumerate(said))
    return Instance(
        id=f"{corpus}/train/{key}#{task}.en.t1",
        task=task,
        language="en",
        style="taiyi",
        turns=turns,
        gold=((said[-1],),),
    )


def budget(*instances: Instance) -> Budget:
    tally = Tally()
    for each in instances:
        tally.add(each)
    rows = tuple(
        tally.row(part, offered=count, wanted=count, weight=1.0, total=tally.total())
        for part, count in tally.instances.items()
    )
    return Budget(unit="characters", averaging="square", rows=rows)


def test_every_answer_of_a_conversation_is_learnt_with_its_end() -> None:
    assert answers(instance("I cough.", "Long?", "Yes.", "Rest!!"), len) == [6, 7]


@given(st.lists(st.lists(st.integers(1, 40), min_size=1, max_size=4), min_size=1, max_size=6))
@pytest.mark.parametrize("averaging", AVERAGINGS)
def test_an_answer_weighs_what_the_training_loss_gives_it(averaging: Averaging, rows: list[list[int]]) -> None:
    torch = pytest.importorskip("torch")
    from taiyi.llm.chat import IGNORED
    from taiyi.llm.losses import EXPONENT, token_weights

    width = max(sum(lengths) + len(lengths) for lengths in rows)
    labels = torch.full((len(rows), width), IGNORED)
    for row, lengths in enumerate(rows):
        at = 0
        for length in lengths:
            labels[row, at : at + length] = 7
            at += length + 1
    expected = float(token_weights(labels, EXPONENT[averaging]).sum())
    assert sum(weight(n, averaging) for lengths in rows for n in lengths) == pytest.approx(expected, rel=1e-4)


def test_a_long_answer_has_the_say_that_each_averaging_gives_it() -> None:
    made = budget(instance("q", "x" * 99, task="mrd"), instance("q", "", task="tc"))
    assert [row.shares for row in made.rows] == [
        {"token": 100 / 101, "square": pytest.approx(10 / 11), "sample": 0.5},
        {"token": 1 / 101, "square": pytest.approx(1 / 11), "sample": 0.5},
    ]


def test_rows_added_up_share_what_is_given() -> None:
    made = budget(
        instance("q", "abc", corpus="c"), instance("q", "abcdefg", corpus="d"), instance("q", "a" * 40, task="mrd")
    )
    both = together(made.rows, lambda row: row.task)
    assert [(share.name, share.instances, share.units) for share in both] == [("qa_sqa", 2, 12), ("mrd", 1, 41)]
    (alone,) = together([row for row in made.rows if row.task == "mrd"], lambda row: row.task)
    assert alone.shares == {"token": 1, "square": 1, "sample": 1}
    for averaging in AVERAGINGS:
        assert sum(share.shares[averaging] for share in both) == pytest.approx(1)


def test_nothing_taken_has_no_share_and_divides_by_nothing() -> None:
    tally = Tally()
    row = tally.row(Part("c", "ner", "en"), offered=4, wanted=0, weight=0.0, total=tally.total())
    assert row.instances == row.units == 0
    assert together([row], lambda row: row.task)[0].shares == {"token": 0, "square": 0, "sample": 0}
