"""The plan from the descriptors alone is the paper's list of instruction data."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from taiyi import layout
from taiyi.budget import Part
from taiyi.corpora import descriptor
from taiyi.instructions.plan import by_task, planned

BY_TASK = {
    "ee": {"en": 2_022, "zh": 2_992},
    "mrd": {"en": 10_000, "zh": 16_391 + 500_000},
    "mt": {"en": 62_127, "zh": 11_986},
    "ner": {"en": 43_650, "zh": 28_603},
    "qa_cqa": {"zh": 10_000},
    "qa_mc": {"en": 35_597, "zh": 10_000},
    "qa_sqa": {"en": 22_365 + 7_473, "zh": 109_562 + 50_000},
    "re": {"en": 17_279, "zh": 26_606},
    "tc": {"en": 40_146, "zh": 37_624 + 5_000},
    "tp_ss": {"en": 3_422, "zh": 37_735},
    "tt_ds": {"en": 7_815, "zh": 7_813},
    "tt_ts": {"zh": 2_870 + 1_500},
}
"""The second addends are general dialogue (MOSS, GSM8K, BELLE) and what the list calls additional tasks."""

TASKS = {
    "NER": "ner",
    "RE": "re",
    "EE": "ee",
    "TC": "tc",
    "TP-ss": "tp_ss",
    "TT-ds": "tt_ds",
    "MT-zh2en": "mt",
    "QA_choice": "qa_mc",
    "QA_cqa": "qa_cqa",
    "QA_sqa": "qa_sqa",
    "COT": "qa_sqa",
    "MRD": "mrd",
}
ADDITIONAL = {"chip_cdee": "ee", "imcs_v2_dac": "tc", "imcs_v2_mrg": "tt_ts", "text2dt": "tt_ts"}
"""Additional tasks of the list, by what they ask."""


@pytest.fixture(scope="module")
def counts(root: Path) -> dict[Part, int]:
    folder = root / layout.DESCRIPTORS
    return planned(descriptor.find(corpus, folder) for corpus in descriptor.ids(folder))


def test_the_plan_by_task_and_language_is_the_papers(counts: dict[Part, int]) -> None:
    assert by_task(counts) == BY_TASK
    assert sum(counts.values()) == 1_110_578


def test_nothing_is_planned_of_a_corpus_that_is_scored_only(counts: dict[Part, int]) -> None:
    assert "biored" not in {part.corpus for part in counts}
    assert all(count > 0 for count in counts.values())


def test_the_plan_is_the_list_of_instruction_data(counts: dict[Part, int]) -> None:
    folder = os.environ.get("TAIYI_FACTS", "")
    if not folder:
        pytest.skip("TAIYI_FACTS is unset: the folder of the paper's lists as JSON")
    listed: Counter[tuple[str, str]] = Counter()
    for row in json.loads((Path(folder) / "instruction_data.json").read_text()):
        task = ADDITIONAL[row["dataset"]] if row["task"] == "ADD" else TASKS[row["task"]]
        listed[task, row["language"]] += row["instances"]
    plan: Counter[tuple[str, str]] = Counter()
    for part, count in counts.items():
        if part.corpus != "moss_003_sft":  # general dialogue that the list leaves out
            plan[part.task, "zh-en" if part.task == "mt" else part.language] += count
    assert plan == listed
