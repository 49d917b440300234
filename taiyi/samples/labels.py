"""Texts with labels: what a patient's question is about, and what an abstract is about."""

from __future__ import annotations

from taiyi.samples.documents_en import GROUPS, WEEKS
from taiyi.samples.draws import Case
from taiyi.samples.items import Filler, Row
from taiyi.samples.names import DISEASES, DISEASES_ZH, DRUGS, DRUGS_ZH, SYMPTOMS_ZH

INTENTS = (
    (
        "病情诊断",
        ("{symptom}是不是得了{disease}", "{symptom}会是{disease}吗", "怎么判断是不是{disease}，还有{symptom}"),
    ),
    (
        "原因分析",
        ("为什么会得{disease}，还{symptom}", "{disease}引起{symptom}的原因", "{symptom}是什么原因，有{disease}"),
    ),
    ("治疗方案", ("{disease}怎么治，{symptom}", "如何治疗{disease}和{symptom}", "{disease}有{symptom}用什么方法治疗")),
    (
        "就医建议",
        ("{disease}挂什么科，{symptom}", "{symptom}看{disease}去哪个科室", "{disease}有{symptom}去哪家医院好"),
    ),
    (
        "后果表述",
        ("{disease}不治会怎样，有{symptom}", "{disease}的后果，会{symptom}吗", "{disease}和{symptom}严重吗有什么不好"),
    ),
    (
        "注意事项",
        ("{disease}要注意什么，{symptom}", "{disease}有{symptom}不能吃什么", "得了{disease}{symptom}，饮食注意事项"),
    ),
    ("功效作用", ("{drug}有什么作用，{symptom}", "{symptom}吃{drug}的功效", "{drug}的功效作用，治{symptom}吗")),
    (
        "医疗费用",
        ("治{disease}多少钱，{symptom}", "{disease}有{symptom}治疗费用", "{symptom}做{disease}手术要花多少钱"),
    ),
)
"""Labels and the ways to ask, each with cues of its own."""

PEOPLE_ZH = ("", "孩子", "老人", "孕妇", "妈妈", "爸爸", "女性", "男性")
_OPENINGS = ("", "请问", "医生", "您好", "想问", "问一下")


def intent(case: Case) -> Row:
    """A question of a patient and its intent."""
    label, ways = case.pick(INTENTS)
    fill = Filler(
        disease=lambda: case.name(DISEASES_ZH), drug=lambda: case.name(DRUGS_ZH), symptom=lambda: case.name(SYMPTOMS_ZH)
    )
    query = case.pick(_OPENINGS) + case.pick(PEOPLE_ZH) + fill(case.pick(ways)) + case.note("第{}次提问")
    return Row({"query": query, "label": label})


TOPICS = (
    ("Treatment", ("{drug} was used to treat {disease}", "Therapy with {drug} improved {disease}")),
    ("Diagnosis", ("A test detected {disease} before {drug}", "Imaging helped to diagnose {disease} despite {drug}")),
    ("Prevention", ("Vaccination reduced {disease} after {drug}", "Masks prevented {disease} during {drug} use")),
    ("Transmission", ("{disease} spread between contacts taking {drug}", "Airborne spread of {disease} was seen with {drug}")),
    ("Mechanism", ("The receptor of {drug} explains {disease}", "A pathway links {drug} to {disease}")),
    ("Case Report", ("We describe one patient with {disease} on {drug}", "This is a case of {disease} given {drug}")),
)  # fmt: skip
_TOPIC_PAIRS = tuple((a, b) for i, a in enumerate(TOPICS) for b in TOPICS[i + 1 :])
_QUOTES = ('so-called "long" form', '"mild" form', '"severe" form')


def topics(case: Case) -> Row:
    """A title with a sentence or two and its one or two topics; some hold quotation marks, which quote no cell."""
    chosen = case.pick(_TOPIC_PAIRS) if case.toss(10) < 3 else (case.pick(TOPICS),)
    fill = Filler(drug=lambda: case.name(DRUGS), disease=lambda: case.name(DISEASES))
    sentences = [f"{fill(case.pick(ways))} in {case.pick(WEEKS)} {case.pick(GROUPS)}." for _, ways in chosen]
    if case.toss(6) == 0:
        sentences.append(f"The {case.pick(_QUOTES)} was rare.")
    labels = [label for label, _ in chosen]
    if case.toss(4) == 0:
        labels.reverse()
    return Row({"text": f"{' '.join(sentences)}{case.note(' Report {}.')}", "labels": ";".join(labels)})
