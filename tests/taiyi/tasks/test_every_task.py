"""What holds for every task there is."""

from __future__ import annotations

import inspect
import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taiyi import instructions, tasks
from taiyi.instances import UNPARSABLE, Context, Instance, Outcome, Parsed
from taiyi.records import LANGUAGES, Dialogue, Turn

TEMPLATES = Path(__file__).parents[3] / "data" / "templates"
CONTEXTS = (
    Context(),
    Context(language="zh", multiple=True),
    Context(
        offered=("Chemical", "Disease", "A: b", "["),
        aliases={"drug": "Chemical"},
        choices=(("Chemical", "a drug"), ("Disease", "(ill)")),
    ),
    Context(
        offered=("疾病", "药物"),
        choices=(("疾病", "感冒"), ("药物", "")),
        roles=("主体", "Theme"),
        language="zh",
        operation="title",
    ),
)
every_task = pytest.mark.parametrize("name", tasks.ids())


@every_task
def test_a_task_offers_the_four_functions_with_the_protocols_signatures(name: str) -> None:
    for function in ("instances", "answer", "parse", "metric"):
        expected = list(inspect.signature(getattr(tasks.Task, function)).parameters.values())[1:]
        found = list(inspect.signature(getattr(tasks.load(name), function)).parameters.values())
        assert [(p.name, p.kind, p.default) for p in found] == [(p.name, p.kind, p.default) for p in expected], function


@every_task
def test_a_task_has_three_wordings_per_group_in_both_languages(name: str) -> None:
    templates = instructions.templates(name, TEMPLATES)
    assert set(templates) == set(LANGUAGES)
    groups = [set(templates[language]) for language in LANGUAGES]
    assert groups[0] == groups[1] != set()
    for language in LANGUAGES:
        for group, wordings in templates[language].items():
            assert len(wordings) >= 3, (language, group)
            assert len(set(wordings.values())) == len(wordings), (language, group)


@every_task
def test_the_placeholders_of_a_group_are_the_same_in_both_languages(name: str) -> None:
    templates = instructions.templates(name, TEMPLATES)
    for group in templates["en"]:
        used = [
            {field for wording in templates[language][group].values() for field in placeholders(wording)}
            for language in LANGUAGES
        ]
        assert used[0] == used[1] != set(), group


def placeholders(wording: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(wording) if field}


marks = [
    "\n",
    ": ",
    "：",
    "; ",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    '"',
    "，",
    "\\",
    "<think>",
    "</s>",
    "**",
    "- ",
    "None",
    "无",
    "A",
    "B",
    "Chemical",
]


@every_task
@settings(max_examples=40, deadline=None)
@given(
    text=st.text(max_size=80) | st.lists(st.sampled_from(marks), max_size=20).map("".join), prompt=st.text(max_size=10)
)
def test_garbage_is_read_without_an_error(name: str, text: str, prompt: str) -> None:
    for context in CONTEXTS:
        parsed = tasks.load(name).parse(text, context, prompt=prompt)
        assert isinstance(parsed, Parsed)
        assert not (parsed.items and parsed.status in UNPARSABLE)


@every_task
@pytest.mark.parametrize("text", ["", " ", "\n\t\n", "　"])
def test_no_text_is_an_empty_answer(name: str, text: str) -> None:
    for context in CONTEXTS:
        assert tasks.load(name).parse(text, context) == Parsed("empty")


@every_task
def test_no_answers_score_zero_without_an_error(name: str) -> None:
    score = tasks.score(name, [])
    assert (score.value, score.items) == (0.0, 0)
    assert f"task:{name}" in score.signature


@every_task
def test_a_record_of_withheld_gold_asks_nothing(name: str) -> None:
    withheld = Dialogue(
        id="d/test/1", language="en", turns=(Turn("user", "Hi"), Turn("assistant", "Hello")), annotated=False
    )
    assert not [*tasks.load(name).instances(withheld, tasks.TaskSpec())]


TASK_OF = {
    "TC": "tc",
    "QA-mc": "qa_mc",
    "QA-sqa": "qa_sqa",
    "MRD": "mrd",
    "MT": "mt",
    "TP-ss": "tp_ss",
    "TP-te": "tp_te",
    "TT-ds": "tt_ds",
    "TT-ts": "tt_ts",
}


def parser_cases(folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The answers, and what is to be read from each by its id."""
    gold, answers = (
        [json.loads(line) for line in (folder / f"33_parser_cases_taiyi/{n}.jsonl").read_text("utf-8").splitlines()]
        for n in ("gold", "pred")
    )
    return answers, {row["id"]: row["expected"] for row in gold}


@pytest.mark.parametrize("kind", TASK_OF)
def test_the_hand_annotated_parser_cases(kind: str, score_vectors: Path) -> None:
    answers, expected = parser_cases(score_vectors)
    rows = [row for row in answers if row["task"] == kind]
    assert rows
    for row in rows:
        parsed = tasks.load(TASK_OF[kind]).parse(row["output"], case_context(row))
        assert simplified(parsed, expected[row["id"]]) == expected[row["id"]], row


def test_the_final_stop_of_a_span_is_read_and_does_not_count_in_the_match(score_vectors: Path) -> None:
    """The case is tagged "final period ignored in exact match": that is the score's part, since `parse` alters nothing."""
    answers, expected = parser_cases(score_vectors)
    (row,) = (row for row in answers if row["task"] == "QA-cqa")
    turns = (Turn("user", "?"), Turn("assistant", "!"))
    asked = Instance(id="q/test/1#qa_cqa.zh.t1", task="qa_cqa", language="zh", style="taiyi", turns=turns,
                     gold=((expected[row["id"]]["text"],),))  # fmt: skip
    module = tasks.load("qa_cqa")
    parsed = module.parse(row["output"], asked.context)
    assert parsed.items == ((row["output"],),) != asked.gold
    assert tasks.score("qa_cqa", [Outcome(asked, row["output"], parsed)]).value == 1.0


def test_no_parser_case_is_left_out(score_vectors: Path) -> None:
    answers, _ = parser_cases(score_vectors)
    over_documents = {"NER", "NEN", "RE", "CRE", "EE", "COREF"}  # in test_grammar.py
    assert {row["task"] for row in answers} == {*TASK_OF, *over_documents, "QA-cqa"}
    assert len(answers) == 121


def case_context(row: dict[str, Any]) -> Context:
    given = row["context"]
    options = given.get("options", {})
    offered = tuple(given.get("labels") or given.get("sections") or options)
    return Context(
        offered=offered,
        aliases={"疾病表述": "疾病描述", "非上述类型": "其他"} if "疾病描述" in offered else {},
        choices=tuple(options.items()),
        multiple=given.get("multi", False),
        operation="title" if row["task"] == "TT-ds" else "",
        language=row["lang"],
    )


def simplified(parsed: Parsed, like: Any) -> Any:
    """What was read, in the shape of the expectation."""
    if isinstance(like, list):
        return sorted(str(item[0]) for item in parsed.items)
    (key, *others) = like
    if others or key not in ("letter", "label", "score", "text"):
        return dict(parsed.items)
    value = parsed.items[0][0] if parsed.items else None
    return {key: float(str(value)) if key == "score" else value}
