"""RE: relations between mentions, as (relation, head, tail). `R: [h, t]; [h, t]` and `(h, t, R); (h, t, R)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taiyi.instances import Context, Draft, Items, Outcome, Parsed, Style
from taiyi.metrics import Score, sets
from taiyi.records import AnyRecord, Argument, Document
from taiyi.tasks import TaskSpec, ner, triples


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
    return triples.answer(gold, context)


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """Relations by name; a tuple with a comma too many counts only if the prompt settles it."""
    return triples.parse(text, context, prompt, deepest=1)


def score(outcomes: Sequence[Outcome]) -> Score:
    """Micro-F1 over (relation, head, tail)."""
    return sets.micro_f1(outcomes, task="re")


def surfaces(record: Document, end: Argument) -> list[str]:
    """The texts an end stands for: a mention's, a concept's (each once, by position), its own; none for a relation."""
    mentions = (*record.entities, *record.triggers)
    if end.concept:
        found = sorted((m for m in record.entities if end.concept in m.concepts), key=lambda m: m.spans)
        texts = [m.text for m in found]
    else:
        texts = [m.text for m in mentions if m.id == end.ref] if end.ref else [end.text]
    return list(dict.fromkeys(text for text in map(ner.mention, texts) if text))
