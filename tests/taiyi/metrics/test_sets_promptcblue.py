"""PromptCBLUE's extraction scorer: sets of JSON values per document, nested causal triples included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from taiyi.metrics import Score, sets

FIGURES = ("precision", "recall", "f1")
SETS = ("CHIP-CDEE", "CHIP-CDN", "CHIP-MDCFNPC", "CMeEE-V2", "CMeIE-V2", "IMCS-V2-NER", "IMCS-V2-SR")
RAW = "perfect noisy_a noisy_b empty halfwidth_punct no_lead_line chatty_wrapper refusal".split()


def _item(value: dict[str, Any]) -> tuple[str, ...]:
    """Values in the order of their keys, each as JSON: so the reference compares them, the order within lists counting."""
    return tuple(json.dumps(value[key], ensure_ascii=False) for key in sorted(value))


def _items(values: list[dict[str, Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(_item(value) for value in values)


def _figures(score: Score) -> dict[str, float]:
    return {"precision": score.details["precision"], "recall": score.details["recall"], "f1": score.value}


def test_the_vectors_of_sets_of_items_agree(score_vectors: Path, judged: Any) -> None:
    folder = score_vectors / "05_promptcblue_ie_edges"
    read = {
        name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in ("gold", "pred", "expected")
    }
    assert len(read["gold"]) == len(read["expected"]["cases"]) == 20
    for gold, predicted in zip(read["gold"], read["pred"], strict=True):
        sides = zip(gold["gold"], predicted["pred"], strict=True)
        score = sets.micro_f1([judged(_items(one), _items(other)) for one, other in sides], task="ie")
        assert predicted["case"] == gold["case"]
        assert _figures(score) == pytest.approx(read["expected"]["cases"][gold["case"]], abs=1e-12), gold["case"]


@pytest.mark.parametrize("case", RAW)
def test_the_vectors_of_the_seven_extraction_tasks_agree(case: str, score_vectors: Path, judged: Any) -> None:
    folder = score_vectors / "01_promptcblue_raw16"
    gold, read = (
        json.loads((folder / f"{name}.structured.json").read_text(encoding="utf-8"))
        for name in ("gold", f"pred.{case}")
    )
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"][case]
    for task in SETS:
        sides = zip(gold[task], read[task], strict=True)
        outcomes = [judged(_items(one["answer"]), _items(other["answer"])) for one, other in sides]
        score = sets.micro_f1(outcomes, task="ie")
        assert _figures(score) == pytest.approx(expected["tasks"][task], abs=1e-12), task
        assert 100 * score.value == pytest.approx(expected["score_map_x100"][f"{task}-Micro-F1"]), task


@pytest.mark.parametrize("case", RAW)
def test_the_printed_sheet_holds_a_figure_of_each_of_the_sixteen_tasks(case: str, score_vectors: Path) -> None:
    """The figures themselves are compared where each kind of task is: sets here, classes, reports and dialogues there."""
    path = score_vectors / "01_promptcblue_raw16" / "expected.json"
    expected = json.loads(path.read_text(encoding="utf-8"))["cases"][case]
    figures = {"Micro-F1": "f1", "Macro-F1": "macro-f1", "RougeL": "rougeL"}
    assert len(expected["score_map_x100"]) == len(expected["tasks"]) == 16
    for name, printed in expected["score_map_x100"].items():
        task, shown = next((name.removesuffix(f"-{figure}"), key) for figure, key in figures.items() if figure in name)
        assert printed == pytest.approx(100 * expected["tasks"][task][shown]), name


def _nested(value: Any) -> Any:
    """A triple as (predicate, subject, object), an object that is a triple likewise."""
    return (
        tuple(map(_nested, (value["predicate"], value["subject"], value["object"])))
        if isinstance(value, dict)
        else value
    )


def test_the_vectors_of_nested_causal_triples_agree(score_vectors: Path, judged: Any) -> None:
    folder = score_vectors / "02_promptcblue_cmedcausal"
    gold = json.loads((folder / "gold.structured.json").read_text(encoding="utf-8"))
    cases = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"]
    scored = {case: expected for case, expected in cases.items() if "structured" in expected}
    assert cases.keys() - scored.keys() == {"malformed"}
    for case, expected in scored.items():
        outcomes = [
            judged(tuple(map(_nested, one["answer"])), tuple(map(_nested, other["answer"])))
            for one, other in zip(gold, expected["structured"], strict=True)
        ]
        score = _figures(sets.micro_f1(outcomes, task="cre"))
        assert score == pytest.approx({name: expected[name] for name in FIGURES}, abs=1e-12), case


def test_an_answer_that_makes_the_reference_fail_predicts_nothing(score_vectors: Path, judged: Any) -> None:
    folder = score_vectors / "02_promptcblue_cmedcausal"
    gold = json.loads((folder / "gold.structured.json").read_text(encoding="utf-8"))
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"]["malformed"]
    assert "IndexError" in expected["official_parse_error"]
    outcomes = [judged(tuple(map(_nested, one["answer"])), (), status="unparsed") for one in gold]
    score = sets.micro_f1(outcomes, task="cre")
    assert (score.value, score.details["gold"]) == (0, sum(len(one["answer"]) for one in gold))
