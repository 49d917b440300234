"""Medical reports of named sections: the flattened form that IMCS-21 and CBLUE score, each section, and diagnoses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from taiyi.metrics import Score, rouge, rouge_tokens, signature
from taiyi.metrics.outcomes import ratio
from taiyi.metrics.references import beside

Report = Mapping[str, str]
"""Texts by the name of their section, in the order written."""


def flat(report: Report) -> str:
    """The report as IMCS's script reads it: name, full-width colon and text of each section, joined by nothing."""
    return "".join(f"{name}：{text}" for name, text in report.items())


def imcs(answers: Sequence[Report], references: Sequence[Sequence[Report]]) -> Score:
    """pltrdy ROUGE on the characters of flattened reports, mean over references; the value is CBLUE's mean of 1, 2, L.

    The names of sections are scored with their texts: the baseline, empty sections under the names of the first
    reference, reaches about 0.45, while a report without sections scores 0. Details: rouge_1, rouge_2, rouge_l.
    """
    beside(answers, references)
    golds = [[rouge_tokens.characters(flat(gold)) for gold in wanted] for wanted in references]

    def by_kind(reports: Sequence[Report]) -> dict[str, float]:
        found = rouge.pltrdy([rouge_tokens.characters(flat(report)) for report in reports], golds, tok="characters")
        return {f"rouge_{kind}": score.value for kind, score in found.items()}

    details, trivial = by_kind(answers), by_kind([dict.fromkeys(wanted[0], "") for wanted in references])
    return Score(
        name="imcs_rouge",
        value=sum(details.values()) / len(details),
        baseline=sum(trivial.values()) / len(trivial),
        baseline_name="empty sections",
        items=len(answers),
        signature=signature("imcs_rouge", rouge="pltrdy-1-2-l", tok="characters", refs="mean", sections="flat"),
        details=details,
    )


def by_section(
    answers: Sequence[Report], references: Sequence[Report], *, empty: Literal["zero", "filled"] = "zero"
) -> Score:
    """promptcblue ROUGE-L of each section of the gold as a text of its own, mean over sections, as PromptCBLUE does it.

    A section that the answer lacks is an empty text, which scores 0; with empty="filled" it earns what PromptCBLUE's
    script gives to silence (the baseline says how much). Sections that the gold lacks are not counted but are in
    details as `further`. Details: rouge_1, rouge_2, rouge_l, and rouge_l: of each section.
    """
    rows = [(answer, gold) for answer, [gold] in beside(answers, [[gold] for gold in references])]
    pairs = [(name, answer.get(name, ""), text) for answer, gold in rows for name, text in gold.items()]
    found = _sections(pairs, empty)
    names = dict.fromkeys(name for name, _, _ in pairs)
    each = {f"rouge_l:{n}": _sections([pair for pair in pairs if pair[0] == n], empty)["rouge_l"] for n in names}
    further = sum(len(answer.keys() - gold.keys()) for answer, gold in rows)
    return Score(
        name="section_rouge_l",
        value=found["rouge_l"],
        baseline=_sections([(name, "", gold) for name, _, gold in pairs], empty)["rouge_l"],
        baseline_name="empty answer",
        items=len(answers),
        signature=signature("section_rouge_l", rouge="promptcblue", average="sections", empty=empty),
        details={**found, **each, "further": float(further)},
    )


def keyword_accuracy(answers: Sequence[Report], keywords: Sequence[str], *, section: str) -> Score:
    """The share of reports whose `section` (诊断, diagnosis) contains the keyword of the case, as IMCS's eval_acc."""
    hits = [keyword in answer.get(section, "") for answer, keyword in zip(answers, keywords, strict=True)]
    return Score(
        name="keyword_accuracy",
        value=ratio(sum(hits), len(hits)),
        baseline=0.0,
        baseline_name="empty answer",
        items=len(answers),
        signature=signature("keyword_accuracy", match="contains", section=section),
    )


def _sections(pairs: Sequence[tuple[str, str, str]], empty: Literal["zero", "filled"]) -> dict[str, float]:
    answers, golds = [answer for _, answer, _ in pairs], [[gold] for _, _, gold in pairs]
    found = rouge.promptcblue(answers, golds, empty=empty)
    return {f"rouge_{kind}": score.value for kind, score in found.items()}
