"""MedBench's own answer dialect (CMeEE, CMeIE, CDEE, MRG), read into items for the set metrics and report scores.

After the formats that OpenCompass's MedBench asks for; where its readers lose or invent an item, these do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Entity = tuple[str, str]  # type, text
Triple = tuple[str, str, str]  # predicate, subject, object
Finding = tuple[str, str, tuple[str, ...], tuple[str, ...]]  # subject, state, descriptions, body parts

TYPES = ("药物", "设备", "医院科室", "微生物类", "身体部位", "医疗操作", "医学检验项目", "症状", "疾病")
SECTIONS = ("主诉", "现病史", "辅助检查", "既往史", "诊断", "建议")
STATES = ("", "不确定", "否定")

_QUOTED = r"\s*[\"“]([^\"”\n]*)[\"”]\s*"
_TRIPLE = re.compile(f"关系[:：]{_QUOTED}[,，]\\s*头实体[:：]{_QUOTED}[,，]\\s*尾实体[:：]{_QUOTED}")
_SLOT = re.compile(r"(?:^|[;；])\s*(主体词|发生状态|描述词|解剖部位)\s*[:：]([^;；]*)")
_NOTHING = ("", "空", "无")


def entities(answer: str, types: Sequence[str] = TYPES) -> list[Entity]:
    """`疾病：甲，乙`, a line per type; the word 实体 after the type is no part of the first mention.

    Commas of either width part mentions, 、 does not: mentions hold it. A type without mention gives nothing
    (MedBench's reader gives an empty mention, which counts as a false one).
    """
    names = "|".join(map(re.escape, sorted(types, key=len, reverse=True)))
    lines = re.findall(rf"^\s*({names})(?:实体)?\s*[:：](.*)$", answer, flags=re.MULTILINE)
    return [(name, text.strip()) for name, texts in lines for text in re.split("[,，]", texts) if text.strip()]


def triples(answer: str) -> list[Triple]:
    """`关系："..."，头实体："..."，尾实体："..."`, straight or curly quotes, punctuation of either width."""
    return [(predicate, subject, object_) for predicate, subject, object_ in _TRIPLE.findall(answer)]


def findings(answer: str) -> list[Finding]:
    """`主体词：甲；发生状态：否定；描述词：乙，丙；解剖部位：丁`, one finding a line, punctuation of either width.

    A slot that is missing, blank or 空 is empty, a state that is none of STATES the unmarked one (it happened). A line
    without 主体词 is no finding (MedBench's reader makes an uncertain finding of it that has no subject).
    """
    found: list[Finding] = []
    for line in answer.splitlines():
        slots = {name: text.strip().rstrip("。").strip() for name, text in _SLOT.findall(line.strip())}
        if subject := slots.get("主体词", ""):
            state = slots.get("发生状态", "")
            described, placed = _listed(slots.get("描述词", "")), _listed(slots.get("解剖部位", ""))
            found.append((subject, state if state in STATES else "", described, placed))
    return found


def sections(answer: str, names: Sequence[str] = SECTIONS) -> dict[str, str]:
    """The text under each name that begins a line with a colon, up to the next; what stands before the first is left.

    A section that comes twice is one text of two lines, as `sections.by_name` joins them.
    """
    parts = re.split(rf"^[ \t]*({'|'.join(map(re.escape, names))})[ \t]*[:：]", answer, flags=re.MULTILINE)
    found: dict[str, str] = {}
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        found[name] = f"{found[name]}\n{text.strip()}" if name in found else text.strip()
    return found


def _listed(texts: str) -> tuple[str, ...]:
    return tuple(text for part in re.split("[,，]", texts) if (text := part.strip()) not in _NOTHING)
