"""What of two evaluations can be compared: the same benchmark, measure, records and gold. The rest is named with why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from taiyi.benchmarks import Benchmark
from taiyi.errors import InvalidInput, unknown_name
from taiyi.evaluation import results, signatures
from taiyi.evaluation.results import BenchmarkResult, Counts, Evaluation, Judged
from taiyi.instances import Item
from taiyi.metrics import Score, measures
from taiyi.metrics.measures import Figure, Measure, Rows

Gold = Mapping[str, Mapping[str, frozenset[frozenset[Item]]]]
_LARGEST = 1e12
_NAMED = 3  # records that a reason names


class System(NamedTuple):
    """One evaluation as it is compared.

    name: what it goes by. counts: what each record adds to a benchmark's headline, by the result's name. gold: by the
    result's name and record, the gold of its questions; empty: taken to be the same.
    """

    name: str
    evaluation: Evaluation
    counts: Mapping[str, Counts]
    gold: Gold = {}


class Pair(NamedTuple):
    """One benchmark of two systems. documents: sorted; first, second: their counts in that order, those of A and B
    (sign 1) or of B and A (sign -1): the order does not depend on which of the two is called A.
    """

    name: str
    benchmark: str
    result_a: BenchmarkResult
    result_b: BenchmarkResult
    documents: tuple[str, ...]
    first: Rows
    second: Rows
    sign: int
    measure: Measure
    notes: tuple[str, ...] = ()

    @property
    def figure(self) -> Figure:
        """What sums of counts make."""
        return self.measure.figure

    @property
    def a(self) -> float:
        """A's score."""
        return self.measure.of_rows(self.first if self.sign > 0 else self.second)

    @property
    def b(self) -> float:
        """B's score."""
        return self.measure.of_rows(self.second if self.sign > 0 else self.first)


def load(folders: Sequence[Path]) -> list[System]:
    """The evaluations in these folders; one without a name, or with another's, goes by its folder.

    Raises NotFound for a folder that holds no evaluation.
    """
    found = []
    for folder in folders:
        evaluation, counts = results.read(folder)
        judged = results.answers(folder) if (folder / results.JUDGED).exists() else ()
        found.append(System(evaluation.name or folder.resolve().name, evaluation, counts, golds(judged)))
    names = [system.name for system in found]
    return [
        system._replace(name=folder.as_posix()) if names.count(system.name) > 1 else system
        for folder, system in zip(folders, found, strict=True)
    ]


def of_counts(name: str, counts: Mapping[str, Counts], described: Mapping[str, Benchmark]) -> System:
    """A system of which only the counts of its evaluation are known, by the results' names; their gold is taken to be the
    same as any other's. described: the benchmarks by id.

    Raises InvalidInput of counts that are not in order, which those of an evaluation folder are.
    """
    results = []
    for result, kept in counts.items():
        value = _figure(kept, f"{name}, {result}")
        benchmark = described.get(result)
        results.append(
            BenchmarkResult(
                name=result,
                corpus=kept.documents[0].partition("/")[0],
                task=kept.task,
                language=benchmark.language if benchmark else "en",
                official_n=0,
                score=value,
                verdicts={},
                statuses={},
                benchmark=benchmark.id if benchmark else "",
                metric=kept.metric,
            )
        )
    evaluation = Evaluation(
        macro=sum(result.score.value for result in results) / max(len(results), 1),
        macro_baseline=0.0,
        official_n=0,
        verdicts={},
        results=tuple(results),
        name=name,
    )
    return System(name, evaluation, counts)


def _figure(counts: Counts, where: str) -> Score:
    """The score that counts make; InvalidInput where they are none of its metric."""
    widths = {len(row) for row in counts.rows}
    if len(counts.documents) != len(counts.rows) or len(set(counts.documents)) != len(counts.rows) or len(widths) != 1:
        problem = f"{len(counts.documents):,} documents and {len(counts.rows):,} rows of {sorted(widths)[:3]} counts"
        remedy = "each document once, and for each a row of the same number of counts"
        raise InvalidInput(problem, where=where, remedy=remedy)
    rows = np.array(counts.rows, dtype=np.float64)
    if np.abs(rows).max(initial=0.0) > _LARGEST:
        raise InvalidInput(f"a count above {_LARGEST:g}", where=where)
    measure = measures.make(counts.metric, task=counts.task)
    try:
        value = measure.of_rows(rows)
    except (ArithmeticError, IndexError, ValueError) as error:
        problem = f"rows of {widths.pop()} counts are none of {counts.metric.name}: {error}"
        raise InvalidInput(problem, where=where) from error
    return Score(measure.name, value, 0.0, "", 0, counts.signature)


