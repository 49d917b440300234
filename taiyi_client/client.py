"""The client: all services behind one object."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from taiyi_client.addresses import addresses
from taiyi_client.calling import Connection, Service
from taiyi_client.catalog import Catalog
from taiyi_client.channel import UNARY_SECONDS
from taiyi_client.health import serving
from taiyi_client.inference import Inference
from taiyi_client.jobs import Jobs
from taiyi_client.renderer import Renderer
from taiyi_client.scorer import Scorer

S = TypeVar("S", bound=Service)


class Client:
    """The services at an address. Nothing is connected before the first call; to be closed, or used with `with`.

    server: `host`, `host:port`, `unix:path` or `catalog=host:port,...`; empty: TAIYI_SERVER, or this machine.
    token: empty: TAIYI_TOKEN. ca: the file with the authority of the servers' certificates, which turns TLS on
    (TAIYI_CA); certificate: the client's own and its key, where the servers ask for one. timeout_seconds: of each call
    that sets none. ValueError for an address that is none.
    """

    def __init__(
        self,
        server: str = "",
        *,
        token: str = "",
        ca: Path | str | None = None,
        certificate: tuple[Path, Path] | None = None,
        timeout_seconds: float = UNARY_SECONDS,
    ) -> None:
        self.addresses = addresses(server)
        self._token = token or os.environ.get("TAIYI_TOKEN", "")
        given = ca or os.environ.get("TAIYI_CA")
        self._ca = Path(given) if given else None
        self._certificate, self._timeout = certificate, timeout_seconds
        self._open: list[Service] = []

    @cached_property
    def catalog(self) -> Catalog:
        """Corpora, artefacts, records, lineage, evaluations."""
        return self._made(Catalog, "catalog")

    @cached_property
    def renderer(self) -> Renderer:
        """Wordings, instances made with them, mixes."""
        return self._made(Renderer, "renderer")

    @cached_property
    def jobs(self) -> Jobs:
        """Training jobs."""
        return self._made(Jobs, "trainer")

    @cached_property
    def inference(self) -> Inference:
        """The model and its adapters."""
        return self._made(Inference, "inference")

    @cached_property
    def scorer(self) -> Scorer:
        """Benchmarks, answers read, predictions scored."""
        return self._made(Scorer, "scorer")

    def serving(self, service: str) -> bool:
        """Whether a service (`catalog`) takes calls. Unavailable if nobody is there."""
        return serving(self.connection(service))

    def close(self) -> None:
        """Give back the connections."""
        while self._open:
            self._open.pop().close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def connection(self, service: str) -> Connection:
        """How a service (`catalog`) is reached."""
        return Connection(self.addresses[service], self._token, self._ca, self._certificate, self._timeout)

    def _made(self, kind: type[S], service: str) -> S:
        made = kind(self.connection(service))
        self._open.append(made)
        return made
