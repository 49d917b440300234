"""QA-sqa: open questions, answered in free text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Question
from taiyi.tasks import Fields, Fitting, TaskSpec, free_text

_FORM = free_text.Form("answer", ("Answer", "回答", "答案", "答"), dialogue=True)

FITTING = Fitting("whole")
GROUPS = {"default": Fields(("question",))}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per open question: the first answer is gold, the others and the long answers are references."""
    if not isinstance(record, Question) or not record.annotated or record.kind != "open":
        return
    first, *others = record.answers
    if not first.strip():
        raise record.refuse("the first answer is blank")
    yield Draft(
        fields={"question": record.question.strip()},
        gold=free_text.items(first),
        context=Context(language=record.language),
        references=free_text.references(first, (*others, *record.long_answers)),
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """The answer's text."""
    return free_text.answer(gold, _FORM, style)


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """The answer's text, cut where the next speaker's turn begins."""
    return free_text.parse(text, _FORM)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """ROUGE-L against the best reference; BLEU and chrF in the details."""
    return Metric("rouge_l")
