"""Both answer styles of every task: the documented forms, law 2, every status, no error and no long time on anything."""

from __future__ import annotations

import json
import time
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi import tasks
from taiyi.instances import Context, Items, Status, Style
from taiyi.records import LANGUAGES, Language
from tests.taiyi.tasks.test_round_trip_of_documents import NAMES, PARTS, nasty

BOTH = Context(offered=("Chemical", "Disease"))
OPTIONS = Context(offered=("A", "B", "C"), choices=(("A", "aspirin"), ("B", "heparin"), ("C", "warfarin")))
SECTIONS = Context(offered=("Complaint", "Plan"))
FORMS: tuple[tuple[str, Context, Items, str], ...] = (
    ("ner", BOTH, (("Chemical", "NO"), ("Chemical", 'a "b"'), ("Disease", "flu")),
     r'{"Chemical":["NO","a \"b\""],"Disease":["flu"]}'),
    ("ner", BOTH, (("Chemical", "a"), ("Disease", "b"), ("Chemical", "c")), '[{"Chemical":["a"]},{"Disease":["b"]},{"Chemical":["c"]}]'),
    ("ner", BOTH, (), "{}"),
    ("nen", Context(), (("flu", "MESH:D1|MESH:D2"), ("c.12G>A", "tmVar:c|SUB|G|12|A")),
     '[{"mention":"flu","ids":["MESH:D1","MESH:D2"]},{"mention":"c.12G>A","ids":["tmVar:c|SUB|G|12|A"]}]'),
    ("nen", Context(), (("flu", "b|a"),), '[{"mention":"flu","verbatim":"b|a"}]'),
    ("re", BOTH, (("Disease", "a", "b"), ("Disease", "c", "d")), '{"Disease":[["a","b"],["c","d"]]}'),
    ("cre", BOTH, (("Disease", "a", ("Chemical", "b", "c")),), '{"Disease":[["a",{"Chemical":["b","c"]}]]}'),
    ("ee", BOTH, (("Disease", "binds", (("Theme", "x"), ("Theme", "y"))), ("Disease", "acts", ())),
     '{"Disease":[{"trigger":"binds","arguments":[["Theme","x"],["Theme","y"]]},{"trigger":"acts","arguments":[]}]}'),
    ("coref", Context(), (("it", "the drug"),), '[["it","the drug"]]'),
    ("tc", BOTH, (("Disease",),), '{"labels":["Disease"]}'),
    ("tc", BOTH, (), '{"labels":[]}'),
    ("qa_mc", OPTIONS, (("B",),), '{"answer":"B"}'),
    ("qa_mc", Context(offered=("A", "B"), multiple=True), (("B",),), '{"answer":["B"]}'),
    ("qa_sqa", Context(), (("Rest.",),), '{"answer":"Rest."}'),
    ("qa_cqa", Context(), (("five",),), '{"answer":"five"}'),
    ("mrd", Context(language="zh"), (("多喝水",),), '{"reply":"多喝水"}'),
    ("mt", Context(), (("Line 1\nLine 2",),), '{"translation":"Line 1\\nLine 2"}'),
    ("tp_ss", BOTH, (("Disease",),), '{"label":"Disease"}'),
    ("tp_ss", Context(), (("3.2",),), '{"score":3.2}'),
    ("tp_te", BOTH, (("Disease",),), '{"label":"Disease"}'),
    ("tt_ds", Context(operation="title"), (("A title",),), '{"text":"A title"}'),
    ("tt_ts", SECTIONS, (("Complaint", "cough"), ("Plan", "rest")), '{"Complaint":"cough","Plan":"rest"}'),
    ("tt_ts", SECTIONS, (("Plan", "rest"), ("Plan", "tea")), '[{"Plan":"rest"},{"Plan":"tea"}]'),
)  # fmt: skip


def test_every_task_has_a_documented_form_of_json() -> None:
    assert {task for task, *_ in FORMS} == set(tasks.ids())


