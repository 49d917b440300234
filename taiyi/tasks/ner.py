"""NER: named entities, as mentions by type. `Chemical: a; b` and `疾病：a; b`, one line per type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import groupby
from typing import Any

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Document, Language
from taiyi.tasks import Fields, Fitting, TaskSpec, fields, grammar, json_forms, reading, subtasks, yes_no
from taiyi.tasks.fields import NotAsWritten, Opened
from taiyi.tasks.reading import Found

_KEYS = frozenset(("entities", "result", "results", "mentions", "实体", "实体列表"))
_COLON_TYPE = re.compile(r"(.+)(?::\s|：)\s*([^:：]+)")
_TYPE_IN_BRACKETS = re.compile(r"(.+?)\s*[(\[（【]([^()\[\]（）【】]{1,80})[)\]）】][.。;；,，]?")
_BETWEEN_QUOTED = re.compile(r"(?<=['\x00])\s*,\s*(?=['\x00])")
_DASH_TYPE = re.compile(r"(.+?)\s+(?:[-–—]|->|→|=>|\|)\s+([^|]{1,80})")

FITTING = Fitting("windows")
GROUPS = {
    "default": Fields(("text", "types"), lists=("types",)),
    "each_type": Fields(("text", "types")),
    "mention": Fields(("text", "mention", "type")),
}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per document, also without entities; none where no types are declared. fields: text, types.
    Gold: (name, mention), by name as offered, then by position.
    """
    offered = names(spec)
    if not isinstance(record, Document) or not record.annotated or not offered:
        return
    entities = sorted(record.entities, key=lambda entity: entity.spans)
    types, place = spec.types, {name: number for number, name in enumerate(offered)}
    found = [(types[entity.type], mention(entity.text)) for entity in entities if entity.type in types]
    found.sort(key=lambda item: place[item[0]])
    yield Draft(
        fields={"text": record.text.strip(), "types": listed(offered, record)},
        gold=tuple(dict.fromkeys(item for item in found if item[1])),
        context=context_of(spec, record.language),
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """A line for each type that has mentions; a field that would be misread is quoted. JSON: `{"Chemical":["a","b"]}`."""
    if yes_no.asked(context):
        return yes_no.answer(gold, style)
    if style == "json":
        return json_forms.written(json_forms.by_name(gold, lambda item: item[1]))
    lines = []
    for name, group in groupby(gold, key=lambda item: str(item[0])):
        mentions = [str(item[1]) for item in group]
        rule = fields.LIST if len(mentions) > 1 else fields.SOLE
        body = "; ".join([text if fields.ordinary(text) else _written(text, context, rule) for text in mentions])
        lines.append(fields.written(name, fields.NAME) + fields.COLON[context.language] + body)
    return "\n".join(lines) or fields.NONE[context.language]


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """Mentions by type. Commas separate them only where the prompt holds every part and not the whole."""
    if yes_no.asked(context):
        return yes_no.parse(text, context, prompt=prompt)
    return reading.read(text, context, prompt, _READINGS)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Micro-F1 over (type, mention)."""
    return Metric("set_f1")


def names(spec: TaskSpec) -> tuple[str, ...]:
    """The names asked for, each once, in the order declared."""
    return tuple(dict.fromkeys(spec.types.values()))


def context_of(spec: TaskSpec, language: Language, *, roles: tuple[str, ...] = ()) -> Context:
    """What the answer is read against: the names asked for, and those aliases that lead to one of them."""
    offered = names(spec)
    aliases = {alias: name for alias, name in spec.aliases.items() if name in offered}
    return Context(offered=offered, aliases=aliases, roles=roles, language=language)


def listed(offered: Iterable[str], record: AnyRecord) -> str:
    """Names as a prompt lists them."""
    return ("、" if record.language == "zh" else ", ").join(offered)


@lru_cache(1 << 16)  # the same names come again and again in a corpus
def mention(text: str) -> str:
    """A mention on one line: white space as single blanks."""
    return " ".join(text.split())


def _mentions(record: AnyRecord, spec: TaskSpec) -> Iterator[subtasks.Candidate]:
    """Whether a mention is of a type: yes of each mention and a type of its, no of it and each other type offered or
    declared absent.
    """
    if not isinstance(record, Document) or not record.annotated:
        return
    types: dict[str, set[str]] = {}
    asked: dict[str, None] = {}
    for entity in record.entities:
        text = mention(entity.text)
        types.setdefault(text.casefold(), set()).add(spec.types.get(entity.type, ""))
        if entity.type in spec.types and text:
            asked[text] = None
    for text in asked:
        for name in dict.fromkeys((*names(spec), *spec.absent)):
            present = name in types[text.casefold()]
            subtask, said = subtasks.keyed("mention", text, name), {"mention": text, "type": name}
            make = partial(yes_no.draft, record, subtask, said, yes=present, wording="mention")
            yield subtasks.Candidate(subtask, present, make)


def _written(text: str, context: Context, rule: Any) -> str:
    return fields.quoted(text) if _headed(text, context) else fields.written(text, rule)


def _headed(text: str, context: Context) -> bool:
    return reading.head(text, context)[0] is not None


def _exact(text: str, context: Context) -> Items:
    if text == fields.NONE[context.language]:
        return ()
    source = fields.opened(text)
    found = []
    for line in source.text.split("\n"):
        name, body = fields.labelled(line, source, context)
        pieces = fields.pieces(body, "; ")
        for piece in pieces:
            if not fields.ordinary(piece):
                if _headed(piece, context):
                    raise NotAsWritten
                piece = fields.value(piece, source, fields.LIST if len(pieces) > 1 else fields.SOLE)
            found.append((name, piece))
    return tuple(found)


def _exact_json(value: Any, context: Context) -> Items:
    lists = json_forms.unkeyed(value, context.offered)
    return tuple((name, json_forms.verbatim(text)) for name, texts in lists for text in json_forms.listed(texts))


def _lines(lines: list[str], source: Opened, found: Found, context: Context, prompt: str) -> None:
    current: str | None = None
    semicolons = any(mark in line for line in lines for mark in ";；")
    for line in lines:
        label, body = reading.head(line, context)
        if label:
            current = None if body else label
            found.nothing = found.nothing or not body
            said = line[: len(line) - len(body)]
            commas = "实体：" in said.replace(":", "：") and "实体" not in label and not semicolons
            pieces = _array(body, source, prompt) or reading.listed(body, source, prompt, commas=commas)
            _pieces(pieces, label, source, found, context)
        elif typed := _bracketed(line, context, prompt):
            found.items.append((typed[1], reading.text_of(typed[0], source, prompt)))
        elif (heading := reading.heading(line, context)) and heading != current:  # a line of its own, without a colon
            current = heading
        elif current and (not reading.looks_headed(line) or reading.occurs(line, prompt)):
            _pieces(reading.listed(line, source, prompt), current, source, found, context)
        else:
            _unlabelled(line, source, found, context, prompt)


def _array(body: str, source: Opened, prompt: str) -> list[str]:
    """The mentions of `['a', 'b']` or `[a, b]`; none of what is no such list, or stands in the prompt as it is."""
    inner = body[1:-1].strip()
    if (body[:1], body[-1:]) != ("[", "]") or not inner or reading.occurs(body, prompt):
        return []
    if inner[0] in "'\x00" and inner[-1] in "'\x00":
        return [reading.text_of(piece, source, prompt) for piece in _BETWEEN_QUOTED.split(inner)]
    return reading.listed(inner, source, prompt, commas=True) if fields.enclosed(body) else []


def _pieces(pieces: list[str], label: str, source: Opened, found: Found, context: Context) -> None:
    for piece in pieces:
        if piece in source.values:  # in quotation marks it is a mention, whatever it says
            found.items.append((label, piece))
            continue
        own, rest = reading.head(piece, context)  # the label said again within the line
        if grammar.is_nothing(rest):
            found.nothing = True
        else:
            found.items.append((own or label, rest))


def _unlabelled(line: str, source: Opened, found: Found, context: Context, prompt: str) -> None:
    """`mention: type` or `mention (type)`, a bare list where one type was asked for, "there are none", a type not offered, or prose."""
    left, label = _typed(line, context)
    listed_items = reading.listed(line, source, prompt)
    if label:
        found.items.append((label, reading.text_of(left, source, prompt)))
    elif grammar.is_none(line):
        found.nothing = True
    elif len(context.offered) == 1 and all(reading.occurs(item, prompt) for item in listed_items):
        found.items.extend((context.offered[0], item) for item in listed_items)
    else:
        (found.off_schema if reading.looks_headed(line) else found.unusable).append(fields.shown(line, source))


def _bracketed(line: str, context: Context, prompt: str) -> tuple[str, str] | None:
    """`mention (type)`, unless the prompt has it as it stands, or the mention is itself a type: then it is a heading."""
    found = _TYPE_IN_BRACKETS.fullmatch(line)
    label = reading.heading(found[2], context) if found else None
    if not found or not label or reading.occurs(line, prompt) or reading.heading(found[1], context):
        return None
    return found[1], label


def _typed(line: str, context: Context) -> tuple[str, str | None]:
    """The mention of a line that ends with its type, and that type; None where it does not."""
    for found in (_COLON_TYPE.fullmatch(line), _DASH_TYPE.fullmatch(line)):
        label = reading.heading(found[2], context) if found else None
        if found and label:
            return found[1], label
    return line, None


def _from_json(value: Any, found: Found, context: Context) -> None:
    for part in json_forms.objects(value):
        said, kind = json_forms.text(part, json_forms.MENTION), json_forms.text(part, json_forms.TYPE)
        if said and kind:
            label = reading.heading(kind, context)
            if label:
                found.items.append((label, said))
            else:
                found.off_schema.append(f"{kind}: {said}")
            continue
        for key, element in part.items():
            label = reading.heading(key, context)
            mentions = json_forms.texts(element)
            if label:
                found.items.extend((label, text) for text in mentions if not grammar.is_nothing(text))
            elif mentions and key.casefold() not in _KEYS:
                found.off_schema.append(key)


_READINGS = reading.Readings(_exact, _exact_json, _lines, _from_json)
SUBTASKS = {**subtasks.each_type(instances), "mention": _mentions}
