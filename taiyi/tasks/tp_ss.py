"""TP-ss: how similar two texts are, as a label (similar, 语义相同 ...) or as a number."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Pair
from taiyi.tasks import Fields, Fitting, TaskSpec, grammar, json_forms, tc

_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
# The scale's ends are not the answer: "(0-4)", "on a scale of 0 to 5", "out of 4", "/5", 满分5分.
_SCALE = re.compile(
    r"\(\s*\d+(?:\.\d+)?\s*(?:-|–|~|to)\s*\d+(?:\.\d+)?\s*\)|\bscale (?:of|from) \d+\S* ?(?:-|–|to) ?\d+|\bout of \d+(?:\.\d+)?"
    r"|(?<=\d)\s*/\s*\d+(?:\.\d+)?|满分\s*为?\s*\d+\s*分?",
    re.IGNORECASE,
)

FITTING = Fitting("whole")
GROUPS = {"default": Fields(("text_1", "text_2", "labels")), "score": Fields(("text_1", "text_2"))}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per pair. fields: text_1, text_2, labels. Wording `score` where the gold is a number."""
    if not isinstance(record, Pair) or not record.annotated:
        return
    if record.label:
        yield label_draft(record, spec)
    elif record.score is not None:
        if not math.isfinite(record.score):
            raise record.refuse(f"the score is {record.score}")
        yield Draft(
            fields={"text_1": record.text_1.strip(), "text_2": record.text_2.strip(), "labels": ""},
            gold=((written(record.score),),),
            context=Context(language=record.language),
            wording="score",
        )


def label_draft(record: Pair, spec: TaskSpec) -> Draft:
    """The draft of a labelled pair; InvalidInput where the corpus does not declare the label."""
    if not spec.types:
        raise record.refuse("a pair's labels must be declared", "list them under types: in the corpus's descriptor")
    offered = tc.offered_names(spec)
    return Draft(
        fields={
            "text_1": record.text_1.strip(),
            "text_2": record.text_2.strip(),
            "labels": tc.listed(offered, record.language),
        },
        gold=((tc.named(record, record.label, spec),),),
        context=tc.context_of(spec, offered, record.language),
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """The label or the number alone; in JSON `{"label":"similar"}` or `{"score":3.2}`."""
    if style == "json" and not context.offered:
        return f'{{"score":{gold[0][0]}}}'
    return label_answer(gold, style)


def label_answer(gold: Items, style: Style) -> str:
    """The label alone; in JSON `{"label":"similar"}`."""
    text = str(gold[0][0])
    return json_forms.written({"label": text}) if style == "json" else text


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """The label as text classification reads it, or, where no labels are offered, the number.

    Of several numbers the one announced ("score is 3.2") counts; several without that are `ambiguous`, without items.
    """
    return label(text, context, prompt=prompt) if context.offered else _number(text)


def label(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """One of the offered labels, bare or with a lead."""
    bare = text.strip()
    if bare[:1] == "{" and isinstance(value := json_forms.loaded(bare), dict) and value.keys() == {"label"}:
        bare = str(value["label"])
    return Parsed("ok", ((bare,),)) if bare in context.offered else tc.parse(text, context, prompt=prompt)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Accuracy for labels, Pearson's r for numbers; where a set holds both, their mean by number of instances."""
    labelled = sum(bool(outcome.instance.context.offered) for outcome in outcomes)
    if labelled == len(outcomes):
        return Metric("accuracy")
    return Metric("accuracy_and_pearson" if labelled else "pearson")


def written(value: float) -> str:
    """The shortest text that reads back as exactly this number; whole numbers without `.0`."""
    return repr(float(value)).removesuffix(".0")


def _number(text: str) -> Parsed:
    said = json_forms.said(grammar.unwrapped(text).strip(), json_forms.SCORE)
    bare = unicodedata.normalize("NFKC", grammar.clean(text) if said is None else " ".join(said.value)).strip()
    if not bare:
        return Parsed("empty")
    whole = _NUMBER.fullmatch(bare)
    if whole:
        return _as_item(bare)
    if grammar.is_refusal(bare):
        return Parsed("refusal")
    bare = _SCALE.sub(" ", bare)
    announced = re.search(
        rf"(?:score|similarity|result|answer|分数|得分|相似度)[^\d.;。]{{0,20}}?({_NUMBER.pattern})",
        bare,
        re.IGNORECASE,
    )
    if announced:
        return _as_item(announced[1])
    values = list(dict.fromkeys(float(found) for found in _NUMBER.findall(bare)))
    if len(values) == 1:
        return _as_item(str(values[0]))
    return Parsed("ambiguous" if values else "unparsed", (), (bare[:80],))


def _as_item(number: str) -> Parsed:
    value = float(number)
    return Parsed("ok", ((written(value),),)) if math.isfinite(value) else Parsed("unparsed", (), (number,))
