"""NEN: mentions and their normalised ids, as (mention, "DB:ID|DB:ID"). `mention: DB:ID|DB:ID`, one line per mention."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Document, Language
from taiyi.tasks import Fields, Fitting, TaskSpec, fields, grammar, json_forms, ner, reading, tc
from taiyi.tasks.fields import NotAsWritten, Opened
from taiyi.tasks.reading import Found

_MENTION = re.compile(r"[;；：]|:\s")
_SEPARATOR = "，"
_NO_TERM: dict[Language, str] = {"en": "None", "zh": "没有对应的标准化实体"}
_BETWEEN = re.compile(r"\s*[|,，、+;；]\s*")
_ID = re.compile(r"(?:[\w.-]+\s*[:：]\s*)?[\w.:*/-]+")

FITTING = Fitting("windows")
GROUPS = {
    "default": Fields(("text", "mentions", "databases"), lists=("databases",)),
    "terms": Fields(("text", "mentions")),
}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per document that has entities with ids, of the types declared (of any type where none are).

    fields: text; mentions, those asked about; databases, the vocabularies of their ids (empty where concepts are not
    ids but standard terms: wording `terms`). The context offers the mentions; its operation is the vocabulary, where
    there is only one.
    """
    if not isinstance(record, Document) or not record.annotated:
        return
    asked = [e for e in record.entities if e.concepts and (e.type in spec.types or not spec.types)]
    asked.sort(key=lambda entity: entity.spans)
    gold = tuple(dict.fromkeys((ner.mention(e.text), "|".join(sorted(set(e.concepts)))) for e in asked))
    gold = tuple(item for item in gold if all(item))
    if not gold:
        return
    databases = sorted({concept.partition(":")[0] for e in asked for concept in e.concepts if ":" in concept})
    yield asking(record, tuple(dict.fromkeys(text for text, _ in gold)), databases, gold)


