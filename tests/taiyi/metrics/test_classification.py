from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec.yaml
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import matthews_corrcoef, precision_recall_fscore_support

from taiyi.errors import InvalidInput
from taiyi.metrics import classification as cls
from taiyi.metrics import sets
from taiyi.metrics.classification import Labels, Pair, Pairs

NONE: Labels = frozenset()
NAMES = list("abcd")
label_sets = st.frozensets(st.sampled_from(NAMES))
answers = st.lists(st.tuples(label_sets, label_sets), min_size=1, max_size=12)


def one(gold: Sequence[str], predicted: Sequence[str]) -> list[Pair]:
    """Pairs of single labels; a blank prediction is an abstention."""
    return [(frozenset((g,)), frozenset((p,)) if p else NONE) for g, p in zip(gold, predicted, strict=True)]


TWO = [(frozenset("ab"), frozenset("a")), (frozenset("b"), frozenset("bc")), (NONE, NONE)]


def test_each_average_by_hand() -> None:
    counts = cls.tallies(TWO)
    assert counts == {"a": (1, 1, 1), "b": (1, 1, 2), "c": (0, 1, 0)}
    assert cls.micro(counts) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert cls.macro(counts) == pytest.approx((1, 0.75, (1 + 2 / 3) / 2))
    assert cls.macro(counts, "seen") == pytest.approx((2 / 3, 0.5, (1 + 2 / 3) / 3))
    assert cls.macro(counts, ["a", "b", "d", "e", "e"]) == pytest.approx((0.5, 0.375, (1 + 2 / 3) / 4))
    assert cls.weighted(counts) == pytest.approx((1, 2 / 3, (1 + 2 * 2 / 3) / 3))
    assert cls.samples(TWO) == pytest.approx((0.5, 0.5, (2 / 3 + 2 / 3) / 3))
    assert cls.samples(TWO, empty=1) == pytest.approx((2.5 / 3, 2.5 / 3, (2 / 3 + 2 / 3 + 1) / 3))
    assert cls.example_based(TWO) == pytest.approx((0.5, 0.5, 0.5))
    assert cls.accuracy(TWO) == pytest.approx(1 / 3)


def test_example_based_f1_is_not_the_mean_f1() -> None:
    pairs = [(frozenset("a"), frozenset("abcd")), (frozenset("abcd"), frozenset("a"))]
    assert cls.example_based(pairs).f1 == pytest.approx(0.625)
    assert cls.samples(pairs).f1 == pytest.approx(0.4)


def test_a_score_names_what_was_averaged_over_what_and_gives_the_other_averages_beside_it() -> None:
    score = cls.score(TWO, task="tc", average="macro", labels="seen", unit="sentence")
    assert (score.name, score.items) == ("macro_f1", 3)
    assert score.value == score.details["macro:f1"] == pytest.approx((1 + 2 / 3) / 3)
    assert score.details["f1:b"] == pytest.approx(2 / 3)
    assert (score.details["gold:b"], score.details["abstained"]) == (2, 1)
    assert score.details["accuracy:low"] < score.details["accuracy"] < score.details["accuracy:high"]
    assert score.signature == (
        "f1|average:macro|case:mixed|duplicates:once|empty:0|labels:seen|task:tc|unicode:as-is|unit:sentence"
        "|unparsable:abstains|version:1"
    )


def test_the_signature_tells_a_fixed_list_from_the_labels_of_the_gold() -> None:
    found = {cls.score(TWO, task="tc", labels=labels).signature for labels in ("gold", "seen", ["a", "b"], ["a"])}
    assert len(found) == 4


def test_the_baseline_gives_the_commonest_gold_everywhere() -> None:
    pairs = one("aab", "bbb")
    assert cls.score(pairs, task="tc").baseline == pytest.approx(2 / 3)
    accuracy = cls.score(pairs, task="qa_mc", average="accuracy")
    assert (accuracy.name, accuracy.value, accuracy.baseline) == ("accuracy", 1 / 3, 2 / 3)


def test_nothing_scores_zero() -> None:
    for average in ("micro", "macro", "weighted", "samples", "example", "accuracy"):
        score = cls.score([], task="tc", average=average)
        assert (score.value, score.baseline, score.items) == (0, 0, 0)


