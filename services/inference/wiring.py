"""Inference as a server takes it: the model that params.yaml names, the adapters of the data folder, who may call what."""

from __future__ import annotations

from pathlib import Path

from taiyi_api.inference.v1.inference_service_pb2 import DESCRIPTOR
from taiyi_api.inference.v1.inference_service_pb2_grpc import add_InferenceServiceServicer_to_server

from services.inference.servicer import Defaults, Inference
from services.kit import logs, pages
from services.kit.pages import Pages
from services.kit.service import Service
from services.kit.settings import Scope, Settings
from taiyi import layout, params
from taiyi.llm import checkpoint
from taiyi.llm.serving.host import Host
from taiyi.llm.serving.messages import EngineSpec
from taiyi.params import Params

CONTRACT = DESCRIPTOR.services_by_name["InferenceService"]
RULES: dict[str, Scope] = {
    "Generate": "read",
    "StreamGenerate": "read",
    "Chat": "read",
    "StreamChat": "read",
    "Extract": "read",
    "ListAdapters": "read",
    "LoadAdapter": "submit",
}
_STAGES = ("stage2", "stage1")
"""The adapter that is served by default: the first of these that is finished when the server starts."""


def service(settings: Settings) -> Service:
    """The model of the repository at `settings.root`. It is ready while the engine is."""
    told = params.load(settings.root / layout.PARAMS)
    spec = engine_spec(settings.root, told)
    default = next((name for name in _STAGES if (spec.adapters / name / checkpoint.MANIFEST).exists()), "")
    keep = [default] if default else []
    host = Host(spec, queue=settings.limits.queue, keep=keep, told=lambda words: logs.event("engine", said=words))
    defaults = Defaults(default, told.predict.max_new_tokens)
    templates = settings.root / layout.TEMPLATES

    async def ready() -> bool:
        return host.ready is not None

    return Service(
        name=CONTRACT.full_name,
        add=add_InferenceServiceServicer_to_server,
        servicer=Inference(host, Pages(pages.key(settings.state)), templates, defaults),
        rules=RULES,
        ready=ready,
        start=host.start,
        stop=host.stop,
    )


def engine_spec(root: Path, told: Params) -> EngineSpec:
    """The engine that params.yaml describes: a base model of the repository, or one of a hub."""
    reference = told.base_model.reference
    folder = root / (reference or layout.BASE_MODEL)
    return EngineSpec(
        reference=str(folder) if folder.is_dir() or not reference else reference,
        adapters=root / layout.ADAPTERS,
        style=told.instruct.style,
        precision=told.base_model.precision,
    )