@pytest.mark.parametrize(("task", "context", "gold", "text"), FORMS)
def test_json_answers_stand_as_documented_and_read_back(task: str, context: Context, gold: Items, text: str) -> None:
    module = tasks.load(task)
    assert module.answer(gold, context, "json") == text
    for said in (text, json.dumps(json.loads(text), indent=2), f"```json\n{text}\n```", f"{text}<|im_end|>\n"):
        parsed = module.parse(said, context)
        assert (parsed.status, parsed.items) == ("ok" if gold else "none", gold), said


present = nasty.map(str.strip).filter(bool)
free = st.one_of(present, st.text(min_size=1).map(str.strip).filter(bool)).map(lambda text: ((text,),))
offers = st.lists(
    st.sampled_from(NAMES[:-1]) | st.sampled_from(("A", "B", "yes", "不是", '{"a":1}')), min_size=1, unique=True
)
headings = ("Plan", "主诉", "A", "A B", "{", '["A')
GOLDS: dict[str, Any] = {
    "tc": offers.flatmap(lambda names: st.lists(st.sampled_from(names), unique=True)),
    "qa_mc": offers.flatmap(lambda names: st.lists(st.sampled_from(names), min_size=1, unique=True)),
    "tp_ss": st.sampled_from(("0", "1", "-2.5", "3.25", "1e+16", "1e-07")).map(lambda number: [number]),
    "tp_te": offers.map(lambda names: names[:1]),
    "tt_ts": st.lists(st.tuples(st.sampled_from(headings), present), min_size=1, max_size=4),
}


@pytest.mark.integration  # fuzzing takes its time
@pytest.mark.parametrize("style", get_args(Style))
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", ["tc", "qa_mc", "tp_ss", "tp_te", "tt_ts", "qa_sqa", "qa_cqa", "mrd", "mt", "tt_ds"])
@given(data=st.data())
def test_any_label_or_text_is_read_back_as_it_was(
    task: str, language: Language, style: Style, data: st.DataObject
) -> None:
    drawn = data.draw(GOLDS.get(task, free))
    gold = tuple(item if isinstance(item, tuple) else (item,) for item in drawn)
    offered = {"tc": (*NAMES[:-1], "A", "B", "yes", "不是", '{"a":1}'), "tp_ss": (), "tt_ts": headings}.get(
        task, tuple(drawn)
    )
    context = Context(offered=offered if task in GOLDS else (), language=language, multiple=len(gold) > 1)
    module = tasks.load(task)
    text = module.answer(gold, context, style)
    if style == "json":
        json.loads(text)
    for prompt in ("", text, data.draw(nasty)):
        assert module.parse(text, context, prompt=prompt).items == gold, (text, prompt)


