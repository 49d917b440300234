"""Licences of corpora, and the gate: whether a stated policy lets a corpus in, and which clause of it does not.

It reads what descriptors say of licences; it is no legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from taiyi.errors import InvalidParams

Terms = Literal["open", "noncommercial", "research", "agreement", "unstated"]


class Licence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one may do with a corpus.

    name: as its source states it, an SPDX identifier where there is one. source: where it is stated, if not with the data.
    terms: open (any use, redistribution with attribution or share-alike); noncommercial; research (research use only, or
    no redistribution); agreement (a signed one); unstated: no licence was found.
    """

    name: str
    terms: Terms
    source: str = ""


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be trained on, by the terms of its licence; `licences` in params.yaml.

    use: commercial (open licences only), noncommercial, or research, which asks least of a licence.
    redistribute_weights: whether the model is to be passed on; terms research, agreement and unstated do not go with it.
    unstated: whether corpora without a stated licence may be used. signed: ids of corpora whose agreement was signed.
    """

    use: Literal["commercial", "noncommercial", "research"] = "research"
    redistribute_weights: bool = False
    unstated: bool = True
    signed: tuple[str, ...] = ()


def excluded_by(corpus: str, terms: Terms, policy: Policy) -> str:
    """The clause of the policy that keeps the corpus out, as it stands in params.yaml; empty if none does."""
    if terms == "open":
        return ""
    if terms == "agreement" and corpus not in policy.signed:
        return "licences.signed: it is not among the corpora whose agreement was signed"
    if terms == "unstated" and not policy.unstated:
        return "licences.unstated: false, and no licence is stated for it"
    if policy.use == "commercial":
        return f"licences.use: commercial, and its terms are {terms}"
    if policy.use == "noncommercial" and terms in ("research", "agreement"):
        return f"licences.use: noncommercial, and its terms are {terms}"
    if policy.redistribute_weights and terms in ("research", "agreement", "unstated"):
        return f"licences.redistribute_weights: true, and its terms are {terms}"
    return ""


def check(enrolled: Mapping[str, Licence], policy: Policy) -> None:
    """Raises InvalidParams that names every corpus the policy excludes, its licence and the clause."""
    clauses = {corpus: excluded_by(corpus, licence.terms, policy) for corpus, licence in enrolled.items()}
    refused = [f"  {corpus} ({enrolled[corpus].name}): {clause}" for corpus, clause in clauses.items() if clause]
    if refused:
        raise InvalidParams(
            f"the licence policy excludes {len(refused)} of the enrolled corpora\n" + "\n".join(refused),
            where="params.yaml",
            remedy="take them out of `corpora`, or change the policy under `licences` if you may",
        )
