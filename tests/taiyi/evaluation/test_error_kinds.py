"""What kind an error is: nothing is lost, nothing counted twice, and each kind where a reader would expect it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import jsonl
from taiyi.evaluation import error_kinds
from taiyi.evaluation.error_kinds import MEANING, Error, Kind, comparable, errors, unread
from taiyi.evaluation.places import Places
from taiyi.instances import Items

pytestmark = pytest.mark.integration  # many answers of every task

SOURCE = "Acute renal failure after aspirin and ibuprofen.\nRenal failure was reversible; aspirin was stopped."
WORDS = ("renal", "renal failure", "Acute renal failure", "aspirin", "Aspirin", "ibuprofen", "failure after", "digoxin")
TEXT = st.sampled_from(WORDS)
NAME = st.sampled_from(("Disease", "Chemical", "Gene"))
RELATION = st.tuples(NAME, TEXT, TEXT)
ITEM = {
    "ner": st.tuples(NAME, TEXT),
    "re": RELATION,
    "cre": st.tuples(NAME, st.one_of(TEXT, RELATION), st.one_of(TEXT, RELATION)),
    "ee": st.tuples(NAME, TEXT, st.lists(st.tuples(NAME, TEXT), max_size=3).map(tuple)),
    "nen": st.tuples(TEXT, st.sampled_from(("MESH:1", "MESH:2", "MESH:1|MESH:2"))),
    "coref": st.lists(TEXT, min_size=2, max_size=4).map(tuple),
    "tc": st.tuples(NAME),
    "qa_mc": st.tuples(st.sampled_from("ABCD")),
}


def kinds(task: str, gold: Items, predicted: Items, source: str = SOURCE) -> list[str]:
    """The kinds of an answer's errors."""
    return [error.kind for error in errors(task, comparable(gold, task), comparable(predicted, task), source)]


@pytest.mark.parametrize("task", sorted(ITEM))
@given(data=st.data())
def test_every_wrong_item_is_in_exactly_one_error(task: str, data: st.DataObject) -> None:
    gold, predicted = (comparable(tuple(data.draw(st.lists(ITEM[task], max_size=8))), task) for _ in range(2))
    found = errors(task, gold, predicted, SOURCE)
    assert Counter(e.gold for e in found if e.gold) == Counter(gold - predicted)
    assert Counter(e.predicted for e in found if e.predicted) == Counter(predicted - gold)
    assert all(e.gold or e.predicted for e in found)


@pytest.mark.parametrize("task", sorted(ITEM))
@given(data=st.data())
def test_the_order_of_items_changes_nothing(task: str, data: st.DataObject) -> None:
    gold, predicted = (data.draw(st.lists(ITEM[task], max_size=6)) for _ in range(2))
    there = errors(task, comparable(tuple(gold), task), comparable(tuple(predicted), task), SOURCE)
    back = errors(task, comparable(tuple(gold[::-1]), task), comparable(tuple(predicted[::-1]), task), SOURCE)
    assert there == back


@pytest.mark.parametrize("task", sorted(ITEM))
@given(data=st.data())
def test_a_right_answer_has_no_error_and_an_empty_one_only_missed_items(task: str, data: st.DataObject) -> None:
    gold = tuple(data.draw(st.lists(ITEM[task], max_size=6)))
    assert not kinds(task, gold, gold)
    assert set(kinds(task, gold, ())) <= {"missed"}


@pytest.mark.parametrize(
    ("gold", "predicted", "kind"),
    [
        (("Disease", "renal failure"), ("Chemical", "renal failure"), "type"),
        (("Disease", "renal failure"), ("Disease", "Acute renal failure"), "too_long"),
        (("Disease", "Acute renal failure"), ("Disease", "renal failure"), "too_short"),
        (("Disease", "renal failure"), ("Disease", "failure after"), "shifted"),
        (("Disease", "Acute renal failure"), ("Chemical", "renal failure"), "boundary_and_type"),
        (("Chemical", "aspirin"), ("Chemical", "ASPIRIN"), "spelling"),
        (("Chemical", "aspirin"), ("Chemical", "ａｓｐｉｒｉｎ"), "spelling"),
    ],
)
def test_a_mention_that_stands_for_a_gold_one_is_one_error(gold: tuple[str], predicted: tuple[str], kind: str) -> None:
    assert errors("ner", {gold}, {predicted}, SOURCE) == [Error(kind, gold, predicted)]  # type: ignore[arg-type]


