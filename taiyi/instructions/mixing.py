"""Which instances are taken: caps, and an order at random that depends on nothing but each id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from taiyi.instances import Instance
from taiyi.ledger import Ledger


def rank(seed: int, identifier: str) -> int:
    """A number that orders ids at random, the same for an id whatever else there is."""
    return int.from_bytes(hashlib.blake2b(f"{seed} {identifier}".encode(), digest_size=8).digest())


def capped(instances: Iterable[Instance], *, cap: int, seed: int, ledger: Ledger) -> list[Instance]:
    """At most `cap` instances (0: all), those whose ids rank lowest; the rest goes to the ledger. Order is kept."""
    everything = list(instances)
    if not cap or len(everything) <= cap:
        return everything
    ranked = sorted(everything, key=lambda instance: rank(seed, instance.id))
    kept = {instance.id for instance in ranked[:cap]}
    for instance in ranked[cap:]:
        ledger.drop(instance.id, "cap", f"one of {len(everything)} where {cap} are wanted")
    return [instance for instance in everything if instance.id in kept]
