"""Renderer and scorer against the core they stand on: the same work called as functions and over gRPC, in one run.

python benchmarks/services_renderer_scorer.py [--repeats 3] [--json]

Questions are those of the paper's 13 benchmarks and BioRED at their official sizes (see answered.py), predictions the
gold, damaged; records are generated samples. The server is a process of its own, as it is in use. Each ratio is of
the fastest runs; targets: the renderer's stream at least 0.5 of the core's instances a second, a score within 1.3 times the
core's seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "proto" / "gen")]

import grpc  # noqa: E402 - the repository is on the path from here on
from taiyi_api.renderer.v1 import renderer_service_pb2 as rendering  # noqa: E402
from taiyi_api.renderer.v1 import renderer_service_pb2_grpc as renderers  # noqa: E402
from taiyi_api.scorer.v1 import scorer_service_pb2 as scoring_pb  # noqa: E402
from taiyi_api.scorer.v1 import scorer_service_pb2_grpc as scorers  # noqa: E402

from benchmarks import answered  # noqa: E402
from taiyi import corpora, jsonl, layout, samples  # noqa: E402
from taiyi.corpora import descriptor  # noqa: E402
from taiyi.evaluation import scoring  # noqa: E402
from taiyi.evaluation.outcomes import judge  # noqa: E402
from taiyi.instances import Instance  # noqa: E402
from taiyi.instructions import Wording, render, task_spec  # noqa: E402
from taiyi.ledger import Ledger  # noqa: E402
from taiyi.records import AnyRecord  # noqa: E402

CORPORA = ("sample_cdr", "sample_cmeee", "sample_topics", "sample_exams", "sample_reports")
DOCUMENTS, BATCH, SECONDS = 3000, 500, 600


def house(place: Path, questions: list[answered.Questions]) -> None:
    """A repository with sample records and the benchmarks' questions as the pipeline's test set."""
    (place / "data").mkdir(parents=True)
    for path in (layout.DESCRIPTORS, layout.TEMPLATES, layout.BENCHMARKS, layout.PARAMS):
        (place / path).symlink_to(ROOT / path)
    samples.write(place / "native", documents=DOCUMENTS, seed=13)
    for corpus in CORPORA:
        described = descriptor.find(corpus, ROOT / layout.DESCRIPTORS)
        split = described.splits_for("train")[0]
        records = corpora.read(described, split, place / "native", Ledger())
        jsonl.write(place / layout.curated("train") / f"{corpus}.jsonl", records)
    distinct = {one.id: one for asked in questions for one in asked.instances}
    jsonl.write(place / layout.instructions("test"), distinct.values())


@contextmanager
def server(place: Path) -> Iterator[str]:
    """Both services in a process of their own; their address."""
    command = [sys.executable, __file__, "--serve", str(place)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    assert child.stdout is not None
    try:
        yield child.stdout.readline().strip()
    finally:
        child.terminate()
        child.wait()


def serve(place: Path) -> None:
    """Serve until told to end."""
    from services.kit.server import running
    from services.kit.settings import Settings
    from services.renderer import wiring as renderer
    from services.scorer import wiring as scorer

    async def run() -> None:
        settings = Settings(root=place, grace_seconds=1)
        async with running(settings, [renderer.service(settings), scorer.service(settings)]) as up:
            print(up.address, flush=True)
            await asyncio.Event().wait()

    asyncio.run(run())


def timed(work: Callable[[], int], repeats: int) -> tuple[float, int]:
    """Seconds by the clock of the fastest run, and what the work counted."""
    seconds, count = [], 0
    for _ in range(repeats):
        started = time.perf_counter()
        count = work()
        seconds.append(time.perf_counter() - started)
    return min(seconds), count


def by_core(place: Path, corpus: str) -> int:
    """The instances of a corpus, encoded as data/instructions holds them."""
    described = descriptor.find(corpus, ROOT / layout.DESCRIPTORS)
    wording = Wording(style="taiyi", folder=ROOT / layout.TEMPLATES, seed=0, pool=3)
    specs = {task: task_spec(corpus, task, declared) for task, declared in described.tasks.items()}
    count = 0
    for record in jsonl.read(place / layout.curated("train") / f"{corpus}.jsonl", AnyRecord):
        for task, spec in specs.items():
            for instance in render(record, task, spec, wording, Ledger()):
                count += bool(jsonl.encode(instance))
    return count


def streamed(stub: Any, corpus: str) -> int:
    """The same, over gRPC."""
    request = rendering.RenderCorpusRequest(corpus=f"corpora/{corpus}", use="train")
    return sum(len(part.instances_json) for part in stub.RenderCorpus(request, timeout=SECONDS))


def score(stub: Any, asked: answered.Questions, texts: dict[str, str]) -> str:
    """A benchmark's predictions scored over gRPC: the result as JSON."""

    def messages() -> Iterator[Any]:
        named = scoring_pb.ScoreTarget(benchmark=f"benchmarks/{asked.benchmark.id}", system="gold, damaged")
        yield scoring_pb.ScorePredictionsRequest(target=named)
        rows = [scoring_pb.Prediction(id=identifier, text=text) for identifier, text in texts.items()]
        for first in range(0, len(rows), BATCH):
            batch = scoring_pb.PredictionBatch(predictions=rows[first : first + BATCH])
            yield scoring_pb.ScorePredictionsRequest(predictions=batch)

    return str(stub.ScorePredictions(messages(), timeout=SECONDS).result_json)


