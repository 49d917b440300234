"""RE: relations between mentions, as (relation, head, tail). `R: [h, t]; [h, t]` and `(h, t, R); (h, t, R)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import product

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Argument, Document, content_key
from taiyi.tasks import Fields, Fitting, TaskSpec, ner, subtasks, triples, yes_no
from taiyi.tasks.subtasks import Candidate

FITTING = Fitting("windows")
GROUPS = {
    "default": Fields(("text", "types"), lists=("types",)),
    "each_type": Fields(("text", "types")),
    "pair": Fields(("text", "relation", "head", "tail")),
}
_MOST_ENDS = 8
_ANY = "\x00any"


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per document, also without relations; none where no types are declared. fields: text, types.

    Gold: (name, head, tail), by name as offered. A concept stands for every text that mentions it in the document, as
    in the paper, and for none if none does.
    """
    offered = ner.names(spec)
    if not isinstance(record, Document) or not record.annotated or not offered:
        return
    found: list[tuple[str, str, str]] = []
    for relation in record.relations:
        if relation.type in spec.types:
            tails = surfaces(record, relation.tail)
            found.extend(
                (spec.types[relation.type], head, tail) for head in surfaces(record, relation.head) for tail in tails
            )
    found.sort(key=lambda item: offered.index(item[0]))
    yield Draft(
        fields={"text": record.text.strip(), "types": ner.listed(offered, record)},
        gold=tuple(dict.fromkeys(found)),
        context=ner.context_of(spec, record.language),
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """Pairs under each relation's name (en) or triples (zh)."""
    if yes_no.asked(context):
        return yes_no.answer(gold, style)
    return triples.answer(gold, context, style)


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """Relations by name; a tuple with a comma too many counts only if the prompt settles it."""
    if yes_no.asked(context):
        return yes_no.parse(text, context, prompt=prompt)
    return triples.parse(text, context, prompt, deepest=1)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Micro-F1 over (relation, head, tail)."""
    return Metric("set_f1")


def surfaces(record: Document, end: Argument) -> list[str]:
    """The texts an end stands for: a mention's, a concept's (each once, by position), its own; none for a relation."""
    mentions = (*record.entities, *record.triggers)
    if end.concept:
        found = sorted((m for m in record.entities if end.concept in m.concepts), key=lambda m: m.spans)
        texts = [m.text for m in found]
    else:
        texts = [m.text for m in mentions if m.id == end.ref] if end.ref else [end.text]
    return list(dict.fromkeys(text for text in map(ner.mention, texts) if text))


def _pairs(record: AnyRecord, spec: TaskSpec) -> Iterator[Candidate]:
    """Whether a relation holds between two mentions: yes of each that does, no of pairs of the types that such a
    relation joins between which none of any kind holds, in either direction.
    """
    if not isinstance(record, Document) or not record.annotated:
        return
    whole = next(instances(record, spec), None)
    for name, head, tail in whole.gold if whole else ():
        yield _pair(record, str(name), str(head), str(tail), holds=True)
    related = {
        frozenset((head.casefold(), tail.casefold()))
        for relation in record.relations
        for head in _known_as(record, relation.head)
        for tail in _known_as(record, relation.tail)
    }
    mentions = _mentions(record)
    for native, name in spec.types.items():
        for kinds in _joined(record, native, spec):
            heads, tails = (_few(mentions.get(kind, ()), record) for kind in kinds)
            for head, tail in product(heads, tails):
                ends = frozenset((head.casefold(), tail.casefold()))
                if len(ends) == 2 and ends not in related:
                    yield _pair(record, name, head, tail, holds=False)


def _pair(record: Document, name: str, head: str, tail: str, *, holds: bool) -> Candidate:
    subtask = subtasks.keyed("pair", name, head, tail)
    said = {"relation": name, "head": head, "tail": tail}
    return Candidate(subtask, holds, partial(yes_no.draft, record, subtask, said, yes=holds, wording="pair"))


def _known_as(record: Document, end: Argument) -> list[str]:
    """The texts an end stands for, those of its concepts' other mentions included."""
    concepts = {concept for mention in record.entities if mention.id == end.ref for concept in mention.concepts}
    others = [mention.text for mention in record.entities if concepts & set(mention.concepts)]
    return [*surfaces(record, end), *map(ner.mention, others)]


def _mentions(record: Document) -> dict[str, dict[str, None]]:
    """The texts of mentions by native type, all under _ANY; ends that are bare texts are of the type `head` or `tail`."""
    found: dict[str, dict[str, None]] = {}
    for entity in record.entities:
        found.setdefault(entity.type, {})[ner.mention(entity.text)] = None
    for relation in record.relations:
        for kind, end in (("head", relation.head), ("tail", relation.tail)):
            if end.text:
                found.setdefault(kind, {})[ner.mention(end.text)] = None
    return {**found, _ANY: {text: None for texts in found.values() for text in texts}}


def _joined(record: Document, native: str, spec: TaskSpec) -> list[tuple[str, str]]:
    """The types of head and tail that a relation joins: as declared, else as in this record, else any two."""
    if native in spec.ends:
        return [spec.ends[native]]
    seen = {
        (head, tail)
        for relation in record.relations
        if relation.type == native
        for head in _types(record, relation.head, "head")
        for tail in _types(record, relation.tail, "tail")
    }
    return sorted(seen) or [(_ANY, _ANY)]


def _types(record: Document, end: Argument, bare: str) -> set[str]:
    if end.text:
        return {bare}
    return {m.type for m in record.entities if m.id == end.ref or (end.concept and end.concept in m.concepts)}


def _few(texts: Iterable[str], record: Document) -> list[str]:
    """So many of the texts that their pairs stay few, chosen by their own content."""
    return sorted(filter(None, texts), key=lambda text: content_key(record.id, text))[:_MOST_ENDS]


SUBTASKS = {**subtasks.each_type(instances), "pair": _pairs}