def test_an_abstention_costs_recall_and_an_answer_outside_the_schema_precision_too() -> None:
    assert cls.micro(cls.tallies(one("ab", ["a", ""]))) == pytest.approx((1, 0.5, 2 / 3))
    assert cls.micro(cls.tallies(one("ab", ["a", "x"]))) == pytest.approx((0.5, 0.5, 0.5))


def test_labels_of_sentences_are_united_by_document() -> None:
    found = cls.by_document([frozenset("a"), frozenset("c"), frozenset("b"), NONE], ["2", "1", "2", "3"])
    assert list(found.items()) == [("2", frozenset("ab")), ("1", frozenset("c")), ("3", NONE)]


def test_a_probability_of_one_half_is_a_no() -> None:
    assert cls.above({"a": 0.5, "b": 0.5000001, "c": 0.1}) == frozenset("b")


def test_an_id_without_prediction_stays_and_one_without_gold_is_refused() -> None:
    assert cls.aligned({"1": "a", "2": "b"}, {"2": "c"}, "") == [("a", ""), ("b", "c")]
    with pytest.raises(InvalidInput, match="1 predictions have ids that the gold lacks, among them 9"):
        cls.aligned({"1": "a"}, {"1": "a", "9": "a"}, "")


def test_matthews_by_hand() -> None:
    assert cls.matthews([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]) == pytest.approx(1 / 3**0.5)
    assert cls.matthews([("a", "b"), ("b", "a")]) == -1
    assert cls.matthews([("a", "a")]) == cls.matthews([]) == 0


def test_a_text_is_no_list_of_labels() -> None:
    with pytest.raises(ValueError, match="gold or seen, or a list of names; not 'abc'"):
        cls.macro(cls.tallies(TWO), "abc")


@given(answers)
def test_the_averages_agree_with_scikit_learn(pairs: Pairs) -> None:
    gold, predicted = (np.array([[name in pair[side] for name in NAMES] for pair in pairs]) for side in (0, 1))
    counts = cls.tallies(pairs)
    ours = {
        "micro": cls.micro(counts),
        "macro": cls.macro(counts, NAMES),
        "weighted": cls.weighted(counts),
        "samples": cls.samples(pairs),
    }
    for average, found in ours.items():
        theirs = precision_recall_fscore_support(gold, predicted, average=average, zero_division=0)
        assert found == pytest.approx(theirs[:3])


@given(answers, st.randoms())
def test_scores_lie_in_bounds_and_do_not_know_the_order(pairs: Pairs, draw: Any) -> None:
    shuffled = draw.sample(pairs, len(pairs))
    for average in ("micro", "macro", "weighted", "samples", "example", "accuracy"):
        score = cls.score(pairs, task="tc", average=average, labels="seen")
        assert 0 <= score.value <= 1
        assert cls.score(shuffled, task="tc", average=average, labels="seen").value == pytest.approx(score.value)


@given(answers)
def test_exchanging_gold_and_predictions_exchanges_precision_and_recall(pairs: Pairs) -> None:
    mirrored = [(predicted, gold) for gold, predicted in pairs]
    for find in (lambda p: cls.micro(cls.tallies(p)), lambda p: cls.macro(cls.tallies(p), NAMES), cls.example_based):
        (precision, recall, f1), mirror = find(pairs), find(mirrored)
        assert (recall, precision, f1) == pytest.approx(mirror)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), min_size=1, max_size=12))
def test_single_labels_have_micro_f1_equal_to_accuracy(pairs: list[tuple[str, str]]) -> None:
    gold, predicted = zip(*pairs, strict=True)
    found = one(gold, predicted)
    assert cls.micro(cls.tallies(found)).f1 == pytest.approx(cls.accuracy(found))
    if len({*gold, *predicted}) > 1:
        assert cls.matthews(pairs) == pytest.approx(matthews_corrcoef(gold, predicted))
    assert cls.matthews(pairs) == pytest.approx(cls.matthews([(p, g) for g, p in pairs]))


