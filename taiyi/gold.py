"""The questions of benchmarks with their gold answers, and the records that measures need, wherever they are to be had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from taiyi import corpora, jsonl, layout, params
from taiyi.benchmarks import Benchmark
from taiyi.corpora import descriptor
from taiyi.errors import InvalidInput, NotFound
from taiyi.evaluation.prediction_files import read_questions
from taiyi.evaluation.scoring import Records, question_of
from taiyi.instances import Instance, Style
from taiyi.instructions import benchmark_questions
from taiyi.ledger import Ledger
from taiyi.metrics import measures

Say = Callable[[str], None]
"""Is told in words what to know about the questions."""


class Sources(NamedTuple):
    """Where questions are looked for: in `file`, else made from native files, else in the pipeline's own test set.

    root: what the other folders lie in. file: questions as `taiyi benchmarks questions` writes them. corpora: native
    files that the caller names, instead of which no others are taken; without it those of params.yaml. remedy: what
    to do where a benchmark's questions cannot be made.
    """

    root: Path = Path()
    file: Path | None = None
    corpora: Path | None = None
    descriptors: Path = layout.DESCRIPTORS
    templates: Path = layout.TEMPLATES
    remedy: str = ""

    @property
    def raw(self) -> Path:
        """The folder of native files."""
        if self.corpora is not None:
            return self.corpora
        told = self.root / layout.PARAMS
        return self.root / (Path(params.load(told).raw.folder) if told.exists() else layout.RAW)

    @property
    def pipeline(self) -> Path:
        """The pipeline's test questions."""
        return self.root / layout.instructions("test")


def questions(
    asked: Sequence[Benchmark], sources: Sources, say: Say, *, wordings: int = 1, style: Style | None = None
) -> list[Instance]:
    """The questions of the benchmarks, each once. Raises NotFound where those of one can be had nowhere."""
    found = {one.id: one for benchmark in asked for one in _questions(benchmark, sources, say, wordings, style)}
    return list(found.values())


def at_hand(
    every: Sequence[Benchmark], sources: Sources, say: Say, *, wordings: int = 1, style: Style | None = None
) -> tuple[list[Benchmark], list[Instance]]:
    """Those of the benchmarks whose questions can be had, and these, each once; the others are said by name. NotFound
    where there are none.
    """
    held = read_questions(sources.file) if sources.file else ()
    asked: list[Benchmark] = []
    found: dict[str, Instance] = {}
    for benchmark in every:
        made = [one for one in held if benchmark.asks(one.id)]
        if not sources.file:
            with suppress(NotFound):
                made = _questions(benchmark, sources, say, wordings, style)
        found.update((one.id, one) for one in made)
        asked += [benchmark] if made else []
    if not asked:
        raise NotFound(f"not one of {len(every)} benchmarks has its questions there\n  {sources.remedy}".rstrip())
    if left_out := [benchmark.id for benchmark in every if benchmark not in asked]:
        say(
            f"{len(left_out)} of {len(every)} benchmarks are left out, whose files are not there: {', '.join(left_out)}"
        )
    return asked, list(found.values())


def records(asked: Sequence[Benchmark], sources: Sources, say: Say) -> Records | None:
    """What finds the records that some measures need; None, and a warning, where their native files are not there."""
    for b in asked:
        needing = [m.name for m in (b.metric, *b.also) if measures.make(m, task=b.task).with_records is not None]
        try:
            if needing:
                described, above = corpora.below(
                    descriptor.find(b.corpus, sources.descriptors), sources.raw, descriptor.ids(sources.descriptors)
                )
                corpora.files(described, b.split, above)
        except NotFound:
            say(f"WARNING: {needing[0]} of {b.id} needs the native files of {b.corpus}, which are not there")
            return None
    return benchmark_questions.records_in(sources.raw, sources.descriptors)


def _questions(benchmark: Benchmark, sources: Sources, say: Say, wordings: int, style: Style | None) -> list[Instance]:
    if sources.file:
        return _of_file(benchmark, sources.file)
    try:
        return _from_native_files(benchmark, sources, say, wordings, style)
    except NotFound as missing:
        found = [] if sources.corpora or wordings > 1 else _of_the_pipeline(benchmark, sources.pipeline)
        if not found:
            text = f"the questions of {benchmark.id} cannot be made: {missing}"
            raise NotFound(f"{text}\n  {sources.remedy}" if sources.remedy else text) from missing
        return found


def _of_file(benchmark: Benchmark, path: Path) -> list[Instance]:
    instances = read_questions(path)
    found = [instance for instance in instances if benchmark.asks(instance.id)]
    if not found:
        raise InvalidInput(
            f"no question of {benchmark.id} ({benchmark.corpus}/{benchmark.split}, {benchmark.task}, "
            f"{benchmark.language}); its {len(instances):,} questions are like {instances[0].id}",
            where=path,
            remedy="is it the gold of another benchmark?",
        )
    return found


def _from_native_files(
    benchmark: Benchmark, sources: Sources, say: Say, wordings: int, style: Style | None
) -> list[Instance]:
    ledger = Ledger()
    made = benchmark_questions.questions(
        benchmark,
        sources.raw,
        ledger,
        wording=benchmark_questions.ALL if wordings > 1 else "",
        style=style,
        descriptors=sources.descriptors,
        templates=sources.templates,
    )
    for rule, count in ledger.counts().items():
        say(f"{benchmark.id}: {count:,} rows of the ledger: {rule}")
    return _first_wordings(made, benchmark.template, wordings) if wordings > 1 else made


def _first_wordings(instances: Sequence[Instance], own: str, count: int) -> list[Instance]:
    """Of each question asked in every wording: the benchmark's own, and as many more as make `count`."""
    by_question: dict[tuple[str, str], list[Instance]] = {}
    for instance in instances:
        by_question.setdefault(question_of(instance), []).append(instance)
    for group in by_question.values():
        group.sort(key=lambda instance: f".{own}." not in f"{instance.id.partition('#')[2]}.")
    return [instance for group in by_question.values() for instance in group[:count]]


def _of_the_pipeline(benchmark: Benchmark, path: Path) -> list[Instance]:
    """The pipeline's test questions of the benchmark, if they are all of them."""
    if not path.exists():
        return []
    found = [instance for instance in jsonl.read(path, Instance) if benchmark.asks(instance.id)]
    return found if len(found) == benchmark.expected_n else []