def golds(judged: Iterable[Judged]) -> Gold:
    """The gold answers by result and record."""
    found: dict[str, dict[str, set[frozenset[Item]]]] = defaultdict(lambda: defaultdict(set))
    for answer in judged:
        for name in answer.benchmarks:
            found[name][answer.id.partition("#")[0]].add(frozenset(answer.gold))
    return {name: {record: frozenset(gold) for record, gold in records.items()} for name, records in found.items()}


def pair(a: System, b: System, *, only: Sequence[str] = ()) -> tuple[list[Pair], list[tuple[str, str]]]:
    """The benchmarks that can be compared, and the names of the others with the reason.

    only: names, or ids in data/benchmarks. Raises InvalidInput where the two have no benchmark in common, NotFound for
    a name in `only` that neither has.
    """
    of_a, of_b = ({result.name: result for result in system.evaluation.results} for system in (a, b))
    names = _chosen({**of_b, **of_a}, only)
    if not of_a.keys() & of_b.keys():
        raise InvalidInput(
            f"{a.name} and {b.name} have no benchmark in common",
            remedy=f"{a.name} has {_listed(of_a)}; {b.name} has {_listed(of_b)}",
        )
    pairs, refused = [], []
    for name in names:
        reason = _reason(name, a, b, of_a.get(name), of_b.get(name))
        if reason:
            refused.append((name, reason))
        else:
            pairs.append(_pair(name, of_a[name], of_b[name], a.counts[name], b.counts[name]))
    return pairs, refused


def _chosen(results: Mapping[str, BenchmarkResult], only: Sequence[str]) -> list[str]:
    if not only:
        return sorted(results)
    by_name: dict[str, set[str]] = defaultdict(set)
    for name, result in results.items():
        by_name[name].add(name)
        if result.benchmark:
            by_name[result.benchmark].add(name)
    for wanted in only:
        if wanted not in by_name:
            raise unknown_name("benchmark", wanted, by_name)
    return sorted({name for wanted in only for name in by_name[wanted]})


def _reason(name: str, a: System, b: System, of_a: BenchmarkResult | None, of_b: BenchmarkResult | None) -> str:
    """Why the two cannot be compared on a benchmark; empty: they can."""
    if of_a is None or of_b is None:
        return f"only in {a.name if of_a else b.name}"
    without = [system.name for system in (a, b) if name not in system.counts]
    if without:
        return f"{' and '.join(without)} kept no counts of it: its metric is no figure of counts by question"
    counts_a, counts_b = a.counts[name], b.counts[name]
    if counts_a.signature != counts_b.signature:
        return f"scored differently: {signatures.difference(counts_a.signature, counts_b.signature)}"
    if of_a.official_n != of_b.official_n:
        return f"{of_a.official_n:,} questions and {of_b.official_n:,}"
    alone = sorted(set(counts_a.documents) ^ set(counts_b.documents))
    if alone:
        return f"{len(alone):,} records are in one of the two only: {_listed(alone)}"
    if len(counts_a.rows[0]) != len(counts_b.rows[0]):
        return "counted over the labels seen in the answers, which are not the same; a list of labels would be"
    gold_a, gold_b = a.gold.get(name, {}), b.gold.get(name, {})
    known = gold_a.keys() & gold_b.keys() & set(counts_a.documents)
    other = sorted(record for record in known if gold_a[record] != gold_b[record])
    if other:
        return f"{len(other):,} records have another gold answer: {_listed(other)}"
    return ""


def _pair(name: str, of_a: BenchmarkResult, of_b: BenchmarkResult, counts_a: Counts, counts_b: Counts) -> Pair:
    documents = tuple(sorted(counts_a.documents))
    rows_a, rows_b = _rows(counts_a, documents), _rows(counts_b, documents)
    sign = -1 if rows_a.tobytes() > rows_b.tobytes() else 1
    first, second = (rows_a, rows_b) if sign > 0 else (rows_b, rows_a)
    measure = measures.make(counts_a.metric, task=counts_a.task)
    wordings = [tuple((w.template, w.items) for w in result.wordings) for result in (of_a, of_b)]
    return Pair(
        name=name,
        benchmark=of_a.benchmark,
        result_a=of_a,
        result_b=of_b,
        documents=documents,
        first=first,
        second=second,
        sign=sign,
        measure=measure,
        notes=(
            *(("asked in other wordings",) if all(wordings) and wordings[0] != wordings[1] else ()),
            *(("ranks are those of all questions, in each sample too",) if measure.redraw else ()),
        ),
    )


def _rows(counts: Counts, documents: Sequence[str]) -> Rows:
    rows = dict(zip(counts.documents, counts.rows, strict=True))
    return np.array([rows[document] for document in documents], dtype=np.float64).reshape(len(documents), -1)


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:_NAMED]) + (" ..." if len(shown) > _NAMED else "")
