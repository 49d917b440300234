"""Reports of named sections, scored section by section or flattened as IMCS and CBLUE do it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

import numpy as np

from taiyi.instances import Outcome
from taiyi.metrics import Score, overlap, reports, significance
from taiyi.metrics.measures import Measure, Rows, one_of


def report_sections(*, task: str, empty: str = "zero") -> Measure:
    """PromptCBLUE's ROUGE-L over all sections of the gold (its references are not looked at). empty: what an empty
    section scores: zero, or filled, as PromptCBLUE's script has it.
    """
    how = cast(Literal["zero", "filled"], one_of(empty, ("zero", "filled"), "empty"))

    def whole(outcomes: Sequence[Outcome]) -> Score:
        pairs = overlap.sides(outcomes)
        return reports.by_section([side.answer for side in pairs], [side.golds[0] for side in pairs], empty=how)

    def row(outcome: Outcome) -> tuple[float, int]:
        count = len(overlap.sides([outcome])[0].golds[0])
        return whole([outcome]).value * count, count

    return Measure(
        name=whole([]).name,
        rows=lambda outcomes: np.array([row(o) for o in outcomes], dtype=np.float64).reshape(-1, 2),
        figure=significance.share,
        signature=lambda _: whole([]).signature,
        details=lambda outcomes: whole(outcomes).details,
        trivial=lambda outcomes: (whole(outcomes).baseline, "empty answer"),
    )


def imcs_report(*, task: str) -> Measure:
    """CBLUE's mean of ROUGE-1, -2 and -L on the characters of flattened reports, mean over references."""

    def whole(outcomes: Sequence[Outcome]) -> Score:
        pairs = overlap.sides(outcomes)
        return reports.imcs([side.answer for side in pairs], [side.golds for side in pairs])

    def rows(outcomes: Sequence[Outcome]) -> Rows:
        return np.array([(whole([o]).value, 1) for o in outcomes], dtype=np.float64).reshape(-1, 2)

    return Measure(
        name=whole([]).name,
        rows=rows,
        figure=significance.share,
        signature=lambda _: whole([]).signature,
        details=lambda outcomes: whole(outcomes).details,
        trivial=lambda outcomes: (whole(outcomes).baseline, "empty sections"),
    )


MEASURES = {"report_sections": report_sections, "imcs_report": imcs_report}
