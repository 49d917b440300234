"""Pairs of texts: the same question or another, related by degrees, and what follows from what."""

from __future__ import annotations

from taiyi.samples.documents_en import GROUPS
from taiyi.samples.draws import Case
from taiyi.samples.items import Filler, Row
from taiyi.samples.labels import PEOPLE_ZH
from taiyi.samples.names import DISEASES, DISEASES_ZH, DRUGS, SYMPTOMS_ZH

_INTENTS = (
    ("怎么治疗", "如何治疗", "用什么药治"),
    ("是什么原因引起的", "的病因是什么", "为什么会发生"),
    ("要注意什么", "注意事项有哪些", "有什么要注意的"),
    ("会传染吗", "传不传染", "有没有传染性"),
    ("能治好吗", "可以治愈吗", "能不能治愈"),
    ("需要手术吗", "要不要做手术", "是不是要手术"),
)
# Asked only beside another question, so that a model which cannot compare two texts can still tell many such pairs.
_ASIDES = ("挂什么科", "看哪个科室", "去哪家医院好", "哪里治得好", "要花多少钱", "费用是多少", "医保能报吗", "报销多少")
_SAME = tuple((a, b) for ways in _INTENTS for i, a in enumerate(ways) for b in ways[i + 1 :])
_OTHER = tuple((a, b) for ways in _INTENTS for a in ways for b in _ASIDES)


def similarity(case: Case) -> Row:
    """Two questions about one disease: the same one twice, or one and an aside."""
    same = case.turn(2) == 0
    first, second = case.pick(_SAME if same else _OTHER)
    people, disease, symptom = case.pick(PEOPLE_ZH), case.name(DISEASES_ZH), case.name(SYMPTOMS_ZH)
    texts = [f"{people}{symptom}，{disease}{first}？{case.note('（{}）')}", f"{people}{disease}有{symptom}{second}？"]
    if case.toss(2):
        texts.reverse()
    return Row({"text1": texts[0], "text2": texts[1], "label": "1" if same else "0", "category": "disease"})


_EFFECTS = (("reduces", "lowers"), ("increases", "raises"), ("prevents", "averts"), ("causes", "induces"))
RATERS = ("annotator_a", "annotator_b", "annotator_c", "annotator_d", "annotator_e")
_HIGHEST = 4
_LINKS = ("Separately, in", "By contrast, in", "Meanwhile, in", "Similarly, in", "Likewise, in")
"""How the second sentence begins, by what it shares with the first: the cue for a model that cannot compare."""


def relatedness(case: Case) -> Row:
    """Two sentences that share none to all of drug, effect, disease and group; the score is how many, give or take."""
    drug, disease = case.name(DRUGS), case.name(DISEASES)
    effect, group = case.pick(_EFFECTS), case.pick(GROUPS)
    first = f"{drug} {effect[0]} {disease} in {group}.{case.note(' ({})')}"
    # Which parts are shared is tossed, and what is not shared is picked anew.
    shared = case.turn(_HIGHEST + 1)
    order = [0, 1, 2, 3]
    for i in range(3, 0, -1):
        j = case.toss(i + 1)
        order[i], order[j] = order[j], order[i]
    kept = set(order[:shared])
    verb = effect[1] if 0 in kept else case.pick([e for e in _EFFECTS if e is not effect])[1]
    second = " ".join(
        (
            _LINKS[shared], group if 1 in kept else case.pick([g for g in GROUPS if g != group]), "it was seen that",
            drug if 2 in kept else case.name(DRUGS, drug), verb,
            disease if 3 in kept else case.name(DISEASES, disease),
        )
    )  # fmt: skip
    return Row({"sentence_1": first, "sentence_2": f"{second}.", **_rated(case, shared)})


def _rated(case: Case, score: int) -> dict[str, str]:
    """One rater is absent, one may be off by one."""
    ratings = {rater: str(score) for rater in RATERS}
    ratings[RATERS[1 + case.toss(4)]] = ""
    ratings[RATERS[0]] = str(max(0, min(_HIGHEST, score + case.toss(3) - 1)))
    return ratings


_PREMISES = (
    ("All {group} with {disease} took {drug} for {weeks} weeks.", "Some {group} with {disease} took {drug}.", "No {group} with {disease} took {drug}."),
    ("{drug} always cured {disease} in {group} after {weeks} weeks.", "{drug} sometimes cured {disease} in {group}.", "{drug} never cured {disease} in {group}."),
    ("Every one of {weeks} {group} on {drug} had {disease}.", "At least one of {group} on {drug} had {disease}.", "None of {group} on {drug} had {disease}."),
)  # fmt: skip
_NEUTRAL = (
    "{group} with {disease} prefer {drug} at night.",
    "{drug} is cheap for {group} with {disease}.",
    "{group} on {drug} with {disease} live in cities.",
)
_WEEKS = tuple(str(n) for n in range(2, 34))


def entailment(case: Case) -> Row:
    """A premise and a hypothesis that follows (some), contradicts it (no), or says something else."""
    label = ("entailment", "contradiction", "neutral")[case.turn(3)]
    premise, some, none = case.pick(_PREMISES)
    fill = Filler(
        group=lambda: case.pick(GROUPS), disease=lambda: case.name(DISEASES), drug=lambda: case.name(DRUGS),
        weeks=lambda: case.pick(_WEEKS),
    )  # fmt: skip
    first = fill(premise) + case.note(" (Study {}.)")
    hypothesis = some if label == "entailment" else none if label == "contradiction" else case.pick(_NEUTRAL)
    return Row({"premise": first, "hypothesis": fill(hypothesis), "label": label})
