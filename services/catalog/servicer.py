"""The catalog's RPCs: what is asked of the store, and what of its files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import msgspec
from taiyi_api.catalog.v1 import catalog_service_pb2 as pb
from taiyi_api.catalog.v1.catalog_service_pb2_grpc import CatalogServiceServicer

from services.catalog import convert, words
from services.catalog.current import Current
from services.catalog.following import Following
from services.catalog.shelf import Shelf, parsed
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
        self._current = Current(self._corpora)
        self._artefacts, self._rows = Artefacts(database), Rows(database)
        self._following = Following(root, self._rows, most_bytes // 2)

    async def ListCorpora(self, request: pb.ListCorporaRequest, context: Any) -> pb.ListCorporaResponse:
        """Corpora by filter and query."""
        page = self._pages.read(request)
        shelf = await self._current.shelf()
        asked = (request.filter, request.query, page)
        if (known := shelf.answer(asked)) is not None:
            return cast(pb.ListCorporaResponse, known)
        found = shelf.matching(parsed(request.filter))
        if request.query.strip():
            found &= await self._holding(shelf, request.query)
        corpora, after = shelf.page(found, page.after or "", page.size)
        token = self._next(request, after)
        answer = pb.ListCorporaResponse(corpora=corpora, next_page_token=token, total_size=found.bit_count())
        shelf.keep(asked, answer)
        return answer

    async def _holding(self, shelf: Shelf[pb.Corpus], query: str) -> int:
        """The corpora whose text holds all words of a query."""
        if not (phrases := words.phrases(query)):
            raise invalid_field("query", "has no letter, digit or character to search for")
        numbers = [] if shelf.holds(phrases) else await in_thread(self._corpora.holding, phrases)
        return shelf.holding(phrases, lambda: numbers)

    async def GetCorpus(self, request: pb.GetCorpusRequest, context: Any) -> pb.GetCorpusResponse:
        """One corpus."""
        corpus = (await self._current.shelf()).get(_id(request.name))
        if corpus is None:
            corpus = await in_thread(self._corpora.gone, _id(request.name))
        return pb.GetCorpusResponse(corpus=corpus)

    async def ListArtefacts(self, request: pb.ListArtefactsRequest, context: Any) -> pb.ListArtefactsResponse:
        """Artefacts, newest first."""
        await self._current.shelf()
        page = self._pages.read(request)
        found = await in_thread(self._artefacts.page, request.filter, _after(page.after), page.size)
        artefacts = [convert.artefact(*one) for one in found.items]
        return pb.ListArtefactsResponse(artefacts=artefacts, next_page_token=self._newest(request, found.after))

    async def GetArtefact(self, request: pb.GetArtefactRequest, context: Any) -> pb.GetArtefactResponse:
        """One artefact."""
        await self._current.shelf()
        found = await in_thread(self._artefacts.get, _id(request.name))
        return pb.GetArtefactResponse(artefact=convert.artefact(*found))

    async def GetLineage(self, request: pb.GetLineageRequest, context: Any) -> pb.GetLineageResponse:
        """What it was made from, or what was made of it."""
        await self._current.shelf()
        down = request.direction == pb.LINEAGE_DIRECTION_DOWNSTREAM
        way: Direction = "downstream" if down else "upstream"
        found = await in_thread(self._artefacts.lineage, _id(request.name), way, request.depth)
        return pb.GetLineageResponse(artefacts=[convert.artefact(*one) for one in found])

    async def ListRecords(self, request: pb.ListRecordsRequest, context: Any) -> pb.ListRecordsResponse:
        """Records of a corpus."""
        await self._current.shelf()
        page = self._pages.read(request)
        found = await in_thread(self._following.records, _id(request.parent), request.split, page.after, page.size)
        return pb.ListRecordsResponse(records_json=found.items, next_page_token=self._next(request, found.after))

    async def GetRecord(self, request: pb.GetRecordRequest, context: Any) -> pb.GetRecordResponse:
        """One record, and its place in the native files."""
        await self._current.shelf()
        text, native = await in_thread(self._following.record, request.id)
        return pb.GetRecordResponse(record_json=text, native_file=native.file, native_line=native.line)

    async def GetInstance(self, request: pb.GetInstanceRequest, context: Any) -> pb.GetInstanceResponse:
        """One instance."""
        await self._current.shelf()
        text, use = await in_thread(self._following.instance, request.id)
        return pb.GetInstanceResponse(instance_json=text, use=use)

    async def GetThread(self, request: pb.GetThreadRequest, context: Any) -> pb.GetThreadResponse:
        """The thread of an id."""
        await self._current.shelf()
        return convert.thread(await in_thread(self._following.thread, request.id))

    async def ListEvaluations(self, request: pb.ListEvaluationsRequest, context: Any) -> pb.ListEvaluationsResponse:
        """Evaluations, newest first."""
        await self._current.shelf()
        page = self._pages.read(request)
        found = await in_thread(self._artefacts.evaluations, _after(page.after), page.size)
        evaluations = [convert.evaluation(row) for row in found.items]
        return pb.ListEvaluationsResponse(evaluations=evaluations, next_page_token=self._newest(request, found.after))

    async def GetEvaluation(self, request: pb.GetEvaluationRequest, context: Any) -> pb.GetEvaluationResponse:
        """One evaluation with its scores."""
        await self._current.shelf()
        row, scores = await in_thread(self._artefacts.evaluation, _id(request.name))
        return pb.GetEvaluationResponse(evaluation=convert.evaluation(row, scores))

    async def GetLicenceReport(self, request: pb.GetLicenceReportRequest, context: Any) -> pb.GetLicenceReportResponse:
        """What the policy of params.yaml says of corpora."""
        await self._current.shelf()
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
