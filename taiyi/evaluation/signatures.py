"""Signatures read back: what two scores count differently, in words, and a short key for each signature of a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def settings(signature: str) -> dict[str, str]:
    """The parts of `metric|key:value|...` by name; the metric itself under `metric`."""
    metric, *rest = signature.split("|")
    pairs = (part.partition(":") for part in rest)
    return {"metric": metric, **{key: value for key, _, value in pairs}}


def difference(signature: str, other: str) -> str:
    """What the first counts otherwise than the second: `case fold instead of exact`; empty where they are one."""
    ours, theirs = settings(signature), settings(other)
    said = []
    for key in dict.fromkeys((*ours, *theirs)):
        mine, its = ours.get(key), theirs.get(key)
        if mine != its:
            said.append(f"{key} {mine or 'not set'} instead of {its or 'not set'}")
    return ", ".join(said)


def keys(signatures: Iterable[str]) -> dict[str, str]:
    """A short key for each distinct signature, S1, S2 ..., in the order they come."""
    return {signature: f"S{number}" for number, signature in enumerate(dict.fromkeys(signatures), start=1)}


def commonest(signatures: Iterable[str]) -> str:
    """The signature that most scores carry; of several, the first."""
    return Counter(signatures).most_common(1)[0][0]
