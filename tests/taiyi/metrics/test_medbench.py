from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import medbench

READ: dict[str, Callable[[str], Any]] = {
    "CMeEE": medbench.entities,
    "CMeIE": medbench.triples,
    "CDEE": medbench.findings,
    "MRG": medbench.sections,
}
SLOTS = ("主体词", "发生状态", "描述词", "解剖部位")


def theirs(task: str, parsed: Any) -> Any:
    """MedBench's parse in our form."""
    if task == "CMeEE":
        return [(row["type"], row["entity"]) for row in parsed]
    if task == "CMeIE":
        return [(row["predicate"], row["subject"], row["object"]) for row in parsed]
    if task == "CDEE":
        return [(row["主体词"], row["发生状态"], tuple(row["描述词"]), tuple(row["解剖部位"])) for row in parsed]
    return parsed


def test_the_parser_vectors_and_where_medbench_errs(score_vectors: Path) -> None:
    folder = score_vectors / "35_medbench_parsers"
    cases = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"]
    read = {case["id"]: READ[case["task"]](case["output"]) for case in cases}
    official = {case["id"]: theirs(case["task"], case["medbench_parse"]) for case in cases}
    assert {key for key in read if read[key] != official[key]} == {2, 5, 13}
    # MedBench takes the word between the type and the colon into the first mention,
    assert read[2] == [(name, text.removeprefix(f"{name}实体：")) for name, text in official[2]]
    # reads a mention without text where a type has none,
    assert (read[5], [text for _, text in official[5]]) == ([], [""])
    # and knows no half-width punctuation here: it reads an uncertain finding without a subject.
    assert official[13] == [("", "不确定", (), ())]
    assert [state for subject, state, _, _ in read[13] if subject] == ["否定"]


def test_a_longer_type_is_not_read_as_a_shorter_one() -> None:
    assert medbench.entities("症状体征：甲\n症状：乙", ("症状", "症状体征")) == [("症状体征", "甲"), ("症状", "乙")]
    assert medbench.entities("疾病很多，症状：甲") == []


def test_a_relation_may_stand_in_curly_quotes_and_hold_commas() -> None:
    assert medbench.triples("关系：“病因”，头实体：“甲，乙”，尾实体：“丙”。") == [("病因", "甲，乙", "丙")]


def test_findings_come_one_a_line_and_empty_slots_are_empty() -> None:
    answer = "主体词：甲；发生状态：不确定；描述词：空；解剖部位：乙，丙。\n没有主体词\n主体词：丁"
    assert medbench.findings(answer) == [("甲", "不确定", (), ("乙", "丙")), ("丁", "", (), ())]


def test_a_section_keeps_its_lines_and_a_name_within_a_line_begins_none() -> None:
    assert medbench.sections("报告：\n主诉：甲，诊断：乙\n丙\n\n建议:丁") == {"主诉": "甲，诊断：乙\n丙", "建议": "丁"}
    assert medbench.sections("建议：甲\n主诉：乙\n建议：丙") == {"建议": "甲\n丙", "主诉": "乙"}


def test_a_long_answer_of_unfinished_relations_does_not_hang() -> None:
    start = time.process_time()
    assert medbench.triples("关系：“甲”，头实体：“" * 5000) == []
    assert time.process_time() - start < 5


words = st.text("甲乙丙丁a ", min_size=1, max_size=4).map(str.strip).filter(bool)


@given(st.lists(st.tuples(st.sampled_from(medbench.TYPES), words)))
def test_entities_written_are_entities_read(items: list[tuple[str, str]]) -> None:
    assert medbench.entities("\n".join(f"{name}：{text}" for name, text in items)) == items


@given(st.lists(st.tuples(words, st.sampled_from(medbench.STATES), st.lists(words), st.lists(words))))
def test_findings_written_are_findings_read(items: list[tuple[str, str, list[str], list[str]]]) -> None:
    lines = [
        "；".join(f"{slot}：{text}" for slot, text in zip(SLOTS, (a, b, "，".join(c), "，".join(d)), strict=True))
        for a, b, c, d in items
    ]
    assert medbench.findings("\n".join(lines)) == [(a, b, tuple(c), tuple(d)) for a, b, c, d in items]


@given(st.text('主体词发生状态：；，:;"“”关系头尾实体疾病诉诊断\n a。空'))
def test_any_text_can_be_read(text: str) -> None:
    for read in READ.values():
        read(text)
