"""The catalog: what corpora, artefacts and evaluations there are, and how they hang together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from taiyi_api.catalog.v1 import catalog_service_pb2 as wire

from taiyi_client.calling import Service, every

Direction = Literal["upstream", "downstream"]
_DIRECTIONS = {
    "upstream": wire.LINEAGE_DIRECTION_UPSTREAM,
    "downstream": wire.LINEAGE_DIRECTION_DOWNSTREAM,
}


class Catalog(Service):
    """Calls of CatalogService. Names are `corpora/ID`, `artefacts/DIGEST` and `evaluations/DIGEST`."""

    contract = wire.DESCRIPTOR.services_by_name["CatalogService"]

    def corpora(self, *, filter: str = "", query: str = "", page_size: int = 0) -> Iterator[wire.Corpus]:
        """Corpora that pass a filter (`language = "zh" AND tasks:"ner"`) and hold the words of a query, page by page."""

        def page(token: str) -> tuple[Sequence[wire.Corpus], str]:
            asked = wire.ListCorporaRequest(filter=filter, query=query, page_size=page_size, page_token=token)
            answer = self._ask("ListCorpora", asked, wire.ListCorporaResponse)
            return answer.corpora, answer.next_page_token

        return every(page)

    def corpus(self, name: str) -> wire.Corpus:
        """One corpus."""
        return self._ask("GetCorpus", wire.GetCorpusRequest(name=name), wire.GetCorpusResponse).corpus

    def artefacts(self, *, filter: str = "", page_size: int = 0) -> Iterator[wire.Artefact]:
        """Artefacts that pass a filter, page by page."""

        def page(token: str) -> tuple[Sequence[wire.Artefact], str]:
            asked = wire.ListArtefactsRequest(filter=filter, page_size=page_size, page_token=token)
            answer = self._ask("ListArtefacts", asked, wire.ListArtefactsResponse)
            return answer.artefacts, answer.next_page_token

        return every(page)

    def artefact(self, name: str) -> wire.Artefact:
        """One artefact."""
        return self._ask("GetArtefact", wire.GetArtefactRequest(name=name), wire.GetArtefactResponse).artefact

    def lineage(self, name: str, direction: Direction = "upstream", depth: int = 0) -> Sequence[wire.Artefact]:
        """What an artefact was made from, or what was made from it. depth: steps at most; 0: all the way."""
        asked = wire.GetLineageRequest(name=name, direction=_DIRECTIONS[direction], depth=depth)
        return self._ask("GetLineage", asked, wire.GetLineageResponse).artefacts

    def records(self, corpus: str, split: str = "", *, page_size: int = 0) -> Iterator[dict[str, Any]]:
        """The records of a corpus, as the JSON objects that they are in files."""

        def page(token: str) -> tuple[Sequence[str], str]:
            asked = wire.ListRecordsRequest(parent=corpus, split=split, page_size=page_size, page_token=token)
            answer = self._ask("ListRecords", asked, wire.ListRecordsResponse)
            return answer.records_json, answer.next_page_token

        return map(json.loads, every(page))

    def record(self, identifier: str) -> wire.GetRecordResponse:
        """A record by its id, and the native file and line that it came from."""
        return self._ask("GetRecord", wire.GetRecordRequest(id=identifier), wire.GetRecordResponse)

    def instance(self, identifier: str) -> wire.GetInstanceResponse:
        """An instance by its id."""
        return self._ask("GetInstance", wire.GetInstanceRequest(id=identifier), wire.GetInstanceResponse)

    def thread(self, identifier: str) -> Sequence[wire.ThreadStep]:
        """Where an id is met, from the raw file to the verdict."""
        return self._ask("GetThread", wire.GetThreadRequest(id=identifier), wire.GetThreadResponse).steps

    def evaluations(self, *, page_size: int = 0) -> Iterator[wire.Evaluation]:
        """Evaluations, page by page."""

        def page(token: str) -> tuple[Sequence[wire.Evaluation], str]:
            asked = wire.ListEvaluationsRequest(page_size=page_size, page_token=token)
            answer = self._ask("ListEvaluations", asked, wire.ListEvaluationsResponse)
            return answer.evaluations, answer.next_page_token

        return every(page)

    def evaluation(self, name: str) -> wire.Evaluation:
        """One evaluation with its scores."""
        asked = wire.GetEvaluationRequest(name=name)
        return self._ask("GetEvaluation", asked, wire.GetEvaluationResponse).evaluation

    def licences(self, corpora: Sequence[str] = ()) -> wire.GetLicenceReportResponse:
        """The licences of a mix, and whether its policy lets them in. corpora: names; none: those enrolled."""
        asked = wire.GetLicenceReportRequest(corpora=corpora)
        return self._ask("GetLicenceReport", asked, wire.GetLicenceReportResponse)
