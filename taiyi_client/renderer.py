"""The renderer: records worded as questions, mixes previewed, templates examined."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from taiyi_api.renderer.v1 import renderer_service_pb2 as wire

from taiyi_client.calling import Service, every

STREAM_SECONDS, RENDER_SECONDS = 3600.0, 60.0


class Renderer(Service):
    """Calls of RendererService."""

    contract = wire.DESCRIPTOR.services_by_name["RendererService"]

    def templates(self, *, task: str = "", language: str = "", page_size: int = 0) -> Iterator[wire.Template]:
        """The wordings, page by page."""

        def page(token: str) -> tuple[Sequence[wire.Template], str]:
            asked = wire.ListTemplatesRequest(task=task, language=language, page_size=page_size, page_token=token)
            answer = self._ask("ListTemplates", asked, wire.ListTemplatesResponse)
            return answer.templates, answer.next_page_token

        return every(page)

    def render(
        self,
        task: str,
        records: Sequence[Mapping[str, Any]],
        *,
        spec: Mapping[str, Any] | None = None,
        wording: wire.Wording | None = None,
        timeout_seconds: float = RENDER_SECONDS,
    ) -> wire.RenderRecordsResponse:
        """Instances of records, given as JSON objects. spec: the task's types and options, as descriptors write them."""
        asked = wire.RenderRecordsRequest(
            task=task,
            records_json=[json.dumps(record, ensure_ascii=False) for record in records],
            task_spec_json=json.dumps(spec, ensure_ascii=False) if spec is not None else "",
            wording=wording,
        )
        return self._ask("RenderRecords", asked, wire.RenderRecordsResponse, timeout_seconds)

    def render_corpus(
        self,
        corpus: str,
        use: str = "train",
        *,
        tasks: Sequence[str] = (),
        skip: int = 0,
        limit: int = 0,
        wording: wire.Wording | None = None,
        timeout_seconds: float = STREAM_SECONDS,
    ) -> Iterator[wire.RenderCorpusResponse]:
        """Instances of a corpus as they are made, some at a time; `records` of each says how far it is, for `skip`."""
        asked = wire.RenderCorpusRequest(corpus=corpus, use=use, tasks=tasks, skip=skip, limit=limit, wording=wording)
        return self._stream("RenderCorpus", asked, wire.RenderCorpusResponse, timeout_seconds)

    def preview_mix(self, corpora: Sequence[str] = (), mix: Mapping[str, Any] | None = None) -> wire.PreviewMixResponse:
        """What a mix would take from each corpus. mix: as in params.yaml; None: as there."""
        asked = wire.PreviewMixRequest(corpora=corpora, mix_json=json.dumps(mix) if mix is not None else "")
        return self._ask("PreviewMix", asked, wire.PreviewMixResponse, RENDER_SECONDS)

    def lint(self, task: str, template_yaml: str) -> Sequence[wire.LintProblem]:
        """What is wrong with a template file; nothing: it can be used."""
        asked = wire.LintTemplateRequest(task=task, template_yaml=template_yaml)
        return self._ask("LintTemplate", asked, wire.LintTemplateResponse, RENDER_SECONDS).problems
