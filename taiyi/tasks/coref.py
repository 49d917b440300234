"""COREF: which mentions name one thing, as clusters of texts. `[m, m]; [m, m, m]`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from taiyi.instances import Context, Draft, Item, Items, Outcome, Parsed, Style
from taiyi.metrics.coreference import links
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Document
from taiyi.tasks import Fields, Fitting, TaskSpec, fields, grammar, json_forms, ner, reading, tuples
from taiyi.tasks.fields import NotAsWritten, Opened
from taiyi.tasks.reading import Found


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per document that has a cluster of two or more distinct texts. fields: text."""
    if not isinstance(record, Document) or not record.annotated:
        return
    texts = {part.id: ner.mention(part.text) for part in (*record.entities, *record.triggers)}
    clusters = [tuple(dict.fromkeys(texts.get(m, "") for m in group.members)) for group in record.coreferences]
    gold = tuple(dict.fromkeys(cluster for cluster in clusters if len(cluster) > 1 and all(cluster)))
    if gold:
        yield Draft(fields={"text": record.text.strip()}, gold=gold, context=Context(language=record.language))


def answer(gold: Items, context: Context, style: Style) -> str:
    """The clusters on one line; a mention that would be misread is quoted. JSON: `[["a","b"]]`."""
    if style == "json":
        return json_forms.written(gold)
    clusters = ("[" + ", ".join(fields.written(str(text), fields.TUPLE) for text in cluster) + "]" for cluster in gold)
    return "; ".join(clusters) or fields.NONE[context.language]


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """Clusters of two or more mentions."""
    return reading.read(text, context, prompt, _READINGS)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Micro-F1 over pairs of mentions within a cluster, in either order."""
    return Metric("coref_links")


def _exact(text: str, context: Context) -> Items:
    if text == fields.NONE[context.language]:
        return ()
    source = fields.opened(text)
    clusters = [fields.pieces(fields.inside(piece, "[]"), ", ") for piece in fields.pieces(source.text, "; ")]
    if any(len(cluster) < 2 for cluster in clusters):
        raise NotAsWritten
    return tuple(tuple(fields.value(member, source, fields.TUPLE) for member in cluster) for cluster in clusters)


def _exact_json(value: Any, _context: Context) -> Items:
    clusters = [json_forms.listed(cluster) for cluster in json_forms.listed(value)]
    if any(len(cluster) < 2 for cluster in clusters):
        raise NotAsWritten
    return tuple(tuple(json_forms.verbatim(member) for member in cluster) for cluster in clusters)


def _lines(lines: list[str], source: Opened, found: Found, _context: Context, prompt: str) -> None:
    for line in lines:
        if grammar.is_none(line):
            found.nothing = True
            continue
        for group in tuples.groups(line):
            cluster = _members(group.inner, source, prompt)
            if len(cluster) > 1:
                found.items.append(cluster)
            else:
                found.unusable.append(fields.shown(" ".join(group), source))


def _members(inner: str, source: Opened, prompt: str) -> Item:
    members = (reading.text_of(part, source, prompt) for part in tuples.parts(inner, 2))
    return tuple(dict.fromkeys(member for member in members if member))


def _from_json(value: Any, found: Found, _context: Context) -> None:
    for part in json_forms.lists(value):
        cluster = tuple(dict.fromkeys(json_forms.texts(part)))
        if len(cluster) > 1:
            found.items.append(cluster)


_READINGS = reading.Readings(_exact, _exact_json, _lines, _from_json)
FITTING = Fitting("windows", parts=links)
GROUPS = {"default": Fields(("text",))}
