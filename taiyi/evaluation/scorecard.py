"""One benchmark's result as rows to print: the score and how sure it is, what became of the answers, what others reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from taiyi.benchmarks import Benchmark, Reference
from taiyi.evaluation.outcomes import VERDICTS
from taiyi.evaluation.results import BenchmarkResult
from taiyi.metrics import Score

Row = tuple[str, str]


def rows(result: BenchmarkResult) -> list[Row]:
    """What a result says, name and value; figures are x100."""
    return [row for row in _rows(result) if row[1]]


def warnings(result: BenchmarkResult) -> list[str]:
    """What makes the score another than the benchmark's: a part of its questions, or none that could be read."""
    said: list[str] = []
    expected, asked = result.expected_n, result.questions
    if expected is not None and asked != expected:
        how = "a part of the benchmark" if asked < expected else "more than the benchmark"
        said.append(f"{result.name}: {asked:,} questions, officially {expected:,}: {how}; not comparable as it is")
    elif expected is None:
        said.append(f"{result.name}: how many questions it officially has is not known")
    read = result.verdicts["right"] + result.verdicts["wrong"]
    if not read:
        said.append(f"{result.name}: no answer could be read; the score is that of empty answers")
    return said


def reference_rows(result: BenchmarkResult, benchmark: Benchmark) -> list[tuple[str, str, str, str]]:
    """The published figures beside ours: model, figure, comparable or not and why, source; the highest first."""
    ours = [("this", f"{100 * result.score.value:.2f}", "", "")]
    published = sorted(benchmark.references, key=lambda reference: -reference.value)
    return ours + [
        (reference.model, f"{reference.value:g}", comparability(reference, partial=not result.whole), reference.source)
        for reference in published
    ]


def comparability(reference: Reference, *, partial: bool = False) -> str:
    """`yes`, or `no` with the reasons."""
    reasons = [
        f"metric: {reference.metric}" if reference.metric else "",
        f"split: {reference.split}" if reference.split else "",
        f"of {reference.n:,} items" if reference.n is not None else "",
        "ours is not the whole benchmark" if partial else "",
    ]
    given = "; ".join(reason for reason in reasons if reason)
    said = f"no: {given}" if given else "yes"
    return f"{said} ({reference.note})" if reference.note else said


def _rows(result: BenchmarkResult) -> Iterator[Row]:
    score, n = result.score, result.official_n
    yield "score", f"{score.name} {100 * score.value:.2f}{_between(result.interval)}"
    yield "of the parsed", f"{100 * result.of_parsed:.2f}" if result.of_parsed is not None else ""
    yield "baseline", f"{100 * score.baseline:.2f} ({score.baseline_name})"
    yield "signature", score.signature
    yield "details", "  ".join(f"{name} {value:.4g}" for name, value in score.details.items() if name not in VERDICTS)
    for further in result.also:
        yield _further(further)
    expected = "unknown" if result.expected_n is None else f"{result.expected_n:,}"
    yield "questions", f"{result.questions:,}, officially {expected}{_in_wordings(result)}"
    yield "answers", _shares(result.verdicts, n)
    yield "readings", _shares(result.statuses, n)
    yield "flags", _flags(result)
    if len(result.wordings) > 1:
        values = [wording.value for wording in result.wordings]
        spread = "  ".join(f"{w.template} {100 * w.value:.2f}" for w in result.wordings)
        yield "wordings", f"{100 * min(values):.2f} to {100 * max(values):.2f}: {spread}"


def _in_wordings(result: BenchmarkResult) -> str:
    if result.asked is None:
        return ""
    return f"; in {len(result.wordings)} wordings: the score is over all {result.official_n:,} answers"


def _further(score: Score) -> Row:
    return "also", f"{score.name} {100 * score.value:.2f}  {score.signature}"


def _between(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f" (95 %: {100 * interval[0]:.2f} to {100 * interval[1]:.2f})"


def _shares(counts: Mapping[Any, int], n: int) -> str:
    return "  ".join(f"{name} {count:,} ({count / n:.1%})" for name, count in counts.items())


def _flags(result: BenchmarkResult) -> str:
    flags = result.flags
    said = [
        f"hallucinated {flags.hallucinated:,} of {flags.mentions:,} mentions" if flags.mentions else "",
        f"of these in other case or width {flags.respelled:,}" if flags.respelled else "",
        f"names not offered {flags.off_schema:,}" if flags.off_schema else "",
        f"answers in another language {flags.wrong_language:,}" if flags.wrong_language else "",
    ]
    return "; ".join(word for word in said if word)