def test_mentions_without_likeness_are_missed_spurious_or_hallucinated() -> None:
    gold, predicted = (("Disease", "renal failure"),), (("Chemical", "aspirin"), ("Chemical", "digoxin"))
    assert sorted(kinds("ner", gold, predicted)) == ["hallucinated", "missed", "spurious"]


def test_the_surest_likeness_is_taken_first() -> None:
    gold = (("Disease", "renal failure"),)
    predicted = (("Disease", "Acute renal failure"), ("Chemical", "renal failure"))
    assert sorted(kinds("ner", gold, predicted)) == ["spurious", "type"]


def test_a_second_type_for_a_mention_that_was_found_is_spurious() -> None:
    gold = (("Disease", "renal failure"),)
    assert kinds("ner", gold, (*gold, ("Chemical", "renal failure"))) == ["spurious"]


def test_words_that_only_share_letters_are_not_alike() -> None:
    assert sorted(kinds("ner", (("Disease", "renal failure"),), (("Disease", "al"),), "al of renal failure")) == [
        "missed",
        "spurious",
    ]


def test_chinese_mentions_overlap_by_characters() -> None:
    assert kinds("ner", (("疾病", "急性肾衰竭"),), (("疾病", "肾衰竭"),), "患者出现急性肾衰竭。") == ["too_short"]


@pytest.mark.parametrize(
    ("predicted", "kind"),
    [
        (("induces", "renal failure", "aspirin"), "reversed"),
        (("treats", "aspirin", "renal failure"), "relation"),
        (("induces", "aspirin", "Acute renal failure"), "end_boundary"),
        (("induces", "ibuprofen", "renal failure"), "wrong_head"),
        (("induces", "aspirin", "ibuprofen"), "wrong_tail"),
        (("induces", "Aspirin", "renal failure"), "spelling"),
    ],
)
def test_a_relation_that_is_wrong_in_one_thing_is_one_error(predicted: tuple[str], kind: str) -> None:
    gold = ("induces", "aspirin", "renal failure")
    assert errors("re", {gold}, {predicted}, SOURCE) == [Error(kind, gold, predicted)]  # type: ignore[arg-type]


def test_a_relation_with_an_end_that_the_source_lacks_is_hallucinated() -> None:
    assert kinds("re", (), (("induces", "digoxin", "renal failure"),)) == ["hallucinated"]
    assert kinds("cre", (), (("if", ("induces", "digoxin", "renal failure"), "aspirin"),)) == ["hallucinated"]


def test_an_event_with_the_right_trigger_and_other_arguments_is_one_error() -> None:
    gold = (("Onset", "after", (("Cause", "aspirin"), ("Theme", "renal failure"))),)
    assert kinds("ee", gold, (("Onset", "after", (("Cause", "ibuprofen"),)),)) == ["arguments"]
    assert kinds("ee", gold, (("End", "after", gold[0][2]),)) == ["type"]
    assert not kinds("ee", gold, (("Onset", "after", gold[0][2][::-1]),)), "arguments are in any order"


def test_of_events_with_one_trigger_those_are_paired_that_share_arguments() -> None:
    gold = tuple(
        ("Onset", "after", (("Cause", cause), ("Theme", "renal failure"))) for cause in ("aspirin", "ibuprofen")
    )
    predicted = tuple(("Onset", "after", (("Cause", cause),)) for cause in ("ibuprofen", "aspirin"))
    found = errors("ee", comparable(gold, "ee"), comparable(predicted, "ee"), SOURCE)
    assert all(e.gold and e.predicted and e.gold[2][0] == e.predicted[2][0] for e in found)


def test_a_mention_with_another_id_is_one_error() -> None:
    assert kinds("nen", (("aspirin", "MESH:1"),), (("aspirin", "MESH:2"),)) == ["concept"]


def test_clusters_are_judged_by_their_links() -> None:
    gold = (("aspirin", "it", "the drug"),)
    assert kinds("coref", gold, (("aspirin", "it"),)) == ["missed", "missed"]
    assert sorted(kinds("coref", (("a", "b"), ("c", "d")), (("a", "c"), ("b", "d")))) == ["merged"] * 2 + ["split"] * 2
    assert kinds("coref", (), (("a", "b"),)) == ["spurious"]


def test_labels_are_confused_one_for_one_only() -> None:
    assert kinds("tc", (("Diagnosis",),), (("Treatment",),)) == ["confused"]
    assert kinds("tc", (("A",), ("B",)), (("A",), ("C",))) == ["confused"]
    assert sorted(kinds("tc", (("A",), ("B",)), (("C",),))) == ["missed", "missed", "spurious"]
    assert kinds("ner", (("Yes",),), (("No",),)) == ["confused"], "whether a mention is of a type"


