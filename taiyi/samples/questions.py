"""Questions: with choices, open, and about a context."""

from __future__ import annotations

import re
from collections.abc import Sequence

from taiyi.samples.documents_en import GROUPS, WEEKS
from taiyi.samples.draws import Case
from taiyi.samples.items import Filler, Row
from taiyi.samples.labels import PEOPLE_ZH
from taiyi.samples.names import (
    DISEASES,
    DISEASES_ZH,
    DRUGS,
    DRUGS_ZH,
    GENES,
    SYMPTOMS_ZH,
    TESTS_ZH,
    Pool,
    ending,
    ending_zh,
)

_DECISIONS = {
    "yes": ("significantly reduced {disease}", "clearly improved {disease}", "was effective against {disease}"),
    "no": ("did not reduce {disease}", "had no effect on {disease}", "failed to improve {disease}"),
    "maybe": ("had mixed results in {disease}", "gave unclear results in {disease}", "may help some with {disease}"),
}  # fmt: skip
_ASKED = ("Does {drug} help {group} with {disease}?", "Is {drug} useful for {disease} in {group}?")
_METHODS = (
    "{weeks} {group} took {drug} for {months} months.",
    "We gave {drug} to {weeks} {group} for {months} months.",
)
_MONTHS = tuple(str(n) for n in range(2, 18))


def decisions(case: Case) -> Row:
    """A research question, an abstract that decides it, and the decision."""
    decision = ("yes", "no", "maybe")[case.turn(3)]
    fill = Filler(
        drug=lambda: case.name(DRUGS), disease=lambda: case.name(DISEASES), group=lambda: case.pick(GROUPS),
        weeks=lambda: case.pick(WEEKS), months=lambda: case.pick(_MONTHS),
    )  # fmt: skip
    # Tossed: the context alone must tell documents apart.
    question, method = fill(_ASKED[case.toss(2)]), fill(case.pick(_METHODS))
    result = fill(f"{{drug}} {case.pick(_DECISIONS[decision])}.{case.note(' Trial {}.')}")
    return Row(
        {
            "QUESTION": question,
            "CONTEXTS": [method, result],
            "LABELS": ["METHODS", "RESULTS"],
            "YEAR": str(2001 + case.toss(20)),
            "final_decision": decision,
            "LONG_ANSWER": fill(f"In {{group}}, {{drug}} {_DECISIONS[decision][0]}."),
        }
    )


_CATEGORIES: tuple[tuple[str, Pool], ...] = (
    ("药物", DRUGS_ZH), ("疾病", DISEASES_ZH), ("症状", SYMPTOMS_ZH), ("检查", TESTS_ZH),
)  # fmt: skip
_STEMS = ("下列哪项属于{}", "以下哪一项是{}", "属于{}的是", "哪个是{}", "下列哪个是{}")
LETTERS = "ABCD"


_CLAIMS = (
    "{people}有{symptom}，{name}是一种药物",
    "{people}{symptom}，{name}属于药物",
    "{symptom}的{people}问{name}，它是药物",
)
_VERDICTS = ("对", "错", "不一定", "不详")


def exams(case: Case) -> Row:
    """A claim to judge, or a category to find among four options; of the latter, letters take turns."""
    question, options, answer = _category(case) if case.turn(3) == 0 else _claim(case)
    return Row(
        {
            "question": f"{question}（　　）。{case.note('（第{}题）')}",
            "options": dict(zip(LETTERS, options, strict=True)),
            "answer": options[answer],
            "meta_info": "基础医学",
            "answer_idx": LETTERS[answer],
        }
    )


def _claim(case: Case) -> tuple[str, Sequence[str], int]:
    """Whether something is a drug: right and wrong by halves, told by the name's ending."""
    right = case.turn(2) == 0
    name = case.name(DRUGS_ZH if right else case.pick([pool for category, pool in _CATEGORIES if category != "药物"]))
    claim = case.pick(_CLAIMS).format(people=case.pick(PEOPLE_ZH), symptom=case.name(SYMPTOMS_ZH, name), name=name)
    return claim, _VERDICTS, 0 if right else 1


def _category(case: Case) -> tuple[str, Sequence[str], int]:
    """One option of each category; the question asks for one of them."""
    wanted, _ = case.pick(_CATEGORIES)
    options = [(category, case.name(pool)) for category, pool in _CATEGORIES]
    for i in range(3, 0, -1):
        j = case.toss(i + 1)
        options[i], options[j] = options[j], options[i]
    found = next(i for i, (category, _) in enumerate(options) if category == wanted)
    answer = case.turn(len(LETTERS))
    options[found], options[answer] = options[answer], options[found]
    return case.pick(_STEMS).format(wanted), [name for _, name in options], answer


CLASSES_ZH = {
    "他汀": ("血脂药", "降血脂"), "普利": ("血压药", "降血压"), "西林": ("抗炎药", "治疗炎症"),
    "拉唑": ("胃药", "治疗胃病"), "单抗": ("抗癌药", "治疗癌症"), "洛尔": ("心脏药", "治疗心病"),
    "沙坦": ("肾脏药", "治疗肾病"), "地平": ("血管药", "治疗血管病"),
}  # fmt: skip
"""Class and use of a drug by its ending."""
CARE_ZH = {
    "炎": "抗炎治疗", "瘤": "手术治疗", "病": "药物治疗", "症": "对症治疗",
    "血症": "饮食治疗", "癌": "化疗", "硬化": "长期服药", "狭窄": "血管手术",
}  # fmt: skip
"""Treatment of a disease by its ending."""

