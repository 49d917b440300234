from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.errors import InvalidInput, NotFound
from taiyi.instances import Context, Instance, Item, Items, Outcome, Parsed
from taiyi.metrics import extraction
from taiyi.metrics.matching import Matching
from taiyi.metrics.measures import Measure, Metric, make
from taiyi.metrics.measures.sets import by_seen, set_f1
from taiyi.records import Turn

TYPES = ("Chemical", "Disease")
items = st.lists(st.tuples(st.sampled_from((*TYPES, "Gene")), st.sampled_from(["a", "A", "b", "Ａ"])), max_size=5)
questions = st.lists(st.tuples(items.map(tuple), st.none() | items.map(tuple)), min_size=1, max_size=6)


def outcome(gold: Items, read: Items | None, number: int = 1, text: str = "?") -> Outcome:
    instance = Instance(
        id=f"made/test/{number}#ner.en.t1",
        task="ner",
        language="en",
        style="taiyi",
        turns=(Turn("user", text), Turn("assistant", "!")),
        gold=gold,
        context=Context(offered=TYPES),
    )
    return Outcome(instance, None if read is None else "raw", Parsed("ok", read or ()))


def outcomes_of(pairs: list[tuple[Items, Items | None]]) -> list[Outcome]:
    return [outcome(gold, read, number) for number, (gold, read) in enumerate(pairs)]


def ner(**settings: str) -> Measure:
    return make(Metric("set_f1", settings), task="ner")


def plain(pairs: list[tuple[Items, Items | None]], **settings: Any) -> dict[str, float]:
    sides = [{str(n): pair[side] or () for n, pair in enumerate(pairs)} for side in (0, 1)]
    return extraction.score(*sides, task="ner", **settings).details


@given(questions, st.sampled_from(["mixed", "fold"]), st.sampled_from(["nfc", "nfkc"]), st.booleans())
def test_every_matching_agrees_with_the_plain_function(
    pairs: list[tuple[Items, Items | None]], case: Any, form: Any, multiset: bool
) -> None:
    often: Any = "multiset" if multiset else "once"
    found = ner(case=case, unicode=form, duplicates=often).score(outcomes_of(pairs))
    expected = plain(pairs, matching=Matching(case, form, often))
    for name in ("precision", "recall", "f1", "tp", "predicted", "gold"):
        assert found.details[name] == pytest.approx(expected[name])
    assert found.value == pytest.approx(expected["f1"])
    assert found.details["instance_f1"] == pytest.approx(expected["document_f1"])
    for name in TYPES:
        folded = name.casefold() if case == "fold" else name
        assert found.details.get(f"recall:{name}", 0.0) == pytest.approx(expected.get(f"recall:{folded}", 0.0))


@given(questions)
def test_the_averages_agree_with_the_plain_function(pairs: list[tuple[Items, Items | None]]) -> None:
    made, expected = outcomes_of(pairs), plain(pairs)
    assert ner(average="macro").value(made) == pytest.approx(expected["macro_f1"])
    assert ner(average="document").value(made) == pytest.approx(expected["document_f1"])


@given(questions, st.sampled_from(["dropped", "wrong"]))
def test_items_of_types_that_were_not_asked_for_are_dropped_or_wrong(
    pairs: list[tuple[Items, Items | None]], policy: Any
) -> None:
    asked = [(tuple(item for item in gold if item[0] in TYPES), read) for gold, read in pairs]
    expected = plain(asked, types=TYPES, off_schema=policy)
    settings = {"types": ",".join(TYPES), "off_schema": policy}
    assert ner(**settings).value(outcomes_of(asked)) == pytest.approx(expected["f1"])
    assert ner(**settings, average="macro").value(outcomes_of(asked)) == pytest.approx(expected["macro_f1"])


@given(questions, st.randoms())
def test_rows_of_any_sample_make_the_score_of_that_sample(pairs: list[tuple[Items, Items | None]], draw: Any) -> None:
    made = outcomes_of(pairs)
    drawn = [draw.randrange(len(made)) for _ in made]
    for average in ("micro", "macro", "document"):
        measure = ner(average=average)
        figures = measure.figure(np.stack([measure.rows(made)[drawn].sum(axis=0), measure.rows(made).sum(axis=0)]))
        assert list(figures) == pytest.approx([measure.value([made[n] for n in drawn]), measure.value(made)])


@given(questions, st.sets(st.sampled_from("ab")))
def test_the_two_sides_of_seen_mentions_add_up_to_the_whole(
    pairs: list[tuple[Items, Items | None]], seen: set[str]
) -> None:
    made = outcomes_of(pairs)
    whole, sides = ner().score(made).details, by_seen(made, frozenset(seen), task="ner")
    for count in ("tp", "predicted", "gold"):
        assert whole[count] == sum(side.details[count] for side in sides)


def test_a_mention_was_seen_in_whatever_case() -> None:
    made = [outcome((("Chemical", "Aspirin"), ("Disease", "ulcer")), (("Chemical", "ASPIRIN"), ("Disease", "ulcer")))]
    seen, unseen = by_seen(made, frozenset(["aspirin"]), task="ner")
    assert (seen.details["gold"], seen.details["predicted"], seen.value, unseen.value) == (1, 1, 0, 1)
    assert "only:seen" in seen.signature and "only:unseen" in unseen.signature


