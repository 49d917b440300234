"""Every rule of quality: what it refuses, what it lets pass, and that it can be switched off."""

from __future__ import annotations

from typing import get_args

import pytest

from taiyi.curation import problem
from taiyi.params import Curate, Quality, QualityRule
from taiyi.records import (
    AnyRecord,
    Choice,
    Classification,
    Dialogue,
    Output,
    Pair,
    Parallel,
    Question,
    Transform,
    Turn,
)

ENGLISH = "Aspirin was given to twelve patients with chronic kidney disease."
CHINESE = "十二名慢性肾病患者服用了阿司匹林，其中三人出现不良反应。"


def topic(text: str, language: str = "en") -> Classification:
    return Classification(id="c/train/1", language=language, text=text, labels=("x",))  # type: ignore[arg-type]


def asked(answer: str, question: str = ENGLISH) -> Question:
    return Question(id="c/train/1", language="en", question=question, kind="open", answers=(answer,))


def choice(*options: str, answers: tuple[str, ...] = ("A",)) -> Question:
    choices = tuple(Choice(label, text) for label, text in zip("ABCD", options, strict=False))
    return Question(id="c/train/1", language="en", question="Which?", kind="choice", choices=choices, answers=answers)


def pair(first: str, second: str, label: str) -> Pair:
    return Pair(id="c/train/1", language="en", text_1=first, text_2=second, label=label)


def translated(english: str, chinese: str) -> Parallel:
    return Parallel(id="c/train/1", language="en", translations={"en": english, "zh": chinese})


def talk(*turns: str) -> Dialogue:
    made = tuple(Turn("assistant" if n % 2 else "user", text) for n, text in enumerate(turns))
    return Dialogue(id="c/train/1", language="en", turns=made)


def transformed(output: str) -> Transform:
    return Transform(id="c/train/1", language="en", input=ENGLISH, outputs=(Output(output),))


BROKEN: list[tuple[QualityRule, AnyRecord]] = [
    ("empty_text", topic("  ")),
    ("empty_text", topic("x")),
    ("too_long", topic("x" * 200_001)),
    ("damaged_text", topic("The caf\ufffd was closed.")),
    ("damaged_text", topic("a NUL\x00 in the text")),
    ("damaged_text", topic("SjÃ¶gren's syndrome")),
    ("damaged_text", topic("the patientâ€™s history")),
    ("damaged_text", topic("患者锟斤拷入院", "zh")),
    ("damaged_text", asked("It helps\ufffd.")),
    ("wrong_language", topic(CHINESE)),
    ("wrong_language", topic(ENGLISH, "zh")),
    ("wrong_language", translated(ENGLISH, "Aspirin was given to many patients.")),
    ("empty_answer", asked("...")),
    ("empty_answer", talk("What helps?", "!")),
    ("empty_answer", transformed(" - ")),
    ("copied_answer", asked(ENGLISH.upper())),
    ("copied_answer", talk("Who?", "Nobody.", ENGLISH + "?", ENGLISH)),
    ("copied_answer", transformed(ENGLISH)),
    ("label_noise", choice("liver", "Liver.", "heart")),
    ("label_noise", pair("Same text", "same text.", "0")),
]  # fmt: skip

SOUND: list[AnyRecord] = [
    topic(ENGLISH),
    topic(CHINESE, "zh"),
    topic("Sjögren's syndrome, 5 µg/mL, α-helix – naïve café Â"),
    topic("WBC 12.3", "zh"),
    topic("A long text with a single mark. " * 100 + "\ufffd"),
    topic(f"{ENGLISH} It is called 阿司匹林 in China."),
    asked("No."),
    asked("Aspirin", "Aspirin"),
    talk("What helps?", "Aspirin.", "Thanks"),
    choice("liver", "heart", answers=("A", "B")),
    choice("liver", "liver", "heart", answers=("C",)),
    pair("Same text", "same text.", "1"),
    translated("COVID-19", "COVID-19"),
]


@pytest.mark.parametrize(("rule", "record"), BROKEN)
def test_a_broken_record_is_refused_by_its_rule_and_by_no_other(rule: QualityRule, record: AnyRecord) -> None:
    found = problem(record, Curate())
    assert found
    assert found[0] == rule
    others = tuple(name for name in get_args(QualityRule) if name != rule)
    assert problem(record, Curate(quality=Quality(rules=others))) is None


@pytest.mark.parametrize("record", SOUND)
def test_a_sound_record_passes(record: AnyRecord) -> None:
    assert problem(record, Curate()) is None


def test_every_rule_has_a_record_that_breaks_it() -> None:
    assert {rule for rule, _ in BROKEN} == set(get_args(QualityRule))