def score_by_core(asked: answered.Questions, instances: list[Instance], texts: dict[str, str]) -> str:
    """The same by the functions of `taiyi score`, gold and predictions at hand."""
    made = scoring.evaluate(judge(instances, texts), {}, [asked.benchmark], name="gold, damaged")
    return jsonl.pretty(made.evaluation.results[0])


def compare(address: str, place: Path, questions: list[answered.Questions], repeats: int) -> dict[str, Any]:
    """Seconds of the core and over gRPC, by corpus and by benchmark."""
    found: dict[str, Any] = {"render": {}, "score": {}}
    size = [("grpc.max_receive_message_length", 8 * 2**20)]
    with grpc.insecure_channel(address, options=size) as channel:
        stub = renderers.RendererServiceStub(channel)
        for corpus in CORPORA:
            by_core(place, corpus), streamed(stub, corpus)
            core, count = timed(lambda of=corpus: by_core(place, of), repeats)
            wire, other = timed(lambda of=corpus: streamed(stub, of), repeats)
            assert count == other
            found["render"][corpus] = {"instances": count, "core": core, "grpc": wire, "speed": core / wire}
        scorer = scorers.ScorerServiceStub(channel)
        for asked in questions:
            items = answered.predicted(asked)
            texts = {one.id: answered.written(one, answer) for one, answer in zip(asked.instances, items, strict=True)}
            assert score(scorer, asked, texts) == score_by_core(asked, asked.instances, texts), asked.benchmark.id
            core, _ = timed(lambda a=asked, t=texts: len(score_by_core(a, a.instances, t)), repeats)
            wire, _ = timed(lambda a=asked, t=texts: len(score(scorer, a, t)), repeats)
            found["score"][asked.benchmark.id] = {
                "questions": len(texts),
                "core": core,
                "grpc": wire,
                "ratio": wire / core,
            }
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve)
        return
    real = os.environ.get("TAIYI_REAL_CORPORA")
    with tempfile.TemporaryDirectory() as folder:
        raw, generated = Path(real) if real else None, Path(folder) / "generated"
        questions = [answered.questions(one, raw, generated) for one in answered.described()]
        place = Path(folder) / "house"
        house(place, questions)
        gc.freeze()  # what lies about here is not walked through in the core's time alone
        with server(place) as address:
            found = compare(address, place, questions, arguments.repeats)
    core, wire = (sum(row[side] for row in found["score"].values()) for side in ("core", "grpc"))
    drawn, sent = (sum(row[side] for row in found["render"].values()) for side in ("core", "grpc"))
    found["whole"] = {"render speed": drawn / sent, "score ratio": wire / core}
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    for corpus, row in found["render"].items():
        print(
            f"render {corpus:<16} {row['instances']:>7,} instances  core {row['core']:6.2f} s  grpc {row['grpc']:6.2f} s  speed {row['speed']:.2f}"
        )
    for name, row in found["score"].items():
        print(
            f"score  {name:<16} {row['questions']:>7,} questions  core {row['core']:6.2f} s  grpc {row['grpc']:6.2f} s  ratio {row['ratio']:.2f}"
        )
    print(f"render: {found['whole']['render speed']:.2f} of the core's speed (target: at least 0.5)")
    print(f"score: {found['whole']['score ratio']:.2f} times the core's seconds (target: at most 1.3)")


if __name__ == "__main__":
    main()
