from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import tasks
from taiyi.instances import Context
from taiyi.tasks import fields, grammar, reading, tuples

WORDS = Context(
    offered=("similar", "dissimilar", "匹配", "Cell line", "相关（症状）", "Disease"), aliases={"Illness": "Disease"}
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("<think>Chemical: water?</think>\nChemical: aspirin", "Chemical: aspirin"),
        ("so it is water</think>Chemical: aspirin", "Chemical: aspirin"),
        ("Chemical: aspirin<think>never closed", "Chemical: aspirin"),
        ("<|im_start|>assistant\nChemical: aspirin<|im_end|>\n<|im_start|>user\nmore", "Chemical: aspirin"),
        ("Chemical: aspirin</s></s>", "Chemical: aspirin"),
        ("```json\n{}\n```", "{}"),
        (
            "Sure! Here are the entities:\n\n- **Chemical**: aspirin\n\nLet me know if you need more.",
            "Chemical: aspirin",
        ),
        ("好的，结果如下：\n疾病：感冒\n希望对您有帮助。", "疾病：感冒"),
        ("Here is the list: Chemical: aspirin", "Chemical: aspirin"),
        ("1. aspirin\n2. water", "aspirin\nwater"),
        ("3. ", "3."),
        ("## Chemical\n* aspirin", "Chemical\naspirin"),
        ("HLA-B*27 - a marker", "HLA-B*27 - a marker"),
    ],
)
def test_wrappers_are_taken_off_and_nothing_else(said: str, meant: str) -> None:
    assert grammar.clean(said) == meant


def test_an_echo_of_the_prompt_is_taken_off() -> None:
    assert (
        grammar.clean("Find Chemical: it was given.\nChemical: aspirin", "Find Chemical: it was given.\n")
        == "Chemical: aspirin"
    )


@pytest.mark.parametrize(
    "text",
    ["None", "none.", "N/A", "无", "没有。", "There are no Chemical entities in the text.", "No entities found.",
     "The text does not mention any diseases.", "No relationship exists", "上述文本中没有指定类型的实体", "没有对应的标准化实体", "文中未提及相关疾病"],
)  # fmt: skip
def test_none_is_known_in_both_languages(text: str) -> None:
    assert grammar.is_none(text)


@pytest.mark.parametrize(
    "text",
    [
        "无尿",
        "none-small cell lung cancer",
        "No. 5",
        "nonet",
        "没有药: a",
        "There are no Chemical: aspirin",
        "无; 感冒",
        "",
    ],
)
def test_what_only_begins_like_none_is_something(text: str) -> None:
    assert not grammar.is_none(text)


@pytest.mark.parametrize(
    "text",
    ["I'm sorry, but I cannot help with that.", "I’m sorry, I can’t do this", "As an AI language model, I am unable to diagnose.",
     "I cannot provide medical advice.", "抱歉，我无法回答这个问题。", "作为一个AI语言模型，我不能提供诊断。"],
)  # fmt: skip
def test_refusals_are_known(text: str) -> None:
    assert grammar.is_refusal(text)


@pytest.mark.parametrize(
    "text", ["I'm sorry to hear that you have a headache.", "Sorry sight", "患者抱歉", "Chemical: a", ""]
)
def test_sympathy_is_no_refusal(text: str) -> None:
    assert not grammar.is_refusal(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("similar", "similar"),
        ("dissimilar", "dissimilar"),
        ("They are dissimilar.", "dissimilar"),
        ("They are not similar.", None),
        ("不匹配", None),
        ("ＳＩＭＩＬＡＲ", "similar"),
        ("CellLine", "Cell line"),
        ("cell-lines", "Cell line"),
        ("相关(症状)", "相关（症状）"),
        ("illness", "Disease"),
        ("diseases", "Disease"),
        ("similar or dissimilar", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_a_label_is_known_by_its_spellings_and_never_within_another_word(text: str, label: str | None) -> None:
    assert grammar.match_label(text, WORDS) == label


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Result: A", "A"),
        ("The answer is B", "B"),
        ("Final answer: yes", "yes"),
        ("上述文本被分类为：医疗费用", "医疗费用"),
        ("答案：A", "A"),
        ("答案是C", "C"),
        ("Results vary", "Results vary"),
        ("Answer", "Answer"),
    ],
)
def test_a_lead_is_taken_off(text: str, rest: str) -> None:
    assert grammar.strip_lead(text) == rest


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Disease entities", "Disease"),
        ("上述文本中包含的疾病为", "疾病"),
        ("具有因果关系的头尾实体对如下", "因果关系"),
        ("因果关系三元组如下", "因果关系"),
        ("Disease, Anticonvulsant", None),
        ("No Disease", None),
    ],
)
def test_a_heading_is_known_by_the_name_in_it(text: str, label: str | None) -> None:
    assert reading.heading(text, Context(offered=("Disease", "疾病", "因果关系", "因果"))) == label


