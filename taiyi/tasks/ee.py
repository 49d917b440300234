"""EE: events, as (type, trigger, ((role, text), ...)). `Type: (Trigger: x, Role: y); (...)`, one line per type.

In Chinese `类型：（触发词：x；角色：y）; （...）`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from taiyi.instances import Context, Draft, Item, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Argument, Document, Event, Language
from taiyi.tasks import Fields, Fitting, TaskSpec, fields, grammar, json_forms, ner, reading, subtasks, tuples
from taiyi.tasks.fields import NotAsWritten, Opened
from taiyi.tasks.reading import Found

_TRIGGER: dict[Language, str] = {"en": "Trigger", "zh": "触发词"}
_BRACKETS: dict[Language, str] = {"en": "()", "zh": "（）"}
_BETWEEN: dict[Language, str] = {"en": ", ", "zh": "；"}
_TRIGGER_WORDS = ("trigger", "trigger word", "event trigger", "触发词", "主体词")
_ANY_ROLE = r"[^\W\d_][\w -]{0,30}"
_OPENING = ("(", "（", "[", "【")
_LISTED = re.compile("[，、]")

FITTING = Fitting("windows")
GROUPS = {
    "default": Fields(("text", "types", "roles"), lists=("roles",)),
    "any_role": Fields(("text", "types")),
    "each_type": Fields(("text", "types", "roles")),
    "each_type_any_role": Fields(("text", "types")),
}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per document, also without events; none where no types are declared. fields: text, types, roles
    (empty where none are declared: wording `any_role`).

    Gold: by type as offered, then in the record's order. An argument that is an event stands as its trigger's text.
    """
    offered = ner.names(spec)
    if not isinstance(record, Document) or not record.annotated or not offered:
        return
    texts = {part.id: ner.mention(part.text) for part in (*record.entities, *record.triggers)}
    for event in record.events:
        texts[event.id] = _text(event.trigger, texts)
    found = [_item(event, spec, texts) for event in record.events if event.type in spec.types]
    found.sort(key=lambda item: offered.index(str(item[0])))
    roles = tuple(dict.fromkeys(spec.roles.values()))
    yield Draft(
        fields={
            "text": record.text.strip(),
            "types": ner.listed(offered, record),
            "roles": ner.listed(roles, record),
        },
        gold=tuple(dict.fromkeys(item for item in found if item[1])),
        context=ner.context_of(spec, record.language, roles=roles),
        wording="default" if roles else "any_role",
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """A line for each type that has events; a field that would be misread is quoted.

    JSON: `{"Type":[{"trigger":"x","arguments":[["Role","y"]]}]}`.
    """
    if style == "json":
        return json_forms.written(json_forms.by_name(gold, _event_object))
    lines = []
    for name, group in groupby(gold, key=lambda item: str(item[0])):
        body = "; ".join(_written(item, context.language) for item in group)
        lines.append(fields.written(name, fields.NAME) + fields.COLON[context.language] + body)
    return "\n".join(lines) or fields.NONE[context.language]


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """Events by type. A role's text ends where the next role begins, so it may hold commas."""
    return reading.read(text, context, prompt, _READINGS)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Micro-F1 over whole events, arguments in any order; trigger_f1 and argument_f1 among the details."""
    return Metric("event_f1")


def _pairs(item: Item) -> list[tuple[str, str]]:
    return [(str(slot[0]), str(slot[1])) for slot in item[2]]


def _text(end: Argument, texts: dict[str, str]) -> str:
    return texts.get(end.ref, "") if end.ref else ner.mention(end.text)


def _item(event: Event, spec: TaskSpec, texts: dict[str, str]) -> Item:
    """Arguments of roles that are not declared are left out, unless none are declared; so are those without a text."""
    named = [(spec.roles.get(a.role, "" if spec.roles else a.role), _text(a, texts)) for a in event.arguments]
    arguments = tuple(dict.fromkeys((role, text) for role, text in named if role and text))
    return (spec.types[event.type], _text(event.trigger, texts), arguments)


def _written(item: Item, language: Language) -> str:
    slots = [(_TRIGGER[language], str(item[1])), *_pairs(item)]
    colon = fields.COLON[language]
    written = (fields.written(role, fields.NAME) + colon + fields.written(text, fields.TUPLE) for role, text in slots)
    return _BRACKETS[language][0] + _BETWEEN[language].join(written) + _BRACKETS[language][1]


def _exact(text: str, context: Context) -> Items:
    if text == fields.NONE[context.language]:
        return ()
    source = fields.opened(text)
    found: list[Item] = []
    for line in source.text.split("\n"):
        name, body = fields.labelled(line, source, context)
        for piece in fields.pieces(body, "; "):
            inner = fields.inside(piece, _BRACKETS[context.language])
            slots = [_exact_slot(slot, source, context) for slot in fields.pieces(inner, _BETWEEN[context.language])]
            if slots[0][0] != _TRIGGER[context.language]:
                raise NotAsWritten
            found.append((name, slots[0][1], tuple(slots[1:])))
    return tuple(found)


def _exact_slot(slot: str, source: Opened, context: Context) -> tuple[str, str]:
    role, colon, text = slot.partition(fields.COLON[context.language])
    role = fields.value(role, source, fields.NAME)
    if not colon or (context.roles and role not in (*context.roles, _TRIGGER[context.language])):
        raise NotAsWritten
    return role, fields.value(text, source, fields.TUPLE)


def _event_object(item: Item) -> dict[str, Any]:
    return {"trigger": item[1], "arguments": item[2]}


def _exact_json(value: Any, context: Context) -> Items:
    lists = json_forms.unkeyed(value, context.offered)
    return tuple(_exact_object(name, event, context) for name, each in lists for event in json_forms.listed(each))


def _exact_object(name: str, event: Any, context: Context) -> Item:
    if not isinstance(event, dict) or event.keys() != {"trigger", "arguments"}:
        raise NotAsWritten
    slots = [tuple(map(json_forms.verbatim, json_forms.listed(slot))) for slot in json_forms.listed(event["arguments"])]
    if any(len(slot) != 2 or (context.roles and slot[0] not in context.roles) for slot in slots):
        raise NotAsWritten
    return (name, json_forms.verbatim(event["trigger"]), tuple(slots))


def _lines(lines: list[str], source: Opened, found: Found, context: Context, prompt: str) -> None:
    label = context.offered[0] if len(context.offered) == 1 else None
    slots = _slots(context.roles)
    for line in lines:
        slot = slots.match(line)
        if slot and line[slot.end() : slot.end() + 1] not in _OPENING:  # slots without brackets, one event to a line
            _event(line, label, source, found, context, prompt, listed=True)
            continue
        said, body = reading.head(line, context)
        if said:
            label = said
            found.nothing = found.nothing or not body or grammar.is_nothing(body)
        if grammar.is_none(body):
            found.nothing = True
        elif body:
            for group in tuples.groups(body):
                own = reading.heading(group.before.rstrip(":： "), context) if group.before else label
                shown = fields.shown(group.before, source)
                if own:
                    _event(group.inner, own, source, found, context, prompt)
                elif reading.looks_headed(group.before + " "):
                    found.off_schema.append(shown)
                else:
                    found.unusable.append(shown)


def _event(
    inner: str, label: str | None, source: Opened, found: Found, context: Context, prompt: str, *, listed: bool = False
) -> None:
    """One event from its slots; the trigger's comes first or bears the trigger's name. `listed`: commas separate."""
    heads = list(_slots(context.roles).finditer(inner))
    ends = [*(head.start() for head in heads), len(inner)][1:]
    trigger = ""
    arguments: list[tuple[str, str]] = []
    for head, end in zip(heads, ends, strict=True):
        body = inner[head.end() : end].strip(" ,，;；")
        role = fields.shown(head[1], source).strip()
        if grammar.fold(role) in _FOLDED_TRIGGER_WORDS and not trigger:
            trigger = reading.text_of(body, source, prompt)
        elif body and not grammar.is_nothing(body):
            texts = _LISTED.split(body) if listed else [body]
            arguments.extend((_role(role, context), reading.text_of(text, source, prompt)) for text in texts)
    if label and trigger:
        found.items.append((label, trigger, tuple(dict.fromkeys(arguments))))
    else:
        found.unusable.append(fields.shown(inner, source))


_FOLDED_TRIGGER_WORDS = frozenset(grammar.fold(word) for word in _TRIGGER_WORDS)


def _role(role: str, context: Context) -> str:
    return grammar.whole_label(role, Context(offered=context.roles)) or role


@lru_cache(maxsize=64)
def _slots(roles: tuple[str, ...]) -> re.Pattern[str]:
    """Where a slot begins: a role and its colon, at the start or after a separator."""
    names = sorted((*_TRIGGER_WORDS, *roles), key=len, reverse=True)
    known = "|".join([*map(re.escape, names), r"\x00\d+\x00"]) if roles else _ANY_ROLE
    return re.compile(rf"(?:^|[,，;；])\s*({known})\s*[:：]\s*", re.IGNORECASE)


def _from_json(value: Any, found: Found, context: Context) -> None:
    """Events are objects with a trigger; their type is said in them or by the key that they stand under."""
    under: dict[int, str] = {}
    for part in json_forms.objects(value):
        for key, element in part.items():
            under |= {id(event): key for event in (element if isinstance(element, list) else [element])}
        trigger, kind = json_forms.text(part, json_forms.TRIGGER), json_forms.text(part, json_forms.TYPE)
        if not trigger:
            continue
        kind = kind or under.get(id(part), "")
        label = reading.heading(kind, context)
        if not label and len(context.offered) == 1 and not json_forms.text(part, json_forms.TYPE):
            label = context.offered[0]
        if label:
            found.items.append((label, trigger, tuple(_json_arguments(part, context))))
        else:
            found.off_schema.append(f"{kind}: {trigger}")


def _json_arguments(part: dict[str, Any], context: Context) -> Iterator[tuple[str, str]]:
    """Arguments as a list of objects with a role, or as an object (the event itself too) from roles to texts."""
    arguments = part.get("arguments", part.get("论元", part))
    for argument in arguments if isinstance(arguments, list) else []:
        if isinstance(argument, dict):
            role, text = (
                json_forms.text(argument, ("role", "角色", "type")),
                json_forms.text(argument, json_forms.MENTION),
            )
            if role and text:
                yield _role(role, context), text
        elif isinstance(argument, list) and len(pair := json_forms.texts(argument)) == 2:
            yield _role(pair[0], context), pair[1]
    for key, element in arguments.items() if isinstance(arguments, dict) else ():
        role = grammar.whole_label(key, Context(offered=context.roles))
        yield from ((role, text) for text in json_forms.texts(element) if role)


_READINGS = reading.Readings(_exact, _exact_json, _lines, _from_json)
SUBTASKS = subtasks.each_type(instances)
