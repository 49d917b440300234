from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.errors import InvalidInput
from taiyi.metrics import Score, extraction
from taiyi.metrics.matching import Key, Matching

FOLDED, COUNTED = Matching(case="fold"), Matching(duplicates="multiset")
GOLD = {"1": [("Chemical", "aspirin"), ("Disease", "ulcer")], "2": [("Disease", "pain")], "3": []}
READ = {"1": [("Chemical", "aspirin"), ("Disease", "Ulcer"), ("Gene", "p53")], "3": [("Disease", "pain")], "9": []}
documents = st.dictionaries(
    st.sampled_from("1234"), st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("abcd")), max_size=5)
)


def test_counts_over_documents_missing_and_empty_ones_included() -> None:
    found = extraction.score(GOLD, READ, task="ner")
    assert [found.details[name] for name in ("tp", "predicted", "gold", "extra_documents")] == [1, 4, 3, 1]
    assert found.value == pytest.approx(2 / 7) and found.items == 3
    assert found.details["document_precision"] == pytest.approx(1 / 3 / 3)
    assert found.details["document_recall"] == pytest.approx(1 / 2 / 3)
    assert found.details["document_f1"] == pytest.approx(2 / 5 / 3)


def test_a_document_without_items_on_either_side_is_right() -> None:
    assert extraction.score({"1": []}, {}, task="ner").details["document_f1"] == 1
    assert extraction.score({"1": []}, {}, task="ner").value == 0


def test_types_asked_for_set_the_macro_mean_and_what_is_off_schema() -> None:
    seen = extraction.score(GOLD, READ, task="ner")
    asked = extraction.score(GOLD, READ, task="ner", types=("Chemical", "Disease", "Species"))
    assert [seen.details["macro_f1"], asked.details["macro_f1"]] == pytest.approx([1 / 2, 1 / 3])
    assert (asked.details["predicted"], asked.details["off_schema"]) == (4, 1)
    dropped = extraction.score(GOLD, READ, task="ner", types=("Chemical", "Disease"), off_schema="dropped")
    assert (dropped.details["predicted"], dropped.details["off_schema"]) == (3, 1)


def test_gold_of_a_type_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(InvalidInput, match="1: gold of type 'Disease'"):
        extraction.score(GOLD, READ, task="ner", types=("Chemical",))


def test_every_setting_shows_in_the_signature() -> None:
    made = [
        extraction.score(GOLD, READ, task="ner").signature,
        extraction.score(GOLD, READ, task="ner", matching=FOLDED).signature,
        extraction.score(GOLD, READ, task="ner", matching=COUNTED).signature,
        extraction.score(GOLD, READ, task="ner", matching=Matching(unicode="nfkc")).signature,
        extraction.score(GOLD, READ, task="ner", unit="span").signature,
        extraction.score(GOLD, READ, task="ner", types=("Chemical", "Disease")).signature,
        extraction.score(GOLD, READ, task="ner", types=("Chemical", "Disease"), off_schema="dropped").signature,
    ]
    assert len(set(made)) == len(made)
    assert made[0] == (
        "f1|average:micro|case:mixed|duplicates:once|match:text|task:ner|types:gold|undefined:0|unicode:nfc|version:1"
    )


@given(documents, documents)
def test_figures_are_shares_and_do_not_hang_on_the_order_of_documents(
    gold: dict[str, list[Key]], read: dict[str, list[Key]]
) -> None:
    found = extraction.score(gold, read, task="ner")
    counts = ("tp", "predicted", "gold", "off_schema", "extra_documents")
    shares = [value for name, value in found.details.items() if name.partition(":")[0] not in counts]
    assert all(0 <= value <= 1 + 1e-12 for value in shares)
    turned = {name: gold[name][::-1] for name in reversed(gold)}
    assert extraction.score(turned, read, task="ner").details == pytest.approx(found.details)


@pytest.mark.parametrize(
    "folder", ["09a_ner_textset_bc5cdr", "09b_ner_textset_biored", "09c_ner_textset_ncbi", "09d_ner_textset_cmeee"]
)
def test_text_sets_agree_with_promptcblue(folder: str, score_vectors: Path) -> None:
    expected = _expected(score_vectors / folder)
    gold = _entities(score_vectors / folder / "gold.jsonl")
    for case, figures in expected["cases"].items():
        read = _entities(score_vectors / folder / f"pred.{case}.jsonl")
        found = extraction.score(gold, read, task="ner", types=expected["types"])
        _agrees(found, figures["micro"])
        for name, one in figures["per_type"].items():
            _agrees(found, one, f":{name}")
        assert found.details["macro_f1"] == pytest.approx(figures["macro_f1_over_types"], rel=1e-12)
        folded = extraction.score(gold, read, task="ner", matching=FOLDED)
        _agrees(folded, figures["micro_case_insensitive_variant"])


