"""Evaluation folders in, pages out: a page for each evaluation, its answers beside their gold, a leaderboard over all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from taiyi import jsonl
from taiyi.benchmarks import Benchmark
from taiyi.evaluation import pairing, parity, results
from taiyi.evaluation.comparison import Comparison, compare
from taiyi.evaluation.forgetting import Forgetting
from taiyi.evaluation.pairing import System
from taiyi.evaluation.paper import Paper
from taiyi.evaluation.results import BenchmarkResult, Judged
from taiyi.metrics import significance
from taiyi.pages import answers as answers_page
from taiyi.pages import evaluation as evaluation_page
from taiyi.pages import leaderboard
from taiyi.pages.evaluation import NOTHING, Beside
from taiyi.pages.leaderboard import Entrant

INDEX = "index.html"
ANSWERS = "answers"


class Settings(NamedTuple):
    """What pages are made with.

    described: descriptors by id. paper: the tables of the parity sheet; None: no sheet. most: how many answers of a benchmark to show (None: all). replicates: of the
    comparison with the leading model; 0: no comparison.
    """

    described: Mapping[str, Benchmark] = {}
    paper: Paper | None = None
    most: int | None = None
    replicates: int = significance.REPLICATES


def entrants(systems: Sequence[System]) -> list[Entrant]:
    """Evaluations as entrants of a leaderboard, without pages of answers yet."""
    found: list[Entrant] = []
    for system in systems:
        found.append(Entrant(slug(system.name, [e.slug for e in found]), system.name, system.evaluation, {}))
    return found


def slug(name: str, taken: Iterable[str]) -> str:
    """A name as a file can have it: letters, digits, `.`, `_` and `-`; a number is added to one that is taken."""
    # Case is no difference on some file systems.
    used = {other.casefold() for other in taken}
    plain = re.sub(r"[^\w.-]+", "_", name).strip("._") or "model"
    numbered = (plain if n == 1 else f"{plain}-{n}" for n in range(1, len(used) + 2))
    return next(candidate for candidate in numbered if candidate.casefold() not in used)


def write_evaluation(
    entrant: Entrant, source: Path, out: Path, settings: Settings, beside: Beside = NOTHING
) -> Entrant:
    """Write the page of one evaluation and its answers into the folder `out`; returns it with its pages of answers.

    source: its evaluation folder.
    """
    judged = _by_result(source)
    answers: dict[str, str] = {}
    for result in entrant.evaluation.results:
        rows = judged.get(result.name, [])
        if rows:
            stem = slug(result.benchmark or result.name, [Path(page).stem for page in answers.values()])
            for name, text in _answers(entrant, result, rows, stem, settings):
                _page(out / ANSWERS / name, text)
            answers[result.name] = f"{ANSWERS}/{answers_page.page_name(stem, 1)}"
    entrant = entrant._replace(answers=answers)
    sheet = None
    if settings.paper:
        sheet = parity.sheet(entrant.evaluation, settings.paper, tuple(settings.described.values()))
    _page(out / INDEX, evaluation_page.render(entrant, settings.described, beside, sheet))
    return entrant


def _answers(
    entrant: Entrant, result: BenchmarkResult, rows: Sequence[Judged], stem: str, settings: Settings
) -> Iterable[tuple[str, str]]:
    descriptor = settings.described.get(result.benchmark)
    title = descriptor.title if descriptor else result.name
    return answers_page.render(result, rows, title=title, model=entrant.name, stem=stem, most=settings.most)


def write_leaderboard(folders: Sequence[Path], out: Path, settings: Settings) -> list[Entrant]:
    """Write index.html over all evaluations into `out`, and each one's pages into a folder of its name.

    Returns them, the leading one first.
    """
    systems = pairing.load(folders)
    found = entrants(systems)
    sources = {e.slug: (folder, system) for e, folder, system in zip(found, folders, systems, strict=True)}
    ranked = [row.entrant for row in leaderboard.board(found, settings.described).rows]
    _, leader = sources[ranked[0].slug]
    made = []
    for entrant in ranked:
        folder, system = sources[entrant.slug]
        beside = Beside(
            f"../{INDEX}",
            "all models",
            _compared(leader, system, settings) if system is not leader else None,
            forgetting(folder),
        )
        made.append(write_evaluation(entrant, folder, out / entrant.slug, settings, beside))
    _page(out / INDEX, evaluation_page.render_leaderboard(made, settings.described))
    return made


def forgetting(folder: Path) -> Forgetting | None:
    """What stage 2 forgot, of the pipeline's own evaluation; None of another."""
    path = folder / results.FORGETTING
    return jsonl.read_json(path, Forgetting) if path.exists() else None


def _compared(leader: System, other: System, settings: Settings) -> Comparison | None:
    """None where it is not wanted, or the two have no benchmark in common."""
    if not settings.replicates or not {r.name for r in leader.evaluation.results} & {
        r.name for r in other.evaluation.results
    }:
        return None
    families = {benchmark.id: benchmark.group for benchmark in settings.described.values()}
    return compare(leader, other, families=families, replicates=settings.replicates)


def _by_result(folder: Path) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = defaultdict(list)
    for judged in results.answers(folder) if (folder / results.JUDGED).exists() else ():
        for name in judged.benchmarks:
            found[name].append(judged)
    return found


def _page(path: Path, text: str) -> None:
    with jsonl.replacing(path) as file:
        file.write(text.encode())
