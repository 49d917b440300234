"""What the page shows, worked out of ReportData: rows, headline figures and charts, section by section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from taiyi.benchmarks import Benchmark
from taiyi.budget import AVERAGINGS, Share, together
from taiyi.evaluation.outcomes import VERDICTS, Verdict
from taiyi.evaluation.paper import InstructionRow, Paper
from taiyi.evaluation.parity import Average, Parity, Sheet
from taiyi.evaluation.results import BenchmarkResult
from taiyi.pages import charts
from taiyi.pages import quality as quality_view
from taiyi.pages.environment import counted, task_name
from taiyi.pages.instruction_table import differences, instruction_table, place
from taiyi.pages.report_data import CorpusRow, Curve, LedgerSample, Lengths, ReportData, TaskSize
from taiyi.params import Averaging

STAGES = ("stage1", "stage2")


class Headline(NamedTuple):
    """A figure at the top of the page."""

    value: str
    label: str
    detail: str


class ShareRow(NamedTuple):
    """What a task in a language has of the loss: its instances, their share and as many as the mixture wanted, the mean
    length of an answer in units, the factor that the mixture gave it, the training stages that read it, and by averaging
    its share as number and bar.
    """

    task: str
    language: str
    instances: int
    of_instances: float
    wanted: int
    mean: float
    weight: float
    stages: tuple[str, ...]
    shares: tuple[tuple[float, str], ...]


class LicenceRow(NamedTuple):
    """The corpora that were trained on under one licence, and how many records they gave."""

    terms: str
    licence: str
    records: int
    corpora: list[str]


class Panel(NamedTuple):
    """One training stage: two charts as SVG (empty: nothing to draw), and what to say instead or besides."""

    stage: str
    loss: str
    dev: str
    facts: tuple[str, ...]


def page(data: ReportData) -> dict[str, Any]:
    """Everything the template shows that is not in the data as it stands."""
    results = ordered(data)
    printed = data.paper.instruction_data if data.paper else None
    table = instruction_table(data.sizes, printed, data.planned)
    return {
        "headlines": headlines(data),
        "finding": finding(results),
        "treemap": corpora_treemap(data),
        "legend": [row for row in table if sum(row.ours)],
        "licences": licences(data.corpora),
        "splits": {row.id: split_bar(row) for row in data.corpora},
        "ledger": ledger(data),
        "quality": quality_view.view(data.quality, data.near_misses) if data.quality else None,
        "table": table,
        "table_total": sum(sum(row.ours) for row in table),
        "planned_total": sum(sum(row.planned) for row in table),
        "differences": differences(data.planned, printed) if data.planned and printed else [],
        "loss": loss_shares(data),
        "averagings": AVERAGINGS,
        "lengths": [(row, length_chart(row)) for row in data.lengths],
        "panels": training(data.curves),
        "missing_stages": [
            stage_name(stage) for stage in STAGES if stage not in {curve.stage for curve in data.curves}
        ],
        "results": [(r, score_chart(r), verdict_chart(r.name, r.verdicts)) for r in results],
        "verdicts": verdict_chart("all benchmarks", data.evaluation.verdicts) if data.evaluation else "",
        "columns": columns(data.parity) if data.parity else [],
        "paper_rows": paper_rows(data.parity) if data.parity else [],
        "held_out": held_out(data.parity) if data.parity else [],
        "examples": [(name, [e for e in data.examples if e.verdict == name]) for name in VERDICTS[:3]],
        "settings": settings(data),
    }


def licences(corpora: Iterable[CorpusRow]) -> list[LicenceRow]:
    """The licences of the corpora that gave training records, those that give most first."""
    rows: dict[tuple[str, str], LicenceRow] = {}
    for corpus in corpora:
        records = corpus.splits.get("train", 0)
        if records:
            row = rows.setdefault((corpus.terms, corpus.licence), LicenceRow(corpus.terms, corpus.licence, 0, []))
            rows[corpus.terms, corpus.licence] = row._replace(
                records=row.records + records, corpora=[*row.corpora, corpus.id]
            )
    return sorted(rows.values(), key=lambda row: -row.records)


def headlines(data: ReportData) -> list[Headline]:
    """The figures one looks for first."""
    found: list[Headline] = []
    if data.evaluation:
        e, count = data.evaluation, len(data.evaluation.results)
        above = sum(result.score.value > result.score.baseline for result in e.results)
        right, unread = e.verdicts["right"], e.verdicts["unparsable"] + e.verdicts["unanswered"]
        found += [
            Headline(
                _x100(e.macro),
                "macro score",
                f"mean of {counted(count, 'benchmark')}; trivial answers reach {_x100(e.macro_baseline)}",
            ),
            Headline(
                f"{above} of {count}", "above the baseline", "benchmarks where the model beats the trivial answer"
            ),
            Headline(
                _x100(right / e.official_n), "% right to the letter", f"{right:,} of {e.official_n:,} test instances"
            ),
            Headline(
                _x100(unread / e.official_n), "% unreadable", f"{unread:,} unparsable or unanswered, counted as wrong"
            ),
        ]
    if data.sizes:
        languages = " and ".join(sorted({size.language for size in data.sizes}))
        total = sum(size.train for size in data.sizes)
        corpora = len({size.corpus for size in data.sizes if size.train})
        detail = f"{corpora} corpora, {len({s.task for s in data.sizes if s.train})} task types, {languages}"
        found.append(Headline(f"{total:,}", "training instances", detail))
    if data.ledger:
        overlap = sum(row.count for row in data.ledger if row.rule.startswith("overlap"))
        found.append(
            Headline(
                f"{overlap:,}", "overlaps removed", "training records that share text or document with a scored set"
            )
        )
    return found


def finding(results: Sequence[BenchmarkResult]) -> str:
    """The best and the worst benchmark, measured from the baseline, in a sentence; empty of fewer than two."""
    if len(results) < 2:
        return ""
    by_gain = sorted(results, key=lambda result: result.score.value - result.score.baseline)
    worst, best = by_gain[0], by_gain[-1]
    return f"Furthest above its baseline is {_described(best)}; the least is gained on {_described(worst)}."


def _described(result: BenchmarkResult) -> str:
    score = result.score
    return (
        f"{task_name(result.task)} on {result.corpus} ({result.language}): "
        f"{score.name} {_x100(score.value)} against {_x100(score.baseline)}"
    )


def ordered(data: ReportData) -> list[BenchmarkResult]:
    """The benchmarks in the order of the paper's task groups, then by task, corpus and language."""
    order = {task: place for place, row in enumerate(_rows(data.paper)) for task in row.tasks}
    results = data.evaluation.results if data.evaluation else ()
    return sorted(results, key=lambda r: (order.get(r.task, len(order)), r.task, r.corpus, r.language))