def asking(record: Document, mentions: tuple[str, ...], databases: Sequence[str], gold: Items = ()) -> Draft:
    """The question for the ids of these mentions of a document, in these vocabularies, or for their standard terms."""
    return Draft(
        fields={
            "text": record.text.strip(),
            "mentions": "; ".join(fields.written(text, fields.LIST) for text in mentions),
            "databases": ner.listed(databases, record),
        },
        gold=gold,
        context=Context(
            offered=mentions, operation=databases[0] if len(databases) == 1 else "", language=record.language
        ),
        wording="default" if databases else "terms",
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """A line for each mention and its ids; a field that would be misread is quoted.

    JSON: `[{"mention":"m","ids":["DB:1","DB:2"]}]`, or `"verbatim":"x"` for ids that are not as ids are read.
    Where terms to choose from are given, the answer is those that fit: `词，词`; JSON as labels of a text.
    """
    if context.choices:
        terms = _SEPARATOR.join(str(term) for (term,) in gold) or _NO_TERM[context.language]
        read_back = style == "taiyi" and parse(terms, context).items == gold
        return terms if read_back else tc.answer(gold, _terms(context), style)
    if style == "json":
        return json_forms.written([_object(str(text), str(ids), context) for text, ids in gold])
    colon = fields.COLON[context.language]
    lines = [fields.written(str(text), _MENTION) + colon + _ids_written(str(ids), context) for text, ids in gold]
    return "\n".join(lines) or fields.NONE[context.language]


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """Ids by mention, sorted; a missing vocabulary is the context's, where it knows only one.

    Of terms to choose from, those named, the longest first where one holds another.
    """
    if context.choices:
        return tc.parse(text, _terms(context), prompt=prompt)
    return reading.read(text, context, prompt, _READINGS)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Micro-F1 over (mention, ids)."""
    return Metric("set_f1")


def _terms(context: Context) -> Context:
    """The terms to choose from, as labels of which several may be right."""
    offered = tuple(term for _, term in context.choices)
    return Context(offered=offered, aliases=context.aliases, multiple=True, language=context.language)


def _exact(text: str, context: Context) -> Items:
    if text == fields.NONE[context.language]:
        return ()
    source = fields.opened(text)
    return tuple(_exact_line(line, source, context) for line in source.text.split("\n"))


def _exact_line(line: str, source: Opened, context: Context) -> tuple[str, str]:
    mention, colon, ids = line.partition(fields.COLON[context.language])
    bare = not ids.startswith("\x00")  # a quoted field stands as it is
    if bare and canonical(ids, context) != ids:
        raise NotAsWritten
    mention, ids = fields.value(mention, source, _MENTION), fields.value(ids, source, fields.LIST)
    if not colon or (context.offered and mention not in context.offered):
        raise NotAsWritten
    return mention, ids


def _object(text: str, ids: str, context: Context) -> dict[str, Any]:
    if canonical(ids, context) == ids:
        return {"mention": text, "ids": ids.split("|") if _several(ids, context) else [ids]}
    return {"mention": text, "verbatim": ids}


def _several(ids: str, context: Context) -> bool:
    """Whether the bars in canonical ids stand between ids, and not within one (tmVar:c|SUB|G|12|A)."""
    return all(":" in part for part in ids.split("|")) or ":" not in ids


def _exact_json(value: Any, context: Context) -> Items:
    return tuple(_exact_object(part, context) for part in json_forms.listed(value))


def _exact_object(part: Any, context: Context) -> tuple[str, str]:
    if not isinstance(part, dict) or part.keys() not in ({"mention", "ids"}, {"mention", "verbatim"}):
        raise NotAsWritten
    if "ids" in part:
        ids = "|".join(map(json_forms.verbatim, json_forms.listed(part["ids"])))
        if canonical(ids, context) != ids or not part["ids"]:
            raise NotAsWritten
    else:
        ids = json_forms.verbatim(part["verbatim"])
    mention = json_forms.verbatim(part["mention"])
    if context.offered and mention not in context.offered:
        raise NotAsWritten
    return mention, ids


def _ids_written(ids: str, context: Context) -> str:
    return fields.written(ids, fields.LIST) if canonical(ids, context) == ids else fields.quoted(ids)


def canonical(ids: str, context: Context) -> str:
    """Ids sorted, each once, with the context's vocabulary where one has none; unchanged if `|` belongs to the ids."""
    found = [re.sub(r"\s*[:：]\s*", ":", part) for part in _BETWEEN.split(ids.strip()) if part]
    prefixed = [":" in part for part in found]
    if any(prefixed) and not all(prefixed):
        return ids.strip()  # tmVar:c|SUB|G|12|A is one id
    if context.operation and not any(prefixed):
        found = [f"{context.operation}:{part}" for part in found]
    return "|".join(sorted(dict.fromkeys(found)))


def _lines(lines: list[str], source: Opened, found: Found, context: Context, _prompt: str) -> None:
    if len(lines) == len(context.offered) == 1 and _only_ids(lines[0], context):
        return _found(context.offered[0], lines[0], found, context)
    for line in lines:
        for piece in reading.listed(line, source, ""):
            mention, body = reading.head(piece, context) if context.offered else (None, piece)
            if not mention:
                said, colon, ids = piece.replace("：", ": ").rpartition(": ")
                if not colon or not _ID.match(ids):
                    found.nothing = found.nothing or grammar.is_none(piece)
                    (found.off_schema if colon else found.unusable).append(piece)
                    continue
                mention, body = said.strip(), ids
            _found(mention, body, found, context)


def _only_ids(line: str, context: Context) -> bool:
    """Whether a line is ids, or standard terms in Chinese, without the one mention that they are of."""
    parts = [part for part in _BETWEEN.split(line.rstrip(".。")) if part]
    if context.language == "zh" and not context.operation:
        return not reading.head(line, context)[0] and not grammar.is_none(line) and not grammar.is_refusal(line)
    return not _MENTION.search(line) and all(_ID.fullmatch(part) and re.search(r"\d", part) for part in parts)


def _found(mention: str, ids: str, found: Found, context: Context) -> None:
    if grammar.is_none(ids):
        found.nothing = True
    elif context.offered and not grammar.whole_label(mention, context):
        found.off_schema.append(f"{mention}: {ids}")
    elif _ID.match(ids):
        found.items.append((grammar.whole_label(mention, context) or mention, canonical(ids, context)))
    else:
        found.unusable.append(f"{mention}: {ids}")


def _from_json(value: Any, found: Found, context: Context) -> None:
    for part in json_forms.objects(value):
        lowered = {key.casefold(): element for key, element in part.items()}
        mention = json_forms.text(part, json_forms.MENTION)
        ids = next((json_forms.texts(lowered[key]) for key in json_forms.IDENTIFIER if key in lowered), [])
        if mention and ids:
            _found(mention, "|".join(ids), found, context)
            continue
        for key, element in part.items():
            texts = json_forms.texts(element)
            if texts and (not context.offered or grammar.whole_label(key, context)):
                _found(key, "|".join(texts), found, context)


_READINGS = reading.Readings(_exact, _exact_json, _lines, _from_json)
