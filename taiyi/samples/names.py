"""Invented names with real morphology, English and Chinese in step: seen in training, and kept for dev and test."""

from __future__ import annotations

from typing import NamedTuple


class Pool(NamedTuple):
    """Names of one kind: those of training, and those that only dev and test hold. The two are disjoint."""

    seen: tuple[str, ...]
    unseen: tuple[str, ...]


_DRUG_STARTS = (
    ("ator", "阿托"), ("bena", "贝那"), ("capto", "卡托"), ("doxa", "多沙"), ("ena", "依那"), ("fosi", "福辛"),
    ("gemi", "吉米"), ("halo", "阿洛"), ("indo", "因多"), ("keto", "可托"), ("lami", "拉米"), ("meto", "美托"),
    ("nife", "尼福"), ("ome", "阿美"), ("pento", "贝托"), ("quina", "卡那"), ("rami", "依米"), ("simva", "辛伐"),
    ("terbi", "特比"), ("urso", "多尼"), ("vala", "伐拉"), ("xylo", "西洛"), ("zopi", "比多"), ("cloni", "可尼"),
)  # fmt: skip
_DRUG_ENDINGS = (
    ("statin", "他汀"), ("pril", "普利"), ("cillin", "西林"), ("azole", "拉唑"),
    ("mab", "单抗"), ("olol", "洛尔"), ("sartan", "沙坦"), ("dipine", "地平"),
)  # fmt: skip
_DISEASE_STARTS = (
    ("nephr", "肾"), ("hepat", "肝"), ("gastr", "胃"), ("arthr", "关节"), ("neur", "神经"), ("oste", "骨"),
    ("cardi", "心"), ("bronch", "支气管"), ("col", "结肠"), ("cyst", "膀胱"), ("dermat", "皮肤"), ("mening", "脑膜"),
    ("pancreat", "胰腺"), ("phleb", "静脉"), ("my", "肌肉"), ("aden", "腺体"), ("angi", "血管"), ("kerat", "角膜"),
    ("rhin", "鼻"), ("laryng", "喉"), ("ot", "耳"), ("metr", "子宫"), ("prostat", "前列腺"), ("thyroid", "甲状腺"),
)  # fmt: skip
_DISEASE_ENDINGS = (
    ("itis", "炎"), ("oma", "瘤"), ("opathy", "病"), ("osis", "症"),
    ("emia", "血症"), ("ocarcinoma", "癌"), ("osclerosis", "硬化"), ("ostenosis", "狭窄"),
)  # fmt: skip
_GENES = (
    "TP", "IL", "AKT", "CDK", "JAK", "STAT", "FOX", "SOX", "MAPK", "CCL", "GATA", "HOX",
    "KLF", "MMP", "PAX", "RAB", "SMAD", "TLR", "WNT", "BCL", "CASP", "ERBB", "NOTCH", "TNF",
)  # fmt: skip
_SYMPTOM_PARTS = (
    "头", "胸", "腹", "腰", "背", "肩", "颈", "腿", "手", "足", "膝", "眼", "耳", "咽", "牙", "腕",
)  # fmt: skip
_ADJECTIVES = (
    "renal", "hepatic", "gastric", "neural", "cardiac", "bronchial", "dermal", "vascular",
    "ocular", "nasal", "muscular", "thyroid", "pancreatic", "uterine", "oral", "spinal",
)  # fmt: skip


def _crossed(starts: tuple[str, ...], endings: tuple[str, ...], between: str = "") -> Pool:
    """Two endings of every start are seen, one is not; every start and every ending is seen somewhere."""
    size = len(endings)
    steps = [(s, i) for i, s in enumerate(starts)]
    return Pool(
        tuple(s + between + endings[(i + step) % size] for s, i in steps for step in (0, 3 % size)),
        tuple(s + between + endings[(i + 5) % size] for s, i in steps),
    )


def _side(pairs: tuple[tuple[str, str], ...], side: int) -> tuple[str, ...]:
    return tuple(pair[side] for pair in pairs)


