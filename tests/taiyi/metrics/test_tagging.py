from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.errors import InvalidInput
from taiyi.metrics import tagging

MODES: dict[str, tagging.Scheme] = {"default": "conlleval", "strict_IOB2": "IOB2"}
sentences = st.lists(st.lists(st.sampled_from(["O", "B-a", "I-a", "B-b", "I-b"]), min_size=3, max_size=3), max_size=4)


def test_an_inside_tag_begins_an_entity_for_conlleval_and_none_in_strict_iob2() -> None:
    tags = ["O", "I-a", "I-a", "B-b", "I-a"]
    assert list(tagging.entities(tags)) == [("a", 1, 2), ("b", 3, 3), ("a", 4, 4)]
    assert list(tagging.entities(tags, "IOB2")) == [("b", 3, 3)]


def test_end_and_single_tags_bound_entities() -> None:
    assert list(tagging.entities(["B-a", "E-a", "I-a", "S-a", "E-b-c"])) == [
        ("a", 0, 1),
        ("a", 2, 2),
        ("a", 3, 3),
        ("b-c", 4, 4),
    ]


def test_tokens_and_sentences_are_counted_with_their_outsides() -> None:
    found = tagging.score([["O", "B-a"], ["O"]], [["O", "O"], ["O"]], task="ner").details
    assert [found["token_accuracy"], found["sentence_accuracy"], found["f1"]] == pytest.approx([2 / 3, 0.5, 0])


@pytest.mark.parametrize(
    ("gold", "read", "message"),
    [
        ([["O"]], [], "0 predicted sentences for 1"),
        ([["O"]], [["O", "O"]], "2 predicted tags for 1"),
        ([["O"]], [["B"]], "'B' is no tag"),
        ([["O"]], [["X-a"]], "'X-a' is no tag"),
    ],
)
def test_sides_that_do_not_fit_are_refused(gold: list[list[str]], read: list[list[str]], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        tagging.score(gold, read, task="ner")


@given(sentences)
def test_a_sequence_agrees_with_itself_and_strict_entities_begin_with_b(tags: list[list[str]]) -> None:
    found = tagging.score(tags, tags, task="ner")
    assert found.value == (1 if any(tag != "O" for row in tags for tag in row) else 0)
    for row in tags:
        strict = list(tagging.entities(row, "IOB2"))
        assert [one[1] for one in strict] == [place for place, tag in enumerate(row) if tag[0] == "B"]


@given(sentences, sentences)
def test_f1_is_symmetric_in_gold_and_prediction(one: list[list[str]], other: list[list[str]]) -> None:
    size = min(len(one), len(other))
    left = tagging.score(one[:size], other[:size], task="ner")
    assert tagging.score(other[:size], one[:size], task="ner").value == left.value
    assert 0 <= left.value <= 1


def test_figures_agree_with_seqeval(score_vectors: Path) -> None:
    folder = score_vectors / "18_seqeval"
    gold = json.loads((folder / "gold.json").read_text("utf-8"))
    gold = next(value for key, value in gold.items() if key != "tokens") if isinstance(gold, dict) else gold
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    for case, figures in expected["cases"].items():
        _agrees(gold, json.loads((folder / f"pred.{case}.json").read_text("utf-8")), figures)
    for small in expected["small_cases"].values():
        _agrees(small["gold"], small["pred"], small["expected"])


def _agrees(gold: Any, read: Any, figures: dict[str, dict[str, Any]]) -> None:
    for mode, scheme in MODES.items():
        found = tagging.score(gold, read, task="ner", scheme=scheme).details
        for name, theirs in figures[mode].items():
            # The mean over no type is NaN in seqeval, and 0 here as all that is undefined.
            assert found[name] == (0.0 if theirs == "NaN" else pytest.approx(theirs, rel=1e-12)), (mode, name)
