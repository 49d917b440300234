"""Micro-F1 over normalised concepts: relations between them, ids of a document, standard terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from taiyi.errors import InvalidInput, NotReady
from taiyi.instances import Item, Outcome
from taiyi.metrics import sets, signature, significance
from taiyi.metrics.concept_lookup import Lookup
from taiyi.metrics.concepts import UNLINKED, identifiers
from taiyi.metrics.matching import Matching
from taiyi.metrics.measures import Measure, Rows, one_of
from taiyi.metrics.outcomes import predicted_set, projected
from taiyi.metrics.sets import Tally
from taiyi.records import AnyRecord

_SETTINGS = {"average": "micro", "duplicates": "once", "level": "concept"}


def concept_f1(
    *,
    task: str,
    names: str = "",
    types: str = "",
    case: str = "mixed",
    grounding: str = "test_set",
    unmapped: str = "merged",
) -> Measure:
    """Concepts of a document instead of its texts, as the BioCreative V CDR kit compares them.

    nen: the ids of a document, whichever mention they are of; -1 is left out. re: pairs of ids under a relation's name.
    Predicted texts are looked up among the document's own mentions (`case`: mixed or fold), then, with `grounding:
    test_set` and not `document`, among all of the test set's, as BioGPT does it. A text found nowhere is -1, and its
    pair wrong: one wrong pair with every other such text (`unmapped: merged`, as the kit sees it), or `apart`. The
    concepts come from the records, which `with_records` hands in.
    names: the records' relation for a name asked for, `CID=chemical-induced disease`, several parted by semicolons;
    where left out, the one that reads alike, or the only one. types: only these names count, separated by commas.
    """
    one_of(case, ("mixed", "fold"), "case")
    own_document_only = one_of(grounding, ("test_set", "document"), "grounding") == "document"
    apart = one_of(unmapped, ("merged", "apart"), "unmapped") == "apart"
    if one_of(task, ("nen", "re"), "the task of concept_f1") == "nen":
        if names or types or case != "mixed" or own_document_only or apart:
            raise InvalidInput("concept_f1 of nen has no settings", remedy="those it has are of relations (re)")
        return _projected(task, _ids, {"only": "ids", "unlinked": "left-out", **_SETTINGS})
    only = frozenset(filter(None, types.split(",")))
    settings = {"case": case, "grounding": grounding, "unmapped": f"{UNLINKED}-{unmapped}", **_SETTINGS}
    settings |= {name: given for name, given in (("only", types), ("relations", names)) if given}

    def missing(_outcomes: Sequence[Outcome]) -> Rows:
        raise NotReady("concept_f1 of relations needs the records of the test set, which hold the concepts' ids")

    def with_records(records: Mapping[str, AnyRecord]) -> Measure:
        matching = Matching(case="fold" if case == "fold" else "mixed")
        lookup = Lookup(records, matching, own_document_only=own_document_only, unmapped_apart=apart)
        return _of_counts(task, lambda outcomes: _relations(outcomes, lookup, names, only), settings)

    return _of_counts(task, missing, settings)._replace(with_records=with_records)


def normalisation(*, task: str) -> Measure:
    """Standard terms of a question (CHIP-CDN), each once; of mentions with ids, (mention, id) for every single id."""
    return _projected(task, _terms, {"average": "micro", "duplicates": "once", "match": "exact", "only": "terms"})


def _ids(item: Item) -> Iterable[Item]:
    return [(one,) for one in identifiers(str(item[-1])) if one != UNLINKED]


def _terms(item: Item) -> Iterable[Item]:
    return [item] if len(item) == 1 else [(item[0], one) for one in identifiers(str(item[-1]))]


def _projected(task: str, project: Callable[[Item], Iterable[Item]], settings: dict[str, str]) -> Measure:
    def rows(outcomes: Sequence[Outcome]) -> Rows:
        return _rows([sets.tally(outcome) for outcome in projected(outcomes, project)])

    return _of_counts(task, rows, settings)


def _of_counts(task: str, rows: Callable[[Sequence[Outcome]], Rows], settings: dict[str, str]) -> Measure:
    """A micro-F1 of rows of tp, predicted and gold."""

    def details(outcomes: Sequence[Outcome]) -> dict[str, float]:
        tp, predicted, gold = map(float, rows(outcomes).sum(axis=0))
        counts = {"tp": tp, "predicted": predicted, "gold": gold}
        return {"precision": tp / max(predicted, 1.0), "recall": tp / max(gold, 1.0), **counts}

    return Measure(
        name="concept_f1" if settings.get("level") == "concept" else "f1",
        rows=rows,
        figure=significance.micro_f1,
        signature=lambda _: signature("f1", task=task, **settings),
        details=details,
        trivial=lambda _: (0.0, "empty answer"),
    )


def _relations(outcomes: Sequence[Outcome], lookup: Lookup, names: str, only: frozenset[str]) -> Rows:
    natives = _natives(outcomes, lookup.relations, names)
    found = []
    for outcome in outcomes:
        record, asked = outcome.instance.record, set(outcome.instance.context.offered) & (only or set(natives.values()))
        gold = {
            (name, *pair) for native, name in natives.items() if name in asked for pair in lookup.gold(record, native)
        }
        said = [item for item in predicted_set(outcome) if len(item) == 3 and (not only or item[0] in only)]
        read = {(item[0], *pair) for item in said for pair in _grounded(item, record, lookup, natives)}
        found.append(Tally(len(gold & read), len(read), len(gold)))
    return _rows(found)


def _grounded(item: Item, record: str, lookup: Lookup, natives: Mapping[str, str]) -> set[tuple[str, str]]:
    name, head, tail = (str(part) for part in item)
    return lookup.grounded(record, [native for native, asked in natives.items() if asked == name], head, tail)


def _natives(outcomes: Sequence[Outcome], relations: Sequence[str], names: str) -> dict[str, str]:
    """The records' relations by the name asked for. Raises InvalidInput where none is found."""
    if names:
        pairs = (part.partition("=") for part in names.split(";") if part.strip())
        return {native.strip(): name.strip() for native, _, name in pairs}
    offered = sorted({name for outcome in outcomes for name in outcome.instance.context.offered})
    if len(relations) == len(offered) == 1:
        return {relations[0]: offered[0]}
    alike = {native: name for native in relations for name in offered if native.casefold() == name.casefold()}
    if outcomes and relations and not alike:
        raise InvalidInput(
            f"which of the relations {', '.join(relations)} is asked for as {', '.join(offered)} is not said",
            remedy="set `names` of concept_f1: `<relation>=<name asked for>`, parted by semicolons",
        )
    return alike


def _rows(tallies: Sequence[Tally]) -> Rows:
    return np.array(tallies, dtype=np.float64).reshape(-1, 3)


MEASURES = {"concept_f1": concept_f1, "normalisation": normalisation}