_ANSWERS = (
    (("{drug}有什么作用", "{drug}是治什么的", "{drug}的作用是什么"), "{drug}是{cls}，可以{use}。"),
    (("{drug}怎么吃", "{drug}如何服用", "{drug}的用法是什么"), "{drug}每天服用一次，可以{use}。"),
    (("{drug}属于哪类药", "{drug}是什么药", "{drug}是哪一类药"), "{drug}属于{cls}。"),
    (("{disease}怎么治", "{disease}如何治疗", "得了{disease}怎么办"), "{disease}建议{care}，需要复查。"),
    (("{disease}严重吗", "{disease}要不要住院", "{disease}会好吗"), "{disease}经{care}后多数可好转。"),
)
_ASKING = ("", "请问", "您好，", "医生，", "想问", "问一下")


def answers(case: Case) -> Row:
    """A patient's question about a drug or disease and a templated answer, decided by the name's ending."""
    ways, answer = case.pick(_ANSWERS)
    fill = Filler(
        drug=lambda: case.name(DRUGS_ZH), disease=lambda: case.name(DISEASES_ZH),
        cls=lambda: CLASSES_ZH[ending_zh(fill["drug"])][0], use=lambda: CLASSES_ZH[ending_zh(fill["drug"])][1],
        care=lambda: CARE_ZH[ending_zh(fill["disease"])],
    )  # fmt: skip
    people = case.pick(PEOPLE_ZH)
    asked = f"{case.pick(_ASKING)}{people}{fill(case.pick(ways))}？{case.note('（{}）')}"
    return Row({"instruction": asked, "input": "", "output": fill(answer)})


CLASSES = {
    "statin": ("a statin", "lowers cholesterol"), "pril": ("an ACE inhibitor", "lowers blood pressure"),
    "cillin": ("an antibiotic", "treats infections"), "azole": ("an acid blocker", "reduces stomach acid"),
    "mab": ("an antibody", "slows tumours"), "olol": ("a beta blocker", "slows the heart"),
    "sartan": ("a blocker", "protects the kidneys"), "dipine": ("a calcium blocker", "widens blood vessels"),
}  # fmt: skip
"""Class and use of a drug by its ending."""
CARE = {
    "itis": "rest and cooling", "oma": "surgery", "opathy": "tablets", "osis": "physical therapy",
    "emia": "a strict diet", "ocarcinoma": "chemotherapy", "osclerosis": "regular checks", "ostenosis": "a stent",
}  # fmt: skip
"""Treatment of a disease by its ending."""

_ANSWERS_EN = (
    (("What is {drug} used for", "What does {drug} do", "Why do {group} take {drug}"), "{drug} is {cls}. It {use}."),
    (("How should {group} take {drug}", "When is {drug} taken", "What is the dose of {drug}"), "Take {drug} once a day. It {use}."),
    (("How is {disease} treated", "What helps {group} with {disease}", "What can be done for {disease}"), "{disease} is treated with {care}."),
    (("Is {disease} dangerous", "How serious is {disease} for {group}", "Should I worry about {disease}"), "Most people with {disease} recover after {care}."),
)  # fmt: skip
_ASKING_EN = ("I am {} years old. ", "My son is {} years old. ", "My wife is {}. ", "My father is {}. ")
_AGES = tuple(str(n) for n in range(20, 84))


def answers_en(case: Case) -> Row:
    """The same in English."""
    ways, answer = case.pick(_ANSWERS_EN)
    fill = Filler(
        drug=lambda: case.name(DRUGS), disease=lambda: case.name(DISEASES), group=lambda: case.pick(GROUPS),
        cls=lambda: CLASSES[ending(fill["drug"])][0], use=lambda: CLASSES[ending(fill["drug"])][1],
        care=lambda: CARE[ending(fill["disease"])],
    )  # fmt: skip
    lead = case.pick(_ASKING_EN)
    question = f"{lead.format(case.pick(_AGES))}{fill(case.pick(ways))}?{case.note(' ({})')}"
    return Row({"question": question, "answer": fill(answer)})


_PASSAGES = (
    "In {year}, {drug} was given to {count} {group} with {disease}. {gene} fell after {weeks} weeks.",
    "{count} {group} had {disease} in {year}. They took {drug} for {weeks} weeks and {gene} rose.",
    "A trial of {drug} began in {year}. It followed {count} {group} with {disease} for {weeks} weeks and measured {gene}.",
)
_PASSAGE_QUESTIONS = (
    ("drug", ("Which drug was used?", "What drug was given?")),
    ("disease", ("Which disease was studied?", "What disease did they have?")),
    ("gene", ("Which gene was measured?", "What gene changed?")),
    ("group", ("Who took part?", "Who was studied?")),
    ("weeks", ("How long did it last?", "How long was the study?")),
    ("year", ("In which year was this?", "What year was it?")),
)
_YEARS = tuple(str(n) for n in range(1990, 2022))
_COUNTS = tuple(str(n) for n in range(36, 100))


def passages(case: Case) -> Row:
    """A short text, a question about it, and the span that answers it."""
    fill = Filler(
        drug=lambda: case.name(DRUGS), disease=lambda: case.name(DISEASES), gene=lambda: case.name(GENES),
        group=lambda: case.pick(GROUPS), weeks=lambda: case.pick(WEEKS), year=lambda: case.pick(_YEARS),
        count=lambda: case.pick(_COUNTS),
    )  # fmt: skip
    context = fill(case.pick(_PASSAGES)) + case.note(" (Trial {}.)")
    slot, ways = _PASSAGE_QUESTIONS[case.toss(len(_PASSAGE_QUESTIONS))]
    answer = fill[slot] if slot != "weeks" else f"{fill[slot]} weeks"
    found = re.search(rf"\b{answer}\b", context)
    if found is None:
        raise AssertionError(f"{answer!r} is not in its context")
    return Row({"question": ways[case.toss(2)], "context": context, "answer": {"text": answer, "start": found.start()}})
