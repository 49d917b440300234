"""TT-ds: a text turned into a shorter plain one: its title, summary, question ..."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Transform
from taiyi.tasks import Fields, Fitting, TaskSpec, free_text

_FORM = free_text.Form(
    "text",
    ("Title", "Summary", "Abstract", "Question", "Conclusion", "标题", "题目", "摘要", "总结", "问题", "结论"),
)
_WORDED = ("title", "summary")
_TITLES = ("title", "标题", "题目")

FITTING = Fitting("whole")
GROUPS = {"default": Fields(("text", "operation")), "title": Fields(("text",)), "summary": Fields(("text",))}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per record with a plain output: the first is gold, the others are references.

    fields: text; operation, what is made of it (for the wordings of group `default`; a summary where none is named).
    """
    if not isinstance(record, Transform) or not record.annotated:
        return
    texts = [output.text for output in record.outputs if output.text.strip()]
    if not texts:
        return
    operation = spec.operation or "summary"
    yield Draft(
        fields={"text": record.input.strip(), "operation": operation},
        gold=free_text.items(texts[0]),
        context=Context(operation=operation, language=record.language),
        wording=operation if operation in _WORDED else "default",
        references=free_text.references(texts[0], texts[1:]),
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """The text that was asked for."""
    return free_text.answer(gold, _form(context), style)


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """The text without a lead and without quotation marks around the whole; of a title, the first line."""
    return free_text.parse(text, _form(context))


def _form(context: Context) -> free_text.Form:
    return _FORM._replace(title=context.operation in _TITLES)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """ROUGE-L against the best reference; BLEU and chrF in the details."""
    return Metric("rouge_l")
