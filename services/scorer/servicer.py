"""The scorer's calls: each hands the core what it is given, on another thread, and its answer back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping

import grpc
from taiyi_api.scorer.v1 import scorer_service_pb2 as pb
from taiyi_api.scorer.v1 import scorer_service_pb2_grpc as wire

from services.kit.errors import Refusal, invalid_field
from services.kit.fields import from_json
from services.kit.pages import Pages
from services.kit.settings import Limits
from services.kit.threads import in_thread
from services.scorer import convert
from services.scorer.shelf import Shelf
from taiyi.benchmarks import Benchmark
from taiyi.errors import InvalidInput, NotFound, TaiyiError
from taiyi.evaluation import comparison, pairing, scoring
from taiyi.evaluation.outcomes import judge
from taiyi.evaluation.prediction_files import Collected
from taiyi.evaluation.results import BenchmarkResult, Counts
from taiyi.instances import Instance

_AT_ONCE = 500
"""Answers read between two looks at whether the caller still waits."""
_TEXT_BYTES = 512 * 2**20
"""Of all texts in one stream of predictions."""


class Scorer(wire.ScorerServiceServicer):
    """Answers for the benchmarks on a shelf."""

    def __init__(self, shelf: Shelf, pages: Pages, limits: Limits) -> None:
        self._shelf, self._pages = shelf, pages
        self._most = limits.message_bytes
        # More at once would only take turns, each with its memory.
        self._working = asyncio.Semaphore(os.cpu_count() or 1)

    async def ListBenchmarks(self, request: pb.ListBenchmarksRequest, context: object) -> pb.ListBenchmarksResponse:
        """See the contract."""
        return await in_thread(self._listed, request)

    def _listed(self, request: pb.ListBenchmarksRequest) -> pb.ListBenchmarksResponse:
        shown, token = self._pages.of_list(request, self._shelf.all(), lambda one: one.id)
        return pb.ListBenchmarksResponse(benchmarks=map(convert.benchmark, shown), next_page_token=token)

    async def GetBenchmark(self, request: pb.GetBenchmarkRequest, context: object) -> pb.GetBenchmarkResponse:
        """See the contract."""
        found = await in_thread(self._shelf.find, request.name)
        return pb.GetBenchmarkResponse(benchmark=convert.benchmark(found))

    async def ParseAnswers(self, request: pb.ParseAnswersRequest, context: object) -> pb.ParseAnswersResponse:
        """See the contract."""
        reader = convert.task(request.task)
        found: list[pb.ParsedAnswer] = []
        async with self._working:
            for first in range(0, len(request.answers), _AT_ONCE):
                found += await in_thread(convert.parsed, reader, request.answers[first : first + _AT_ONCE])
        response = pb.ParseAnswersResponse(answers=found)
        if response.ByteSize() > self._most:
            message = f"the readings are more than the {self._most:,} bytes that one answer holds; send fewer a call"
            code, told = grpc.StatusCode.RESOURCE_EXHAUSTED, {"bytes": str(self._most)}
            raise Refusal(code, "ANSWER_TOO_LARGE", message, metadata=told)
        return response

    async def ScorePredictions(
        self, request_iterator: AsyncIterator[pb.ScorePredictionsRequest], context: object
    ) -> pb.ScorePredictionsResponse:
        """See the contract."""
        first = await anext(aiter(request_iterator), None)
        if first is None or first.WhichOneof("part") != "target":
            raise invalid_field("target", "the first message of the stream names the benchmark")
        benchmark = await in_thread(self._shelf.find, first.target.benchmark)
        questions = await in_thread(self._shelf.questions, benchmark)
        predictions = _Predictions(benchmark, questions)
        async for message in request_iterator:
            if message.WhichOneof("part") != "predictions":
                raise invalid_field("target", "a stream names one benchmark, in its first message")
            await in_thread(predictions.add, message.predictions)
        async with self._working:
            texts = predictions.collected.answers().texts
            result = await in_thread(self._scored, benchmark, questions, texts, first.target.system)
            return convert.scored(result)

    def _scored(
        self, benchmark: Benchmark, questions: list[Instance], texts: Mapping[str, str], system: str
    ) -> BenchmarkResult:
        outcomes = judge(questions, texts)
        records = self._shelf.records(benchmark)
        scored = scoring.evaluate(outcomes, {}, [benchmark], name=system, model="predictions", records=records)
        return scored.evaluation.results[0]

    async def CompareEvaluations(
        self, request: pb.CompareEvaluationsRequest, context: object
    ) -> pb.CompareEvaluationsResponse:
        """See the contract."""
        async with self._working:
            return await in_thread(self._compared, request)

    def _compared(self, request: pb.CompareEvaluationsRequest) -> pb.CompareEvaluationsResponse:
        described = {one.id: one for one in self._shelf.all()}
        systems = []
        for name in ("a", "b"):
            field = f"counts_{name}_json"
            counts: dict[str, Counts] = from_json(getattr(request, field), dict[str, Counts], field)
            try:
                systems.append(pairing.of_counts(name.upper(), counts, described))
            except (InvalidInput, NotFound) as error:
                raise invalid_field(field, str(error)) from error
        families = {identifier: one.group for identifier, one in described.items()}
        made = comparison.compare(*systems, alpha=request.alpha or comparison.ALPHA, families=families)
        return convert.compared(made)


class _Predictions:
    """The predictions of a stream as they come."""

    def __init__(self, benchmark: Benchmark, questions: list[Instance]) -> None:
        self.collected = Collected(questions, "prediction")
        self._benchmark, self._bytes, self._count = benchmark, 0, 0

    def add(self, batch: pb.PredictionBatch) -> None:
        """Take a batch; an id that came before, or is none of the benchmark's, is refused."""
        for place, prediction in enumerate(batch.predictions):
            self._count += 1
            field = f"predictions.predictions[{place}].id"
            try:
                known = self.collected.add(prediction.id, prediction.text, self._count, f"prediction {self._count}")
            except TaiyiError as error:
                raise invalid_field(field, str(error)) from error
            if not known:
                close = self.collected.names.close(prediction.id)
                problem = f"{prediction.id!r} is no question of {self._benchmark.id}"
                raise invalid_field(field, f"{problem}; {close}" if close else problem)
            self._bytes += len(prediction.text)
            if self._bytes > _TEXT_BYTES:
                message = f"the predictions are more than {_TEXT_BYTES:,} characters in all"
                raise Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "PREDICTIONS_TOO_LARGE", message)