TC = Context(offered=("Chemical", "Disease"), multiple=True)
TREES = Context(offered=("causes", "treats"))
STATUSES: dict[str, dict[Status, tuple[Context, str]]] = {
    "ner": {
        "ok": (BOTH, "Disease: flu"), "empty": (BOTH, "<think>hm"), "none": (BOTH, "There are no entities."),
        "partial": (BOTH, '{"Disease": ["flu", "col'), "off_schema": (BOTH, "Gene: TP53"),
        "refusal": (BOTH, "I am sorry, I cannot do this."), "unparsed": (BOTH, "what a fine text"),
    },
    "nen": {
        "ok": (Context(), "flu: MESH:D1"), "empty": (Context(), "\n"), "none": (Context(), "[]"),
        "partial": (Context(), "flu: MESH:D1\nsee above"), "off_schema": (Context(offered=("flu",)), "cold: MESH:D2"),
        "refusal": (Context(), "抱歉，我无法完成"), "unparsed": (Context(), "see above"),
    },
    "re": {
        "ok": (TREES, "causes: [a, b]"), "empty": (TREES, "</s>"), "none": (TREES, "None"),
        "partial": (TREES, "causes: [a, b]; [c"), "off_schema": (TREES, "binds: [a, b]"),
        "ambiguous": (TREES, "causes: [a, b, c]"), "refusal": (TREES, "I cannot provide relations."),
        "unparsed": (TREES, "who knows"),
    },
    "cre": {
        "ok": (TREES, '{"causes": [["a", {"treats": ["b", "c"]}]]}'), "empty": (TREES, ""), "none": (TREES, "无"),
        "partial": (TREES, '{"causes": [["a", "b"], ["c'), "off_schema": (TREES, '{"binds": [["a", "b"]]}'),
        "ambiguous": (TREES, "causes: [a, b, c]"), "refusal": (TREES, "作为一个AI语言模型，我无法回答"),
        "unparsed": (TREES, "who knows"),
    },
    "ee": {
        "ok": (BOTH, "Disease: (Trigger: a, Theme: b)"), "empty": (BOTH, " "), "none": (BOTH, '{"Disease": []}'),
        "partial": (BOTH, '{"Disease": [{"trigger": "a", "arguments": []}, {"trigger": "b", "arg'),
        "off_schema": (BOTH, "Binding: (Trigger: a)"), "refusal": (BOTH, "Sorry, I can't help with that."),
        "unparsed": (BOTH, "Disease: (a, b)"),
    },
    "coref": {
        "ok": (Context(), "[it, the drug]"), "empty": (Context(), "<|im_end|>"), "none": (Context(), "None"),
        "partial": (Context(), "[it, the drug]; [alone]"), "refusal": (Context(), "I am unable to help with this."),
        "unparsed": (Context(), "it is the drug"),
    },
    "tc": {
        "ok": (TC, "Result: Disease"), "empty": (TC, "<think>x</think>"), "none": (TC, '{"labels": []}'),
        "partial": (TC, '{"labels": ["Disease", "Gene"]}'), "off_schema": (BOTH, "Result: Gene"),
        "ambiguous": (BOTH, "Chemical or Disease"), "refusal": (TC, "I'm sorry, but I can't classify this."),
        "unparsed": (BOTH, "It was a dark and stormy night, and nobody in the whole ward could sleep at all."),
    },
    "qa_mc": {
        "ok": (OPTIONS, "The answer is B."), "empty": (OPTIONS, ""), "off_schema": (OPTIONS, "E"),
        "ambiguous": (OPTIONS, "A or B"), "refusal": (OPTIONS, "I cannot answer this question."),
        "unparsed": (OPTIONS, "It depends on the patient."),
    },
    "tp_ss": {
        "ok": (Context(), '{"score": 3.5}'), "empty": (Context(), " "), "ambiguous": (Context(), "3 or 4"),
        "off_schema": (BOTH, "Gene"), "refusal": (Context(), "I cannot determine that."),
        "unparsed": (Context(), "rather similar"), "none": (BOTH, "None"),
    },
    "tp_te": {
        "ok": (BOTH, '{"label": "Disease"}'), "empty": (BOTH, ""), "ambiguous": (BOTH, "Chemical, Disease"),
        "off_schema": (BOTH, "Gene"), "refusal": (BOTH, "I cannot determine that."), "none": (BOTH, "None"),
        "unparsed": (BOTH, "It was a dark and stormy night, and nobody in the whole ward could sleep at all."),
    },
    "tt_ts": {
        "ok": (SECTIONS, "Plan: rest"), "empty": (SECTIONS, "Plan:"), "refusal": (SECTIONS, "I cannot provide a report."),
        "partial": (SECTIONS, '{"Complaint": "cough", "Plan": "re'), "unparsed": (SECTIONS, "The patient coughs."),
        "off_schema": (SECTIONS, '{"Weather": "fine"}'),
    },
}  # fmt: skip
for _task in ("qa_sqa", "qa_cqa", "mrd", "mt", "tt_ds"):
    STATUSES[_task] = {
        "ok": (Context(), "Rest."),
        "empty": (Context(), '""'),
        "refusal": (Context(), "I'm sorry, but I cannot provide that."),
        "partial": (
            Context(),
            json.dumps({tasks.load(_task).answer((("x",),), Context(), "json")[2:-6]: "Rest a"})[:-2],
        ),
    }


