import pytest

from taiyi.evaluation.uncertainty import interval
from taiyi.instances import Instance, Outcome, Parsed
from taiyi.metrics import Score, accuracy, sets
from taiyi.records import Turn

TURNS = (Turn("user", "?"), Turn("assistant", "a"))


def _outcome(record, gold, predicted):
    instance = Instance(
        id=f"c/test/{record}#ner.en.t1", task="ner", language="en", style="taiyi", turns=TURNS, gold=gold
    )
    return Outcome(instance, "text", Parsed("ok", predicted))


def _labels(right, wrong):
    good = [_outcome(f"r{n}", (("A",),), (("A",),)) for n in range(right)]
    return good + [_outcome(f"w{n}", (("A",),), (("B",),)) for n in range(wrong)]


def test_the_interval_of_an_accuracy_agrees_with_the_binomial_one():
    outcomes = _labels(30, 70)
    low, high = interval(outcomes, accuracy.score(outcomes, task="tc"))
    half = 1.96 * (0.3 * 0.7 / 100) ** 0.5
    assert (low, high) == pytest.approx((0.3 - half, 0.3 + half), abs=0.02)


def test_the_interval_of_a_micro_f1_holds_the_score_and_is_the_same_each_time():
    outcomes = [
        _outcome(str(n), (("D", f"a{n}"), ("D", "b")), (("D", f"a{n}"),) if n % 3 else (("D", "c"),)) for n in range(40)
    ]
    score = sets.micro_f1(outcomes, task="ner")
    low, high = interval(outcomes, score)
    assert low < score.value < high
    assert interval(outcomes, score) == (low, high)


def test_a_score_without_errors_has_no_width():
    outcomes = _labels(20, 0)
    assert interval(outcomes, accuracy.score(outcomes, task="tc")) == (1.0, 1.0)


def test_instances_of_one_record_are_drawn_together():
    apart = _labels(10, 10)
    together = [
        _outcome("r" if o.instance.gold == o.parsed.items else "w", o.instance.gold, o.parsed.items) for o in apart
    ]
    score = accuracy.score(apart, task="tc")
    narrow, wide = interval(apart, score), interval(together, score)
    assert wide == (0.0, 1.0)
    assert narrow[1] - narrow[0] < 0.5


def test_other_scores_and_single_records_have_no_interval():
    outcomes = _labels(3, 3)
    bleu = Score("bleu", 0.2, 0.0, "empty answer", 6, "bleu")
    assert interval(outcomes, bleu) is None
    assert interval(outcomes[:1], accuracy.score(outcomes[:1], task="tc")) is None


def test_a_score_that_is_not_the_sum_of_all_items_has_no_interval():
    outcomes = [_outcome(str(n), (("D", "a"), ("C", "b")), (("D", "a"),)) for n in range(5)]
    score = sets.micro_f1(outcomes, task="ner", keep=lambda item: item[0] == "D", only="D")
    assert interval(outcomes, score) is None