def test_by_spans_each_text_stands_for_all_its_places() -> None:
    text = "Identify Chemical, Disease entities.\nText: Ulcer after aspirin; ulcer, ulcer."
    gold = (("Chemical", "aspirin"), ("Disease", "ulcer"))
    made = [outcome(gold, (("Disease", "ulcer"),), text=text), outcome(gold, gold, 2, text.replace("after", "upon"))]
    by_text, by_span = ner().score(made), ner(match="span").score(made)
    assert (by_text.details["tp"], by_text.details["gold"]) == (3, 4)
    assert (by_span.details["tp"], by_span.details["gold"]) == (5, 6)
    assert ner(match="span", case="fold").score(made).details["gold"] == 8


def test_by_spans_a_mention_that_the_source_does_not_hold_is_a_wrong_item() -> None:
    made = [outcome((("Disease", "ulcer"),), (("Disease", "ulcer"), ("Disease", "gout")), text="An ulcer.")]
    details = ner(match="span").score(made).details
    assert (details["tp"], details["predicted"], details["gold"]) == (1, 2, 1)


def test_the_baseline_is_the_empty_answer_or_the_commonest_gold() -> None:
    label: tuple[Item, ...] = (("growth",),)
    made = outcomes_of([(label, None), (label, None), ((("none",),), None)])
    assert set_f1(task="tc").trivial(made) == (0.0, "empty answer")
    assert set_f1(task="tc", trivial="majority").trivial(made) == (pytest.approx(2 / 3), "majority labels")


def test_every_setting_shows_in_the_signature() -> None:
    given = [
        {}, {"case": "fold"}, {"unicode": "nfkc"}, {"duplicates": "multiset"}, {"types": "Chemical"},
        {"types": "Chemical", "off_schema": "wrong"}, {"average": "macro"}, {"average": "document"}, {"match": "span"},
    ]  # fmt: skip
    made = [ner(**settings).signature([]) for settings in given]
    assert len(set(made)) == len(made)
    assert made[0] == (
        "f1|average:micro|case:mixed|duplicates:once|match:text|task:ner|types:all|undefined:0|unicode:nfc|version:1"
    )


def test_a_wrong_metric_setting_or_value_is_answered_with_what_is_right() -> None:
    with pytest.raises(NotFound, match="set_f1"):
        make(Metric("set_f"), task="ner")
    with pytest.raises(NotFound, match="case"):
        ner(cases="fold")
    with pytest.raises(InvalidInput, match="one of mixed, fold"):
        ner(case="lower")
    with pytest.raises(InvalidInput, match="only the mentions of ner"):
        make(Metric("set_f1", {"match": "span"}), task="re")
    with pytest.raises(InvalidInput, match="no types"):
        make(Metric("set_f1", {"average": "macro"}), task="coref")


def test_no_outcomes_score_zero() -> None:
    for average in ("micro", "macro", "document"):
        assert ner(average=average).score([]).value == 0


# --- The reference vectors


@pytest.mark.parametrize(
    "name", ["09a_ner_textset_bc5cdr", "09b_ner_textset_biored", "09c_ner_textset_ncbi", "09d_ner_textset_cmeee"]
)
def test_mentions_agree_with_promptcblue(score_vectors: Path, name: str) -> None:
    folder = score_vectors / name
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    gold = _entities(folder / "gold.jsonl")
    types = {"types": ",".join(expected["types"])}
    assert expected["cases"]
    for case, figures in expected["cases"].items():
        read = _entities(folder / f"pred.{case}.jsonl")
        made = [outcome(mentions, read.get(key, ()), n) for n, (key, mentions) in enumerate(gold.items())]
        strict = {**types, "off_schema": "wrong"}
        assert ner(**strict).value(made) == pytest.approx(figures["micro"]["f1"], rel=1e-12), case
        macro = ner(**types, average="macro").value(made)
        assert macro == pytest.approx(figures["macro_f1_over_types"], rel=1e-12), case
        folded = ner(**strict, case="fold").value(made)
        assert folded == pytest.approx(figures["micro_case_insensitive_variant"]["f1"], rel=1e-12), case


@pytest.mark.parametrize("name", ["10_re_surface_pairs_bc5cdr", "11_cmeie_spo"])
def test_surface_pairs_and_triples_agree_with_promptcblue(score_vectors: Path, name: str) -> None:
    folder = score_vectors / name
    expected = json.loads((folder / "expected.json").read_text("utf-8"))["cases"]
    measure = make(Metric("set_f1"), task="re")
    gold = _relations(folder / "gold.jsonl")
    for case, figures in expected.items():
        read = _relations(folder / f"pred.{case}.jsonl")
        made = [outcome(triples, read.get(key, ()), n) for n, (key, triples) in enumerate(gold.items())]
        assert measure.value(made) == pytest.approx(figures["f1"], rel=1e-12), case


def _lines(path: Path) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _entities(path: Path) -> dict[str, Items]:
    return {row["id"]: tuple((one["type"], one["text"]) for one in row["entities"]) for row in _lines(path)}


def _relations(path: Path) -> dict[str, Items]:
    return {
        row["id"]: (
            *((one["relation"], one["head"], one["tail"]) for one in row.get("relations", ())),
            *((one[2], one[0], one[1]) for one in row.get("triples", ())),
        )
        for row in _lines(path)
    }
