"""Near-duplicates: what is found is alike, what is alike is found, and what asks something else is left alone."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from taiyi.curation.near_duplicates import BINS, Findings, NearDuplicates, bands
from taiyi.params import NearDuplicates as Rules
from taiyi.records import AnyRecord, Choice, Classification, Document, Pair, Question

RULES = Rules(words=1, characters=2)


def document(key: str, text: str, corpus: str = "c") -> Document:
    return Document(id=f"{corpus}/train/{key}", language="en", text=text)


def findings(records: Sequence[AnyRecord], rules: Rules = RULES, asks: dict[str, str] | None = None) -> Findings:
    stage = NearDuplicates(rules, asks)
    assert list(stage.watch(records)) == list(records)
    return stage.find(lambda: records)


def words(first: int, last: int) -> str:
    return " ".join(f"w{n}" for n in range(first, last))


def test_the_later_of_two_texts_at_the_threshold_leaves_and_names_the_first() -> None:
    found = findings([document("1", words(0, 90)), document("2", words(10, 100)), document("3", words(500, 590))])
    assert found.dropped == {"c/train/2": ("c/train/1", 0.8)}


def test_below_the_threshold_both_stay_and_are_a_near_miss() -> None:
    found = findings([document("1", words(0, 90)), document("2", words(11, 101))])
    assert not found.dropped
    assert [(m.id, m.other, m.why) for m in found.misses] == [("c/train/2", "c/train/1", "below")]
    assert found.misses[0].similarity == pytest.approx(79 / 101)
    assert (sum(found.histogram), found.histogram[int(79 / 101 * BINS)]) == (1, 1)


def test_what_is_like_something_dropped_but_not_like_what_is_kept_stays() -> None:
    chain = [document(str(n), words(8 * n, 90 + 8 * n)) for n in range(3)]
    assert findings(chain).dropped == {"c/train/1": ("c/train/0", 82 / 98)}


def test_chinese_is_compared_by_characters() -> None:
    first, second = "患者因反复头痛三年加重一周入院", "患者因反复头痛三年加重两周入院。"
    rules = Rules(words=1, characters=2, threshold=0.7)
    assert list(findings([document("1", first), document("2", second)], rules).dropped) == ["c/train/2"]


def test_the_same_text_is_complementary_where_another_corpus_asks_something_else() -> None:
    records = [document("1", words(0, 50)), document("1", words(0, 50), corpus="d")]
    assert not findings(records).dropped
    assert list(findings(records, asks={"c": "diseases", "d": "diseases"}).dropped) == ["d/train/1"]


def question(key: str, text: str, options: Sequence[str], answer: str = "A", context: str = "") -> Question:
    choices = tuple(Choice(label, option) for label, option in zip("ABCDE", options, strict=False))
    return Question(
        id=f"c/train/{key}",
        language="en",
        question=text,
        kind="choice",
        choices=choices,
        answers=(answer,),
        context=context,
    )


def test_a_choice_question_with_its_options_in_another_order_is_a_near_duplicate() -> None:
    asked, options = words(0, 40), ["aspirin", "liver", "kidney"]
    again = question("2", asked + " now", ["kidney", "aspirin", "liver"], "B")
    assert list(findings([question("1", asked, options), again]).dropped) == ["c/train/2"]


def test_another_answer_among_the_same_options_is_a_near_miss_and_stays() -> None:
    asked, options = words(0, 40), ["aspirin", "liver", "kidney"]
    found = findings([question("1", asked, options), question("2", asked + " except", options, "B")])
    assert not found.dropped
    assert [m.why for m in found.misses] == ["gold"]


def test_other_options_and_another_question_on_one_context_are_other_questions() -> None:
    context = words(100, 300)
    first = question("1", words(0, 20), ["aspirin", "liver"], context=context)
    other_options = question("2", words(0, 20), ["heart", "lung"], context=context)
    other_question = question("3", words(30, 50), ["aspirin", "liver"], context=context)
    assert not findings([first, other_options, other_question]).dropped


def test_a_pair_is_like_itself_in_the_other_order_and_unlike_one_that_shares_a_text() -> None:
    long, short = words(0, 100), words(200, 210)
    pairs = [(long, short), (short, long), (long, words(300, 310))]
    records = [
        Pair(id=f"c/train/{n}", language="en", text_1=one, text_2=two, label="1") for n, (one, two) in enumerate(pairs)
    ]
    assert list(findings(records).dropped) == ["c/train/1"]


def test_labels_that_differ_keep_texts_that_are_alike() -> None:
    records = [
        Classification(id=f"c/train/{n}", language="en", text=words(n, 50 + n), labels=(label,))
        for n, label in enumerate("xyx")
    ]
    assert list(findings(records).dropped) == ["c/train/2"]


def test_reporting_drops_nothing_and_lists_everything() -> None:
    records = [document("1", words(0, 90)), document("2", words(5, 95))]
    found = findings(records, Rules(words=1, action="report"))
    assert not found.dropped
    assert [m.why for m in found.misses] == ["report"]


def test_switched_off_nothing_is_compared() -> None:
    found = findings([document("1", words(0, 90)), document("2", words(0, 90))], Rules(action="off"))
    assert (found.dropped, sum(found.histogram)) == ({}, 0)


def test_texts_without_letters_are_not_alike() -> None:
    assert not findings([document("1", "??"), document("2", "!!"), document("3", "")]).dropped


def test_at_most_so_many_near_misses_are_listed_and_all_are_counted() -> None:
    records = [
        document(str(n), words(1000 * (n // 2) + 11 * (n % 2), 1000 * (n // 2) + 90 + 11 * (n % 2))) for n in range(40)
    ]
    found = findings(records, Rules(words=1, listed=3))
    assert (len(found.misses), found.near_misses >= 19) == (3, True)


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 0.8, 0.95, 1.0])
def test_bands_miss_one_in_a_thousand_at_the_threshold(threshold: float) -> None:
    count, rows = bands(threshold)
    assert (1 - threshold**rows) ** count <= 0.001
    assert count * rows <= 70


@pytest.mark.parametrize(("size", "shift"), [(18, 2), (90, 10), (180, 20)])
def test_planted_pairs_at_the_threshold_are_found(size: int, shift: int) -> None:
    draw = random.Random(size)
    records = []
    for n in range(400):
        drawn = [f"w{draw.randrange(10**9)}" for _ in range(size + shift)]
        records += [document(f"{n}a", " ".join(drawn[:size])), document(f"{n}b", " ".join(drawn[shift:]))]
    found = findings(records)
    assert len(found.dropped) >= 396
    assert all(kept.removesuffix("a") == name.removesuffix("b") for name, (kept, _) in found.dropped.items())


def test_in_a_crowd_of_alike_texts_all_but_the_first_leave() -> None:
    crowd = [document(str(n), f"{words(0, 90)} x{n}") for n in range(700)]
    found = findings(crowd)
    assert set(found.dropped) == {record.id for record in crowd[1:]}
    assert {kept for kept, _ in found.dropped.values()} == {"c/train/0"}
    assert found.skipped > 0
