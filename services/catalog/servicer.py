"""The catalog's RPCs: what is asked of the store, and what of its files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from taiyi_api.catalog.v1 import catalog_service_pb2 as pb
from taiyi_api.catalog.v1.catalog_service_pb2_grpc import CatalogServiceServicer

from services.catalog import convert, words
from services.catalog.following import Following
from services.catalog.store import Artefacts, Corpora, Direction, Rows
from services.kit.database import Database
from services.kit.errors import invalid_field
from services.kit.pages import Pages
from services.kit.threads import in_thread
from taiyi.licences import Policy


class Servicer(CatalogServiceServicer):
    """Answers from a database that `taiyi catalog sync` filled, and from the repository at `root`."""

    def __init__(self, root: Path, database: Database, pages: Pages, most_bytes: int) -> None:
        self._pages = pages
        self._corpora: Corpora[pb.Corpus] = Corpora(database, convert.corpus)
        self._artefacts, self._rows = Artefacts(database), Rows(database)
        self._following = Following(root, self._rows, most_bytes // 2)

    async def ListCorpora(self, request: pb.ListCorporaRequest, context: Any) -> pb.ListCorporaResponse:
        """Corpora by filter and query."""
        page = self._pages.read(request)
        phrases = words.phrases(request.query)
        if request.query.strip() and not phrases:
            raise invalid_field("query", "has no letter, digit or character to search for")
        found = await in_thread(self._corpora.page, request.filter, phrases, page.after or "", page.size)
        return pb.ListCorporaResponse(
            corpora=found.items, next_page_token=self._next(request, found.after), total_size=found.total
        )

    async def GetCorpus(self, request: pb.GetCorpusRequest, context: Any) -> pb.GetCorpusResponse:
        """One corpus."""
        return pb.GetCorpusResponse(corpus=await in_thread(self._corpora.get, _id(request.name)))

    async def ListArtefacts(self, request: pb.ListArtefactsRequest, context: Any) -> pb.ListArtefactsResponse:
        """Artefacts, newest first."""
        page = self._pages.read(request)
        found = await in_thread(self._artefacts.page, request.filter, _after(page.after), page.size)
        artefacts = [convert.artefact(*one) for one in found.items]
        return pb.ListArtefactsResponse(artefacts=artefacts, next_page_token=self._newest(request, found.after))

    async def GetArtefact(self, request: pb.GetArtefactRequest, context: Any) -> pb.GetArtefactResponse:
        """One artefact."""
        found = await in_thread(self._artefacts.get, _id(request.name))
        return pb.GetArtefactResponse(artefact=convert.artefact(*found))

    async def GetLineage(self, request: pb.GetLineageRequest, context: Any) -> pb.GetLineageResponse:
        """What it was made from, or what was made of it."""
        down = request.direction == pb.LINEAGE_DIRECTION_DOWNSTREAM
        way: Direction = "downstream" if down else "upstream"
        found = await in_thread(self._artefacts.lineage, _id(request.name), way, request.depth)
        return pb.GetLineageResponse(artefacts=[convert.artefact(*one) for one in found])

    async def ListRecords(self, request: pb.ListRecordsRequest, context: Any) -> pb.ListRecordsResponse:
        """Records of a corpus."""
        page = self._pages.read(request)
        found = await in_thread(self._following.records, _id(request.parent), request.split, page.after, page.size)
        return pb.ListRecordsResponse(records_json=found.items, next_page_token=self._next(request, found.after))

    async def GetRecord(self, request: pb.GetRecordRequest, context: Any) -> pb.GetRecordResponse:
        """One record, and its place in the native files."""
        text, native = await in_thread(self._following.record, request.id)
        return pb.GetRecordResponse(record_json=text, native_file=native.file, native_line=native.line)

    async def GetInstance(self, request: pb.GetInstanceRequest, context: Any) -> pb.GetInstanceResponse:
        """One instance."""
        text, use = await in_thread(self._following.instance, request.id)
        return pb.GetInstanceResponse(instance_json=text, use=use)

    async def GetThread(self, request: pb.GetThreadRequest, context: Any) -> pb.GetThreadResponse:
        """The thread of an id."""
        return convert.thread(await in_thread(self._following.thread, request.id))

    async def ListEvaluations(self, request: pb.ListEvaluationsRequest, context: Any) -> pb.ListEvaluationsResponse:
        """Evaluations, newest first."""
        page = self._pages.read(request)
        found = await in_thread(self._artefacts.evaluations, _after(page.after), page.size)
        evaluations = [convert.evaluation(row) for row in found.items]
        return pb.ListEvaluationsResponse(evaluations=evaluations, next_page_token=self._newest(request, found.after))

    async def GetEvaluation(self, request: pb.GetEvaluationRequest, context: Any) -> pb.GetEvaluationResponse:
        """One evaluation with its scores."""
        row, scores = await in_thread(self._artefacts.evaluation, _id(request.name))
        return pb.GetEvaluationResponse(evaluation=convert.evaluation(row, scores))

    async def GetLicenceReport(self, request: pb.GetLicenceReportRequest, context: Any) -> pb.GetLicenceReportResponse:
        """What the policy of params.yaml says of corpora."""
        told, rows = await in_thread(self._rows.policy, [_id(name) for name in request.corpora])
        return convert.licences(msgspec.convert(told, Policy), rows)

    def _next(self, request: Any, after: Any) -> str:
        return self._pages.token(request, after) if after is not None else ""

    def _newest(self, request: Any, after: Sequence[Any] | None) -> str:
        return self._next(request, after and [after[0].isoformat(), after[1]])


def _id(name: str) -> str:
    """The id in a resource name, whose form the contract's rules have seen to."""
    return name.partition("/")[2]


def _after(after: Any) -> tuple[datetime, int] | None:
    return (datetime.fromisoformat(after[0]), after[1]) if after else None
