"""The calls: each hands the engine a conversation and its caller what comes of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple

from taiyi_api.inference.v1 import inference_service_pb2 as pb
from taiyi_api.inference.v1 import inference_service_pb2_grpc as wire

from services.inference import convert
from services.kit.errors import Refusal
from services.kit.pages import Pages
from services.kit.threads import in_thread
from taiyi import extraction
from taiyi.errors import InvalidInput, TaiyiError
from taiyi.llm.serving.host import Host
from taiyi.llm.serving.messages import Finished, Piece, Sampling
from taiyi.records import Turn


class Defaults(NamedTuple):
    """What a request means that does not say: the adapter (empty: the base model alone), the most new tokens."""

    adapter: str
    max_new_tokens: int


class Inference(wire.InferenceServiceServicer):
    """Answers with one engine. templates: the folder of wordings that questions of `Extract` are made with."""

    def __init__(self, host: Host, pages: Pages, templates: Path, defaults: Defaults) -> None:
        self._host, self._pages, self._templates, self._defaults = host, pages, templates, defaults

    async def Generate(self, request: pb.GenerateRequest, context: object) -> pb.GenerateResponse:
        """See the contract."""
        text, end = await self._whole([Turn("user", request.prompt)], request.adapter, request.sampling, "prompt")
        return pb.GenerateResponse(text=text, finish_reason=convert.finish_reason(end), usage=convert.usage(end))

    async def StreamGenerate(
        self, request: pb.StreamGenerateRequest, context: object
    ) -> AsyncIterator[pb.StreamGenerateResponse]:
        """See the contract."""
        sampling = self._sampling(request.sampling)
        answer = self._answer([Turn("user", request.prompt)], request.adapter, sampling, "prompt")
        async with aclosing(answer):
            async for event in answer:
                if isinstance(event, Piece):
                    yield pb.StreamGenerateResponse(text=event.text)
                else:
                    reason, usage = convert.finish_reason(event), convert.usage(event)
                    yield pb.StreamGenerateResponse(finish_reason=reason, usage=usage)

    async def Chat(self, request: pb.ChatRequest, context: object) -> pb.ChatResponse:
        """See the contract."""
        text, end = await self._whole(convert.turns(request.turns), request.adapter, request.sampling, "turns")
        turn = pb.Turn(role="assistant", text=text)
        return pb.ChatResponse(turn=turn, finish_reason=convert.finish_reason(end), usage=convert.usage(end))

    async def StreamChat(self, request: pb.StreamChatRequest, context: object) -> AsyncIterator[pb.StreamChatResponse]:
        """See the contract."""
        sampling = self._sampling(request.sampling)
        answer = self._answer(convert.turns(request.turns), request.adapter, sampling, "turns")
        async with aclosing(answer):
            async for event in answer:
                if isinstance(event, Piece):
                    yield pb.StreamChatResponse(text=event.text)
                else:
                    reason, usage = convert.finish_reason(event), convert.usage(event)
                    yield pb.StreamChatResponse(finish_reason=reason, usage=usage)

    async def Extract(self, request: pb.ExtractRequest, context: object) -> pb.ExtractResponse:
        """See the contract."""
        try:
            asked = await in_thread(
                extraction.question,
                request.text,
                request.task,
                list(request.types),
                style=self._host.spec.style,
                templates=self._templates,
                language=request.language,
            )
        except InvalidInput as error:
            raise convert.unaskable(error) from None
        text, end = await self._whole(asked.turns, request.adapter, pb.Sampling(), "text")
        return convert.extraction(await in_thread(extraction.read, asked, text), text, end)

    async def ListAdapters(self, request: pb.ListAdaptersRequest, context: object) -> pb.ListAdaptersResponse:
        """See the contract."""
        shown, token = self._pages.of_list(request, await self._adapters(), lambda adapter: adapter.name)
        return pb.ListAdaptersResponse(adapters=shown, next_page_token=token)

    async def LoadAdapter(self, request: pb.LoadAdapterRequest, context: object) -> pb.LoadAdapterResponse:
        """See the contract."""
        name = convert.adapter_id(request.name, "", "name")
        try:
            await self._host.load(name)
        except TaiyiError as error:
            raise convert.refusal(error, "name") from None
        found = [adapter for adapter in await self._adapters() if adapter.name == request.name]
        return pb.LoadAdapterResponse(adapter=found[0] if found else pb.Adapter(name=request.name, loaded=True))

    async def _adapters(self) -> list[pb.Adapter]:
        entries = await in_thread(self._host.adapters)
        return [convert.adapter(entry, entry.name in self._host.loaded) for entry in entries]

    async def _whole(
        self, turns: Sequence[Turn], adapter: str, sampling: pb.Sampling, field: str
    ) -> tuple[str, Finished]:
        """The whole answer, and how it ended."""
        answer = self._answer(turns, adapter, self._sampling(sampling), field)
        text: list[str] = []
        async with aclosing(answer):
            async for event in answer:
                if isinstance(event, Finished):
                    return "".join(text), event
                text.append(event.text)
        raise AssertionError("an answer without an end")

    async def _answer(
        self, turns: Sequence[Turn], adapter: str, sampling: Sampling, field: str
    ) -> AsyncGenerator[Piece | Finished, None]:
        """The answer as it comes. Closing it frees the engine's slot."""
        name = convert.adapter_id(adapter, self._defaults.adapter)
        try:
            async with aclosing(self._host.answer(turns, name, sampling)) as events:
                async for event in events:
                    yield event
        except Refusal:
            raise
        except TaiyiError as error:
            raise convert.refusal(error, field) from None

    def _sampling(self, wanted: pb.Sampling) -> Sampling:
        return convert.sampling(wanted, self._defaults.max_new_tokens)
