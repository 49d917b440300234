"""TC: text classification, one label or several of those offered. `Result: L, L` and `上述文本被分类为：L，L`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Classification, Language, Record
from taiyi.tasks import Fields, Fitting, TaskSpec, grammar, json_forms
from taiyi.tasks.fields import NotAsWritten

_LEAD: dict[Language, str] = {"en": "Result: ", "zh": "上述文本被分类为："}
_SEPARATORS: dict[Language, tuple[str, ...]] = {"en": (", ", "; "), "zh": ("，", "；")}
_NONE: dict[Language, tuple[str, ...]] = {"en": ("none", "no label"), "zh": ("无", "没有")}
_BETWEEN = re.compile(r"[,;，；、\n]|\band\b|\bor\b|以及|和|或", re.IGNORECASE)
_NEGATION = re.compile(
    r"(?:\b(?:not|never|neither|than)|n't|不是|并非|并不|不属于|非)\s*(?:an? |the |about )?$", re.IGNORECASE
)

FITTING = Fitting("whole")
GROUPS = {"default": Fields(("text", "labels")), "multiple": Fields(("text", "labels")), "open": Fields(("text",))}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per text. fields: text; labels, those offered ("" where the corpus declares none: wording `open`)."""
    if not isinstance(record, Classification) or not record.annotated:
        return
    offered = offered_names(spec)
    labels = tuple(dict.fromkeys(named(record, label, spec) for label in record.labels))
    if not labels and spec.none_label:
        labels = (spec.none_label,)
    if len(labels) > 1 and not spec.multiple:
        raise record.refuse(f"has {len(labels)} labels where one is expected", "set multiple: true for this task")
    yield Draft(
        fields={"text": record.text.strip(), "labels": listed(offered, record.language)},
        gold=tuple((label,) for label in labels),
        context=context_of(spec, offered, record.language),
        wording="open" if not offered else "multiple" if spec.multiple else "default",
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """The lead and the labels; one to a line where a label holds what would separate them.

    JSON, with one label as with several: `{"labels":["a","b"]}`.
    """
    labels, lead = [str(label) for (label,) in gold], _LEAD[context.language]
    if style == "json":
        return json_forms.written({"labels": labels})
    if not labels:
        wordings = [lead + word for word in _NONE[context.language]]
    else:
        wordings = [lead + separator.join(labels) for separator in _SEPARATORS[context.language]]
    for text in wordings:
        if _exact(text, context) == tuple(labels):
            return text
    return "\n".join((lead.rstrip(), *labels))


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """The labels of an answer as `answer` writes it, else all offered labels that it names.

    Where one label is asked for and several are named, the first counts and the status is `ambiguous`. A label that
    is negated does not count; of two offered, the other one does. Names not offered are noted (`off_schema`, or
    `partial` beside known ones).
    """
    exact = _exact(text, context)
    if exact is not None:
        return Parsed("ok" if exact else "none", tuple((label,) for label in exact))
    bare = grammar.clean(text, prompt)
    if not bare.strip():
        return Parsed("empty")
    if grammar.is_refusal(bare):
        return Parsed("refusal")
    said = json_forms.said(grammar.unwrapped(text, prompt).strip(), json_forms.LABEL)
    if said is not None and not said.value:
        return Parsed("none")
    body = grammar.strip_lead(bare).strip() if said is None else "\n".join(said.value) or _NONE[context.language][0]
    if not context.offered:
        return _open(body)
    before = grammar.before_remark(body)
    found = _mentions(before, context)
    body, found = (before, found) if found else (body, _mentions(body, context))
    parsed = _several(body, found, context) if context.multiple else _single(body, found, context)
    cut = said and said.cut and parsed.status == "ok"
    return Parsed("partial", parsed.items, ("the JSON is cut off",)) if cut else parsed


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Accuracy where one label is right; micro-F1 over labels, against the commonest label set, where several may be."""
    several = any(outcome.instance.context.multiple for outcome in outcomes)
    return Metric("set_f1", {"trivial": "majority"}) if several else Metric("accuracy")


def offered_names(spec: TaskSpec) -> tuple[str, ...]:
    """The labels asked for, each once, in the order declared; the label for "no label" last if not among them."""
    names = dict.fromkeys(spec.types.values())
    return tuple(names | dict.fromkeys((spec.none_label,))) if spec.none_label and names else tuple(names)


def named(record: Record, label: str, spec: TaskSpec) -> str:
    """The name asked for in place of a native label; InvalidInput where labels are declared and it is not."""
    if not spec.types:
        return " ".join(label.split())
    if label not in spec.types and label != spec.none_label:
        raise record.refuse(f"the label {label!r} is not declared", f"declare it under types: {', '.join(spec.types)}")
    return spec.types.get(label, label)


def listed(names: Sequence[str], language: Language) -> str:
    """Names as a prompt lists them; with semicolons where a name holds a comma."""
    comma, semicolon = ("、", "；") if language == "zh" else (", ", "; ")
    return (semicolon if any(comma in name for name in names) else comma).join(names)


def context_of(spec: TaskSpec, offered: tuple[str, ...], language: Language) -> Context:
    """What the answer is read against: the labels offered and those aliases that lead to one of them."""
    aliases = {alias: name for alias, name in spec.aliases.items() if name in offered}
    return Context(offered=offered, aliases=aliases, multiple=spec.multiple, language=language)


def _exact(text: str, context: Context) -> tuple[str, ...] | None:
    """The labels of a text just as `answer` writes one; None for any other text."""
    text = text.strip()
    if text[:1] == "{":
        return _exact_json(json_forms.loaded(text), context)
    lead = next((lead.rstrip() for lead in _LEAD.values() if text.startswith(lead.rstrip())), None)
    if lead is None:
        return None
    body = text[len(lead) :].strip(" ")
    if "\n" in body:
        lines = tuple(line for line in body.split("\n") if line)
        return lines if not context.offered or set(lines) <= set(context.offered) else None
    if body in context.offered:
        return (body,)
    if not body or body in (*_NONE["en"], *_NONE["zh"]):
        return ()
    return _cover(body, context.offered) if context.offered else _split(body) if context.multiple else (body,)


def _exact_json(value: Any, context: Context) -> tuple[str, ...] | None:
    try:
        labels = tuple(json_forms.verbatim(label) for label in json_forms.listed(json_forms.under(value, "labels")))
    except NotAsWritten:
        return None
    many = len(labels) > 1 and (not context.multiple or len(set(labels)) < len(labels))
    known = not context.offered or set(labels) <= set(context.offered)
    return labels if known and not many else None


def _cover(body: str, offered: tuple[str, ...]) -> tuple[str, ...] | None:
    """Labels and separators in turn, the longest label first at each place; None where that does not use up the text."""
    separators = (*_SEPARATORS["en"], *_SEPARATORS["zh"])
    names = sorted(offered, key=len, reverse=True)
    labels: list[str] = []
    while True:
        label = next(
            (n for n in names if body.startswith(n) and (body == n or body[len(n) :].startswith(separators))), None
        )
        if not label:
            return None
        labels.append(label)
        rest = body[len(label) :]
        if not rest:
            return tuple(dict.fromkeys(labels))
        body = rest[len(next(s for s in separators if rest.startswith(s))) :]


def _split(body: str) -> tuple[str, ...]:
    """Labels of no declared set: at semicolons if there are any, else at commas."""
    parts = re.split(r"; |；", body) if re.search(r"; |；", body) else re.split(r", |，", body)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _open(body: str) -> Parsed:
    if grammar.is_none(body):
        return Parsed("none")
    labels = tuple(dict.fromkeys(label for line in body.split("\n") for label in _split(line)))
    return Parsed("ok" if labels else "empty", tuple((label,) for label in labels))


class _Mention(NamedTuple):
    start: int
    end: int
    label: str


def _mentions(body: str, context: Context) -> list[_Mention]:
    """Where offered labels and aliases stand in the text: longest first, on word boundaries, in any case."""
    names = {alias.casefold(): name for alias, name in context.aliases.items()}
    names |= {name.casefold(): name for name in reversed(context.offered)}
    found = _pattern(tuple(names)).finditer(body)
    return [_Mention(*m.span(), m[0] if m[0] in context.offered else names.get(m[0].casefold(), m[0])) for m in found]


@lru_cache(maxsize=256)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names, the longest first. A name that begins or ends in a letter a-z is not found inside a word."""
    return re.compile("|".join(map(bounded, sorted(names, key=len, reverse=True))), re.IGNORECASE)


def bounded(name: str) -> str:
    """A pattern for the name as a word of its own; Chinese characters have no word boundaries."""
    before = r"(?<![A-Za-z0-9])" if name[:1].isascii() and name[:1].isalnum() else ""
    after = r"(?![A-Za-z0-9])" if name[-1:].isascii() and name[-1:].isalnum() else ""
    return before + re.escape(name) + after


def _single(body: str, found: list[_Mention], context: Context) -> Parsed:
    affirmed = [mention for mention in found if not _NEGATION.search(body[max(0, mention.start - 20) : mention.start])]
    labels = tuple(dict.fromkeys(mention.label for mention in affirmed))
    if labels:
        return Parsed("ok" if len(labels) == 1 else "ambiguous", ((labels[0],),), labels[1:])
    if found and len(context.offered) == 2:
        others = [name for name in context.offered if name != found[0].label]
        return Parsed("ok", ((others[0],),))
    return _unnamed(body, context)


def _several(body: str, found: list[_Mention], context: Context) -> Parsed:
    if not found:
        return _unnamed(body, context)
    masked = body
    for mention in found:
        masked = masked[: mention.start] + "\0" * (mention.end - mention.start) + masked[mention.end :]
    labels, unknown = [mention.label for mention in found], list[str]()
    for part in _BETWEEN.split(masked):
        piece = part.strip(" .。:：")
        if piece and "\0" not in piece:
            label = grammar.match_label(piece, context)
            (labels if label else unknown).append(label or piece)
    return Parsed("partial" if unknown else "ok", tuple((label,) for label in dict.fromkeys(labels)), tuple(unknown))


def _unnamed(body: str, context: Context) -> Parsed:
    """An answer that names no offered label as it is spelt: another spelling, none, an unknown label, or prose."""
    label = grammar.match_label(body.strip(" .。"), context)
    if label:
        return Parsed("ok", ((label,),))
    if grammar.is_none(body):
        return Parsed("none")
    short = "\n" not in body and len(body) <= 2 * max(len(name) for name in context.offered) + 20
    return Parsed("off_schema" if short else "unparsed", (), (body[:80],))
