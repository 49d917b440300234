"""Measures: ways to score judged answers, found by name. Each adds up counts by question and makes a figure of the sums.

From the counts alone follow the interval of a score, the comparison of two systems, and the score of any part.
A module here offers some in its MEASURES, name -> maker; the settings that a maker takes are its keyword arguments.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from taiyi.errors import InvalidInput, unknown_name
from taiyi.instances import Outcome
from taiyi.metrics import Score
from taiyi.metrics.outcomes import counts as verdicts
from taiyi.records import AnyRecord, Part

Rows = npt.NDArray[np.float64]
"""Counts, questions x counts; or their sums, replicates x counts."""
Figure = Callable[[Rows], npt.NDArray[np.float64]]
"""Of sums, replicates x counts -> replicates: the figure that they make, in [0, 1] (a correlation: [-1, 1])."""

Redraw = Callable[[Sequence[Outcome]], Figure]
"""Of questions, the figures of samples: weights, replicates x questions (how often each is drawn) -> replicates."""


class Metric(Part, frozen=True):
    """A measure as a benchmark names it: `{name: set_f1, settings: {case: fold}}`."""

    name: str
    settings: dict[str, str] = {}


class Measure(NamedTuple):
    """One way to score.

    name: as scores and tables call it (f1, accuracy, rouge_l ...).
    rows: what each judged question adds, one row each in their order. An unanswered or unparsable one is an empty
      answer: its gold still counts.
    figure: what the sums of rows make.
    signature: of the answers scored; two scores of different signatures never share a column without a mark.
    details: further figures of all outcomes (precision, per type ...).
    trivial: the figure of the trivial answer on the same gold, and its name.
    redraw: where the figure of a sample is not that of summed rows (ranks): of questions, what gives the figures of
      samples of them. The rows then make the figure of all questions, and of others nearly.
    with_records: where answers are judged by more than their questions hold: of the test set's records by id, the
      measure to use. Without it such a measure raises NotReady.
    document_of: where what stands together is more than a record: of a record's id, the name of the document that is
      drawn and compared as a whole.
    """

    name: str
    rows: Callable[[Sequence[Outcome]], Rows]
    figure: Figure
    signature: Callable[[Sequence[Outcome]], str]
    details: Callable[[Sequence[Outcome]], dict[str, float]]
    trivial: Callable[[Sequence[Outcome]], tuple[float, str]]
    redraw: Redraw | None = None
    with_records: Callable[[Mapping[str, AnyRecord]], Measure] | None = None
    lower_is_better: bool = False
    document_of: Callable[[str], str] | None = None

    def value(self, outcomes: Sequence[Outcome]) -> float:
        """The figure of these outcomes; 0 of none."""
        return self.of_rows(self.rows(outcomes)) if outcomes else 0.0

    def of_rows(self, rows: Rows) -> float:
        """The figure of rows already made; 0 of none."""
        return float(self.figure(rows.sum(axis=0, keepdims=True))[0]) if len(rows) else 0.0

    def score(self, outcomes: Sequence[Outcome], rows: Rows | None = None) -> Score:
        """The whole score of these outcomes, whose rows may be given; its details also count the verdicts."""
        baseline, name = self.trivial(outcomes)
        return Score(
            name=self.name,
            value=self.value(outcomes) if rows is None else self.of_rows(rows),
            baseline=baseline,
            baseline_name=name,
            items=len(outcomes),
            signature=self.signature(outcomes),
            details={**self.details(outcomes), **verdicts(outcomes)},
        )


Maker = Callable[..., Measure]


@cache
def makers() -> Mapping[str, Maker]:
    """Every measure by name."""
    found: dict[str, Maker] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        found |= importlib.import_module(f"{__name__}.{module}").MEASURES
    return found


def make(metric: Metric, *, task: str) -> Measure:
    """The measure that a benchmark of a task names. Raises InvalidInput of a wrong name, setting or value."""
    known = settings(metric.name)
    for setting in metric.settings:
        if setting not in known:
            raise unknown_name(f"setting of the metric {metric.name}", setting, known)
    return makers()[metric.name](task=task, **metric.settings)


def settings(name: str) -> dict[str, str]:
    """The settings of a metric and what each is where it is not given. Raises NotFound of a wrong name."""
    if name not in makers():
        raise unknown_name("metric", name, tuple(makers()))
    parameters = inspect.signature(makers()[name]).parameters
    return {key: str(value.default) for key, value in parameters.items() if key != "task"}


def one_of(value: str, choices: Sequence[str], setting: str) -> str:
    """A setting's value. Raises InvalidInput where it is none of the choices."""
    if value not in choices:
        raise InvalidInput(f"{setting} is {value!r}", remedy=f"one of {', '.join(choices)}")
    return value
