"""The renderer's calls: each hands the core what it asks for, on another thread, and its answer back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext

import grpc
from taiyi_api.renderer.v1 import renderer_service_pb2 as pb
from taiyi_api.renderer.v1 import renderer_service_pb2_grpc as wire

from services.kit.errors import Refusal, invalid_field
from services.kit.pages import Pages
from services.kit.settings import Limits
from services.kit.threads import in_thread, iterate
from services.renderer import convert
from services.renderer.shelf import Shelf
from taiyi import jsonl, tasks
from taiyi.instructions import Wording, lint, sandbox, task_spec
from taiyi.instructions.batches import Batch, Sizes, batches, slice_of
from taiyi.instructions.preview import Share, of_corpora, of_plan
from taiyi.instructions.questions import Questions
from taiyi.ledger import Entry
from taiyi.llm import measure
from taiyi.records import AnyRecord

_AT_ONCE = 2
"""Processes for strangers' templates."""
_CORPUS = sandbox.Limits(cpu_seconds=600, output_bytes=2**32)


class _Left(Exception):
    """The caller has gone."""


class Renderer(wire.RendererServiceServicer):
    """Answers for the repository on a shelf."""

    def __init__(self, shelf: Shelf, pages: Pages, limits: Limits) -> None:
        self._shelf, self._pages = shelf, pages
        # JSON is escaped nowhere on its way, but each part of an answer has its tag and length.
        self._most = limits.message_bytes - 65536
        self._sizes = Sizes(longest=self._most // 2)
        self._sandboxes = asyncio.Semaphore(_AT_ONCE)

    async def ListTemplates(self, request: pb.ListTemplatesRequest, context: object) -> pb.ListTemplatesResponse:
        """See the contract."""
        return await in_thread(self._listed, request)

    def _listed(self, request: pb.ListTemplatesRequest) -> pb.ListTemplatesResponse:
        chosen = [convert.task(request.task)] if request.task else tasks.ids()
        if request.language not in ("", "en", "zh"):
            raise invalid_field("language", f"no language {request.language!r}; en, zh, or empty for both")
        found = [t for task in chosen for t in convert.templates(task, self._shelf.wordings(task), request.language)]
        shown, token = self._pages.of_list(request, found, lambda template: template.name)
        return pb.ListTemplatesResponse(templates=shown, next_page_token=token)

    async def RenderRecords(self, request: pb.RenderRecordsRequest, context: object) -> pb.RenderRecordsResponse:
        """See the contract."""
        made: list[str] = []
        ledger: list[Entry] = []
        size = 0
        async with self._stranger(request.wording), aclosing(iterate(lambda: self._worded(request))) as parts:
            async for batch in parts:
                made += batch.instances
                ledger += batch.ledger
                size += sum(map(len, batch.instances)) + sum(len(e.id) + len(e.reason) for e in batch.ledger)
                if size > self._most:
                    raise self._too_large()
        answer = pb.RenderRecordsResponse(instances_json=made, ledger=convert.rows(ledger))
        if answer.ByteSize() > self._most:
            raise self._too_large()
        return answer

    def _worded(self, request: pb.RenderRecordsRequest) -> Iterator[Batch]:
        convert.task(request.task)
        spec, records = convert.spec(request), convert.records(request.records_json)
        if not request.wording.template_yaml:
            return batches(records, {request.task: spec}, self._wording(request.wording), self._sizes)
        job = sandbox.Rendering(
            task=request.task,
            template=request.wording.template_yaml,
            limits=sandbox.Limits(),
            spec=spec,
            style=convert.style(request.wording, self._shelf.params()),
            seed=request.wording.seed,
            count=request.wording.count or 1,
            sizes=self._sizes,
            lines=tuple(request.records_json),
        )
        return sandbox.render(job)

    def _too_large(self) -> Refusal:
        message = (
            f"the instances are more than the {self._most:,} bytes that one answer holds; "
            "send fewer records or ask for fewer wordings a call"
        )
        return Refusal(
            grpc.StatusCode.RESOURCE_EXHAUSTED, "ANSWER_TOO_LARGE", message, metadata={"bytes": str(self._most)}
        )

    async def RenderCorpus(
        self, request: pb.RenderCorpusRequest, context: object
    ) -> AsyncIterator[pb.RenderCorpusResponse]:
        """See the contract."""
        async with self._stranger(request.wording), aclosing(iterate(lambda: self._sliced(request))) as parts:
            async for batch in parts:
                yield convert.batch(batch)

    def _sliced(self, request: pb.RenderCorpusRequest) -> Iterator[Batch]:
        described = self._shelf.corpus(request.corpus.removeprefix("corpora/"))
        for number, task in enumerate(request.tasks):
            if task not in described.tasks:
                known = ", ".join(described.tasks)
                raise invalid_field(f"tasks[{number}]", f"{described.id} has no task {task!r}; it has {known}")
        wanted = [task for task in described.tasks if not request.tasks or task in request.tasks]
        specs = {task: task_spec(described.id, task, described.tasks[task]) for task in wanted}
        paths = self._shelf.records(described, request.use)
        if not request.wording.template_yaml:
            records = slice_of(paths, skip=request.skip, limit=request.limit)
            return batches(records, specs, self._wording(request.wording, request.use), self._sizes)
        if len(wanted) != 1:
            raise invalid_field("tasks", f"a template is of one task: name it, of {', '.join(wanted)}")
        job = sandbox.Rendering(
            task=wanted[0],
            template=request.wording.template_yaml,
            limits=_CORPUS,
            spec=specs[wanted[0]],
            style=convert.style(request.wording, self._shelf.params()),
            seed=request.wording.seed,
            count=request.wording.count or 1,
            sizes=self._sizes,
            paths=tuple(map(str, paths)),
            skip=request.skip,
            limit=request.limit,
        )
        return sandbox.render(job)

    def _wording(self, wanted: pb.Wording, use: str = "") -> Wording:
        """The server's own wordings as its params.yaml says: of which pool, and with which lists left out."""
        params = self._shelf.params()
        return Wording(
            style=convert.style(wanted, params),
            folder=self._shelf.templates(),
            seed=wanted.seed,
            count=wanted.count or 1,
            pool=params.instruct.pool,
            unlisted=params.instruct.unlisted and use == "train",
        )

    async def PreviewMix(self, request: pb.PreviewMixRequest, context: object) -> pb.PreviewMixResponse:
        """See the contract."""
        gone = threading.Event()
        try:
            return convert.preview(await in_thread(self._previewed, request, gone))
        finally:
            gone.set()  # a thread cannot be cancelled; it stops at the next record

    def _previewed(self, request: pb.PreviewMixRequest, gone: threading.Event) -> list[Share]:
        params = convert.mix(request.mix_json, self._shelf.params())
        if not request.corpora:
            return of_plan(self._shelf.corpora(), params, self._shelf.corpus)

        def records(use: str, corpus: str) -> Iterable[AnyRecord]:
            for record in jsonl.read(self._shelf.curated(use, corpus), AnyRecord):
                if gone.is_set():
                    raise _Left
                yield record

        corpora = [self._shelf.corpus(corpus) for corpus in dict.fromkeys(request.corpora)]
        questions = Questions(params, self._shelf.templates(), records)
        units = measure.of(params.instruct.mix.tokenizer)
        return of_corpora(corpora, questions, params, self._shelf.corpus, *units)

    async def LintTemplate(self, request: pb.LintTemplateRequest, context: object) -> pb.LintTemplateResponse:
        """See the contract."""
        convert.task(request.task)
        async with self._sandboxes:
            found = await in_thread(self._linted, request)
        return pb.LintTemplateResponse(problems=map(convert.problem, found))

    def _linted(self, request: pb.LintTemplateRequest) -> list[lint.Problem]:
        job = sandbox.Linting(
            task=request.task,
            template=request.template_yaml,
            limits=sandbox.Limits(),
            labels=self._shelf.labels(request.task),
            least=lint.LEAST,
        )
        return sandbox.problems(job)

    def _stranger(self, wording: pb.Wording) -> AbstractAsyncContextManager[object]:
        """A place among the processes for strangers' templates, where one is needed."""
        return self._sandboxes if wording.template_yaml else nullcontext()
