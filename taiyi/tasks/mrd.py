"""MRD: medical dialogue. The last answer of the dialogue is asked for, with all earlier turns as history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Dialogue
from taiyi.tasks import Fields, Fitting, TaskSpec, free_text

_FORM = free_text.Form("reply", dialogue=True)

FITTING = Fitting("turns")
GROUPS = {"default": Fields(("text",)), "context": Fields(("context", "text"))}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per dialogue with an answer in it; a last question that nobody answers is left out.

    fields: text, the last question; context, what is known beforehand (wording `context` where there is any).
    """
    if not isinstance(record, Dialogue) or not record.annotated:
        return
    turns = record.turns if record.turns[-1].role == "assistant" else record.turns[:-1]
    if not turns:
        return
    question, reply = turns[-2:]
    if not reply.text.strip():
        raise record.refuse("the last answer of the dialogue is blank")
    known = record.context.strip()
    yield Draft(
        fields={"text": question.text.strip(), "context": known},
        gold=free_text.items(reply.text),
        context=Context(language=record.language),
        wording="context" if known else "default",
        history=turns[:-2],
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """The reply."""
    return free_text.answer(gold, _FORM, style)


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """The reply, without the speaker's own tag and cut where the next speaker's begins."""
    return free_text.parse(text, _FORM)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """ROUGE-L; BLEU and chrF in the details."""
    return Metric("rouge_l")