def _rows(paper: Paper | None) -> tuple[InstructionRow, ...]:
    return paper.instruction_data.rows if paper else ()


def _tone(size: TaskSize, paper: Paper | None) -> str:
    """The colour class of a task: that of its row in Table 1, so that kindred tasks look alike."""
    number = place(paper.instruction_data if paper else None, size)
    return "tone-none" if number is None else f"tone-{number}"


def corpora_treemap(data: ReportData) -> str:
    """Training instances by task and corpus as a treemap; empty if there are none."""
    groups: dict[str, list[charts.Leaf]] = {}
    for size in data.sizes:
        if size.train:
            detail = f"{task_name(size.task)} · {size.train:,}"
            leaf = charts.Leaf(size.corpus, detail, size.train, _tone(size, data.paper))
            groups.setdefault(size.task, []).append(leaf)
    label = f"Treemap of training instances by task and corpus; {len(groups)} tasks"
    return charts.treemap(list(groups.values()), label=label) if groups else ""


def split_bar(row: CorpusRow) -> str:
    """The shares of train, dev and test in a corpus; empty if it has no record."""
    segments = [charts.Segment(use, row.splits.get(use, 0), f"use-{use}") for use in ("train", "dev", "test")]
    label = f"{row.id}: " + ", ".join(f"{s.label} {s.size:,.0f}" for s in segments)
    return charts.stacked_bar(segments, label=label, width=130) if any(s.size for s in segments) else ""


def ledger(data: ReportData) -> list[tuple[str, list[tuple[Any, list[LedgerSample]]]]]:
    """By stage: its counts, largest first, each with the sample rows of that rule and action."""
    stages = dict.fromkeys(row.stage for row in data.ledger)
    found = []
    for stage in stages:
        rows = sorted((row for row in data.ledger if row.stage == stage), key=lambda row: -row.count)
        samples = [sample for sample in data.ledger_samples if sample.stage == stage]
        matched = [
            (row, [s for s in samples if (s.entry.rule, s.entry.action) == (row.rule, row.action)]) for row in rows
        ]
        found.append((stage, matched))
    return found


def loss_shares(data: ReportData) -> list[ShareRow]:
    """The loss budget by task and language, largest share under the averaging in force first."""
    if not data.budget:
        return []
    whole, averaging = data.budget, data.budget.averaging
    shares = together(whole.rows, lambda row: f"{row.task} {row.language}")
    taken = sum(share.instances for share in shares) or 1
    most = max((value for share in shares for value in share.shares.values()), default=1.0)
    found = []
    for share in sorted(shares, key=lambda share: -share.shares[averaging]):
        task, _, language = share.name.partition(" ")
        rows = [row for row in whole.rows if (row.task, row.language) == (task, language)]
        found.append(
            ShareRow(
                task,
                language,
                share.instances,
                share.instances / taken,
                sum(row.wanted for row in rows),
                share.units / (share.answers or 1),
                rows[0].weight,
                tuple(stage for stage, asked in data.stages.items() if task in asked),
                tuple(_share_bar(share, each, most) for each in AVERAGINGS),
            )
        )
    return found


def _share_bar(share: Share, averaging: Averaging, most: float) -> tuple[float, str]:
    value = share.shares[averaging]
    label = f"{share.name}: {_x100(value)} % of the loss averaged by {averaging}"
    return value, charts.share_bar(value, most=most, label=label)


