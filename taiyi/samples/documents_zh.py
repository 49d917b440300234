"""Chinese annotated documents: nested mentions, relations, causes, clinical findings, terms."""

from __future__ import annotations

from typing import Any

from taiyi.samples.draws import Case
from taiyi.samples.items import Draft, Filler, Name, Row
from taiyi.samples.names import DISEASES_ZH, DRUGS_ZH, PARTS_ZH, SYMPTOMS_ZH, TESTS_ZH

DAYS = tuple(str(n) for n in range(2, 34))
_PARTS, _SYMPTOMS = frozenset(PARTS_ZH), frozenset((*SYMPTOMS_ZH.seen, *SYMPTOMS_ZH.unseen))
_LONGEST_PART = max(map(len, PARTS_ZH))

_NOTES = (
    "患者因{symptom}就诊，{test}提示{disease}。", "{disease}患者常有{symptom}，可用{drug}治疗。",
    "{drug}可治疗{disease}引起的{symptom}。", "诊断为{disease}，予{drug}治疗{days}天。",
    "{test}示{disease}，伴{symptom}{days}天。", "{symptom}严重，停用{drug}，复查{test}。",
)  # fmt: skip
_NOTES_LAST = (
    "建议{days}周后复查。",
    "无{second}。",
    "身体好。",
    "请出院。",
    "服用{drug}。",
    "{second}好转。",
)


def cmeee(case: Case) -> Row:
    """A note with diseases, symptoms, drugs and examinations; body parts are nested in them."""
    draft = Draft(
        symptom=lambda: Name(case.name(SYMPTOMS_ZH), "sym"), test=lambda: Name(case.name(TESTS_ZH), "pro"),
        disease=lambda: Name(case.name(DISEASES_ZH), "dis"), drug=lambda: Name(case.name(DRUGS_ZH), "dru"),
        days=lambda: case.pick(DAYS),
    )  # fmt: skip
    draft.add("sentence", case.pick(_NOTES))
    first = draft.slots["symptom"]
    besides = (first.text,) if isinstance(first, Name) else ()
    draft.slots["second"] = lambda: Name(case.name(SYMPTOMS_ZH, *besides), "sym")
    # Chinese sentences follow one another without a blank: the second is written with an offset of its own.
    tail = Draft(**draft.slots)
    tail.add("sentence", case.pick(_NOTES_LAST))
    text, entities = draft.text, _entities(draft, 0)
    entities += _entities(tail, len(text))
    return Row({"text": f"{text}{tail.text}{case.note('病例{}。')}", "entities": entities})


def _entities(draft: Draft, shift: int) -> list[dict[str, Any]]:
    entities: list[dict[str, Any]] = []
    for mention in draft.mentions:
        ((start, end),) = mention.spans
        text = mention.name.text
        entities.append(_entity(start + shift, end + shift, mention.name.type, text))
        inner = part_of(text)
        if inner and mention.name.type != "dru":
            entities.append(_entity(start + shift, start + shift + len(inner), "bod", inner))
    return entities


def _entity(start: int, end: int, kind: str, text: str) -> dict[str, Any]:
    return {"start_idx": start, "end_idx": end, "type": kind, "entity": text}


def part_of(name: str) -> str:
    """The body part that a disease, symptom or examination begins with."""
    for length in range(min(_LONGEST_PART, len(name) - 1), 0, -1):
        if name[:length] in _PARTS:
            return name[:length]
    return name[:1] if name in _SYMPTOMS else ""


_FACTS = (
    ("药物治疗", "药物", "drug", ("可用{drug}治疗", "常用{drug}", "应服用{drug}")),
    ("临床表现", "症状", "symptom", ("常有{symptom}", "表现为{symptom}", "可出现{symptom}")),
    ("影像学检查", "检查", "test", ("应行{test}检查", "需做{test}", "可查{test}")),
    ("并发症", "疾病", "other", ("可并发{other}", "易有{other}", "晚期并发{other}")),
)
_FACT_PAIRS = tuple((a, b) for a in _FACTS for b in _FACTS if a is not b)
_SPO_OPENINGS = ("", "一般", "多数", "晚期", "慢性", "术后")


def cmeie(case: Case) -> Row:
    """A disease and two facts about it, as subject, predicate and object; the subject also stands before an @."""
    subject = case.name(DISEASES_ZH)
    fill = Filler(
        drug=lambda: case.name(DRUGS_ZH), symptom=lambda: case.name(SYMPTOMS_ZH), test=lambda: case.name(TESTS_ZH),
        other=lambda: case.name(DISEASES_ZH, subject),
    )  # fmt: skip
    first, second = case.pick(_FACT_PAIRS)
    clauses = [fill(case.pick(fact[3])) for fact in (first, second)]
    text = f"{subject}@{case.pick(_SPO_OPENINGS)}{subject}患者{clauses[0]}，{clauses[1]}。{case.note('见第{}条。')}"
    triples = [
        {
            "Combined": False, "predicate": fact[0], "subject": subject, "subject_type": "疾病",
            "object": {"@value": fill[fact[2]]}, "object_type": {"@value": fact[1]},
        }
        for fact in (first, second)
    ]  # fmt: skip
    return Row({"text": text, "spo_list": triples})


