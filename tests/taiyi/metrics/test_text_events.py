from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.instances import Items
from taiyi.metrics import text_events
from taiyi.metrics.sets import Tally

GOLD: Items = (
    ("Binding", "bound", (("Theme", "A"), ("Theme2", "B"))),
    ("Regulation", "role", (("Cause", "A"), ("Theme", "bound"))),
)
PREDICTED: Items = (
    ("Binding", "bound", (("Theme", "B"), ("Theme", "A"))),
    ("Regulation", "role", (("Theme", "bound"),)),
    ("Regulation", "function", (("Cause", "A"),)),
)

letters = st.sampled_from("ab")
events = st.lists(st.tuples(letters, letters, st.lists(st.tuples(letters, letters), max_size=3).map(tuple)), max_size=4)
pairs = st.lists(st.tuples(events.map(tuple), events.map(tuple)), max_size=4)
levels = st.sampled_from(("event", "trigger", "argument", "argument_of_trigger"))


def test_events_triggers_and_arguments_are_counted_each_for_itself() -> None:
    both = [(GOLD, PREDICTED)]
    assert text_events.tally(both, level="event") == Tally(1, 3, 2)
    assert text_events.tally(both, level="trigger") == Tally(2, 3, 2)
    assert text_events.tally(both, level="argument") == Tally(4, 4, 4)
    assert text_events.tally(both, level="argument_of_trigger") == Tally(3, 4, 4)
    score = text_events.score(both, level="event")
    assert (score.value, score.details["precision"], score.details["recall"]) == pytest.approx((0.4, 1 / 3, 0.5))
    assert score.signature == "f1|average:micro|match:exact|only:events|task:ee|version:1"


def test_an_event_of_another_document_is_not_found() -> None:
    assert text_events.score([(GOLD, ()), ((), GOLD)]).value == 0


@given(pairs, levels)
def test_the_order_of_events_and_arguments_does_not_matter(given_pairs: Any, level: Any) -> None:
    turned = [
        (gold, tuple((kind, trigger, slots[::-1]) for kind, trigger, slots in predicted[::-1]))
        for gold, predicted in given_pairs
    ]
    score = text_events.score(given_pairs, level=level)
    assert score == text_events.score(turned, level=level)
    assert score == text_events.score([(gold, predicted * 2) for gold, predicted in given_pairs], level=level)
    assert 0 <= score.value <= 1
    assert score.value == text_events.score([(predicted, gold) for gold, predicted in given_pairs], level=level).value


def _read(path: Path) -> list[Items]:
    documents = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        tuple((event["type"], event["trigger"], tuple(map(tuple, event["arguments"]))) for event in document["events"])
        for document in documents
    ]


def test_the_vectors_of_events_without_spans_agree(score_vectors: Path) -> None:
    folder = score_vectors / "37_event_text_level"
    gold = _read(folder / "gold.jsonl")
    cases = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"]
    names: dict[str, Any] = {"event_strict": "event", "trigger_classification": "trigger", "argument": "argument"}
    assert len(cases) == 6
    for case, expected in cases.items():
        both = list(zip(gold, _read(folder / f"pred.{case}.jsonl"), strict=True))
        for theirs, level in names.items():
            score = text_events.score(both, level=level)
            found = {"f1": score.value, **{name: score.details[name] for name in ("precision", "recall")}}
            assert found == pytest.approx(expected[theirs], abs=1e-12), (case, level)
