"""The model: answers whole and as they come, extractions, adapters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taiyi_api.inference.v1 import inference_service_pb2 as wire

from taiyi_client.calling import Service, every

ANSWER_SECONDS = 300.0


class Inference(Service):
    """Calls of InferenceService. An adapter is `adapters/NAME`; empty: the server's own choice."""

    contract = wire.DESCRIPTOR.services_by_name["InferenceService"]

    def generate(
        self,
        prompt: str,
        *,
        adapter: str = "",
        sampling: wire.Sampling | None = None,
        timeout_seconds: float = ANSWER_SECONDS,
    ) -> wire.GenerateResponse:
        """The continuation of a prompt, without the chat form."""
        asked = wire.GenerateRequest(prompt=prompt, adapter=adapter, sampling=sampling)
        return self._ask("Generate", asked, wire.GenerateResponse, timeout_seconds)

    def stream_generate(
        self,
        prompt: str,
        *,
        adapter: str = "",
        sampling: wire.Sampling | None = None,
        timeout_seconds: float = ANSWER_SECONDS,
    ) -> Iterator[wire.StreamGenerateResponse]:
        """The same, piece by piece; the last says why it ended. A caller that stops reading ends the generation."""
        asked = wire.StreamGenerateRequest(prompt=prompt, adapter=adapter, sampling=sampling)
        return self._stream("StreamGenerate", asked, wire.StreamGenerateResponse, timeout_seconds)

    def chat(
        self,
        turns: str | Sequence[wire.Turn],
        *,
        adapter: str = "",
        sampling: wire.Sampling | None = None,
        timeout_seconds: float = ANSWER_SECONDS,
    ) -> wire.ChatResponse:
        """The next turn of a conversation. turns: in order, the user's last; or a text, as the user's only one."""
        asked = wire.ChatRequest(turns=_turns(turns), adapter=adapter, sampling=sampling)
        return self._ask("Chat", asked, wire.ChatResponse, timeout_seconds)

    def stream_chat(
        self,
        turns: str | Sequence[wire.Turn],
        *,
        adapter: str = "",
        sampling: wire.Sampling | None = None,
        timeout_seconds: float = ANSWER_SECONDS,
    ) -> Iterator[wire.StreamChatResponse]:
        """The same, piece by piece."""
        asked = wire.StreamChatRequest(turns=_turns(turns), adapter=adapter, sampling=sampling)
        return self._stream("StreamChat", asked, wire.StreamChatResponse, timeout_seconds)

    def extract(
        self,
        text: str,
        task: str,
        types: Sequence[str] = (),
        *,
        language: str = "",
        adapter: str = "",
        timeout_seconds: float = ANSWER_SECONDS,
    ) -> wire.ExtractResponse:
        """What a text says: mentions at their offsets (code points, half-open), and the structured answer as JSON."""
        asked = wire.ExtractRequest(text=text, task=task, types=types, language=language, adapter=adapter)
        return self._ask("Extract", asked, wire.ExtractResponse, timeout_seconds)

    def adapters(self, *, page_size: int = 0) -> Iterator[wire.Adapter]:
        """The adapters that can be asked for, and those that are refused with the reason."""

        def page(token: str) -> tuple[Sequence[wire.Adapter], str]:
            asked = wire.ListAdaptersRequest(page_size=page_size, page_token=token)
            answer = self._ask("ListAdapters", asked, wire.ListAdaptersResponse)
            return answer.adapters, answer.next_page_token

        return every(page)

    def load_adapter(self, name: str, timeout_seconds: float = ANSWER_SECONDS) -> wire.Adapter:
        """Have an adapter loaded."""
        asked = wire.LoadAdapterRequest(name=name)
        return self._ask("LoadAdapter", asked, wire.LoadAdapterResponse, timeout_seconds).adapter


def _turns(turns: str | Sequence[wire.Turn]) -> Sequence[wire.Turn]:
    return [wire.Turn(role="user", text=turns)] if isinstance(turns, str) else turns
