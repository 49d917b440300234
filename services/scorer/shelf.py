"""What the scorer reads of the repository: benchmarks, and their questions, kept until a file they are made of changes."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from pathlib import Path

from services.kit import logs
from taiyi import benchmarks, corpora, gold, layout
from taiyi.benchmarks import Benchmark
from taiyi.corpora import descriptor
from taiyi.errors import NotFound
from taiyi.evaluation.scoring import Records
from taiyi.gold import Sources
from taiyi.instances import Instance
from taiyi.instructions.templates import forget

_KEPT = 100_000
"""Questions that are kept, of all benchmarks together."""


class Shelf:
    """A repository's benchmarks. Every method may block."""

    def __init__(self, root: Path) -> None:
        self._benchmarks = root / layout.BENCHMARKS
        self._sources = Sources(
            root=root,
            descriptors=root / layout.DESCRIPTORS,
            templates=root / layout.TEMPLATES,
            remedy=f"put its corpus's native files below raw.folder of the server's {layout.PARAMS}, or run the pipeline",
        )
        self._kept: OrderedDict[str, tuple[object, list[Instance]]] = OrderedDict()
        self._made: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def all(self) -> tuple[Benchmark, ...]:
        """All benchmarks, by id."""
        return benchmarks.every(self._benchmarks)

    def find(self, name: str) -> Benchmark:
        """The benchmark of a resource name; NotFound with what is close."""
        return benchmarks.find(name.removeprefix("benchmarks/"), self._benchmarks)

    def questions(self, benchmark: Benchmark) -> list[Instance]:
        """Its questions with gold answers, as `taiyi score` finds them; NotFound where it would find none."""
        stamps = sorted(self._stamps(benchmark))
        with self._lock:
            alone = self._made[benchmark.id]
        with alone:  # two calls for one benchmark do not make it twice
            before, found = self._kept.get(benchmark.id, (None, []))
            if before != (benchmark, stamps):
                forget()
                found = gold.questions([benchmark], self._sources, lambda said: logs.event("gold", said=said))
                self._keep(benchmark, ((benchmark, stamps), found))
            return found

    def records(self, benchmark: Benchmark) -> Records | None:
        """What finds the records that its measures need, where they are to be had."""
        return gold.records([benchmark], self._sources, lambda said: logs.event("gold", said=said))

    def _keep(self, benchmark: Benchmark, made: tuple[object, list[Instance]]) -> None:
        with self._lock:
            self._kept[benchmark.id] = made
            self._kept.move_to_end(benchmark.id)
            while len(self._kept) > 1 and sum(len(found) for _, found in self._kept.values()) > _KEPT:
                self._kept.popitem(last=False)

    def _stamps(self, benchmark: Benchmark) -> Iterator[tuple[str, int, int]]:
        """What tells that a file has changed of which the questions may be made."""
        for path in self._files(benchmark):
            if path.exists():
                status = path.stat()
                yield str(path), status.st_mtime_ns, status.st_size

    def _files(self, benchmark: Benchmark) -> Iterator[Path]:
        yield self._sources.root / layout.PARAMS
        yield self._sources.descriptors / f"{benchmark.corpus}.yaml"
        yield self._sources.templates / f"{benchmark.task}.yaml"
        try:
            described = descriptor.find(benchmark.corpus, self._sources.descriptors)
            yield from corpora.files(*_placed(described, benchmark.split, self._sources.raw))
        except NotFound:
            yield self._sources.pipeline


def _placed(described: descriptor.Descriptor, split: str, raw: Path) -> tuple[descriptor.Descriptor, str, Path]:
    located, above = corpora.below(described, raw)
    return located, split, above
