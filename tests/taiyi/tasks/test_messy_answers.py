"""Answers dressed as chat models dress them are read as the canonical ones are."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks import answered, messy
from taiyi import tasks
from taiyi.instances import Context
from taiyi.tasks import grammar, tables

pytestmark = pytest.mark.integration  # many answers of every benchmark

TYPES = Context(offered=("chemical", "disease"))
ZH = Context(offered=("疾病", "身体"), language="zh")
RELATIONS = Context(offered=("causes", "相关（导致）"))
TOPICS = Context(offered=("treatment", "diagnosis", "prevention"), multiple=True)
DECISION = Context(offered=("yes", "no", "maybe"), choices=(("yes", "yes"), ("no", "no"), ("maybe", "maybe")))
OPTIONS = Context(offered=("A", "B", "C"), choices=(("A", "aspirin"), ("B", "heparin"), ("C", "warfarin")))
PROMPT = "Aspirin and heparin cause bleeding in patients, and NO relaxes. 咳嗽，发热。胸片：阴影"
BOTH = {("chemical", "aspirin"), ("chemical", "heparin"), ("disease", "bleeding")}


@pytest.mark.parametrize("benchmark", answered.described(), ids=lambda benchmark: benchmark.id)
def test_messy_and_canonical_answers_of_a_benchmark_say_the_same(
    benchmark: answered.Benchmark, tmp_path_factory: pytest.TempPathFactory
) -> None:
    asked = answered.questions(benchmark, None, Path(tmp_path_factory.getbasetemp()) / "dressed_samples")
    task, dresser = tasks.load(benchmark.task), messy.Messy(7)
    instances = asked.instances[: min(asked.distinct, 400)]
    for one, items in zip(instances, answered.predicted(asked)[: len(instances)], strict=True):
        canonical = task.parse(answered.written(one, items), one.context, prompt=one.prompt)
        dressed = dresser.dress(items, one)
        read = task.parse(dressed.text, one.context, prompt=one.prompt)
        assert set(read.items) == set(canonical.items) == set(items), dressed


@pytest.mark.parametrize(
    "text",
    [
        "| Entity | Type |\n|---|---|\n| aspirin | chemical |\n| heparin | chemical |\n| bleeding | disease |",
        "| Type | Entities |\n|:--|:--|\n| **chemical** | aspirin; heparin |\n| disease | bleeding |",
        "- aspirin (chemical)\n- heparin (chemical)\n- bleeding (disease)",
        "aspirin - chemical\nheparin - chemical\nbleeding - disease",
        "1. aspirin [chemical]\n2. heparin [chemical]\n3. bleeding [disease]",
        "【chemical】aspirin；heparin\n【disease】bleeding",
        "chemical: ['aspirin', 'heparin']\ndisease: ['bleeding']",
        "chemical: [aspirin, heparin]\ndisease: [bleeding]",
        "The chemical entities in the text are: aspirin; heparin\nThe disease entities in the text are: bleeding",
        "chemical: *aspirin*; *heparin*\ndisease: _bleeding_",
        "<answer><b>chemical</b>: aspirin; heparin\ndisease: bleeding</answer>",
        "<thinking>chemical: bleeding</thinking>chemical: aspirin; heparin\ndisease: bleeding\n\nNote: disease: patients",
        "chemical\n– aspirin\n– heparin\n1. disease: bleeding",
    ],
)
def test_mentions_are_read_from_every_dress(text: str) -> None:
    assert set(tasks.load("ner").parse(text, TYPES, prompt=PROMPT).items) == BOTH


def test_one_numbered_line_is_a_list_too() -> None:
    assert tasks.load("ner").parse("1. **chemical**: aspirin", TYPES).items == (("chemical", "aspirin"),)
    assert tasks.load("re").parse("causes:\n1. [a, b]", RELATIONS).items == (("causes", "a", "b"),)


def test_a_quoted_word_for_none_is_a_mention() -> None:
    assert tasks.load("ner").parse('- chemical: "NO"; aspirin', TYPES).items == (
        ("chemical", "NO"),
        ("chemical", "aspirin"),
    )
    assert tasks.load("ner").parse('- "NO" (chemical)', TYPES).items == (("chemical", "NO"),)


def test_a_mention_that_is_called_as_its_type_stands_under_it() -> None:
    assert tasks.load("ner").parse("**disease:**\n- disease\n- flu", TYPES).items == (
        ("disease", "disease"),
        ("disease", "flu"),
    )


def test_a_mention_with_a_colon_that_the_text_has_is_no_heading() -> None:
    assert tasks.load("ner").parse("疾病：\n- 胸片：阴影", ZH, prompt=PROMPT).items == (("疾病", "胸片：阴影"),)


def test_commas_part_mentions_after_the_heading_that_promptcblue_asks_for_and_semicolons_elsewhere_forbid_it() -> None:
    parse = tasks.load("ner").parse
    assert parse("疾病实体：咳嗽，发热", ZH, prompt=PROMPT).items == (("疾病", "咳嗽"), ("疾病", "发热"))
    assert parse("疾病实体：咳嗽，发热\n身体实体：肺；心", ZH, prompt=PROMPT).items[0] == ("疾病", "咳嗽，发热")


def test_the_name_of_a_relation_may_hold_brackets() -> None:
    for text in ("- 相关（导致）: [a, b]", "具有相关（导致）关系的头尾实体对如下：头实体为a，尾实体为b。"):
        assert tasks.load("re").parse(text, RELATIONS).items == (("相关（导致）", "a", "b"),)


def test_triples_have_their_name_where_most_of_them_have_it() -> None:
    context = Context(offered=("causes", "treats"))
    read = tasks.load("re").parse("(a, causes, treats)\n(b, treats, c)", context)
    assert read.items == (("causes", "a", "treats"), ("treats", "b", "c"))


@pytest.mark.parametrize(
    ("task", "context", "text", "items"),
    [
        ("qa_mc", DECISION, "Yes.\n\nThe study found a rise.", {"yes"}),
        ("qa_mc", DECISION, "Based on the study, the answer is **yes**.\n\nThe results suggest more.", {"yes"}),
        ("qa_mc", OPTIONS, "Sure, the answer is B. heparin.\nA is wrong because it is not C.", {"B"}),
        ("qa_mc", OPTIONS, "**B**\n\n**Explanation:** A is wrong; so is C.", {"B"}),
        ("qa_mc", OPTIONS, "答案是B。\n解析：A错误。", {"B"}),
        (
            "tc",
            TOPICS,
            "Labels: treatment, diagnosis\n\nNote: prevention was not assigned.",
            {"treatment", "diagnosis"},
        ),
        ("tc", TOPICS, "Based on the abstract, it is treatment.\n\nExplanation: not prevention.", {"treatment"}),
    ],
)
def test_an_answer_is_kept_whatever_explains_it(task: str, context: Context, text: str, items: set[str]) -> None:
    assert {item[0] for item in tasks.load(task).parse(text, context).items} == items


def test_no_label_in_json_is_not_the_label_none() -> None:
    context = Context(offered=("growth", "none"), multiple=True)
    assert tasks.load("tc").parse('```json\n{"labels": []}\n```', context).items == ()


def test_an_explanation_alone_stays() -> None:
    assert grammar.before_remark("Explanation: it is B") == "Explanation: it is B"
    assert grammar.before_remark("B\nExplanation: it is") == "B"


def test_a_table_without_known_names_stays_as_it_is() -> None:
    assert tables.as_lines("| a | b |", TYPES) == "| a | b |"
    assert tables.as_lines("| h | r | t |\n|---|---|---|\n| a | causes | b |", RELATIONS) == '("a", "causes", "b")'


@pytest.mark.parametrize(
    "part", ["\n", "\n  ", "\r\n\r\n", "（", "{", "|", "| a |\n", "Note:\n", "<think>", '"a" (', "【"]
)
@pytest.mark.parametrize("task", ["ner", "re", "tc", "qa_mc", "ee", "cre", "coref", "nen", "tt_ts"])
def test_runs_of_what_the_fuzzer_found_slow_are_read_at_once(task: str, part: str) -> None:
    import time

    text = 'The answer is "a' + part * (60_000 // len(part)) + "b"
    started = time.process_time()
    tasks.load(task).parse(text, OPTIONS if task == "qa_mc" else TYPES, prompt=PROMPT)
    assert time.process_time() - started < 1


def test_predictions_are_damaged_the_same_each_time(tmp_path: Path) -> None:
    asked = answered.questions(answered.described()[0], None, tmp_path / "samples")
    assert answered.predicted(asked) == answered.predicted(asked)
    assert len(asked.instances) == asked.benchmark.expected_n
    assert len({one.id for one in asked.instances}) == len(asked.instances)
    chance = random.Random(1)
    assert any(answered.damaged(one, one.gold or (("disease", "flu"),), chance) != one.gold for one in asked.instances)
