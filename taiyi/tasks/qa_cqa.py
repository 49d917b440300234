"""QA-cqa: questions about a given text, answered with a short span."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Question
from taiyi.tasks import Fields, Fitting, TaskSpec, free_text

_FORM = free_text.Form("answer", ("The answer is", "Answer", "答案是", "答案为", "答案", "回答", "答"))

FITTING = Fitting("context")
GROUPS = {"default": Fields(("context", "question"))}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per question about a text: the first answer is gold, the others are references."""
    if not isinstance(record, Question) or not record.annotated or record.kind != "context":
        return
    first, *others = record.answers
    if not first.strip():
        raise record.refuse("the first answer is blank")
    yield Draft(
        fields={"question": record.question.strip(), "context": record.context.strip()},
        gold=free_text.items(first),
        context=Context(language=record.language),
        references=free_text.references(first, (*others, *record.long_answers)),
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """The span."""
    return free_text.answer(gold, _FORM, style)


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """The span, without a lead and without quotation marks around the whole."""
    return free_text.parse(text, _FORM)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Exact match with any reference, outer punctuation apart; token F1 and ROUGE-L in the details."""
    return Metric("exact_match")
