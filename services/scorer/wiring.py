"""The scorer as a server takes it."""

from __future__ import annotations

from taiyi_api.scorer.v1 import scorer_service_pb2_grpc as wire

from services.kit.pages import Pages, key
from services.kit.service import Service
from services.kit.settings import Settings
from services.kit.threads import in_thread
from services.scorer.servicer import Scorer
from services.scorer.shelf import Shelf
from taiyi import layout

METHODS = ("ListBenchmarks", "GetBenchmark", "ParseAnswers", "ScorePredictions", "CompareEvaluations")


def service(settings: Settings) -> Service:
    """The scorer over the repository at `settings.root`; ready where that describes benchmarks."""

    async def ready() -> bool:
        return await in_thread((settings.root / layout.BENCHMARKS).is_dir)

    return Service(
        name="taiyi_api.scorer.v1.ScorerService",
        add=wire.add_ScorerServiceServicer_to_server,
        servicer=Scorer(Shelf(settings.root), Pages(key(settings.state)), settings.limits),
        rules=dict.fromkeys(METHODS, "read"),
        ready=ready,
    )