def test_of_an_answer_not_read_every_gold_item_is_an_error_of_its_own_kind() -> None:
    gold = comparable((("Disease", "renal failure"), ("Chemical", "aspirin")), "ner")
    assert {error.kind for error in unread(gold, answered=True)} == {"unread"}
    assert [error.kind for error in unread(gold, answered=False)] == ["unanswered"] * 2


def test_every_kind_says_what_it_means() -> None:
    assert list(MEANING) == list(get_args(Kind))


def test_a_text_stands_in_its_source_as_whole_words_first_and_across_line_breaks() -> None:
    places = Places("ions and an ion; renal\nfailure")
    assert places.of("ion") == ((12, 15),)
    assert places.of("io") == ((0, 2), (12, 14))
    assert places.of("renal failure") == ((17, 30),)
    assert places.of("") == () and not places.shared("", "ion")


def test_the_texts_copied_from_the_source_are_no_names() -> None:
    assert error_kinds.copied("cre", ("if", ("induces", "a", "b"), "c")) == ["a", "b", "c"]
    assert error_kinds.copied("ee", ("Onset", "after", (("Cause", "a"),))) == ["after", "a"]
    assert error_kinds.copied("nen", ("a", "MESH:1")) == ["a"]
    assert error_kinds.copied("tc", ("A",)) == error_kinds.copied("ner", ("Yes",)) == []


def _vector(folder: Path, name: str, task: str) -> dict[str, frozenset[Any]]:
    """The items of each document in one file of a score vector."""
    found = {}
    for row in jsonl.read(folder / f"{name}.jsonl", Any):
        if task == "ner":
            items = [(entity["type"], entity["text"]) for entity in row["entities"]]
        elif task == "re":
            items = [(relation["relation"], relation["head"], relation["tail"]) for relation in row["relations"]]
        else:
            items = [(e["type"], e["trigger"], tuple(map(tuple, e["arguments"]))) for e in row["events"]]
        found[row["id"]] = comparable(tuple(items), task)
    return found


@pytest.mark.parametrize(
    ("vector", "task", "case", "kind"),
    [
        ("09a_ner_textset_bc5cdr", "ner", "noisy_a", ""),
        ("09d_ner_textset_cmeee", "ner", "noisy_a", ""),
        ("09a_ner_textset_bc5cdr", "ner", "lowercased", "spelling"),
        ("10_re_surface_pairs_bc5cdr", "re", "swapped", "reversed"),
        ("10_re_surface_pairs_bc5cdr", "re", "wrong_relation_label", "relation"),
        ("37_event_text_level", "ee", "no_cause", "arguments"),
    ],
)
def test_reference_predictions_are_accounted_for_and_their_disturbance_is_seen(
    vector: str, task: str, case: str, kind: str, score_vectors: Path
) -> None:
    gold = _vector(score_vectors / vector, "gold", task)
    predicted = _vector(score_vectors / vector, f"pred.{case}", task)
    found: Counter[str] = Counter()
    sides = right = 0
    for name, items in gold.items():
        each = errors(task, items, predicted[name], "")
        sides += sum((e.gold is not None) + (e.predicted is not None) for e in each)
        right += len(items & predicted[name])
        found.update(error.kind for error in each)
    whole = sum(map(len, gold.values())) + sum(len(predicted[name]) for name in gold)
    assert sides == whole - 2 * right
    if kind:
        assert found.most_common(1)[0][0] == kind, found
    expected = jsonl.read_json(score_vectors / vector / "expected.json", Any)["cases"].get(case, {}).get("micro")
    if expected:
        assert (right, whole) == (expected["tp"], expected["n_pred"] + expected["n_gold"])


@given(st.lists(st.sampled_from(("a", "b", "a b", "b a", "ab", " ")), max_size=12).map(" ".join))
def test_what_two_texts_share_is_the_longest_overlap_of_any_two_of_their_places(source: str) -> None:
    places = Places(source)
    for text, other in (("a", "a b"), ("a b", "b a"), ("b", "b")):
        here, there = places.of(text), places.of(other)
        if here and there:
            longest = max(min(x[1], y[1]) - max(x[0], y[0]) for x in here for y in there)
            assert places.shared(text, other) == max(0, longest) == places.shared(other, text)