_CAUSES = ("{a}会引起{b}", "{a}可引起{b}", "由于{a}，出现了{b}", "{b}是由{a}引起的", "{b}的原因是{a}")
_CONDITIONS = ("{c}的人，", "在{c}时，", "如果{c}，", "对于{c}者，")
_STATES = ("长期吸烟", "饮食不好", "手术后", "发热", "怀孕", "年龄大", "吸烟", "服药")
_KINDS = ("{a}是{k}，", "{a}属于{k}，")
_CLASSES = ("慢性病", "常见病", "急症", "重病")
_FOLLOWING = ("应就医。", "要注意。", "不严重。", "建议复查。", "可手术。", "请到医院检查。")


def causal(case: Case) -> Row:
    """A disease causes a symptom (1); under a condition (2, whose tail is that relation); or is of a class (3)."""
    conditional, classed = case.toss(3) == 0, case.toss(3) == 0
    fill = Filler(
        a=lambda: case.name(DISEASES_ZH), b=lambda: case.name(SYMPTOMS_ZH), c=lambda: case.pick(_STATES),
        k=lambda: case.pick(_CLASSES), days=lambda: case.pick(DAYS),
    )  # fmt: skip
    parts = [fill(case.pick(_CONDITIONS))] if conditional else []
    cause_at = sum(map(len, parts))
    parts += [fill(case.pick(_CAUSES)), f"，{fill['days']}天内" + case.pick(_FOLLOWING)]
    class_at = sum(map(len, parts))
    parts += [fill(case.pick(_KINDS)) + "可治愈。"] if classed else []
    text = "".join(parts) + case.note("第{}例。")
    cause = {
        "head": _span(text, fill["a"], cause_at), "relation": 1,
        "tail": {"type": "mention", **_span(text, fill["b"], cause_at)},
    }  # fmt: skip
    relations: list[dict[str, Any]] = [cause]
    if conditional:
        inner = {"type": "relation", "head": cause["head"], "relation": 1, "tail": _span(text, fill["b"], cause_at)}
        relations = [{"head": _span(text, fill["c"], 0), "relation": 2, "tail": inner}]
    if classed:
        upper = {"type": "mention", **_span(text, fill["k"], class_at)}
        relations.append({"head": _span(text, fill["a"], class_at), "relation": 3, "tail": upper})
    return Row({"text": text, "relation_of_mention": relations})


def _span(text: str, mention: str, start: int) -> dict[str, Any]:
    at = text.index(mention, start)
    return {"mention": mention, "start_idx": at, "end_idx": at + len(mention)}


_CHARACTERS = ("慢性", "急性", "反复", "严重", "长期", "多发")
_SIDES = ("左", "右", "双")
_PLACES = ("腹", "胸", "腰", "肩", "膝", "腿", "背", "足")
_FINDINGS = ("疼痛", "肿胀", "发麻", "出血", "发痒", "酸痛")
_GENERAL = ("发热", "恶心", "咳嗽", "头晕", "乏力", "腹泻", "心急", "无力")
_ONSETS = ("患者{days}天前出现", "{days}天前出现", "入院前{days}天有", "{days}周来有", "术后{days}天出现")
_DENIED = ("，无{other}。", "，未见{other}。", "，否认{other}。")
_HAD = ("，伴{other}。", "，并有{other}。", "，时有{other}。")


def cdee(case: Case) -> Row:
    """A finding with its character and place, and another that is denied, or not."""
    fill = Filler(days=lambda: case.pick(DAYS), other=lambda: case.pick(_GENERAL))
    onset, character = fill(case.pick(_ONSETS)), case.pick(_CHARACTERS)
    place, finding = case.pick(_SIDES) + case.pick(_PLACES) + "部", case.pick(_FINDINGS)
    denied = case.toss(2) == 0
    text = (
        f"{onset}{place}{character}{finding}{fill(case.pick(_DENIED if denied else _HAD))}{case.note('第{}次入院。')}"
    )
    return Row(
        {
            "text": text,
            "event": [
                {"core_name": finding, "tendency": "", "character": [character], "anatomy_list": [place]},
                {"core_name": fill["other"], "tendency": "否定" if denied else "", "character": [], "anatomy_list": []},
            ],
        }
    )


_STAGES = ("", "早期", "晚期", "Ⅱ期", "Ⅲ期", "多发", "急性", "慢性")
_SIDED = ("", "左", "右", "双")
_COLLOQUIAL = (
    ("癌", "恶性肿瘤"),
    ("瘤", "肿瘤"),
    ("血症", "血症"),
    ("炎", "炎症"),
    ("硬化", "硬化症"),
    ("狭窄", "狭窄症"),
)
_LEADS = ("", "考虑", "诊断", "可能", "以前", "确诊")
_AFTER = ("", "术后", "待查", "治疗后", "3年", "伴疼痛")


def terms(case: Case) -> Row:
    """One or two diagnoses as a physician writes them, and the standard terms they stand for, joined by ##."""
    names: list[str] = []
    written = case.pick(_LEADS)
    for _ in range(1 + (case.toss(3) == 0)):
        written += ("", "；", "、", "，")[1 + case.toss(3) if names else 0]
        name = case.name(DISEASES_ZH, *names)
        written += case.pick(_SIDED) + case.pick(_STAGES) + name + case.pick(_AFTER)
        names.append(name)
    return Row({"text": written + case.note("（{}）"), "normalized_result": "##".join(map(normal, names))})


def normal(name: str) -> str:
    """The standard term of a diagnosis: by its ending."""
    for ending, term in _COLLOQUIAL:
        if name.endswith(ending):
            return name.removesuffix(ending) + term
    return name
