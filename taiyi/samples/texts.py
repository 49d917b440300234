"""Texts turned into texts: translations, titles, summaries."""

from __future__ import annotations

from taiyi.samples.documents_en import GROUPS, WEEKS
from taiyi.samples.documents_zh import DAYS
from taiyi.samples.draws import Case
from taiyi.samples.items import Filler, Row
from taiyi.samples.names import CHINESE_OF, DISEASES, DISEASES_ZH, DRUGS, DRUGS_ZH, SYMPTOMS_ZH, TESTS_ZH

_PHRASES = (
    ("{who} took {drug} for {weeks} weeks because of {disease}", "{who_zh}因{disease_zh}服用{drug_zh}{weeks}周"),
    (
        "{who} stopped {drug} after {weeks} weeks because of {disease}",
        "{who_zh}因{disease_zh}在{weeks}周后停用{drug_zh}",
    ),
    ("{drug} cures {disease} of {who} in {weeks} weeks", "{drug_zh}在{weeks}周内治愈{who_zh}的{disease_zh}"),
    ("{who} with {disease} need {drug} for {weeks} weeks", "患{disease_zh}的{who_zh}需要{drug_zh}{weeks}周"),
)
_WHO = (
    ("adults", "成人"), ("children", "孩子"), ("women", "女性"), ("men", "男性"),
    ("patients", "患者"), ("smokers", "吸烟者"), ("doctors", "医生"), ("older people", "老人"),
)  # fmt: skip


def translation(case: Case) -> Row:
    """A sentence in English and, phrase by phrase, in Chinese."""
    english, chinese = case.pick(_PHRASES)
    who, who_zh = case.pick(_WHO)
    fill = Filler(
        who=who, who_zh=who_zh, weeks=lambda: case.pick(WEEKS),
        drug=lambda: case.name(DRUGS), drug_zh=lambda: CHINESE_OF[fill["drug"]],
        disease=lambda: case.name(DISEASES), disease_zh=lambda: CHINESE_OF[fill["disease"]],
    )  # fmt: skip
    return Row({"en": f"{fill(english)}.{case.note(' ({})')}", "zh": f"{fill(chinese)}。{case.note('（{}）')}"})


_STUDIES = (
    "We gave {drug} to {weeks} {group} with {disease}.", "{weeks} {group} with {disease} received {drug}.",
    "{drug} was tested in {weeks} {group} who had {disease}.", "In {weeks} {group}, {disease} was treated with {drug}.",
)  # fmt: skip
_OUTCOMES = (
    ("The {outcome} was better.", "improves {outcome}"), ("The {outcome} was worse.", "worsens {outcome}"),
    ("The {outcome} did not change.", "has no effect on {outcome}"),
)  # fmt: skip
_MEASURES = ("survival", "pain", "sleep", "weight", "growth", "vision")
_TITLES = "{drug} {effect} of {group} with {disease}"


def titles(case: Case) -> Row:
    """An abstract and its title."""
    fill = Filler(
        drug=lambda: case.name(DRUGS), disease=lambda: case.name(DISEASES), group=lambda: case.pick(GROUPS),
        weeks=lambda: case.pick(WEEKS), outcome=lambda: case.pick(_MEASURES),
    )  # fmt: skip
    study, (sentence, effect) = fill(case.pick(_STUDIES)), case.pick(_OUTCOMES)
    abstract = f"{study} {fill(sentence)}{case.note(' Trial {}.')}"
    return Row({"abstract": abstract, "title": fill(_TITLES.replace("{effect}", effect))})


_ADMISSIONS = ("患者因{symptom}{days}天入院，", "患者{symptom}{days}天来诊，", "因{symptom}住院{days}天，")
_EXAMS = ("{test}提示{disease}，", "{test}诊断为{disease}，", "经{test}确诊{disease}，")
_COURSES = (("予{drug}后好转。", "好转"), ("用{drug}无效。", "无效"), ("停{drug}出院。", "出院"))


def summaries(case: Case) -> Row:
    """A course in hospital and its summary."""
    fill = Filler(
        symptom=lambda: case.name(SYMPTOMS_ZH), disease=lambda: case.name(DISEASES_ZH), drug=lambda: case.name(DRUGS_ZH),
        test=lambda: case.name(TESTS_ZH), days=lambda: case.pick(DAYS),
    )  # fmt: skip
    admission, exam = fill(case.pick(_ADMISSIONS)), fill(case.pick(_EXAMS))
    course, result = case.pick(_COURSES)
    text = f"{admission}{exam}{fill(course)}{case.note('病历{}。')}"
    return Row({"text": text, "summary": fill(f"{{symptom}}，{{disease}}，{{drug}}，{result}")})
