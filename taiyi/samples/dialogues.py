"""Dialogues between patient and doctor, and the reports made of them, Chinese and English."""

from __future__ import annotations

from taiyi.samples.documents_zh import DAYS
from taiyi.samples.draws import Case
from taiyi.samples.items import Filler, Row
from taiyi.samples.names import DISEASES, DISEASES_ZH, DRUGS, DRUGS_ZH, SYMPTOMS_ZH, ending, ending_zh
from taiyi.samples.questions import CARE, CARE_ZH

SYMPTOMS = (
    "headache",
    "fever",
    "cough",
    "nausea",
    "back pain",
    "chest pain",
    "dizziness",
    "itching",
    "swelling",
    "fatigue",
)
_AGES = tuple(str(n) for n in range(18, 82))

_COMPLAINTS_ZH = (
    "{symptom}{days}天了",
    "有{days}天{symptom}",
    "{symptom}有{days}天，怎么办",
    "您好，{symptom}，{days}天了",
)
_ASKED_ZH = ("以前有什么病吗？", "还有病史吗？", "做过检查吗？")
_HISTORY_ZH = ("查过，是{disease}。", "有{disease}。", "以前得过{disease}，在{age}岁时。", "检查是{disease}。")
_ADVICE_ZH = "{symptom}与{disease}有关，建议{care}。"
_THIRD_ZH = ("需要吃{drug}吗？", "{drug}能吃吗？", "在吃{drug}，可以吗？")
_DRUG_ADVICE_ZH = "可以吃{drug}，也要{care}。"


def _filler_zh(case: Case) -> Filler:
    fill = Filler(
        symptom=lambda: case.name(SYMPTOMS_ZH), disease=lambda: case.name(DISEASES_ZH), drug=lambda: case.name(DRUGS_ZH),
        days=lambda: case.pick(DAYS), age=lambda: case.pick(_AGES), care=lambda: CARE_ZH[ending_zh(fill["disease"])],
    )  # fmt: skip
    return fill


def consultations(case: Case) -> Row:
    """Two or three rounds; the doctor's last words follow from what was said."""
    fill = _filler_zh(case)
    turns = [
        ("患者", fill(case.pick(_COMPLAINTS_ZH)) + case.note("（{}）")), ("医生", _ASKED_ZH[case.toss(3)]),
        ("患者", fill(case.pick(_HISTORY_ZH))), ("医生", fill(_ADVICE_ZH)),
    ]  # fmt: skip
    if case.toss(2):
        turns += [("患者", fill(case.pick(_THIRD_ZH))), ("医生", fill(_DRUG_ADVICE_ZH))]
    return Row({"dialogue": [{"speaker": who, "sentence": text} for who, text in turns]})


_COMPLAINTS = (
    "I have had {symptom} for {days} days.",
    "For {days} days I feel {symptom}.",
    "Hello, {symptom} for {days} days, what is it?",
)
_ASKED = ("Do you have any other illness?", "What illness did you have before?", "Was anything found before?")
_HISTORY = ("Yes, I have {disease}.", "They found {disease}.", "I had {disease} at {age}.", "A test showed {disease}.")
_ADVICE = "The {symptom} comes from {disease}. You need {care}."
_THIRD = ("Should I take {drug}?", "I take {drug}. Is that fine?", "Does {drug} help?")
_DRUG_ADVICE = "You can take {drug}, and you need {care}."


def _filler(case: Case) -> Filler:
    fill = Filler(
        symptom=lambda: case.pick(SYMPTOMS), disease=lambda: case.name(DISEASES), drug=lambda: case.name(DRUGS),
        days=lambda: case.pick(DAYS), age=lambda: case.pick(_AGES), care=lambda: CARE[ending(fill["disease"])],
    )  # fmt: skip
    return fill


def chats(case: Case) -> Row:
    """The same in English."""
    fill = _filler(case)
    turns = [
        ("patient", fill(case.pick(_COMPLAINTS)) + case.note(" ({})")), ("doctor", _ASKED[case.toss(3)]),
        ("patient", fill(case.pick(_HISTORY))), ("doctor", fill(_ADVICE)),
    ]  # fmt: skip
    if case.toss(2):
        turns += [("patient", fill(case.pick(_THIRD))), ("doctor", fill(_DRUG_ADVICE))]
    return Row({"dialogue": [{"speaker": who, "utterance": text} for who, text in turns]})


SECTIONS_ZH = ("主诉", "现病史", "诊断", "建议")
_VISIT_ZH = ("患者：{symptom}{days}天。", "患者：您好，{symptom}有{days}天。", "患者：{days}天前有{symptom}。")
_CHECK_ZH = ("医生：吃过什么药？", "医生：用药了吗？", "医生：现在吃什么药？")
_TAKEN_ZH = ("患者：吃了{drug}。", "患者：用过{drug}，没好。", "患者：在服{drug}。")
_FOUND_ZH = (
    "医生：考虑{disease}，需要{care}。",
    "医生：可能是{disease}，建议{care}。",
    "医生：是{disease}，请做{care}。",
)


def reports(case: Case) -> Row:
    """A consultation and its report in four sections."""
    fill = _filler_zh(case)
    lines = [
        fill(case.pick(_VISIT_ZH)) + case.note("（{}）"), _CHECK_ZH[case.toss(3)],
        fill(case.pick(_TAKEN_ZH)), fill(case.pick(_FOUND_ZH)),
    ]  # fmt: skip
    texts = ("{symptom}{days}天", "{symptom}{days}天，用过{drug}", "{disease}", "{care}")
    return Row({"dialogue": lines, "report": {name: fill(text) for name, text in zip(SECTIONS_ZH, texts, strict=True)}})


SECTIONS = ("Complaint", "History", "Diagnosis", "Advice")
_VISIT = (
    "Patient: {symptom} for {days} days.",
    "Patient: Hello, I have {symptom}, {days} days now.",
    "Patient: My {symptom} began {days} days ago.",
)
_CHECK = ("Doctor: What did you take?", "Doctor: Any drugs?", "Doctor: Do you take a drug?")
_TAKEN = ("Patient: I took {drug}.", "Patient: {drug}, no effect.", "Patient: I take {drug} now.")
_FOUND = (
    "Doctor: It is {disease}. You need {care}.",
    "Doctor: I think of {disease}. Try {care}.",
    "Doctor: This looks like {disease}, so {care}.",
)


def notes(case: Case) -> Row:
    """The same in English."""
    fill = _filler(case)
    lines = [
        fill(case.pick(_VISIT)) + case.note(" ({})"), _CHECK[case.toss(3)],
        fill(case.pick(_TAKEN)), fill(case.pick(_FOUND)),
    ]  # fmt: skip
    texts = ("{symptom} for {days} days", "took {drug}", "{disease}", "{care}")
    return Row({"dialogue": lines, "note": {name: fill(text) for name, text in zip(SECTIONS, texts, strict=True)}})
