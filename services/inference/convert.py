"""Between the contract's messages and the core: conversations, sampling, adapters, extractions, and refusals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import grpc
import msgspec
from taiyi_api.inference.v1 import inference_service_pb2 as pb

from services.kit.errors import Refusal, invalid_field
from taiyi.errors import Conflict, InvalidInput, NotReady, TaiyiError
from taiyi.extraction import Extraction
from taiyi.llm.serving.adapters import Found
from taiyi.llm.serving.host import EngineAway, QueueFull
from taiyi.llm.serving.messages import Finished, Sampling
from taiyi.records import Turn

_ADAPTER = re.compile(r"adapters/([a-z0-9][a-z0-9_.-]{0,62})")
_RETRY_SECONDS = 1.0
_REASONS = {"stop": pb.FINISH_REASON_STOP, "length": pb.FINISH_REASON_LENGTH}
_ROLES: tuple[Literal["user"], Literal["assistant"]] = ("user", "assistant")


def adapter_id(name: str, default: str, field: str = "adapter") -> str:
    """The id in `adapters/{id}`; the default where none is named."""
    if not name:
        return default
    named = _ADAPTER.fullmatch(name)
    if not named:
        raise invalid_field(field, f"{name!r} is no adapter's name: adapters/ and an id of a-z, 0-9, _, . and -")
    return named[1]


def sampling(wire: pb.Sampling, most: int) -> Sampling:
    """How to draw; `most` new tokens where the request says none."""
    if not 0 <= wire.temperature <= 10:
        raise invalid_field("sampling.temperature", "must be from 0 to 10")
    if not 0 <= wire.top_p <= 1:
        raise invalid_field("sampling.top_p", "must be from 0 to 1")
    return Sampling(wire.max_new_tokens or most, wire.temperature, wire.top_p or 1.0, wire.seed)


def turns(wire: Sequence[pb.Turn]) -> tuple[Turn, ...]:
    """A conversation: the user first and last, the roles in turn."""
    for place, turn in enumerate(wire):
        due = _ROLES[place % 2]
        if turn.role != due:
            raise invalid_field(f"turns[{place}].role", f"is {turn.role!r}, where the {due}'s turn is due")
    if len(wire) % 2 == 0:
        raise invalid_field("turns", "the last turn must be the user's")
    return tuple(Turn(_ROLES[place % 2], turn.text) for place, turn in enumerate(wire))


def finish_reason(finished: Finished) -> pb.FinishReason:
    """Why an answer ended."""
    return _REASONS[finished.reason]


def usage(finished: Finished) -> pb.Usage:
    """What an answer took."""
    return pb.Usage(prompt_tokens=finished.prompt_tokens, new_tokens=finished.new_tokens)


def adapter(entry: Found, loaded: bool) -> pb.Adapter:
    """An adapter as it stands."""
    name = f"adapters/{entry.name}"
    refused = entry.refused
    if not refused and not _ADAPTER.fullmatch(name):
        refused = "its folder's name is no adapter's id: a-z, 0-9, _, . and -"
    return pb.Adapter(name=name, loaded=loaded, sha256=entry.sha256, answer_style=entry.style, refused=refused)


def extraction(found: Extraction, answer: str, finished: Finished) -> pb.ExtractResponse:
    """What an answer says of a text."""
    return pb.ExtractResponse(
        items_json=msgspec.json.encode(found.items).decode(),
        mentions=[pb.Mention(type=m.type, text=m.text, start=m.start, end=m.end) for m in found.mentions],
        parse_status=found.status,
        answer=answer,
        hallucinated=found.hallucinated,
        usage=usage(finished),
    )


def refusal(error: TaiyiError, field: str) -> TaiyiError:
    """What stands against a request, as its caller is told. field: what holds the prompt."""
    codes = grpc.StatusCode
    if isinstance(error, EngineAway):
        return Refusal(codes.UNAVAILABLE, "ENGINE_AWAY", str(error), retry_seconds=_RETRY_SECONDS)
    if isinstance(error, QueueFull):
        return Refusal(codes.RESOURCE_EXHAUSTED, "QUEUE_FULL", str(error), retry_seconds=_RETRY_SECONDS)
    if isinstance(error, Conflict):
        return Refusal(codes.FAILED_PRECONDITION, "ADAPTER_MISMATCH", str(error))
    if isinstance(error, NotReady):
        return Refusal(codes.FAILED_PRECONDITION, "ADAPTER_NOT_LOADED", str(error))
    if isinstance(error, InvalidInput):
        violations = [(field, str(error))]
        return Refusal(codes.INVALID_ARGUMENT, "PROMPT_TOO_LONG", f"{field}: {error}", violations=violations)
    return error


def unaskable(error: InvalidInput) -> Refusal:
    """What stands against a question that cannot be worded; where it says names the field."""
    return invalid_field(error.where, f"{error.problem}; {error.remedy}" if error.remedy else error.problem)