def test_surface_pairs_agree_with_promptcblue(score_vectors: Path) -> None:
    folder = score_vectors / "10_re_surface_pairs_bc5cdr"
    gold = _relations(folder / "gold.jsonl")
    for case, figures in _expected(folder)["cases"].items():
        found = extraction.score(gold, _relations(folder / f"pred.{case}.jsonl"), task="re", unit="pair")
        _agrees(found, {name: value for name, value in figures.items() if name != "concept_level"})


@pytest.mark.parametrize("folder", ["11_cmeie_spo", "34_chip_cdn_normalisation"])
def test_triples_and_standard_terms_agree_with_promptcblue(folder: str, score_vectors: Path) -> None:
    gold = _plain(score_vectors / folder / "gold.jsonl")
    for case, figures in _expected(score_vectors / folder)["cases"].items():
        _agrees(extraction.score(gold, _plain(score_vectors / folder / f"pred.{case}.jsonl"), task="any"), figures)


def test_nested_causal_triples_agree_with_promptcblue_and_what_it_cannot_parse_predicts_nothing(
    score_vectors: Path,
) -> None:
    folder = score_vectors / "02_promptcblue_cmedcausal"
    gold = _nested(json.loads((folder / "gold.structured.json").read_text("utf-8")))
    for figures in _expected(folder)["cases"].values():
        found = extraction.score(gold, _nested(figures.get("structured", [])), task="cre", unit="triple")
        if "official_parse_error" in figures:
            assert (found.value, found.details["gold"]) == (0, 6)
        else:
            _agrees(found, {name: figures[name] for name in ("precision", "recall", "f1")})


def test_bc_evaluates_figures_agree_to_their_five_digits(score_vectors: Path) -> None:
    folder = score_vectors / "12_chemdner_bceval"
    for case, figures in _expected(folder)["cases"].items():
        task = case.partition(".")[0]
        gold, read = (_rows(folder / name) for name in (f"gold.{task}.tsv", f"pred.{case}.tsv"))
        found = extraction.score(gold, read, task=task).details
        assert (found["tp"], found["predicted"], found["gold"]) == (
            figures["tp"],
            figures["tp"] + figures["fp"],
            figures["tp"] + figures["fn"],
        )
        for name in ("precision", "recall", "f1"):
            assert round(found[name], 5) == figures["micro"][name]
            assert round(found[f"document_{name}"], 5) == figures["macro"][name]


def _agrees(found: Score, figures: dict[str, Any], suffix: str = "") -> None:
    ours = {"n_pred": "predicted", "n_gold": "gold"}
    for name, value in figures.items():
        key = ours.get(name, name) + suffix
        assert found.details[key] == pytest.approx(value, rel=1e-12), key


def _expected(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    return found


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _entities(path: Path) -> dict[str, list[Key]]:
    return {row["id"]: [(one["type"], one["text"]) for one in row["entities"]] for row in _lines(path)}


def _relations(path: Path) -> dict[str, list[Key]]:
    return {
        row["id"]: [(one["relation"], one["head"], one["tail"]) for one in row["relations"]] for row in _lines(path)
    }


def _plain(path: Path) -> dict[str, list[Key]]:
    return {
        row["id"]: [(one[2], one[0], one[1]) for one in row.get("triples", ())]
        + [("term", one) for one in row.get("normalized", ())]
        for row in _lines(path)
    }


def _nested(rows: list[dict[str, Any]]) -> dict[str, list[Key]]:
    def key(value: Any) -> Any:
        return value if isinstance(value, str) else tuple(key(value[k]) for k in ("predicate", "subject", "object"))

    return {row["sample_id"]: [key(one) for one in row["answer"]] for row in rows}


def _rows(path: Path) -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = {}
    for line in path.read_text("utf-8").splitlines():
        name, _, text = line.partition("\t")
        found.setdefault(name, []).append(("Chemical", text))
    return found
