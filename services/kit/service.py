"""A service as a server takes it: a contract, who answers it, and who may call what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor

from services.kit.settings import SCOPES, Scope
from taiyi.errors import InvalidInput


async def _at_once() -> None:
    return None


async def _always() -> bool:
    return True


@dataclass(frozen=True)
class Service:
    """One contract and who answers it.

    name: the contract's full name (`taiyi_api.scorer.v1.ScorerService`); add: the generated
    `add_..._to_server`; rules: the least scope that may call, by method; ready: whether calls can be answered now, asked
    about once a second; start: before the first call; stop: after the last one.
    """

    name: str
    add: Callable[[Any, Any], None]
    servicer: Any
    rules: Mapping[str, Scope]
    ready: Callable[[], Awaitable[bool]] = _always
    start: Callable[[], Awaitable[None]] = _at_once
    stop: Callable[[], Awaitable[None]] = _at_once


def rules(service: Service) -> dict[str, Scope]:
    """The service's rules by full method path; InvalidInput unless each method of its contract has just one."""
    methods = [method.name for method in contract(service.name).methods]
    missing, extra = sorted(set(methods) - set(service.rules)), sorted(set(service.rules) - set(methods))
    wrong = sorted(name for name, scope in service.rules.items() if scope not in SCOPES)
    if missing or extra or wrong:
        said = [("no rule for", missing), ("a rule for what is no method:", extra), ("an unknown scope for", wrong)]
        problem = "; ".join(f"{what} {', '.join(names)}" for what, names in said if names)
        raise InvalidInput(problem, where=service.name, remedy=f"say who may call it: {', '.join(SCOPES)}")
    return {f"/{service.name}/{name}": scope for name, scope in service.rules.items()}


def contract(name: str) -> ServiceDescriptor:
    """The descriptor of a contract whose generated code has been imported."""
    return descriptor_pool.Default().FindServiceByName(name)
