from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.errors import InvalidInput
from taiyi.instances import Instance, Items, Outcome, Parsed
from taiyi.metrics import classification as cls
from taiyi.metrics.measures import Measure, Metric, make
from taiyi.metrics.significance import wilson
from taiyi.records import Turn

NAMES = ("a", "b", "c", "none")
AVERAGES = ("micro", "macro", "weighted", "samples", "example", "accuracy")
labels = st.sets(st.sampled_from(NAMES))
answers = st.lists(st.tuples(labels, labels), min_size=1, max_size=8)
Pairs = list[tuple[set[str], set[str]]]


def outcome(gold: set[str], read: set[str] | None, record: str = "1") -> Outcome:
    def items(names: set[str]) -> Items:
        return tuple((name,) for name in sorted(names))

    turns = (Turn("user", "?"), Turn("assistant", "!"))
    instance = Instance(
        id=f"made/test/{record}#tc.en.t1", task="tc", language="en", style="taiyi", turns=turns, gold=items(gold)
    )
    return Outcome(instance, None if read is None else "raw", Parsed("ok", items(read or set())))


def outcomes_of(pairs: Pairs) -> list[Outcome]:
    return [outcome(gold, read, f"{n // 2}.{n}") for n, (gold, read) in enumerate(pairs)]


def tc(**settings: str) -> Measure:
    return make(Metric("label_f1", settings), task="tc")


def plain(pairs: Pairs, average: Any, policy: Any = "gold") -> float:
    return cls.score([(frozenset(g), frozenset(p)) for g, p in pairs], task="tc", average=average, labels=policy).value


@given(answers)
def test_every_average_agrees_with_the_plain_function(pairs: Pairs) -> None:
    made = outcomes_of(pairs)
    for average in AVERAGES:
        assert tc(average=average).value(made) == pytest.approx(plain(pairs, average))
    for policy in ("gold", "seen"):
        assert tc(average="macro", labels=policy).value(made) == pytest.approx(plain(pairs, "macro", policy))
    assert tc(average="macro", labels=",".join(NAMES)).value(made) == pytest.approx(plain(pairs, "macro", NAMES))


@given(answers)
def test_the_details_hold_every_average(pairs: Pairs) -> None:
    details = tc().score(outcomes_of(pairs)).details
    for average in AVERAGES[:-1]:
        assert details[f"{average}_f1"] == pytest.approx(plain(pairs, average))
    assert details["accuracy"] == pytest.approx(plain(pairs, "accuracy"))


@given(answers, st.randoms())
def test_rows_of_any_sample_make_the_score_of_that_sample(pairs: Pairs, draw: Any) -> None:
    made = outcomes_of(pairs)
    drawn = [draw.randrange(len(made)) for _ in made]
    for average in AVERAGES:
        measure = tc(average=average)
        figures = measure.figure(np.stack([measure.rows(made)[drawn].sum(axis=0), measure.rows(made).sum(axis=0)]))
        assert list(figures) == pytest.approx([measure.value([made[n] for n in drawn]), measure.value(made)])


