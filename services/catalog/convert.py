"""The catalog's rows as the contract's messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from taiyi_api.catalog.v1 import catalog_service_pb2 as pb

from services.catalog.following import Step
from services.catalog.repository import UNKNOWN
from taiyi.licences import Policy, Terms, excluded_by

_TERMS: dict[str, pb.Terms] = {
    "open": pb.TERMS_OPEN,
    "noncommercial": pb.TERMS_NONCOMMERCIAL,
    "research": pb.TERMS_RESEARCH,
    "agreement": pb.TERMS_AGREEMENT,
    "unstated": pb.TERMS_UNSTATED,
}


def corpus(row: Any) -> pb.Corpus:
    """A row of corpora."""
    return pb.Corpus(
        name=f"corpora/{row.id}",
        title=row.title,
        title_zh=row.title_zh,
        language=row.language,
        tasks=row.tasks,
        licence=row.licence,
        terms=_TERMS[row.terms],
        access=row.access,
        size_records=row.size_records,
        splits=row.splits,
        enrolled=row.enrolled,
        held_out=row.held_out,
        homepage=row.homepage,
        citation=row.citation,
        notes=row.notes,
        gone=row.gone,
    )


def artefact(row: Any, inputs: Iterable[str]) -> pb.Artefact:
    """A row of artefacts, and the digests of its inputs."""
    made = pb.Artefact(
        name=f"artefacts/{row.digest}",
        kind=row.kind,
        stage=row.stage,
        corpus=row.corpus,
        path=row.path,
        sha256=row.sha256,
        counts=row.counts,
        params_sha256=row.params_sha256,
        code_version=row.code_version,
        inputs=[f"artefacts/{digest}" for digest in inputs],
        gone=row.gone,
    )
    if row.create_time != UNKNOWN:
        made.create_time.FromDatetime(row.create_time)
    return made


def evaluation(row: Any, scores: Sequence[Any] = ()) -> pb.Evaluation:
    """A row of evaluations, and those of its scores."""
    return pb.Evaluation(
        name=f"evaluations/{row.digest}",
        model=row.model,
        macro=row.macro,
        questions=row.questions,
        benchmarks=[
            pb.BenchmarkScore(
                benchmark=score.benchmark,
                metric=score.metric,
                value=score.value,
                signature=score.signature,
                questions=score.questions,
            )
            for score in scores
        ],
        artefact=f"artefacts/{row.digest}",
    )


def thread(steps: Iterable[Step]) -> pb.GetThreadResponse:
    """The steps of a thread."""
    return pb.GetThreadResponse(
        steps=[pb.ThreadStep(stage=s.stage, file=s.file, line=s.line, content=s.content) for s in steps]
    )


def licences(policy: Policy, rows: Iterable[Any]) -> pb.GetLicenceReportResponse:
    """What the policy says of each corpus: (id, licence, terms)."""
    found = [_licence(policy, row.id, row.licence, row.terms) for row in rows]
    return pb.GetLicenceReportResponse(rows=found, admitted=not any(row.refused for row in found))


def _licence(policy: Policy, corpus: str, licence: str, terms: Terms) -> pb.LicenceRow:
    refused = excluded_by(corpus, terms, policy)
    return pb.LicenceRow(corpus=f"corpora/{corpus}", licence=licence, terms=_TERMS[terms], refused=refused)
