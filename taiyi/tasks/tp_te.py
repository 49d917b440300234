"""TP-te: textual entailment, one label per pair of texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Pair
from taiyi.tasks import Fields, Fitting, TaskSpec, tp_ss

FITTING = Fitting("whole")
GROUPS = {"default": Fields(("text_1", "text_2", "labels"), lists=("labels",))}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per labelled pair. fields: text_1 (the premise), text_2 (the hypothesis), labels."""
    if isinstance(record, Pair) and record.annotated and record.label:
        yield tp_ss.label_draft(record, spec)


def answer(gold: Items, context: Context, style: Style) -> str:
    """The label alone; in JSON `{"label":"entailment"}`."""
    return tp_ss.label_answer(gold, style)


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """One of the offered labels, bare or with a lead."""
    return tp_ss.label(text, context, prompt=prompt)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Accuracy; macro-F1 in the details."""
    return Metric("accuracy")
