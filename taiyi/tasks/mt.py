"""MT: translation, each way between the languages a record has. The answer is the plain translation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Parallel
from taiyi.tasks import Fields, Fitting, TaskSpec, free_text

_FORM = free_text.Form(
    "translation",
    (
        "Here is the translation",
        "English translation",
        "Chinese translation",
        "Translation",
        "翻译结果",
        "中文翻译",
        "英文翻译",
        "译文",
        "翻译",
    ),
)

FITTING = Fitting("whole")
GROUPS = {"en2zh": Fields(("text",)), "zh2en": Fields(("text",))}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per ordered pair of languages, with the target as operation; only the target that spec names, if any."""
    if not isinstance(record, Parallel) or not record.annotated:
        return
    for source, text in record.translations.items():
        for target, translation in record.translations.items():
            if source != target and spec.operation in ("", target):
                direction = f"{source}2{target}"
                yield Draft(
                    fields={"text": text.strip()},
                    gold=free_text.items(translation),
                    context=Context(operation=target, language=target),
                    subtask=direction,
                    wording=direction,
                )


def answer(gold: Items, context: Context, style: Style) -> str:
    """The translation."""
    return free_text.answer(gold, _FORM, style)


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """The translation, without a lead and without quotation marks around the whole."""
    return free_text.parse(text, _FORM)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Corpus BLEU of sacrebleu (13a, zh where Chinese is the target); chrF and ROUGE-L in the details."""
    return Metric("bleu")