DRUGS = _crossed(_side(_DRUG_STARTS, 0), _side(_DRUG_ENDINGS, 0))
DRUGS_ZH = _crossed(_side(_DRUG_STARTS, 1), _side(_DRUG_ENDINGS, 1))
DISEASES = _crossed(_side(_DISEASE_STARTS, 0), _side(_DISEASE_ENDINGS, 0))
DISEASES_ZH = _crossed(_side(_DISEASE_STARTS, 1), _side(_DISEASE_ENDINGS, 1))
GENES = _crossed(_GENES, ("1", "2", "3", "4", "6", "8", "53", "9"))
CELLS = _crossed(_side(_DISEASE_STARTS, 0), ("ocyte", "oblast", "oclast", "onocyte", "olymphocyte", "ophage"))
TISSUES = _crossed(_ADJECTIVES, ("cortex", "epithelium", "membrane", "tissue", "duct", "mucosa"), " ")
SYMPTOMS_ZH = _crossed(_SYMPTOM_PARTS, ("痛", "胀", "麻", "痒", "肿", "酸"))
TESTS_ZH = _crossed(
    tuple(s for s in _side(_DISEASE_STARTS, 1) if len(s) > 1), ("CT", "超声", "活检", "镜检", "MRI", "B超")
)
_AMINO = "ACDEFGHKLNPRSTVY"
VARIANTS = Pool(
    tuple(f"{_AMINO[i % 16]}{37 + 13 * i}{_AMINO[(i + 5) % 16]}" for i in range(48)),
    tuple(f"{_AMINO[i % 16]}{41 + 26 * i}{_AMINO[(i + 9) % 16]}" for i in range(24)),
)

POOLS = {
    "drug": DRUGS, "drug_zh": DRUGS_ZH, "disease": DISEASES, "disease_zh": DISEASES_ZH, "gene": GENES, "cell": CELLS,
    "tissue": TISSUES, "symptom_zh": SYMPTOMS_ZH, "test_zh": TESTS_ZH, "variant": VARIANTS,
}  # fmt: skip
"""Every pool by kind."""

TOXICITIES = tuple(f"{adjective} toxicity" for adjective in _ADJECTIVES[:8])
"""Named in pairs as composite mentions (`renal and hepatic toxicity`): a closed set."""


def _classes(starts: tuple[str, ...], endings: tuple[str, ...], letter: str) -> dict[str, str]:
    """MeSH-like ids of classes: every statin is normalised to the one id of statins, so that unseen names have one, too."""
    return {
        start + ending: f"{letter}{number}00000" for start in starts for number, ending in enumerate(endings, start=1)
    }


CONCEPTS = {
    **_classes(_side(_DRUG_STARTS, 0), _side(_DRUG_ENDINGS, 0), "C"),
    **_classes(_side(_DISEASE_STARTS, 0), _side(_DISEASE_ENDINGS, 0), "D"),
    **{name: f"D9{number + 1:05d}" for number, name in enumerate(TOXICITIES)},
    **{gene: str(1000 + 10 * number) for number, gene in enumerate((*GENES.seen, *GENES.unseen))},
    **{v: f"p|SUB|{v[0]}|{v[1:-1]}|{v[-1]}" for v in (*VARIANTS.seen, *VARIANTS.unseen)},
}
"""Name -> native concept id."""

ENGLISH_OF = {
    zh: en
    for chinese, english in ((DRUGS_ZH, DRUGS), (DISEASES_ZH, DISEASES))
    for zh, en in zip((*chinese.seen, *chinese.unseen), (*english.seen, *english.unseen), strict=True)
}
CHINESE_OF = {en: zh for zh, en in ENGLISH_OF.items()}

PARTS_ZH = _side(_DISEASE_STARTS, 1)
"""Body parts that diseases and examinations are named after, longest first where one begins another."""


def ending_zh(name: str) -> str:
    """The ending of a Chinese drug or disease name, the longest that fits."""
    endings = (*_side(_DRUG_ENDINGS, 1), *_side(_DISEASE_ENDINGS, 1))
    return max((e for e in endings if name.endswith(e)), key=len)


def ending(name: str) -> str:
    """The ending of an English drug or disease name, the longest that fits."""
    endings = (*_side(_DRUG_ENDINGS, 0), *_side(_DISEASE_ENDINGS, 0))
    return max((e for e in endings if name.endswith(e)), key=len)