def length_chart(row: Lengths) -> str:
    """The lengths of one set as a histogram; empty if no bins are given."""
    label = f"Lengths of {row.name} in tokens: median {row.median:g}, 95th percentile {row.p95:g}, most {row.maximum}"
    return charts.histogram(row.bins, label=label, x_label="tokens", limit=row.limit)


def training(curves: Sequence[Curve]) -> list[Panel]:
    """The stages' charts: loss over one common scale, dev score from 0."""
    losses = [loss for curve in curves for _, loss in curve.loss if loss == loss]
    top = max((score for curve in curves for _, score in curve.dev), default=0.0)
    return [_panel(curve, max(losses, default=1.0), top) for curve in curves]


def _panel(curve: Curve, most: float, top: float) -> Panel:
    raw = charts.thinned(curve.loss, 240)
    window = max(len(raw) // 15, 1)
    lines = [charts.Series("loss", raw, "faint"), charts.Series("running mean", charts.smoothed(raw, window), "strong")]
    name = stage_name(curve.stage)
    loss = charts.line_chart(
        lines, label=f"{name}: training loss by step", x_label="step", y_label="loss", y_range=(0.0, most)
    )
    marks = [
        charts.Mark(step, 100 * score, f"chosen: step {step}, {_x100(score)}")
        for step, score in curve.dev
        if step == curve.chosen
    ]
    dev = charts.line_chart(
        [charts.Series("dev score", [(step, 100 * score) for step, score in curve.dev], "strong")],
        label=f"{name}: macro score on dev by step",
        x_label="step",
        y_label="macro score on dev, ×100",
        marks=marks,
        y_range=(0.0, 100 * top),
    )
    return Panel(name, loss, dev, tuple(_facts(curve, len(raw), window)))


def _facts(curve: Curve, drawn: int, window: int) -> list[str]:
    if curve.note and not curve.loss and not curve.dev:
        return [curve.note]
    facts = [f"{len(curve.loss):,} losses were recorded."] if curve.loss else ["No loss was recorded."]
    if curve.loss:
        kept = "as recorded" if drawn == len(curve.loss) else f"{drawn:,} means of neighbouring steps"
        facts.append(f"Thin line: {kept}; thick line: running mean of {window} of its points.")
    if not curve.dev:
        facts.append("No checkpoint was scored on dev.")
    elif curve.chosen is None:
        facts.append("No checkpoint is marked as chosen.")
    return [*facts, *([curve.note] if curve.note else [])]


def stage_name(stage: str) -> str:
    """`stage1` as it is said: Stage 1."""
    return stage.replace("stage", "Stage ") if stage in STAGES else stage


def score_chart(result: BenchmarkResult) -> str:
    """A benchmark's score as a bar with its baseline."""
    score = result.score
    label = f"{result.name}: {score.name} {_x100(score.value)}, {score.baseline_name} {_x100(score.baseline)}"
    if result.interval:
        label += f", 95 % interval {_x100(result.interval[0])} to {_x100(result.interval[1])}"
    return charts.score_bar(score.value, score.baseline, label=label, interval=result.interval)


def verdict_chart(name: str, verdicts: dict[Verdict, int]) -> str:
    """The four verdicts as shares of one bar."""
    label = f"{name}: " + ", ".join(f"{verdicts[verdict]:,} {verdict}" for verdict in VERDICTS)
    segments = [charts.Segment(verdict, verdicts[verdict], verdict) for verdict in VERDICTS]
    return charts.stacked_bar(segments, label=label, width=170)


def columns(sheet: Sheet) -> list[Average]:
    """The columns of Table 2 that have a figure for each of its benchmarks."""
    wanted = {benchmark.id for benchmark in sheet.benchmarks}
    return [a for a in sheet.averages if {row.benchmark for row in sheet.rows if row.column == a.column} >= wanted]


def paper_rows(sheet: Sheet) -> list[tuple[Benchmark, list[Parity]]]:
    """The benchmarks of Table 2, each with its figures by column; our own stand in each of them."""
    shown = [average.column for average in columns(sheet)]
    cells = {(row.benchmark, row.column): row for row in sheet.rows if row.table == 2}
    return [(benchmark, [cells[benchmark.id, column] for column in shown]) for benchmark in sheet.benchmarks]


def held_out(sheet: Sheet) -> dict[str, dict[str, Parity]]:
    """The rows of Table 3 by name; in each precision, recall and f1."""
    rows: dict[str, dict[str, Parity]] = {}
    for row in sheet.rows:
        if row.table == 3:
            rows.setdefault(row.name, {})[row.figure.partition(":")[0]] = row
    return rows


def settings(data: ReportData) -> list[tuple[str, str, str]]:
    """Name, our value and the paper's (empty: the paper does not say), ours in their order, then what only it has."""
    papers = {setting.name: setting.value for setting in data.paper.training} if data.paper else {}
    ours = [(s.name, s.ours, s.paper or papers.get(s.name, "")) for s in data.settings]
    named = {setting.name for setting in data.settings}
    return ours + [(name, "", value) for name, value in papers.items() if name not in named] if ours else []


def _x100(value: float) -> str:
    return f"{100 * value:.1f}"
