"""What is counted in Chinese corpora: decision trees, standard terms, clinical findings, nested mentions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from typing import Any

Measure = Callable[[Any], Any]

_TRIPLE = re.compile(r"\(.+?, ([^,()]{4}), .+?\)(?=; \(|$)")


def nodes(records: list[Any]) -> list[str]:
    """The lines of decision trees."""
    return [line for r in records for o in r.outputs for line in o.sections[0].text.split("\n")]


def triples(records: list[Any]) -> list[str]:
    """The relations of the triples in decision trees."""
    return [name for line in nodes(records) for name in _TRIPLE.findall(line.partition("：")[2])]


def or_triples(relations: Measure) -> Measure:
    """Counts relations of documents as that measure does, and of decision trees by their triples."""
    return lambda records: dict(Counter(triples(records))) if hasattr(records[0], "outputs") else relations(records)


def heads(words: dict[str, str]) -> Measure:
    """How many nodes have such words before their triples."""
    return lambda records: {
        name: sum(bool(re.search(word, line.partition("：")[0])) for line in nodes(records))
        for name, word in words.items()
    }


def arguments(role: str, text: str = "") -> Measure:
    """How many arguments of events have that role, and that text if one is given."""
    return lambda records: sum(
        a.role == role and text in ("", a.text) for r in records for e in r.events for a in e.arguments
    )


def meta(name: str) -> Measure:
    """What stands in meta, by value."""
    return lambda records: dict(Counter(record.meta[name] for record in records))


def overlaps(how: Callable[[tuple[int, int], tuple[int, int]], bool]) -> Measure:
    """Pairs of mentions of one record, the one that begins first, else the longer one, first."""

    def pairs(records: list[Any]) -> int:
        whole = [
            [(min(e.spans)[0], max(span[1] for span in e.spans)) for e in (*r.entities, *r.triggers)] for r in records
        ]
        spans = [sorted(of_record, key=lambda span: (span[0], -span[1])) for of_record in whole]
        return sum(how(a, b) for ordered in spans for a, b in combinations(ordered, 2))

    return pairs


def mentions(records: list[Any]) -> int:
    """How many there are."""
    return sum(len(record.entities) for record in records)


def terms(record: Any) -> int:
    """How many standard terms a text has."""
    return sum(len(entity.concepts) for entity in record.entities)


MEASURES: dict[str, Measure] = {
    "n_triples": lambda records: len(triples(records)),
    "roles": heads({"C": "条件", "D": "决策"}),
    "logical_rel": heads({"and": "且", "or": "或", "null": "[^）]$"}),
    "counts.nodes": lambda records: len(nodes(records)),
    "counts.node_without_triples": lambda records: sum(line.endswith("：无") for line in nodes(records)),
    "counts.events": lambda records: sum(len(record.events) for record in records),
    "counts.character": arguments("描述词"),
    "counts.anatomy": arguments("解剖部位"),
    "counts.tendency_(empty)": lambda records: sum(
        all(a.role != "发生状态" for a in event.arguments) for record in records for event in record.events
    ),
    "counts.tendency_否定": arguments("发生状态", "否定"),
    "counts.tendency_不确定": arguments("发生状态", "不确定"),
    "paragraphs": lambda records: len({record.id.rpartition(".")[0] for record in records}),
    "nested_causal_inside_conditional": lambda records: sum(
        r.tail.ref.endswith(".tail") for record in records for r in record.relations
    ),
    "n_norm": lambda records: dict(Counter(str(terms(record)) for record in records)),
    "total_norm": lambda records: sum(map(terms, records)),
    "trailing_empty_norm": lambda records: sum("" in e.concepts for record in records for e in record.entities),
    "dup_text": lambda records: len(records) - len({record.text for record in records}),
    "leading_space": lambda records: sum(record.text != record.text.strip() for record in records),
    "label_4class": meta("class"),
    "label_36class": meta("intent"),
    "task_dataset": meta("dataset"),
    "answer_choices_type": lambda records: dict(
        Counter("list" if "choices" in record.meta else "NoneType" for record in records)
    ),
}
ODD: dict[str, Measure] = {
    "end_inclusive_ok": mentions,
    "end_exclusive_ok": mentions,
    "docs_without_event": lambda records: sum(not record.events for record in records),
    "core_not_in_text": lambda records: sum(e.trigger.text not in r.text for r in records for e in r.events),
    "attr_not_in_text": lambda records: sum(
        a.text not in r.text for r in records for e in r.events for a in e.arguments if a.role != "发生状态"
    ),
    **dict.fromkeys(("nested", "nested_pairs"), overlaps(lambda a, b: a != b and b[1] <= a[1])),
    **dict.fromkeys(("crossing", "crossing_pairs"), overlaps(lambda a, b: a[0] < b[0] < a[1] < b[1])),
    **dict.fromkeys(("same", "same_span", "same_span_pairs"), overlaps(lambda a, b: a == b)),
}
UNMEASURED = {"id_types", "kind", "first_label"}
