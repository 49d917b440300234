from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import text_events
from taiyi.metrics.measures import Measure, Metric, make

letters = st.sampled_from("ab")
slots = st.lists(st.tuples(st.sampled_from(["Theme", "Theme2", "Cause"]), letters), max_size=3).map(tuple)
events = st.lists(st.tuples(letters, letters, slots), max_size=4).map(tuple)
documents = st.lists(st.tuples(events, events), min_size=1, max_size=4)
LEVELS = ("event", "trigger", "argument", "argument_of_trigger")


def measure(**settings: str) -> Measure:
    return make(Metric("event_f1", settings), task="ee")


@given(documents, st.sampled_from(LEVELS))
def test_without_numbers_of_roles_it_is_the_plain_function(asked: Any, pairs: Any, level: Any) -> None:
    score = measure(level=level, numbers="dropped").score(asked("ee", pairs))
    plain = text_events.score(pairs, level=level)
    assert (score.value, score.signature) == (pytest.approx(plain.value), plain.signature)
    assert {name: score.details[name] for name in plain.details} == plain.details


def test_a_numbered_role_is_another_role_unless_numbers_are_dropped(asked: Any) -> None:
    outcomes = asked("ee", [((("Binding", "bound", (("Theme2", "A"),)),), (("Binding", "bound", (("Theme", "A"),)),))])
    assert [measure(numbers=numbers).value(outcomes) for numbers in ("kept", "dropped")] == [0.0, 1.0]


def test_the_headline_holds_triggers_and_arguments_in_its_details(asked: Any) -> None:
    gold = (("Binding", "bound", (("Theme", "A"), ("Theme", "B"))),)
    score = measure().score(asked("ee", [(gold, (("Binding", "bound", (("Theme", "A"),)),))]))
    assert (score.name, score.value) == ("f1", 0.0)
    assert (score.details["trigger_f1"], score.details["argument_f1"]) == pytest.approx((1.0, 2 / 3))
    assert score.signature == "f1|average:micro|match:exact|only:all|task:ee|version:1"


def test_only_events_of_the_types_named_count(asked: Any) -> None:
    outcomes = asked("ee", [((("A", "x", ()),), (("A", "x", ()), ("B", "y", ())))])
    assert measure(types="A").value(outcomes) == 1.0
    assert measure(types="A").signature([]) != measure().signature([])


def test_every_level_and_reading_of_roles_has_its_signature() -> None:
    found = {(level, n): measure(level=level, numbers=n).signature([]) for level in LEVELS for n in ("kept", "dropped")}
    assert found.pop(("trigger", "kept")) == found["trigger", "dropped"]  # triggers have no roles
    assert len(set(found.values())) == len(found)


def test_the_vector_of_events_without_spans(score_vectors: Path, asked: Any) -> None:
    folder = score_vectors / "37_event_text_level"

    def read(name: str) -> list[Any]:
        rows = [json.loads(line)["events"] for line in (folder / name).read_text("utf-8").splitlines()]
        return [tuple((e["type"], e["trigger"], tuple(map(tuple, e["arguments"]))) for e in row) for row in rows]

    gold = read("gold.jsonl")
    cases = json.loads((folder / "expected.json").read_text("utf-8"))["cases"]
    names = {"event_strict": "event", "trigger_classification": "trigger", "argument": "argument"}
    for case, expected in cases.items():
        outcomes = asked("ee", list(zip(gold, read(f"pred.{case}.jsonl"), strict=True)))
        for theirs, level in names.items():
            found = measure(level=level, numbers="dropped").value(outcomes)
            assert found == pytest.approx(expected[theirs]["f1"], abs=1e-12), (case, level)