@pytest.mark.parametrize(("task", "status"), [(task, status) for task in sorted(STATUSES) for status in STATUSES[task]])
def test_every_status_that_a_task_knows_is_reached(task: str, status: Status) -> None:
    context, text = STATUSES[task][status]
    parsed = tasks.load(task).parse(text, context)
    assert parsed.status == status, parsed
    assert bool(parsed.items) or status not in ("ok", "partial")
    assert not parsed.items or status not in ("empty", "none", "refusal", "unparsed")


def test_the_statuses_of_every_task_are_tested() -> None:
    assert set(STATUSES) == set(tasks.ids())
    assert {status for reached in STATUSES.values() for status in reached} == set(get_args(Status))


JSON_PARTS = ('{"', '"}', '{"Disease":["', '"]', "],[", '{"labels":', '{"answer":', '{"score":', "null", "1e999", "\\", "\\u00",
              '"trigger"', '"arguments"', '"mention"', '"ids"', '"verbatim"', "'", "```json\n", "true", "}}", '":', '{"text":')  # fmt: skip
CONTEXTS = (
    Context(),
    Context(
        offered=("Disease", "疾病"), roles=("Cause",), choices=(("Disease", "flu"), ("疾病", "感冒")), language="zh"
    ),
    Context(offered=("A", "B"), multiple=True, operation="title"),
)


@pytest.mark.integration  # fuzzing takes its time
@pytest.mark.parametrize("task", tasks.ids())
@given(data=st.data())
def test_any_text_or_broken_json_is_read_without_an_error(task: str, data: st.DataObject) -> None:
    written = data.draw(st.sampled_from([text for name, _, _, text in FORMS if name == task]))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(written))] * 2)))
    noise = data.draw(st.lists(st.sampled_from((*JSON_PARTS, *PARTS)), max_size=12).map("".join))
    for text in (written[:start] + noise + written[end:], noise, written[:start]):
        for context in CONTEXTS:
            parsed = tasks.load(task).parse(text, context, prompt=data.draw(nasty))
            assert parsed.items or parsed.status != "ok"
            assert not (parsed.items and parsed.status in ("none", "empty", "refusal", "unparsed"))


ANYTHING = (
    "[", "]", "(", "[a, b", "[a, b]; ", '"', '""', '"a" ', "; ", ", ", "Disease: ", "疾病：", ":", "：", "\n", " ", "a", "<think>",
    "头实体：a", "头实体：a；尾三元组：", "(Trigger: a, ", "[[a, b], ", "a: MESH:1; ", "- ", "\x00", "{", '{"a":', "的", "A ", "A, ",
    "[A, A]; ", "主诉：\n", "1 ", "答案", "选A", "1/", "not ", "\n- ", "Sure", "Patient: ", "I am sorry ", "</think>", "</s>",
    "<|im_end|>", "```", "```json\n", "[ ", '{"', '["', '[["', "[{", '{"Disease":["a"],', "{'", "\\", '"a",', '{"Disease":["', ", ]",
)  # fmt: skip


@pytest.mark.integration  # fuzzing takes its time
@pytest.mark.parametrize("task", tasks.ids())
@pytest.mark.parametrize("part", ANYTHING)
def test_a_hundred_kilobytes_of_anything_are_read_within_seconds(task: str, part: str) -> None:
    lead = '{"Disease":["' if part[:1] in ('"', "\\", "[", "{", ",") else ""
    start = time.process_time()
    tasks.load(task).parse(lead + part * (100_000 // len(part)), CONTEXTS[1], prompt="some text " * 1000)
    assert time.process_time() - start < 3