def expected_of(folder: Path) -> dict[str, Any]:
    cases: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"]
    return cases


# --- LitCovid


def litcovid(path: Path) -> dict[str, Labels]:
    header, *rows = (line.split(",") for line in path.read_text().splitlines())
    return {
        row[0]: cls.above({label: float(value) for label, value in zip(header[1:], row[1:], strict=True)})
        for row in rows
    }


LITCOVID = (
    "perfect noisy single_label_only always_treatment_prevention all_labels empty_all some_empty probabilities"
    " probability_exactly_half row_order_shuffled"
).split()


@pytest.mark.parametrize("case", LITCOVID)
def test_litcovid_by_label_and_by_instance(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "13_litcovid_official"
    expected = expected_of(folder)[case]
    pairs = cls.aligned(litcovid(folder / "gold.csv"), litcovid(folder / f"pred.{case}.csv"), NONE)
    counts = cls.tallies(pairs)
    found = {label: cls.figures(tally) for label, tally in counts.items()} | {
        "micro avg": cls.micro(counts),
        "macro avg": cls.macro(counts),
        "weighted avg": cls.weighted(counts),
        "samples avg": cls.samples(pairs),
    }
    for name, figures in expected["label_based"].items():
        assert [round(x, 4) for x in found[name]] == [figures[key] for key in ("precision", "recall", "f1")]
        support = counts[name].gold if name in counts else sum(tally.gold for tally in counts.values())
        assert support == figures["support"]
    precision, recall, f1 = cls.example_based(pairs, digits=4)
    instance = expected["instance_based"]
    assert (precision, recall) == (instance["mean precision"], instance["mean recall"])
    # The script divides 0 by 0 where nothing is right; a score of 0 is what a reader expects there.
    assert round(f1, 4) == (0 if instance["f1"] == "NaN" else instance["f1"])
    assert cls.example_based(pairs).f1 == pytest.approx(f1, abs=1e-4)


# --- Hallmarks of cancer


def hallmarks(path: Path) -> dict[str, Labels]:
    rows = (line.split("\t") for line in path.read_text().splitlines()[1:])
    return {key: frozenset(filter(None, labels.split(","))) for key, labels in rows}


@pytest.mark.parametrize("case", ["perfect", "noisy", "noisy_b", "always_none", "always_proliferative", "all_labels"])
def test_hallmarks_by_sentence_by_document_and_by_example(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "14_hoc"
    expected = expected_of(folder)[case]
    gold = hallmarks(folder / "gold.tsv")
    sentences = cls.aligned(gold, hallmarks(folder / f"pred.{case}.tsv"), NONE)
    sides = [[pair[side] for pair in sentences] for side in (0, 1)]
    documents = [key.rpartition("_")[0] for key in gold]
    united = [cls.by_document(side, documents).values() for side in sides]
    with_none = list(zip(*(cls.filled(side, "none") for side in sides), strict=True))
    for name, pairs in (("sentence_with_none", with_none), ("sentence_without_none", sentences)):
        counts = cls.tallies(pairs)
        found = {"micro": cls.micro(counts).f1, "macro": cls.macro(counts).f1, "samples": cls.samples(pairs).f1}
        assert found == pytest.approx(expected[name])
    whole = list(zip(*united, strict=True))
    assert cls.micro(cls.tallies(whole)) == pytest.approx(tuple(expected["blurb_micro"].values()))
    with_empty = list(zip(*(cls.filled(side, "empty") for side in united), strict=True))
    assert cls.micro(cls.tallies(with_empty)).f1 == pytest.approx(expected["biogpt_micro_with_empty_doc_level"])
    # BLUE's script prints recall under the name of precision and the reverse; ours are named as they are.
    swapped = expected["blue_example_based_x100"]
    precision, recall, f1 = (round(100 * x, 1) for x in cls.example_based(whole))
    assert (precision, recall, f1) == (swapped["Recall"], swapped["Precision"], swapped["F1"])


# --- Single labels


QIC = "perfect taiyi_label_alias majority noisy blank_20pct promptcblue_other_name out_of_label".split()


def qic(path: Path, key: str = "output") -> list[str]:
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [row[key].rpartition("：")[2] for row in rows]


@pytest.mark.parametrize("case", QIC)
def test_kuake_qic_with_and_without_aliases_and_abstention(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "15_kuake_qic"
    expected = expected_of(folder)[case]
    gold, read = qic(folder / "gold.jsonl", "label"), qic(folder / f"pred.{case}.jsonl")
    abstaining = one(gold, read)
    wrong = list(zip([g for g, _ in abstaining], cls.filled([p for _, p in abstaining], ""), strict=True))
    counts = cls.tallies(wrong)
    assert cls.accuracy(abstaining) == cls.accuracy(wrong) == pytest.approx(expected["accuracy"])
    assert cls.micro(counts).f1 == pytest.approx(expected["micro_f1"])
    assert cls.macro(counts, "seen").f1 == pytest.approx(expected["macro_f1_union"])
    assert cls.macro(counts).f1 == pytest.approx(expected["macro_f1_gold_labels"])
    assert cls.micro(cls.tallies(abstaining)).f1 == pytest.approx(expected["micro_f1_blank_as_abstain"])
    renamed = one(gold, ["疾病表述" if label == "疾病描述" else label for label in read])
    assert cls.accuracy(renamed) == pytest.approx(expected["accuracy_with_alias_map"])


@pytest.mark.parametrize("case", "perfect always_yes noisy never_maybe invalid_10pct capitalised blank".split())
def test_pubmedqa_over_three_labels_and_over_all_seen(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "16_pubmedqa"
    expected = expected_of(folder)[case]
    gold, read = (json.loads((folder / name).read_text()) for name in ("gold.json", f"pred.{case}.json"))
    pairs = one(*zip(*cls.aligned(gold, read, ""), strict=True))
    counts = cls.tallies(list(zip([g for g, _ in pairs], cls.filled([p for _, p in pairs], ""), strict=True)))
    assert cls.accuracy(pairs) == pytest.approx(expected["Accuracy"])
    assert round(cls.macro(counts, "seen").f1, 6) == expected["Macro-F1"]
    assert cls.macro(counts, ["yes", "no", "maybe"]).f1 == pytest.approx(expected["macro_f1_3labels"])


def test_pubmedqa_without_one_prediction_is_scored_over_all_500(score_vectors: Path) -> None:
    folder = score_vectors / "16_pubmedqa"
    assert "official_error" in expected_of(folder)["missing_one"]  # the script scores nothing then
    gold, read = (json.loads((folder / name).read_text()) for name in ("gold.json", "pred.missing_one.json"))
    score = cls.score(one(*zip(*cls.aligned(gold, read, ""), strict=True)), task="qa_mc", average="accuracy")
    assert (score.items, score.value) == (500, sum(read.get(key) == label for key, label in gold.items()) / 500)


@pytest.mark.parametrize("case", "perfect noisy always_same substring_trap blank_some english_labels".split())
def test_text_pairs(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "20b_text_pair_classification"
    expected = expected_of(folder)[case]
    gold, read = (
        json.loads((folder / name).read_text(encoding="utf-8")) for name in ("gold.json", f"pred.{case}.json")
    )
    pairs = [(frozenset((g,)), frozenset((p,))) for g, p in zip(gold, read, strict=True)]  # a blank is an answer here
    counts = cls.tallies(pairs)
    assert {
        "accuracy": cls.accuracy(pairs),
        "macro_f1_union": cls.macro(counts, "seen").f1,
        "weighted_f1": cls.weighted(counts).f1,
        "macro_over_gold_labels": cls.macro(counts).f1,
        "mcc": cls.matthews(list(zip(gold, read, strict=True))),
    } == pytest.approx(expected)


@pytest.mark.parametrize("case", ["repo_example", "perfect", "noisy", "majority"])
def test_chip_ctc_over_its_44_tags(score_vectors: Path, root: Path, case: str) -> None:
    folder = score_vectors / "30_chip_ctc_official"
    expected = expected_of(folder)[case]
    gold, read = (
        [line.split("\t")[1] for line in (folder / name).read_text().splitlines()]
        for name in ("gold.tsv", f"pred.{case}.tsv")
    )
    tags = msgspec.yaml.decode((root / "data/corpora/chip_ctc.yaml").read_bytes())["tasks"]["tc"]["types"]
    assert len(tags) == 44
    counts = cls.tallies(one(gold, read))
    for name, found in (("micro", cls.micro(counts)), ("macro", cls.macro(counts, list(tags)))):
        rounded = (round(found.precision, 4), round(found.recall, 4), round(found.f1, 6))
        assert rounded == tuple(expected[name].values())
    if case == "perfect":  # tags that do not occur count 0: the official macro-F1 of the gold itself is 38/44
        assert (cls.macro(counts).f1, round(cls.macro(counts, list(tags)).f1, 6)) == (1.0, 0.863636)


# --- PromptCBLUE, whose script takes a blank for the first label of its list


def _filled(gold: Sequence[str], read: Sequence[str], blank: str) -> dict[str, sets.Tally]:
    pairs = one(gold, read)
    return cls.tallies(list(zip([g for g, _ in pairs], cls.filled([p for _, p in pairs], blank), strict=True)))


EDGES = (
    "perfect all_blank always_majority mixed out_of_label with_prefix trailing_space_already_stripped all_wrong"
).split()


@pytest.mark.parametrize("case", EDGES)
def test_promptcblue_classification_edges(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "04_promptcblue_cls_edges"
    expected = expected_of(folder)[case]
    gold, read = (
        [row["answer"] for row in json.loads((folder / name).read_text(encoding="utf-8"))]
        for name in ("gold.json", f"pred.{case}.json")
    )
    official = _filled(gold, read, "非上述类型")
    assert cls.macro(official, "seen")._asdict() == pytest.approx(expected["macro"])
    assert cls.weighted(official)._asdict() == pytest.approx(expected["weighted"])
    ours = cls.score(one(gold, read), task="tc", average="macro")
    assert ours.value == pytest.approx(expected["macro_f1_over_gold_labels_only"])
    assert ours.details["accuracy"] == pytest.approx(expected["accuracy"])
    assert _micro_of_wrong(gold, read) == pytest.approx(expected["micro_f1_sklearn"])
    if case == "all_blank":  # the script gives points for blanks; an abstention is no guess
        assert (ours.value, expected["macro"]["f1"]) == (0, pytest.approx(0.0113636, abs=1e-6))


def _micro_of_wrong(gold: Sequence[str], read: Sequence[str]) -> float:
    return cls.micro(_filled(gold, read, "")).f1


FIRST = {
    "CHIP-CTC": "非上述类型",
    "IMCS-V2-DAC": "非上述类型",
    "KUAKE-QIC": "非上述类型",
    "CHIP-STS": "是的",
    "KUAKE-IR": "相关",
    "KUAKE-QQR": "完全一致",
    "KUAKE-QTR": "完全不匹配或者没有参考价值",
}
RAW = "perfect noisy_a noisy_b empty halfwidth_punct no_lead_line chatty_wrapper refusal".split()


@pytest.mark.parametrize("case", RAW)
def test_promptcblue_classes_and_pairs(score_vectors: Path, case: str) -> None:
    folder = score_vectors / "01_promptcblue_raw16"
    expected = expected_of(folder)[case]["tasks"]
    gold, read = (
        json.loads((folder / f"{name}.structured.json").read_text(encoding="utf-8"))
        for name in ("gold", f"pred.{case}")
    )
    for task, blank in FIRST.items():
        right, answered = ([row["answer"] for row in side[task]] for side in (gold, read))
        assert [row["sample_id"] for row in gold[task]] == [row["sample_id"] for row in read[task]]
        counts = _filled(right, answered, blank)
        macro = next(iter(expected[task])).startswith("macro-")
        found = cls.macro(counts, "seen") if macro else cls.weighted(counts)
        assert found == pytest.approx(tuple(expected[task].values())), task
        if case == "empty":  # an empty model has points, up to a full score, from the script, and none from us
            assert cls.score(one(right, answered), task="tc", average="macro").value == 0
            assert expected["IMCS-V2-DAC"]["macro-f1"] == 1.0
