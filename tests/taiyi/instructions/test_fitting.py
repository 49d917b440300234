"""Questions that are too long are made to fit: no answer cut, every item in a window or in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taiyi import tasks
from taiyi.instances import Instance, Item
from taiyi.instructions import Wording, render, subtasks
from taiyi.instructions.fitting import Planner
from taiyi.ledger import Ledger
from taiyi.params import Subtasks
from taiyi.records import AnyRecord, Dialogue, Document, Pair, Question, Turn
from taiyi.tasks import TaskSpec
from tests.taiyi.instructions.documents import SPECS, documents

TEMPLATES = Path(__file__).parents[3] / "data" / "templates"
WORDING = Wording(style="taiyi", folder=TEMPLATES, seed=13)


def characters(turns: Sequence[Turn]) -> int:
    return sum(len(turn.text) for turn in turns)


def planner(limit: int, empty_windows: float = 1.0) -> Planner:
    return Planner(WORDING, length=characters, limit=limit, empty_windows=empty_windows)


def asked(record: AnyRecord, task: str, spec: TaskSpec | None = None) -> Instance:
    (instance,) = render(record, task, spec or TaskSpec(), WORDING, Ledger())
    return instance


def wording_alone(instance: Instance, said: str) -> int:
    """The characters that the wording adds to what it words, which depend on the wording that was drawn."""
    return len(instance.turns[0].text) - len(said.strip())


def parts(instances: Sequence[Instance]) -> set[Item]:
    return {p for i in instances for item in i.gold for p in tasks.load(i.task).FITTING.parts(item)}


def is_whole(instance: Instance) -> bool:
    """Whether its answer is the whole answer to its gold, and reads back as it."""
    task = tasks.load(instance.task)
    read = task.parse(instance.target, instance.context, prompt=instance.prompt)
    return (
        instance.target == task.answer(instance.gold, instance.context, instance.style) and read.items == instance.gold
    )


@settings(max_examples=200)
@given(document=documents(), task=st.sampled_from(sorted(SPECS)), limit=st.integers(60, 400))
def test_the_windows_hold_the_whole_gold_but_for_what_the_ledger_names(
    document: Document, task: str, limit: int
) -> None:
    for instance in render(document, task, SPECS[task], WORDING, Ledger()):
        plan, ledger = planner(limit), Ledger()
        windows = plan.fit(instance, document, SPECS[task], ledger)
        lost = [entry for entry in ledger if entry.rule == "in_no_window"]
        if windows:
            assert parts(windows) <= parts([instance])
            assert len(parts([instance])) == len(parts(windows)) + len(lost)
            assert plan.tally.items - plan.tally.lost == len(parts(windows))
        else:
            assert [entry.id for entry in ledger if entry.rule == "too_long"] == [instance.id]
        assert plan.tally.entered == 1 and plan.tally.left == len(windows)
        ledger.balance(entered=1, left=1 if windows else 0)


@given(document=documents(), task=st.sampled_from(sorted(SPECS)), limit=st.integers(80, 400))
def test_every_window_fits_is_answered_whole_and_lies_where_its_id_says(
    document: Document, task: str, limit: int
) -> None:
    for instance in render(document, task, SPECS[task], WORDING, Ledger()):
        reached = 0
        for part in planner(limit).fit(instance, document, SPECS[task], Ledger()):
            assert characters(part.turns) <= limit and is_whole(part)
            before, _, place = part.id.rpartition(".w")
            start, end = map(int, place.split("-"))
            assert before == instance.id and part.record == document.id
            assert reached <= start < end <= len(document.text)
            assert document.text[start:end].strip() in part.prompt
            reached = end


@given(document=documents(), limit=st.integers(60, 300))
def test_every_mention_stands_in_the_text_of_its_window(document: Document, limit: int) -> None:
    instance = asked(document, "ner", SPECS["ner"])
    fragments = {" ".join(m.text.split()): [document.text[s:e] for s, e in m.spans] for m in document.entities}
    for part in planner(limit).fit(instance, document, SPECS["ner"], Ledger()):
        for _, mention in part.gold:
            assert all(fragment in part.prompt for fragment in fragments[str(mention)])


LONG = Document(id="c/train/1", language="en", text="The rats ran. " * 40)


def test_a_share_of_windows_without_anything_is_kept_and_the_rest_is_listed() -> None:
    instance, ledger = asked(LONG, "ner", SPECS["ner"]), Ledger()
    limit = wording_alone(instance, LONG.text) + 60
    everything = planner(limit).fit(instance, LONG, SPECS["ner"], Ledger())
    kept = planner(limit, 0.5).fit(instance, LONG, SPECS["ner"], ledger)
    assert 0 < len(kept) < len(everything) and {i.id for i in kept} < {i.id for i in everything}
    assert ledger.counts() == {"empty_window": len(everything) - len(kept), "windowed": 1}


def test_one_sentence_that_is_too_long_goes_to_the_ledger_and_the_others_stay() -> None:
    text = "Short one. " + "Endless " * 60 + "sentence. Last one."
    document, ledger = Document(id="c/train/1", language="en", text=text), Ledger()
    instance = asked(document, "ner", SPECS["ner"])
    windows = planner(wording_alone(instance, text) + 100).fit(instance, document, SPECS["ner"], ledger)
    assert ["Short one." in i.prompt or "Last one." in i.prompt for i in windows] == [True, True]
    assert ledger.counts() == {"window_too_long": 1, "windowed": 1}


def test_one_type_asked_alone_is_asked_alone_of_every_window() -> None:
    spec = TaskSpec(types={"a": "chemical", "b": "disease"}, subtasks=("each_type",))
    drafts = subtasks.drafts(LONG, "ner", spec, Subtasks(absent_types=1), 13)
    _, instance = render(LONG, "ner", spec, WORDING, Ledger(), drafts)
    windows = planner(wording_alone(instance, LONG.text) + 60).fit(instance, LONG, spec, Ledger())
    assert len(windows) > 2
    assert all(w.context.offered == instance.context.offered and w.id.startswith(f"{instance.id}.w") for w in windows)


CONTEXT = "First fact here. " * 10 + "The dose was 5 mg. " + "Another fact follows. " * 10


def question(answer: str) -> Question:
    return Question(
        id="c/train/1", language="en", question="What dose?", kind="context", context=CONTEXT, answers=(answer,)
    )


def test_a_context_is_shortened_at_sentences_around_the_answer() -> None:
    record, ledger = question("5 mg"), Ledger()
    instance = asked(record, "qa_cqa")
    limit = wording_alone(instance, CONTEXT) + 150
    (shorter,) = planner(limit).fit(instance, record, TaskSpec(), ledger)
    assert shorter.id == instance.id and shorter.gold == instance.gold and is_whole(shorter)
    assert "fact here. The dose was 5 mg. Another" in shorter.prompt and characters(shorter.turns) <= limit
    (entry,) = ledger
    assert (entry.id, entry.rule, entry.action) == (instance.id, "shortened", "shortened")


def test_a_context_that_does_not_hold_the_answer_is_not_shortened() -> None:
    record, ledger = question("ten pills"), Ledger()
    assert planner(200).fit(asked(record, "qa_cqa"), record, TaskSpec(), ledger) == []
    assert ledger.counts() == {"too_long": 1}


def test_a_dialogue_keeps_its_latest_turns_and_its_last_answer_whole() -> None:
    turns = tuple(Turn("user" if n % 2 == 0 else "assistant", f"turn {n} " + "and so on " * 5) for n in range(10))
    record, ledger = Dialogue(id="c/train/1", language="en", turns=turns), Ledger()
    instance = asked(record, "mrd")
    limit = wording_alone(instance, turns[0].text) + characters(turns[6:])
    (shorter,) = planner(limit).fit(instance, record, TaskSpec(), ledger)
    assert shorter.id == instance.id and shorter.target == instance.target
    assert len(shorter.turns) == 4 and "turn 6" in shorter.turns[0].text
    assert ledger.counts() == {"shortened": 1}


def test_what_is_asked_of_a_whole_text_is_never_shortened() -> None:
    record = Pair(id="c/train/1", language="en", text_1="word. " * 50, text_2="word. " * 50, label="same")
    spec, ledger = TaskSpec(types={"same": "similar", "other": "different"}), Ledger()
    assert planner(200).fit(asked(record, "tp_ss", spec), record, spec, ledger) == []
    (entry,) = ledger
    assert entry.rule == "too_long" and "at most 200 are allowed" in entry.reason


@pytest.mark.parametrize("task", tasks.ids())
def test_every_task_says_how_a_question_that_is_too_long_is_made_to_fit(task: str) -> None:
    assert tasks.load(task).FITTING.how in ("windows", "context", "turns", "whole")
