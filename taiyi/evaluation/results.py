"""What an evaluation says: a folder of scores, judged answers and counts, which pages and comparisons read back.

A folder holds scores.json (an Evaluation), judged.jsonl (a Judged per question), counts.json (Counts by benchmark) and
examples.json.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from taiyi import jsonl
from taiyi.errors import NotFound
from taiyi.evaluation.examples import choose
from taiyi.evaluation.flags import Flagged, Flags, of
from taiyi.evaluation.outcomes import Verdict, verdict
from taiyi.instances import Items, Outcome, Status
from taiyi.metrics import Score
from taiyi.metrics.measures import Metric
from taiyi.metrics.sources import sources
from taiyi.records import Language, Part, split_record_id

SCORES = "scores.json"
JUDGED = "judged.jsonl"
COUNTS = "counts.json"
EXAMPLES = "examples.json"
FORGETTING = "forgetting.json"
"""Of the pipeline's own evaluation: what its stage 2 forgot (see taiyi.evaluation.forgetting)."""


class Wording(Part, frozen=True):
    """The score over the questions asked in one wording (a template's id)."""

    template: str
    items: int
    value: float


class BenchmarkResult(Part, frozen=True):
    """One benchmark, scored.

    benchmark: its id in data/benchmarks; empty for a test set without descriptor, which is scored by its task's metric.
    split, subtask: of which its questions are, as described.
    official_n: all its test questions, whatever was answered; score.items is the same number. asked: how many these are
      where some come in several wordings, each counted once (None: none does). expected_n: as described; another number
      of questions is a part of the benchmark, or another version, and is marked so.
    metric: what the headline `score` was made by; also: further scores; left_out: the names of further metrics that
      need the test set's records, where these were not at hand.
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
    split: str = ""
    subtask: str = ""
    metric: Metric | None = None
    asked: int | None = None
    expected_n: int | None = None
    also: tuple[Score, ...] = ()
    left_out: tuple[str, ...] = ()
    of_parsed: float | None = None
    flags: Flags = Flags()
    interval: tuple[float, float] | None = None
    seen: Score | None = None
    unseen: Score | None = None
    wordings: tuple[Wording, ...] = ()

    @property
    def questions(self) -> int:
        """How many questions were put, each counted once in whatever wordings."""
        return self.official_n if self.asked is None else self.asked

    @property
    def whole(self) -> bool:
        """Whether these are as many as the benchmark has; also where that is not known."""
        return self.expected_n in (None, self.questions)


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
    """One judged answer as it is kept; text None: unanswered. benchmarks: the names of the results it counts in.

    prompt: what was asked; source: where in it the text asked about stands, as half-open offsets.
    """

    id: str
    verdict: Verdict
    status: Status
    text: str | None
    items: Items
    gold: Items = ()
    benchmarks: tuple[str, ...] = ()
    prompt: str = ""
    source: tuple[int, int] = (0, 0)
    flagged: Flagged = Flagged()


class Counts(Part, frozen=True):
    """What each record adds to a benchmark's headline: rows[i] are the summed counts of the record documents[i].

    `metric` and `task` make the measure again, whose figure the sums of rows give; two systems are compared on these.
    """

    metric: Metric
    task: str
    signature: str
    documents: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]


def write(folder: Path, scored: tuple[Evaluation, Mapping[str, Counts]], outcomes: Iterable[Outcome]) -> None:
    """Write an evaluation and the outcomes that it is of into an existing folder (see `manifest.whole_folder`)."""
    evaluation, counts = scored
    outcomes = list(outcomes)
    jsonl.write_json(folder / SCORES, evaluation)
    jsonl.write_json(folder / COUNTS, counts)
    jsonl.write_json(folder / EXAMPLES, choose(outcomes))
    jsonl.write(folder / JUDGED, judged(evaluation, outcomes))


def judged(evaluation: Evaluation, outcomes: Iterable[Outcome]) -> Iterator[Judged]:
    """The outcomes as they are kept, in their order, each with the results that it counts in."""
    outcomes = list(outcomes)
    for o, source in zip(outcomes, sources(outcomes), strict=True):
        start = o.instance.prompt.find(source)
        yield Judged(
            id=o.instance.id,
            verdict=verdict(o),
            status=o.parsed.status,
            text=o.text,
            items=o.parsed.items,
            gold=o.instance.gold,
            benchmarks=members(evaluation.results, o.instance.id),
            prompt=o.instance.prompt,
            source=(start, start + len(source)) if start >= 0 else (0, len(o.instance.prompt)),
            flagged=of(o, source),
        )


def members(results: Iterable[BenchmarkResult], identifier: str) -> tuple[str, ...]:
    """The names of the results that an instance of that id counts in: the described ones, else that of its group."""
    corpus, split, _ = split_record_id(identifier)
    task, language, _, subtask = (*identifier.partition("#")[2].split(".", 3), "", "", "")[:4]
    group = [one for one in results if (one.corpus, one.task, one.language) == (corpus, task, language)]
    described = [one for one in group if one.benchmark and one.split == split and one.subtask in ("", subtask)]
    return tuple(one.name for one in described or group if described or not one.benchmark)


def read(folder: Path) -> tuple[Evaluation, dict[str, Counts]]:
    """The evaluation in a folder and its counts by result name. Raises NotFound where the folder has none."""
    evaluation = scores(folder)
    _expect(folder, COUNTS)
    return evaluation, jsonl.read_json(folder / COUNTS, dict[str, Counts])


def scores(folder: Path) -> Evaluation:
    """The evaluation in a folder. Raises NotFound where the folder has none."""
    _expect(folder, SCORES)
    found: Evaluation = jsonl.read_json(folder / SCORES, Evaluation)
    return found


def _expect(folder: Path, name: str) -> None:
    if not (folder / name).exists():
        written_by = "`taiyi score`, `taiyi evaluate` and `dvc repro evaluate` write one"
        raise NotFound(f"{folder} is no evaluation folder: it has no {name}; {written_by}")


def answers(folder: Path) -> Iterator[Judged]:
    """The judged answers of an evaluation in a folder, in its order."""
    return jsonl.read(folder / JUDGED, Judged)