@given(st.text(max_size=20))
def test_a_field_is_bare_or_quoted_and_says_the_same(value: str) -> None:
    for rule in (fields.LIST, fields.SOLE, fields.TUPLE, fields.NAME):
        written = fields.written(value, rule)
        source = fields.opened(written)
        assert fields.value(source.text, source, rule) == value


@pytest.mark.parametrize(
    "value", ["aspirin", "t（15；17）", "N-[(1-ethyl)methyl]-2,6-x", "NAD(P)H:quinone", "5-HT", "无尿"]
)
def test_ordinary_mentions_need_no_quotation_marks(value: str) -> None:
    assert fields.written(value, fields.TUPLE) == value


@pytest.mark.parametrize(
    ("body", "groups"),
    [
        ("[a, b]; [c, d]", ["a, b", "c, d"]),
        ("[a, b], (c, d) [e, f", ["a, b", "c, d", "e, f"]),
        ("(a (x), b]; [N-[y]z, c]", ["a (x), b", "N-[y]z, c"]),
        ("（甲，乙）；（丙，丁）", ["甲，乙", "丙，丁"]),
    ],
)
def test_groups_survive_brackets_of_the_wrong_kind(body: str, groups: list[str]) -> None:
    assert [group.inner for group in tuples.groups(body)] == groups


DOCUMENT_TASKS = ("NER", "NEN", "RE", "CRE", "EE", "COREF")


@pytest.mark.parametrize("kind", DOCUMENT_TASKS)
def test_the_hand_annotated_parser_cases_over_documents(kind: str, score_vectors: Path) -> None:
    folder = score_vectors / "33_parser_cases_taiyi"
    gold, rows = (
        [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
        for name in ("gold", "pred")
    )
    expected = {row["id"]: row["expected"] for row in gold}
    failed = {
        row["id"]
        for row in rows
        if row["task"] == kind
        and set(
            tasks.load(kind.lower()).parse(row["output"], context_of(row), prompt=row["context"].get("input", "")).items
        )
        != {item(kind, part) for part in expected[row["id"]]}
    }
    assert not failed


def context_of(row: dict[str, Any]) -> Context:
    """The case's context; a schema of slots is one event type whose first slot is the trigger."""
    given_, schema = row["context"], row["context"].get("schema", [])
    names = given_.get("types") or given_.get("relations") or given_.get("event_types") or (schema and ["临床发现事件"])
    return Context(
        offered=tuple(names or ()),
        roles=tuple(given_.get("roles", schema[1:])),
        choices=tuple((term, term) for term in given_.get("choices", ())),
        operation=given_.get("db", ""),
        language=row["lang"],
    )


def item(kind: str, part: Any) -> Any:
    """An expected item as the task has it."""
    if isinstance(part, str):
        return (part,) if kind == "NEN" else part
    if kind == "NER":
        return (part["type"], part["text"])
    if kind == "NEN":
        return (part["text"], "|".join(f"MESH:{one}" for one in part["id"].split("|")))
    if kind == "COREF":
        return tuple(part)
    if kind in ("RE", "CRE"):
        return (part["relation"], item(kind, part["head"]), item(kind, part["tail"]))
    if "trigger" in part:
        return (part["type"], part["trigger"], tuple((a["role"], a["text"]) for a in part["arguments"]))
    slots = [(role, [text] if isinstance(text, str) else text) for role, text in list(part.items())[1:]]
    return ("临床发现事件", part["主体词"], tuple((role, text) for role, texts in slots for text in texts if text))
