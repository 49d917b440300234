from __future__ import annotations

import pytest

from taiyi import tasks
from taiyi.instances import Context, Instance, Item, Outcome
from taiyi.records import Argument, Document, Entity, Event, Turn
from taiyi.tasks import TaskSpec, ee

TEXT = "PMA induces expression of IL-2."
WORDS = ("PMA", "induces", "expression", "IL-2")
SPEC = TaskSpec(
    types={"Gene_expression": "gene expression", "Positive_regulation": "regulation", "Regulation": "regulation"},
    roles={"Theme": "theme", "Theme2": "theme", "Cause": "cause"},
)
CONTEXT = Context(offered=("gene expression", "regulation"), roles=("theme", "cause"))
CHINESE = Context(offered=("表达", "调控"), roles=("客体", "原因"), language="zh")


def part(name: str, text: str) -> Entity:
    start = TEXT.index(text)
    return Entity(id=name, type="x", spans=((start, start + len(text)),), text=text)


def document(*events: Event) -> Document:
    entities, triggers = (part("T1", "PMA"), part("T2", "IL-2")), (part("T3", "induces"), part("T4", "expression"))
    return Document(id="c/train/1", language="en", text=TEXT, entities=entities, triggers=triggers, events=events)


NESTED = (
    Event("E1", "Positive_regulation", Argument(ref="T3"), (Argument(ref="E2", role="Theme"), Argument(ref="T1", role="Cause"))),
    Event("E2", "Gene_expression", Argument(ref="T4"), (Argument(ref="T2", role="Theme2"), Argument(ref="T1", role="Site"))),
    Event("E3", "Growth", Argument(text="grew")),
    Event("E4", "Regulation", Argument(text="changed")),
)  # fmt: skip
GOLD = (
    ("gene expression", "expression", (("theme", "IL-2"),)),
    ("regulation", "induces", (("theme", "expression"), ("cause", "PMA"))),
    ("regulation", "changed", ()),
)


def test_an_argument_that_is_an_event_is_its_trigger_and_names_are_those_asked_for() -> None:
    (draft,) = ee.instances(document(*NESTED), SPEC)
    assert draft.gold == GOLD
    assert draft.fields == {"text": TEXT, "types": "gene expression, regulation", "roles": "theme, cause"}
    assert draft.context == CONTEXT


def test_without_declared_roles_the_native_ones_stand_and_the_wording_names_none() -> None:
    (draft,) = ee.instances(document(*NESTED), TaskSpec(types={"Gene_expression": "x"}))
    assert draft.gold == (("x", "expression", (("Theme2", "IL-2"), ("Site", "PMA"))),)
    assert (draft.wording, draft.fields["roles"]) == ("any_role", "")


def test_a_document_without_events_is_asked_about_too() -> None:
    (draft,) = ee.instances(document(), SPEC)
    assert draft.gold == ()


def test_the_answer_has_an_event_per_pair_of_brackets_and_a_line_per_type() -> None:
    assert ee.answer(GOLD, CONTEXT, "taiyi") == (
        "gene expression: (Trigger: expression, theme: IL-2)\n"
        "regulation: (Trigger: induces, theme: expression, cause: PMA); (Trigger: changed)"
    )
    gold = (("表达", "升高", (("客体", "白细胞，血小板"), ("原因", "感染"))),)
    assert ee.answer(gold, CHINESE, "taiyi") == '表达：（触发词：升高；客体："白细胞，血小板"；原因：感染）'


A = ("regulation", "binds", (("theme", "a"), ("cause", "b")))


@pytest.mark.parametrize(
    ("text", "status", "items"),
    [
        ("regulation: (Trigger: binds, theme: a, cause: b]", "ok", [A]),
        ("Regulation: (trigger: binds; Theme: a; Cause: b), (Trigger: x)", "ok", [A, ("regulation", "x", ())]),
        ("regulation:\n- (Trigger: binds, theme: a, cause: b", "ok", [A]),
        ("regulation: (Trigger: x, theme: p50, p65, theme: y)", "ok", [("regulation", "x", (("theme", "p50, p65"), ("theme", "y")))]),
        ("growth: (Trigger: x)\nregulation: (Trigger: binds, theme: a, cause: b)", "off_schema", [A]),
        ("regulation: (theme: a)", "unparsed", []),
        ("regulation: None", "none", []),
        ("binding occurs", "unparsed", []),
        ('{"events": [{"type": "Regulation", "trigger": "binds", "arguments": [{"role": "Theme", "text": "a"}, {"role": "cause", "text": "b"}]}]}', "ok", [A]),
        ('[{"event_type": "regulation", "trigger": {"text": "binds"}, "arguments": {"theme": ["a"], "cause": "b"}}]', "ok", [A]),
    ],
)  # fmt: skip
def test_answers_are_read_as_models_give_them(text: str, status: str, items: list[Item]) -> None:
    parsed = ee.parse(text, CONTEXT)
    assert (parsed.status, list(parsed.items)) == (status, items)


def test_the_order_of_arguments_does_not_count_and_the_parts_are_scored_too() -> None:
    turns = (Turn("user", "?"), Turn("assistant", ""))
    gold = (A, ("regulation", "x", (("theme", "a"),)))
    instance = Instance(
        id="c/t/1#ee.en.t1", task="ee", language="en", style="taiyi", turns=turns, gold=gold, context=CONTEXT
    )
    text = "regulation: (Trigger: binds, cause: b, theme: a); (Trigger: x, theme: c)"
    score = tasks.score("ee", [Outcome(instance, text, ee.parse(text, CONTEXT))])
    assert score.value == 0.5
    assert score.details["trigger_f1"] == 1.0
    assert score.details["argument_f1"] == pytest.approx(2 / 3)