@given(answers)
def test_labels_of_a_documents_questions_are_united_without_none(pairs: Pairs) -> None:
    documents = [str(n // 2) for n in range(len(pairs))]
    sides = [cls.by_document([frozenset(p[k]) - {"none"} for p in pairs], documents).values() for k in (0, 1)]
    united: Pairs = [(set(g), set(p)) for g, p in zip(*sides, strict=True)]
    measure = tc(without="none", unit="document", document=".")
    score = measure.score(outcomes_of(pairs))
    assert score.value == pytest.approx(plain(united, "micro"))
    assert score.details["units"] == len(united)
    assert measure.rows(outcomes_of(pairs)).shape == (len(pairs), 3)


def test_what_stands_in_one_document_is_drawn_together() -> None:
    measure = tc(document=".")
    assert measure.document_of is not None
    assert measure.document_of("hoc/test/12345.7") == "hoc/test/12345"
    assert tc().document_of is None


def test_an_answer_without_a_label_abstains_or_is_wrong() -> None:
    made = [outcome({"a"}, {"a"}), outcome({"b"}, None)]
    assert tc().value(made) == pytest.approx(2 / 3)
    assert tc(unparsable="wrong").value(made) == pytest.approx(1 / 2)


def test_the_baseline_answers_the_commonest_set_everywhere() -> None:
    made = [outcome({"a"}, None), outcome({"a"}, None), outcome({"b"}, None)]
    assert tc().trivial(made) == (pytest.approx(2 / 3), "majority labels")
    assert tc(average="macro").trivial(made)[0] == pytest.approx(0.8 / 2)


def test_every_setting_shows_in_the_signature() -> None:
    given = [
        {}, {"average": "macro"}, {"average": "macro", "labels": "seen"}, {"average": "macro", "labels": "a,b"},
        {"types": "a"}, {"without": "none"}, {"fill": "empty"}, {"unparsable": "wrong"},
        {"unit": "document", "document": "."}, {"unit": "document", "document": "_"}, {"average": "weighted"},
        {"average": "weighted", "labels": "a,b"}, {"average": "example"}, {"average": "example", "digits": "4"},
    ]  # fmt: skip
    made = [tc(**settings).signature([]) for settings in given]
    assert len(set(made)) == len(made)


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(InvalidInput, match="one of micro, macro"):
        tc(average="mean")
    with pytest.raises(InvalidInput, match="digits"):
        tc(digits="four")
    with pytest.raises(InvalidInput, match="document"):
        tc(unit="document")


def test_no_outcomes_score_zero() -> None:
    for average in AVERAGES:
        assert tc(average=average).score([]).value == 0


# --- The reference vectors


@pytest.mark.parametrize("case", "perfect noisy noisy_b always_none always_proliferative all_labels".split())
def test_hallmarks_agree_by_sentence_by_document_and_by_example(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "14_hoc"
    expected = json.loads((folder / "expected.json").read_text())["cases"][case]
    gold, read = (_hallmarks(folder / name) for name in ("gold.tsv", f"pred.{case}.tsv"))
    made = [outcome(names or {"none"}, read.get(key, set()) or {"none"}, key) for key, names in gold.items()]
    united = {"without": "none", "unit": "document", "document": "_"}
    for name, settings in (("sentence_with_none", {}), ("sentence_without_none", {"without": "none"})):
        found = {average: tc(**settings, average=average).value(made) for average in ("micro", "macro", "samples")}
        assert found == pytest.approx(expected[name])
    blurb = tc(**united).score(made)
    assert blurb.value == pytest.approx(list(expected["blurb_micro"].values())[2])
    assert tc(**united, fill="empty").value(made) == pytest.approx(expected["biogpt_micro_with_empty_doc_level"])
    by_example = tc(**united, average="example").value(made)
    assert round(100 * by_example, 1) == expected["blue_example_based_x100"]["F1"]


@pytest.mark.parametrize("case", "perfect noisy single_label_only all_labels some_empty row_order_shuffled".split())
def test_litcovid_agrees_by_label_and_by_instance(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "13_litcovid_official"
    expected = json.loads((folder / "expected.json").read_text())["cases"][case]
    gold, read = (_litcovid(folder / name) for name in ("gold.csv", f"pred.{case}.csv"))
    made = [outcome(names, read.get(key), key) for key, names in gold.items()]
    for average in ("micro", "macro", "weighted", "samples"):
        assert round(tc(average=average).value(made), 4) == expected["label_based"][f"{average} avg"]["f1"]
    assert round(tc(average="example", digits="4").value(made), 4) == expected["instance_based"]["f1"]


@pytest.mark.parametrize("case", "perfect majority noisy blank_20pct out_of_label".split())
def test_kuake_qic_agrees_where_a_blank_abstains_and_where_it_is_wrong(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "15_kuake_qic"
    expected = json.loads((folder / "expected.json").read_text("utf-8"))["cases"][case]
    gold, read = (_qic(folder / name, key) for name, key in (("gold.jsonl", "label"), (f"pred.{case}.jsonl", "output")))
    made = [outcome({g}, {p} if p else set()) for g, p in zip(gold, read, strict=True)]
    assert tc(average="accuracy").value(made) == pytest.approx(expected["accuracy"])
    assert tc().value(made) == pytest.approx(expected["micro_f1_blank_as_abstain"])
    assert tc(unparsable="wrong").value(made) == pytest.approx(expected["micro_f1"])
    assert tc(average="macro").value(made) == pytest.approx(expected["macro_f1_gold_labels"])
    union = tc(average="macro", labels="seen", unparsable="wrong")
    assert union.value(made) == pytest.approx(expected["macro_f1_union"])


@pytest.mark.parametrize("case", "perfect always_yes noisy never_maybe invalid_10pct blank".split())
def test_pubmedqa_agrees_in_accuracy_and_macro_f1(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "16_pubmedqa"
    expected = json.loads((folder / "expected.json").read_text())["cases"][case]
    gold, read = (json.loads((folder / name).read_text()) for name in ("gold.json", f"pred.{case}.json"))
    made = [outcome({label}, {read[key]} if read[key] else set(), key) for key, label in gold.items()]
    assert make(Metric("accuracy"), task="qa_mc").value(made) == pytest.approx(expected["Accuracy"])
    listed = tc(average="macro", labels="yes,no,maybe")
    assert listed.value(made) == pytest.approx(expected["macro_f1_3labels"])
    official = tc(average="macro", labels="seen", unparsable="wrong")
    assert round(official.value(made), 6) == expected["Macro-F1"]


@given(st.lists(st.booleans(), min_size=1, max_size=20))
def test_accuracy_has_counts_that_wilsons_interval_takes(right: list[bool]) -> None:
    measure = make(Metric("accuracy"), task="qa_mc")
    made = [outcome({"a"}, {"a"} if one else {"b"}) for one in right]
    found, asked = measure.rows(made).sum(axis=0)
    assert (found, asked) == (sum(right), len(right))
    low, high, _ = wilson(int(found), int(asked))
    assert low <= measure.value(made) <= high


def _hallmarks(path: Path) -> dict[str, set[str]]:
    rows = (line.split("\t") for line in path.read_text().splitlines()[1:])
    return {key: set(filter(None, names.split(","))) for key, names in rows}


def _litcovid(path: Path) -> dict[str, set[str]]:
    header, *rows = (line.split(",") for line in path.read_text().splitlines())
    return {
        row[0]: set(cls.above({name: float(value) for name, value in zip(header[1:], row[1:], strict=True)}))
        for row in rows
    }


def _qic(path: Path, key: str) -> list[str]:
    return [json.loads(line)[key].rpartition("：")[2] for line in path.read_text("utf-8").splitlines()]
