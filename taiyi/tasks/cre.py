"""CRE: causal relations, whose ends may be relations themselves. `R: [h, R2: [h2, t2]]` and `(h, (h2, t2, R2), R)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taiyi.instances import Context, Draft, Item, Items, Outcome, Parsed, Style
from taiyi.metrics.measures import Metric
from taiyi.records import AnyRecord, Argument, Document, Relation
from taiyi.tasks import Fields, Fitting, TaskSpec, ner, re, triples

FITTING = Fitting("windows")
GROUPS = {"default": Fields(("text", "types"), lists=("types",))}


def instances(record: AnyRecord, spec: TaskSpec) -> Iterator[Draft]:
    """One draft per document, also without relations; none where no types are declared. fields: text, types.

    Gold: (name, head, tail), by name as offered, each end a text or again (name, head, tail).
    """
    offered = ner.names(spec)
    if not isinstance(record, Document) or not record.annotated or not offered:
        return
    found = [item for relation in record.relations for item in _items(record, relation, spec, triples.DEEPEST)]
    found.sort(key=lambda item: offered.index(str(item[0])))
    yield Draft(
        fields={"text": record.text.strip(), "types": ner.listed(offered, record)},
        gold=tuple(dict.fromkeys(found)),
        context=ner.context_of(spec, record.language),
    )


def answer(gold: Items, context: Context, style: Style) -> str:
    """As relations are written; a relation as an end stands in its place."""
    return triples.answer(gold, context, style)


def parse(text: str, context: Context, *, prompt: str = "") -> Parsed:
    """As relations are read."""
    return triples.parse(text, context, prompt, deepest=triples.DEEPEST)


def metric(outcomes: Sequence[Outcome]) -> Metric:
    """Micro-F1 over (relation, head, tail), inner relations included."""
    return Metric("set_f1")


def _items(record: Document, relation: Relation, spec: TaskSpec, depth: int) -> list[Item]:
    """The relation for every text its ends stand for; none if it is of a type not asked for, or contains itself."""
    if relation.type not in spec.types or not depth:
        return []
    tails = _ends(record, relation.tail, spec, depth)
    return [
        (spec.types[relation.type], head, tail) for head in _ends(record, relation.head, spec, depth) for tail in tails
    ]


def _ends(record: Document, end: Argument, spec: TaskSpec, depth: int) -> list[triples.End]:
    nested = [relation for relation in record.relations if end.ref and relation.id == end.ref]
    return [*re.surfaces(record, end), *(item for inner in nested for item in _items(record, inner, spec, depth - 1))]
