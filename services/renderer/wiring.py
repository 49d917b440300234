"""The renderer as a server takes it."""

from __future__ import annotations

from taiyi_api.renderer.v1 import renderer_service_pb2_grpc as wire

from services.kit.pages import Pages, key
from services.kit.service import Service
from services.kit.settings import Settings
from services.kit.threads import in_thread
from services.renderer.servicer import Renderer
from services.renderer.shelf import Shelf
from taiyi import layout

METHODS = ("ListTemplates", "RenderRecords", "RenderCorpus", "PreviewMix", "LintTemplate")


def service(settings: Settings) -> Service:
    """The renderer over the repository at `settings.root`; ready where that has templates."""
    shelf = Shelf(settings.root)

    async def ready() -> bool:
        return await in_thread((settings.root / layout.TEMPLATES).is_dir)

    return Service(
        name="taiyi_api.renderer.v1.RendererService",
        add=wire.add_RendererServiceServicer_to_server,
        servicer=Renderer(shelf, Pages(key(settings.state)), settings.limits),
        rules=dict.fromkeys(METHODS, "read"),
        ready=ready,
    )
