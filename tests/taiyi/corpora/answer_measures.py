"""What is counted where several people, or systems, gave answers to one question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

Measure = Callable[[Any], Any]


def given(name: str, separator: str | None = "; ") -> Callable[[Any], list[str]]:
    """What stands in a meta that holds a value for each given answer."""
    return lambda records: [value for record in records for value in record.meta[name].split(separator)]


def counts(values: Callable[[Any], list[str]]) -> Measure:
    """How often each value stands."""
    return lambda records: dict(Counter(values(records)))


def or_given(name: str, of_given: Measure, measure: Measure) -> Measure:
    """Counts given answers, where records hold them, else as that measure does."""
    return lambda records: of_given(records) if records and name in records[0].meta else measure(records)


MEASURES: dict[str, Measure] = {
    "answers": lambda records: len(given("scores", None)(records)),
    "ReferenceScore": counts(given("scores", None)),
    "ref_answers": lambda records: sum(len(record.answers) for record in records),
    "codes": counts(given("codes")),
    "distinct_prompts": len,
}
GIVEN: dict[str, tuple[str, Measure]] = {
    "rows": ("codes", lambda records: len(given("codes")(records))),
    "labels": ("labels", counts(given("labels"))),
}
UNMEASURED = {"cols", "header", "multiline", "neg_evidence_start", "tags", "empty_message", "empty_subject"}
