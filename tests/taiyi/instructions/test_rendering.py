"""Records become instances: wordings chosen by id, dialogues opened by theirs, answers proven, caps by rank."""

from pathlib import Path

import pytest

from taiyi import instructions, tasks
from taiyi.errors import InvalidParams, NotFound
from taiyi.instances import Draft, Instance
from taiyi.instructions import Wording, capped, chosen_wordings, rank, render, templates, worded
from taiyi.ledger import Ledger
from taiyi.records import Classification, Dialogue, Turn


@pytest.fixture
def wording(root: Path) -> Wording:
    return Wording(style="taiyi", folder=root / "data/templates", seed=13)


SPEC = tasks.TaskSpec(types={"t": "Treatment", "d": "Diagnosis"})


def record(key: str = "1", label: str = "t") -> Classification:
    return Classification(id=f"c/train/{key}", language="en", text="Aspirin helped.", labels=(label,))


def test_an_instance_extends_its_records_id_and_holds_question_and_answer(wording: Wording) -> None:
    (instance,) = render(record(), "tc", SPEC, wording, Ledger())
    assert instance.id.startswith("c/train/1#tc.en.t")
    assert "Aspirin helped." in instance.prompt
    assert instance.target == "Result: Treatment"
    assert instance.record == "c/train/1"


def test_the_same_record_gets_the_same_wording_whatever_else_there_is() -> None:
    two = {"t1": "a", "t2": "b"}
    three = {**two, "t3": "c"}
    moved = 0
    for n in range(300):
        before = chosen_wordings(two, seed=1, record=f"c/train/{n}", count=1)
        after = chosen_wordings(three, seed=1, record=f"c/train/{n}", count=1)
        assert after == before or after == ("t3",)
        moved += after != before
    assert 60 < moved < 140


def test_several_wordings_of_one_record_are_all_different(wording: Wording) -> None:
    several = Wording(style="taiyi", folder=wording.folder, seed=13, count=3)
    found = list(render(record(), "tc", SPEC, several, Ledger()))
    assert len({i.id for i in found}) == len({i.prompt for i in found}) == 3


def test_a_dialogue_is_opened_by_the_wording_and_goes_on_as_it_was_said(wording: Wording) -> None:
    turns = (
        Turn("user", "I cough."),
        Turn("assistant", "How long?"),
        Turn("user", "A week."),
        Turn("assistant", "Rest."),
    )
    dialogue = Dialogue(id="c/train/1", language="en", turns=turns)
    (instance,) = render(dialogue, "mrd", tasks.TaskSpec(), wording, Ledger())
    assert "I cough." in instance.turns[0].text
    assert instance.turns[1:] == turns[1:]


def test_a_wording_that_asks_for_an_unknown_field_is_named() -> None:
    with pytest.raises(InvalidParams, match=r"here: .*texxt"):
        worded("Read {texxt}", Draft(fields={"text": "x"}, gold=()), "here")


def test_a_group_without_wordings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tc.yaml").write_text("en:\n  default: {t1: '{text}'}\nzh:\n  default: {}\n")
    with pytest.raises(InvalidParams, match="at zh"):
        templates("tc", tmp_path)


def test_a_missing_group_is_named_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "tc.yaml").write_text("en:\n  other: {t1: '{text}'}\nzh:\n  other: {t1: '{text}'}\n")
    wording = Wording(style="taiyi", folder=tmp_path, seed=1)
    with pytest.raises(NotFound, match=r"tc\.yaml has no wordings at en\.default"):
        list(render(record(), "tc", SPEC, wording, Ledger()))


def test_an_answer_that_does_not_read_back_goes_to_the_ledger(
    wording: Wording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.load("tc"), "answer", lambda gold, context, style: "gibberish")
    ledger = Ledger()
    assert not list(render(record(), "tc", SPEC, wording, ledger))
    assert ledger.counts() == {"not_reversible": 1}


def many(count: int, wording: Wording) -> list[Instance]:
    return [i for n in range(count) for i in render(record(str(n)), "tc", SPEC, wording, Ledger())]


def test_a_cap_keeps_the_lowest_ranks_in_order_and_the_rest_is_in_the_ledger(wording: Wording) -> None:
    everything, ledger = many(20, wording), Ledger()
    kept = capped(everything, cap=5, seed=13, ledger=ledger)
    ledger.balance(entered=20, left=5)
    assert [i for i in everything if i in kept] == kept
    assert max(rank(13, i.id) for i in kept) < min(rank(13, e.id) for e in ledger)


def test_more_data_never_brings_back_what_a_cap_left_out(wording: Wording) -> None:
    few = {i.id for i in capped(many(20, wording), cap=5, seed=13, ledger=Ledger())}
    more = {i.id for i in capped(many(40, wording), cap=5, seed=13, ledger=Ledger())}
    first = {i.id for i in many(20, wording)}
    assert more & first <= few


def test_rank_does_not_depend_on_the_process() -> None:
    assert instructions.rank(13, "c/train/1") == instructions.rank(13, "c/train/1") != rank(14, "c/train/1")
