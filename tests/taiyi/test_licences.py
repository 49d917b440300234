"""The licence gate: what a policy lets in, and the clause it names for what it keeps out."""

from typing import Any

import msgspec
import pytest

from taiyi import licences
from taiyi.errors import InvalidParams
from taiyi.licences import Licence, Policy, Terms

STRICTEST = Policy(use="commercial", redistribute_weights=True, unstated=False)
WIDEST = Policy(use="research", redistribute_weights=False, unstated=True, signed=("one",))


def test_an_open_licence_is_let_in_by_any_policy() -> None:
    assert licences.excluded_by("one", "open", STRICTEST) == ""


@pytest.mark.parametrize("terms", ["open", "noncommercial", "research", "agreement", "unstated"])
def test_the_widest_policy_lets_all_in(terms: Terms) -> None:
    assert licences.excluded_by("one", terms, WIDEST) == ""


@pytest.mark.parametrize(
    ("terms", "changed", "clause"),
    [
        ("noncommercial", {"use": "commercial"}, "licences.use: commercial"),
        ("research", {"use": "commercial"}, "licences.use: commercial"),
        ("unstated", {"use": "commercial"}, "licences.use: commercial"),
        ("research", {"use": "noncommercial"}, "licences.use: noncommercial"),
        ("research", {"redistribute_weights": True}, "licences.redistribute_weights: true"),
        ("unstated", {"unstated": False}, "licences.unstated: false"),
        ("unstated", {"redistribute_weights": True}, "licences.redistribute_weights: true"),
        ("agreement", {"signed": ()}, "licences.signed"),
        ("agreement", {"redistribute_weights": True}, "licences.redistribute_weights: true"),
        ("agreement", {"use": "noncommercial"}, "licences.use: noncommercial"),
    ],
)
def test_each_clause_keeps_out_what_it_says_and_is_named(terms: Terms, changed: dict[str, Any], clause: str) -> None:
    policy = msgspec.structs.replace(WIDEST, **changed)
    assert licences.excluded_by("one", terms, policy).startswith(clause)


def test_noncommercial_weights_may_be_passed_on() -> None:
    policy = Policy(use="noncommercial", redistribute_weights=True)
    assert licences.excluded_by("one", "noncommercial", policy) == ""


def test_every_excluded_corpus_is_named_with_its_licence_and_the_clause() -> None:
    given: dict[str, Terms] = {"a": "open", "b": "research", "c": "agreement"}
    enrolled = {name: Licence(name=f"the {terms} licence", terms=terms) for name, terms in given.items()}
    with pytest.raises(InvalidParams) as caught:
        licences.check(enrolled, STRICTEST)
    text = str(caught.value)
    assert "excludes 2 of the enrolled corpora" in text
    assert "b (the research licence): licences.use: commercial" in text
    assert "c (the agreement licence): licences.signed" in text
    licences.check({"a": enrolled["a"]}, STRICTEST)
