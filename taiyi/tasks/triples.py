"""Relations as answers: `R: [h, t]; [h, t]` (en) and `(h, t, R); (h, t, R)` (zh), an end being a text or a relation.

A relation as an end stands as `R: [h, t]` and `(h, t, R)` in its place.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from typing import Any

from taiyi.instances import Context, Item, Items, Parsed, Style
from taiyi.tasks import fields, grammar, json_forms, reading, tuples
from taiyi.tasks.fields import NotAsWritten, Opened
from taiyi.tasks.reading import Found
from taiyi.tasks.tuples import Group

End = str | Item

_PLACES = (-1, 0, 1)
"""Where in a triple its name may stand: last, first, in the middle."""
DEEPEST = 8
"""How many relations deep an end may lie."""
_END = re.compile(fields.TUPLE.pattern + r"|[:：]\s*\x01")
# After PromptCBLUE: 头实体为a，尾实体为b。 and 头实体：a；尾三元组：头实体：b；尾实体：c；关系：R
_HEAD_TAIL = re.compile(
    r"头实体[为是：:]([^。；，\n]{1,200}?)[，；,;]\s*(?:尾三元组[：:]\s*头实体[：:](?P<h>[^；\n]{1,200})；尾实体[：:](?P<t>[^；\n]{1,200})；"
    r"关系[：:](?P<r>[^；。\n]{1,100})|尾实体[为是：:](?P<tail>[^。；\n]{1,200}))"
)


def answer(gold: Items, context: Context, style: Style) -> str:
    """The relations as text: a line for each name in English, one line of triples in Chinese. JSON, in both:
    `{"R":[["h","t"],["h",{"R2":["h2","t2"]}]]}`.
    """
    if style == "json":
        return json_forms.written(json_forms.by_name(gold, _ends))
    if not gold:
        return fields.NONE[context.language]
    if context.language == "zh":
        return "; ".join(_triple(item) for item in gold)
    lines = []
    for name, group in groupby(gold, key=lambda item: str(item[0])):
        lines.append(_name(name) + ": " + "; ".join(_pair(item) for item in group))
    return "\n".join(lines)


def parse(text: str, context: Context, prompt: str, *, deepest: int) -> Parsed:
    """Relations as (name, head, tail), from the written form or any near it; 1 is `deepest` where ends are texts."""
    return reading.read(text, context, prompt, _readings(deepest))


@cache
def _readings(deepest: int) -> reading.Readings:
    def exact(text: str, context: Context) -> Items:
        return _exact(text, context, deepest)

    def lines(lines: list[str], source: Opened, found: Found, context: Context, prompt: str) -> None:
        _Lines(context, source, found, prompt, deepest).read(lines)

    def exact_json(value: Any, context: Context) -> Items:
        lists = json_forms.unkeyed(value, context.offered)
        return tuple(
            _exact_json(name, ends, context, deepest) for name, each in lists for ends in json_forms.listed(each)
        )

    return reading.Readings(exact, exact_json, lines, _from_json)


def _ends(item: Item) -> list[Any]:
    return [end if isinstance(end, str) else {str(end[0]): _ends(end)} for end in item[1:]]


def _exact_json(name: str, ends: Any, context: Context, depth: int) -> Item:
    if not isinstance(ends, list) or len(ends) != 2 or not depth:
        raise NotAsWritten
    head, tail = (
        _exact_json(*_only(end, context), context, depth - 1) if isinstance(end, dict) else json_forms.verbatim(end)
        for end in ends
    )
    return (name, head, tail)


def _only(end: dict[str, Any], context: Context) -> tuple[str, Any]:
    """The one relation that an end is."""
    relations = json_forms.unkeyed(end, context.offered)
    if len(relations) != 1:
        raise NotAsWritten
    return relations[0]


def _name(name: str) -> str:
    return fields.written(name, fields.NAME)


def _triple(item: Item) -> str:
    return f"({_end(item[1], _triple)}, {_end(item[2], _triple)}, {fields.written(str(item[0]), _END)})"


def _pair(item: Item) -> str:
    def nested(inner: Item) -> str:
        return f"{_name(str(inner[0]))}: {_pair(inner)}"

    return f"[{_end(item[1], nested)}, {_end(item[2], nested)}]"


def _end(end: End, nested: Any) -> str:
    return fields.written(end, _END) if isinstance(end, str) else str(nested(end))


def _exact(text: str, context: Context, deepest: int) -> Items:
    if text == fields.NONE[context.language]:
        return ()
    source = fields.opened(text)
    if context.language == "zh":
        return tuple(_exact_triple(piece, source, context, deepest) for piece in fields.pieces(source.text, "; "))
    found: list[Item] = []
    for line in source.text.split("\n"):
        name, body = fields.labelled(line, source, context)
        found.extend(_exact_pair(name, piece, source, context, deepest) for piece in fields.pieces(body, "; "))
    return tuple(found)


def _exact_triple(piece: str, source: Opened, context: Context, depth: int) -> Item:
    members = fields.pieces(fields.inside(piece, "()"), ", ")
    if len(members) != 3 or not depth:
        raise NotAsWritten
    head, tail = (
        _exact_triple(end, source, context, depth - 1) if fields.enclosed(end) else fields.value(end, source, _END)
        for end in members[:2]
    )
    name = fields.value(members[2], source, _END)
    if name not in context.offered:
        raise NotAsWritten
    return (name, head, tail)


def _exact_pair(name: str, piece: str, source: Opened, context: Context, depth: int) -> Item:
    members = fields.pieces(fields.inside(piece, "[]"), ", ")
    if len(members) != 2 or not depth:
        raise NotAsWritten
    ends: list[End] = []
    for end in members:
        if ": \x01" in (fields.outside(end) or ""):
            inner, body = fields.labelled(end, source, context)
            ends.append(_exact_pair(inner, body, source, context, depth - 1))
        else:
            ends.append(fields.value(end, source, _END))
    return (name, *ends)


class _Lines:
    """The tolerant reading of lines: a label holds for what follows it, up to the next one."""

    def __init__(self, context: Context, source: Opened, found: Found, prompt: str, deepest: int) -> None:
        self.context, self.source, self.found = context, source, found
        self.prompt, self.deepest = prompt, deepest
        self.label = context.offered[0] if len(context.offered) == 1 else None
        self.places: tuple[int, ...] = _PLACES

    def read(self, lines: list[str]) -> None:
        self.places = self._places(lines)
        for line in lines:
            label, body = reading.head(line, self.context)
            if label and fields.outside(line[: len(line) - len(body)]) is not None:  # no colon within a tuple
                self.label = label
                self.found.nothing = self.found.nothing or not body or grammar.is_nothing(body)
                line = "" if grammar.is_nothing(body) else body
            self._body(line)

    def _body(self, line: str) -> None:
        if _HEAD_TAIL.search(line):
            self._spelt_out(line)
        elif grammar.is_none(line):
            self.found.nothing = True
        elif line:
            for group in tuples.groups(line):
                self._group(group, self.label)

    def _group(self, group: Group, label: str | None) -> None:
        own = reading.heading(group.before.rstrip(":： "), self.context) if group.before else None
        item = self._relation(group.inner, own or label, self.deepest) if own or not group.before else None
        if item:
            self.found.items.append(item)
        else:
            self._refused(group, own or label)

    def _refused(self, group: Group, label: str | None) -> None:
        shown = fields.shown(" ".join(part for part in group if part), self.source)
        members = tuples.parts(group.inner, 2)
        unknown_label = group.before.endswith((":", "：")) and len(members) == 2
        if unknown_label or (not group.before and len(members) == 3 and not label):
            self.found.off_schema.append(shown)
        elif len(members) > 2 and not group.before:
            self.found.ambiguous.append(shown)
        else:
            self.found.unusable.append(shown)

    def _relation(self, inner: str, label: str | None, depth: int) -> Item | None:
        """The relation of a tuple: its name is a member of it (the last, the first, the middle), or the label."""
        members = tuples.parts(inner, 2 if label else 3)
        if not depth or not 2 <= len(members) <= 16:
            return None
        name, rest = self._named(members)
        if not name:
            name, rest = label, members
        ways = tuples.pairs(rest, self.prompt) if name else []
        if not name or len(ways) != 1:
            return None
        head, tail = (self._read_end(end, depth) for end in ways[0])
        return (name, head, tail) if head and tail else None

    def _named(self, members: list[str]) -> tuple[str | None, list[str]]:
        if len(members) > 2:
            for place in self.places:
                name = self._name_at(members, place)
                if name:
                    return name, [member for at, member in enumerate(members) if at != place % len(members)]
        return None, members

    def _name_at(self, members: list[str], place: int) -> str | None:
        return reading.heading(fields.shown(members[place], self.source), self.context)

    def _places(self, lines: list[str]) -> tuple[int, ...]:
        """Where a tuple may have its name; first where most tuples of the answer do, since an end may be called as one."""
        tuples_ = [
            members
            for line in lines
            for group in tuples.groups(line)
            if len(members := tuples.parts(group.inner, 3)) == 3
        ]
        held = {place: sum(self._name_at(members, place) is not None for members in tuples_) for place in _PLACES}
        return tuple(sorted(_PLACES, key=lambda place: -held[place]))

    def _read_end(self, end: str, depth: int) -> End:
        label, body = reading.head(end, self.context)
        if fields.enclosed(body):
            nested = self._relation(body[1:-1], label, depth - 1)
            if nested:
                return nested
        return reading.text_of(end, self.source, self.prompt)

    def _spelt_out(self, line: str) -> None:
        for match in _HEAD_TAIL.finditer(line):
            name = reading.heading(match["r"], self.context) if match["r"] else None
            head, h, t, tail = (
                fields.shown(end or "", self.source).strip() for end in match.group(1, "h", "t", "tail")
            )
            if self.label and tail:
                self.found.items.append((self.label, head, tail))
            elif self.label and name:
                self.found.items.append((self.label, head, (name, h, t)))
            else:
                self.found.off_schema.append(match[0])


def _from_json(value: Any, found: Found, context: Context) -> None:
    sole = context.offered[0] if len(context.offered) == 1 else None
    for part in json_forms.objects(value):
        head, tail = (json_forms.text(part, keys) for keys in (json_forms.HEAD, json_forms.TAIL))
        said = json_forms.text(part, json_forms.RELATION)
        name = reading.heading(said, context) if said else sole
        if head and tail:
            if name:
                found.items.append((name, head, tail))
            else:
                found.off_schema.append(f"{said}: {head}, {tail}")
        for key, element in part.items():
            label = reading.heading(key, context)
            if label:
                found.items.extend((label, *ends) for ends in _json_tuples(element, 2))
            else:
                found.off_schema.extend(f"{key}: {', '.join(ends)}" for ends in _json_tuples(element, 2))
    if isinstance(value, list):
        if sole:
            found.items.extend((sole, *ends) for ends in _json_tuples(value, 2))
        for first, second, third in _json_tuples(value, 3):
            name = reading.heading(third, context)
            if name:
                found.items.append((name, first, second))


def _json_tuples(value: Any, count: int) -> list[list[str]]:
    """The lists of so many texts in a list, or the list itself if it is one."""
    if not isinstance(value, list):
        return []
    candidates = [value, *value]
    return [
        texts
        for each in candidates
        if isinstance(each, list) and len(texts := json_forms.texts(each)) == len(each) == count
    ]
