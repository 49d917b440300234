"""The scorer: what is scored, answers read, predictions scored, systems compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from taiyi_api.scorer.v1 import scorer_service_pb2 as wire

from taiyi_client.calling import Service, every

SCORE_SECONDS = 600.0
_BATCH = 500


class Scorer(Service):
    """Calls of ScorerService. Names are `benchmarks/ID`."""

    contract = wire.DESCRIPTOR.services_by_name["ScorerService"]

    def benchmarks(self, *, page_size: int = 0) -> Iterator[wire.Benchmark]:
        """What is scored, page by page."""

        def page(token: str) -> tuple[Sequence[wire.Benchmark], str]:
            asked = wire.ListBenchmarksRequest(page_size=page_size, page_token=token)
            answer = self._ask("ListBenchmarks", asked, wire.ListBenchmarksResponse)
            return answer.benchmarks, answer.next_page_token

        return every(page)

    def benchmark(self, name: str) -> wire.Benchmark:
        """One benchmark."""
        return self._ask("GetBenchmark", wire.GetBenchmarkRequest(name=name), wire.GetBenchmarkResponse).benchmark

    def parse(
        self, task: str, answers: Sequence[wire.RawAnswer], timeout_seconds: float = SCORE_SECONDS
    ) -> Sequence[wire.ParsedAnswer]:
        """Raw answers read: the structure of each and how well it could be read."""
        asked = wire.ParseAnswersRequest(task=task, answers=answers)
        return self._ask("ParseAnswers", asked, wire.ParseAnswersResponse, timeout_seconds).answers

    def score(
        self,
        benchmark: str,
        predictions: Iterable[tuple[str, str]],
        *,
        system: str = "",
        timeout_seconds: float = SCORE_SECONDS,
    ) -> wire.ScorePredictionsResponse:
        """The score of predictions, (instance id, raw text) each; read once, and sent as they are read."""

        def requests() -> Iterator[wire.ScorePredictionsRequest]:
            target = wire.ScoreTarget(benchmark=benchmark, system=system)
            yield wire.ScorePredictionsRequest(target=target)
            rest = iter(predictions)
            while batch := [wire.Prediction(id=identifier, text=text) for identifier, text in islice(rest, _BATCH)]:
                yield wire.ScorePredictionsRequest(predictions=wire.PredictionBatch(predictions=batch))

        return self._send("ScorePredictions", requests(), wire.ScorePredictionsResponse, timeout_seconds)

    def compare(self, counts_a: str, counts_b: str, *, alpha: float = 0.0) -> wire.CompareEvaluationsResponse:
        """Two systems by their counts.json: differences, their intervals, and which are more than chance."""
        asked = wire.CompareEvaluationsRequest(counts_a_json=counts_a, counts_b_json=counts_b, alpha=alpha)
        return self._ask("CompareEvaluations", asked, wire.CompareEvaluationsResponse, SCORE_SECONDS)
