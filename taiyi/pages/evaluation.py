"""One evaluation as an HTML page, several as a leaderboard. Each loads nothing; a short inline script sorts and filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from taiyi.benchmarks import Benchmark
from taiyi.evaluation import signatures
from taiyi.evaluation.comparison import Comparison
from taiyi.evaluation.forgetting import Forgetting
from taiyi.evaluation.outcomes import VERDICTS
from taiyi.evaluation.parity import Sheet
from taiyi.evaluation.results import BenchmarkResult, Evaluation
from taiyi.metrics.outcomes import ratio
from taiyi.pages import charts, heat, leaderboard, views
from taiyi.pages.environment import counted, environment, whole_text
from taiyi.pages.leaderboard import GROUPS, Entrant
from taiyi.pages.views import Headline

EVALUATION, LEADERBOARD = "evaluation.html.j2", "leaderboard.html.j2"


class Line(NamedTuple):
    """A result as it stands in a table: charts as SVG, the key of its signature, its page of answers (empty: none)."""

    result: BenchmarkResult
    title: str
    group: str
    bar: str
    shares: str
    key: str
    href: str
    lacking: bool
    spread: str


class Beside(NamedTuple):
    """What stands on an evaluation's page besides its scores.

    up, up_title: the page that it belongs to. comparison: with the leading model, this one being b. forgetting: of the
    pipeline's own model. Without comparison or forgetting, their sections are left out.
    """

    up: str = ""
    up_title: str = ""
    comparison: Comparison | None = None
    forgetting: Forgetting | None = None


NOTHING = Beside()


def render(
    entrant: Entrant, described: Mapping[str, Benchmark], beside: Beside = NOTHING, sheet: Sheet | None = None
) -> str:
    """The page of one evaluation as HTML text; all text from data is escaped. sheet: its figures beside the paper's."""
    evaluation = entrant.evaluation
    keys = signatures.keys(_signatures(evaluation.results))
    lines = [line(entrant, result, described, keys) for result in evaluation.results]
    order = list(GROUPS.values())
    lines.sort(key=lambda row: (order.index(row.group), row.result.task, row.result.language, row.title))
    return _page(
        EVALUATION,
        entrant=entrant,
        evaluation=evaluation,
        headlines=headlines(evaluation),
        lines=lines,
        heat=heat.by_language(evaluation.results),
        languages=heat.LANGUAGES,
        keys=keys,
        difference=signatures.difference,
        verdicts=views.verdict_chart("all benchmarks", evaluation.verdicts),
        beside=beside,
        sheet=sheet,
        titles={benchmark.id: benchmark.title for benchmark in described.values()},
    )


def render_leaderboard(entrants: Sequence[Entrant], described: Mapping[str, Benchmark]) -> str:
    """The leaderboard as HTML text; all text from data is escaped."""
    board = leaderboard.board(entrants, described)
    keys = signatures.keys(_signatures([result for e in entrants for result in e.evaluation.results]))
    slugs = [row.entrant.slug for row in board.rows]
    lines = {
        (c.key, slug): line(row.entrant, c.cells[slug].result, described, keys, below=True)
        for c in board.columns
        for slug, row in zip(slugs, board.rows, strict=True)
        if slug in c.cells
    }
    return _page(
        LEADERBOARD,
        board=board,
        keys=keys,
        lines=lines,
        heat=heat.by_model(board.columns, slugs),
        verdicts={row.entrant.slug: verdict_chart(row.entrant.evaluation) for row in board.rows},
    )


def line(
    entrant: Entrant,
    result: BenchmarkResult,
    described: Mapping[str, Benchmark],
    keys: Mapping[str, str],
    *,
    below: bool = False,
) -> Line:
    """A result as it stands in a table; below: the table is on the leaderboard, above the entrant's folder."""
    descriptor = described.get(result.benchmark)
    return Line(
        result,
        descriptor.title if descriptor else result.name,
        GROUPS.get(descriptor.group if descriptor else "", GROUPS[""]),
        views.score_chart(result),
        views.verdict_chart(result.name, result.verdicts),
        keys[result.score.signature],
        leaderboard.page(entrant, result) if below else entrant.answers.get(result.name, ""),
        not result.whole,
        spread_chart(result),
    )


def headlines(evaluation: Evaluation) -> list[Headline]:
    """The figures one looks for first."""
    results, verdicts = evaluation.results, evaluation.verdicts
    n, unread = evaluation.official_n, verdicts["unparsable"] + verdicts["unanswered"]
    mentions = sum(result.flags.mentions for result in results)
    invented = sum(result.flags.hallucinated for result in results)
    above = sum(result.score.value > result.score.baseline for result in results)
    cards = [
        Headline(
            _x100(evaluation.macro),
            "macro score",
            f"mean of {counted(len(results), 'benchmark')}; trivial answers reach {_x100(evaluation.macro_baseline)}",
        ),
        Headline(f"{above} of {len(results)}", "above the baseline", "benchmarks where it beats the trivial answer"),
        Headline(
            _x100(ratio(verdicts["right"], n)), "% right to the letter", f"{verdicts['right']:,} of {n:,} questions"
        ),
        Headline(_x100(ratio(unread, n)), "% unreadable", f"{unread:,} unparsable or unanswered, counted as wrong"),
    ]
    if mentions:
        detail = f"{invented:,} of {mentions:,} predicted mentions are not in the source"
        cards.append(Headline(_x100(ratio(invented, mentions)), "% hallucinated", detail))
    return cards


def verdict_chart(evaluation: Evaluation) -> str:
    """The verdicts of a whole evaluation as one bar."""
    return views.verdict_chart(evaluation.name or "all benchmarks", evaluation.verdicts)


def spread_chart(result: BenchmarkResult) -> str:
    """The scores by wording as dots on one track; empty of fewer than two."""
    if len(result.wordings) < 2:
        return ""
    values = [(wording.template, wording.value) for wording in result.wordings]
    low, high = min(value for _, value in values), max(value for _, value in values)
    label = f"{result.name}: {len(values)} wordings, {_x100(low)} to {_x100(high)}"
    return charts.dot_strip(values, label=label)


def _signatures(results: Sequence[BenchmarkResult]) -> list[str]:
    scores = [result.score for result in results] + [score for result in results for score in result.also]
    return [score.signature for score in scores]


def _page(template: str, **values: Any) -> str:
    made = environment().get_template(template)
    return whole_text(made.render(verdict_names=VERDICTS, **values))


def _x100(value: float) -> str:
    return f"{100 * value:.1f}"
