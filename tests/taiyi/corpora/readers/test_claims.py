"""Claims: which abstracts they are checked against, what the evidence says, and files that do not fit together."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taiyi.errors import InvalidInput

CLAIM = {"id": 1, "claim": "Ears are three.", "evidence": {}, "cited_doc_ids": [8]}
ABSTRACT = {"doc_id": 8, "title": "On ears.", "abstract": ["Ears are two.", "Bells ring."]}


@pytest.fixture
def both(write: Callable) -> Callable[..., Path]:
    """`both(claim, abstracts ...)`: the file with a claim, beside that with the abstracts."""

    def write_both(claim: dict[str, Any], *abstracts: dict[str, Any]) -> Path:
        write("".join(json.dumps(a) + "\n" for a in abstracts), "corpus.jsonl")
        path: Path = write(json.dumps(claim) + "\n", "claims.jsonl")
        return path

    return write_both


def test_a_claim_is_read_with_each_abstract_that_it_cites(read: Callable, native: Path) -> None:
    records = read("claims", native / "claims" / "claims_train.jsonl")
    assert {record.id.rpartition("/")[2]: record.labels for record in records} == {
        "1.7": ("SUPPORT",),
        "1.8": (),
        "2.8": ("CONTRADICT",),
        "3.8": (),
    }
    assert records[0].text == (
        "Claim: Sea air eases a cough.\nAbstract: On sea air. We sent ten men to the sea. Nine coughed less."
    )
    assert records[0].document_id == "7"


def test_where_the_gold_is_withheld_a_claim_stands_alone(read: Callable, write: Callable) -> None:
    (record,) = read("claims", write('\ufeff{"id": 1, "claim": "Ears are three."}\r\n'), gold="withheld")
    assert (record.text, record.annotated, record.labels) == ("Claim: Ears are three.", False, ())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"evidence": None}, "'evidence' is no object"),
        ({"claim": None}, "there is no 'claim'"),
        ({"cited_doc_ids": [9]}, "the abstract 9 is not among"),
        ({"evidence": {"8": [{"sentences": [2], "label": "SUPPORT"}]}}, "abstract 8 has no sentence 2"),
        ({"evidence": {"8": [{"sentences": [-1], "label": "SUPPORT"}]}}, "abstract 8 has no sentence -1"),
        ({"evidence": {"8": [{"sentences": [0]}]}}, "there is no 'label'"),
        ({"evidence": {"8": {"sentences": [0]}}}, "'of' is an object"),
    ],
)
def test_what_does_not_fit_is_named_by_its_line(
    read: Callable, both: Callable, change: dict[str, Any], said: str
) -> None:
    path = both({**CLAIM, **change}, ABSTRACT)
    with pytest.raises(InvalidInput, match=said) as caught:
        read("claims", path)
    assert caught.value.where == f"{path}:1"


def test_abstracts_that_are_missing_twofold_or_no_lists_are_refused(read: Callable, both: Callable) -> None:
    path = both(CLAIM, ABSTRACT, ABSTRACT)
    with pytest.raises(InvalidInput, match="the abstract 8 stands twice") as caught:
        read("claims", path)
    assert caught.value.where.endswith("corpus.jsonl:2")
    with pytest.raises(InvalidInput, match="'abstract' is no list"):
        read("claims", both(CLAIM, {**ABSTRACT, "abstract": "Ears are two."}))
    (path.parent / "corpus.jsonl").unlink()
    with pytest.raises(InvalidInput, match="the abstracts is not there"):
        read("claims", path)
