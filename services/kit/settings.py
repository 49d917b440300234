"""What a server is told: where it lies, listens and keeps its state, whom it lets in, and how much it takes."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import force_setattr

from taiyi.errors import InvalidInput

Scope = Literal["read", "submit", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "submit", "admin")
"""From the least to the most: each may do what those before it may."""


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much a server takes. message_bytes: one message, in and out. calls_per_second: of one caller; 0: no limit.

    queue: jobs or requests that may wait, where a service has a queue. clients of a token share its calls per second.
    """

    message_bytes: int = 8 * 2**20
    concurrent_streams: int = 256
    calls_per_second: float = 0.0
    burst: int = 100
    queue: int = 1000


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one process serves. InvalidInput if it would be open to others than this machine's users by accident.

    root: the repository's folder. state: what the services keep, relative to root. listen: `host:port` (port 0: a free
    one) or `unix:path`. database: a URL, empty: an SQLite file per service in `state`. broker: a URL, empty: none.
    tls_cert, tls_key: PEM files of the server; tls_client_ca: clients must show a certificate of this authority.
    require_tokens: calls need a token (`tokens.create`); None: unless listening to this machine alone.
    insecure: listen to others without TLS or tokens, knowingly. log_content: requests and answers go to a file, too.
    metrics: the port on 127.0.0.1 that Prometheus asks; 0: a free one; None: none.
    grace_seconds: how long open streams may go on after SIGTERM; unary calls get 10 of them.
    """

    root: Path = Path()
    state: Path = Path(".state/services")
    listen: str = "127.0.0.1:0"
    database: str = ""
    broker: str = ""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    require_tokens: bool | None = None
    insecure: bool = False
    log_content: bool = False
    reflection: bool = True
    metrics: int | None = None
    grace_seconds: float = 30.0
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        force_setattr(self, "root", self.root.resolve())
        force_setattr(self, "state", self.root / self.state)
        if (self.tls_cert is None) != (self.tls_key is None):
            raise InvalidInput("tls_cert and tls_key go together", where="settings")
        if self.tls_client_ca and not self.tls_cert:
            raise InvalidInput("tls_client_ca without tls_cert: clients' certificates need TLS", where="settings")
        if not (self.local or self.insecure):
            self._must_be_safe()

    def _must_be_safe(self) -> None:
        if not self.tls_cert or self.require_tokens is False:
            raise InvalidInput(
                f"listening on {self.listen} lets other machines in, which needs TLS and tokens",
                where="settings",
                remedy="give tls_cert and tls_key, listen on 127.0.0.1, or say insecure to accept the risk",
            )

    @property
    def local(self) -> bool:
        """Whether only this machine's users reach the address: loopback, or a socket in the file system."""
        if self.listen.startswith(("unix:", "unix-abstract:")):
            return True
        host = self.listen.rpartition(":")[0].strip("[]")
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    @property
    def tokens_needed(self) -> bool:
        """Whether a call must carry a token."""
        return not (self.local or self.insecure) if self.require_tokens is None else self.require_tokens

    def database_of(self, service: str) -> str:
        """The database URL of a service (`catalog`): the one given, shared by all, or its own file in `state`."""
        return self.database or f"sqlite:///{self.state / service}.db"
