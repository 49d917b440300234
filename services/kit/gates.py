"""Who may call what, how often, and only with a deadline."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

import grpc

from services.kit import tokens
from services.kit.errors import Refusal
from services.kit.settings import SCOPES, Scope, Settings
from taiyi.errors import TaiyiError

EXEMPT = ("/grpc.health.v1.Health/", "/grpc.reflection.v1alpha.ServerReflection/")
"""Methods that need no deadline: those who watch wait for ever."""
_HEALTH = EXEMPT[0]
_CALLERS = 10_000


class Caller(NamedTuple):
    """Who calls: a name for logs, quotas and owners, and the scope they have."""

    name: str
    scope: Scope


NOBODY = Caller("", "read")


class Gate:
    """Lets a call in, or refuses it. rules: the least scope by method path; what has no rule is refused."""

    def __init__(self, settings: Settings, rules: Mapping[str, Scope]) -> None:
        self._tokens_needed, self._rules = settings.tokens_needed, rules
        self._tokens = tokens.Known(settings.state)
        limits = settings.limits
        self._rate = Rate(limits.calls_per_second, limits.burst) if limits.calls_per_second else None

    def admit(self, call: Any) -> None:
        """Find the caller, and refuse what they may not, what has no deadline, and what comes too often."""
        if call.method.startswith(_HEALTH):
            return
        call.caller = self._caller(call.context)
        self._permit(call.method, call.caller)
        if not call.method.startswith(EXEMPT):
            _deadline(call)
        if self._rate:
            self._rate.take(call.caller.name)

    def _caller(self, context: Any) -> Caller:
        name = _certificate(context)
        given = [value for key, value in context.invocation_metadata() or () if key == "authorization"]
        if given:
            kind, _, secret = str(given[0]).partition(" ")
            found = self._tokens.find(secret.strip()) if kind.lower() == "bearer" else None
            if found is None:
                raise _unauthenticated("the token is unknown, expired or revoked")
            return Caller(found.name, found.scope)
        if self._tokens_needed:
            raise _unauthenticated("a token is needed: metadata `authorization: Bearer TOKEN`")
        return Caller(name or _host(context.peer()), "admin")

    def _permit(self, method: str, caller: Caller) -> None:
        needed = "read" if method.startswith(EXEMPT) else self._rules.get(method)
        if needed is None or SCOPES.index(caller.scope) < SCOPES.index(needed):
            text = f"{method} needs scope {needed or 'that nobody has'}; {caller.name} has {caller.scope}"
            metadata = {"scope": caller.scope, "needed": needed or "", "method": method}
            raise Refusal(grpc.StatusCode.PERMISSION_DENIED, "SCOPE_TOO_SMALL", text, metadata=metadata)


class Rate:
    """Token buckets by caller: `burst` calls at once, `per_second` from then on."""

    def __init__(self, per_second: float, burst: int, clock: Any = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Count one call; refuses it with the time to wait where the caller has none left."""
        now = self._clock()
        left, since = self._left.pop(caller, (float(self._burst), now))
        left = min(self._burst, left + (now - since) * self._per_second)
        self._left[caller] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > _CALLERS:
            self._left.popitem(last=False)
        if left < 1:
            wait = (1 - left) / self._per_second
            text = f"{caller} calls too often: {self._per_second:g} calls per second are allowed"
            code = grpc.StatusCode.RESOURCE_EXHAUSTED
            raise Refusal(code, "RATE_LIMITED", text, metadata={"caller": caller}, retry_seconds=wait)


def _deadline(call: Any) -> None:
    if call.context.time_remaining() is None:
        text = (
            "a deadline is needed, so that no call waits for ever: in Python `stub.Method(request, timeout=10)`, "
            "with grpcurl `-max-time 10`"
        )
        raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, "DEADLINE_REQUIRED", text, metadata={"method": call.method})


def _unauthenticated(text: str) -> TaiyiError:
    return Refusal(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_REQUIRED", text)


def _certificate(context: Any) -> str:
    """The common name in the client's certificate; empty without one."""
    if context.peer_identity_key() is None:
        return ""
    names = context.auth_context().get("x509_common_name", ())
    return next((name.decode("utf-8", "replace") for name in names), "")


def _host(peer: str) -> str:
    """`ipv4:127.0.0.1:4711` -> `127.0.0.1`; all of a socket's callers are one."""
    kind, _, rest = peer.partition(":")
    return rest.rpartition(":")[0].strip("[]") if kind in ("ipv4", "ipv6") else kind
