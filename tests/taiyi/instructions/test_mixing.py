"""Which instances are taken, by nothing but their ids; and which of them a training stage reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.errors import NotFound
from taiyi.instances import Instance
from taiyi.instructions.mixing import capped, drawn, lowest, of_stage, rank, ranks
from taiyi.ledger import Ledger
from taiyi.params import TrainStage
from taiyi.records import Language, Turn


def instance(key: int, task: str = "tc", language: Language = "en", template: str = "t1") -> Instance:
    return Instance(
        id=f"c/train/{key}#{task}.{language}.{template}",
        task=task,
        language=language,
        style="taiyi",
        turns=(Turn("user", f"{template} {key}"), Turn("assistant", "x")),
        gold=(("x",),),
    )


def several(n: int, language: Language = "en") -> list[Instance]:
    return [instance(key, language=language) for key in range(n)]


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 5))
def test_a_larger_count_adds_and_takes_nothing_away(less: int, more: int, seed: int) -> None:
    less, more = sorted((less, more))
    few, many = (lowest(several(50), count, seed) for count in (less, more))
    assert len(few) == min(less, 50) and len(many) == min(more, 50)
    assert {i.id for i in few} <= {i.id for i in many}
    assert many == [i for i in several(50) if i in many], "in the order given"


def test_a_cap_of_none_takes_all_and_a_cap_of_nothing_none() -> None:
    ledger = Ledger()
    assert capped(several(3), cap=None, seed=1, ledger=ledger) == several(3) and not ledger.entries
    assert capped(several(3), cap=0, seed=1, ledger=ledger) == []
    assert ledger.counts() == {"cap": 3}


@given(st.integers(0, 40), st.integers(0, 40))
def test_each_language_is_drawn_by_itself_and_the_rest_is_in_the_ledger(en: int, zh: int) -> None:
    mixed = [i for pair in zip(several(20), several(20, "zh"), strict=True) for i in pair]
    ledger = Ledger()
    kept = drawn(mixed, lambda _: (), counts={"en": en, "zh": zh}, seed=1, ledger=ledger)
    assert kept == [i for i in mixed if i in kept]
    for language, count in (("en", en), ("zh", zh)):
        assert sum(i.language == language for i in kept) == min(count, 20)
    ledger.balance(entered=40, left=len(kept))


def test_wordings_are_asked_one_after_another_and_only_as_long_as_any_is_missing() -> None:
    asked = []

    def again(n: int) -> list[Instance]:
        asked.append(n)
        return [instance(key, template=f"t{n + 1}") for key in range(10)] if n < 4 else []

    ledger = Ledger()
    kept = drawn(several(10), again, counts={"en": 25}, seed=1, ledger=ledger)
    assert asked == [1, 2] and not ledger.entries
    assert [sum(f".t{n}" in i.id for i in kept) for n in (1, 2, 3)] == [10, 10, 5]
    assert len(drawn(several(10), again, counts={"en": 99}, seed=1, ledger=ledger)) == 40
    assert asked == [1, 2, 1, 2, 3, 4], "wordings ran out"


def test_a_stage_reads_its_task_types_in_order_and_no_other() -> None:
    everything = [instance(1), instance(2, "ner"), instance(3, "mrd"), instance(4, "ner")]
    assert list(of_stage(everything, TrainStage(tasks=("ner", "tc")))) == [*everything[:2], everything[3]]


def test_a_stage_that_reads_a_task_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NotFound, match="no task 'nre'; did you mean 're' or 'ner'"):
        of_stage([], TrainStage(tasks=("tc", "nre")))


@given(identifier=st.text(), names=st.lists(st.text(), unique=True))
def test_names_are_ordered_as_their_ranks_are(identifier: str, names: list[str]) -> None:
    by_rank = sorted(names, key=lambda name: rank(13, f"{identifier} {name}"))
    assert [name for _, name in sorted(ranks(13, identifier, names))] == by_rank
