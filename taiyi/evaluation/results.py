"""What an evaluation says: a folder of scores, judged answers and counts, which pages and comparisons read back.

A folder holds scores.json (an Evaluation), judged.jsonl (a Judged per question), counts.json (Counts by benchmark) and
examples.json.
"""

from __future__ import annotations

from taiyi.evaluation.outcomes import Verdict
from taiyi.instances import Items, Status
from taiyi.metrics import Score
from taiyi.metrics.measures import Metric
from taiyi.records import Language, Part

SCORES = "scores.json"
JUDGED = "judged.jsonl"
COUNTS = "counts.json"


class Flags(Part, frozen=True):
    """What is wrong with answers beyond being wrong.

    hallucinated: predicted mentions that do not occur in the source, of `mentions` predicted (extraction only).
    off_schema: predicted names, labels or types that were not offered. wrong_language: answers not in the language
    asked for.
    """

    mentions: int = 0
    hallucinated: int = 0
    off_schema: int = 0
    wrong_language: int = 0


class Wording(Part, frozen=True):
    """The score over the questions asked in one wording (a template's id)."""

    template: str
    items: int
    value: float


class BenchmarkResult(Part, frozen=True):
    """One benchmark, scored.

    benchmark: its id in data/benchmarks; empty for a test set without descriptor, which is scored by its task's metric.
    official_n: all its test questions, whatever was answered; score.items is the same number. expected_n: as described;
      another number than official_n is a part of the benchmark, or another version, and is marked so.
    metric: what the headline `score` was made by; also: further scores.
    of_parsed: the headline over the answers that could be read; `score` counts the others as wrong.
    verdicts: right, wrong, unparsable, unanswered; they add up to official_n.
    statuses: how the readings of the given answers went (`ok`, `none`, `partial` ...).
    interval: where the score lies with 95 % confidence, drawing whole records; None of a single record.
    seen, unseen: extraction only; the score over items whose mention training showed, and over the others.
    wordings: the spread over the wordings that its questions were asked in.
    """

    name: str
    corpus: str
    task: str
    language: Language
    official_n: int
    score: Score
    verdicts: dict[Verdict, int]
    statuses: dict[str, int]
    benchmark: str = ""
    metric: Metric | None = None
    expected_n: int | None = None
    also: tuple[Score, ...] = ()
    of_parsed: float | None = None
    flags: Flags = Flags()
    interval: tuple[float, float] | None = None
    seen: Score | None = None
    unseen: Score | None = None
    wordings: tuple[Wording, ...] = ()


class Evaluation(Part, frozen=True):
    """All benchmarks of one set of predictions; macro is the unweighted mean of their headline scores.

    name: what the model is called in tables; model: where it is from (a folder's digest, an endpoint, "predictions").
    """

    macro: float
    macro_baseline: float
    official_n: int
    verdicts: dict[Verdict, int]
    results: tuple[BenchmarkResult, ...]
    name: str = ""
    model: str = ""


class Judged(Part, frozen=True):
    """One judged answer as it is kept; text None: unanswered. benchmarks: the names of the results it counts in."""

    id: str
    verdict: Verdict
    status: Status
    text: str | None
    items: Items
    gold: Items = ()
    benchmarks: tuple[str, ...] = ()


class Counts(Part, frozen=True):
    """What each record adds to a benchmark's headline: rows[i] are the summed counts of the record documents[i].

    `metric` and `task` make the measure again, whose figure the sums of rows give; two systems are compared on these.
    """

    metric: Metric
    task: str
    signature: str
    documents: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
