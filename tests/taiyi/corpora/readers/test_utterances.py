"""Utterances: who said what, and what nobody said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger


def test_what_stands_before_the_first_separator_is_the_speaker(read: Callable, native: Path) -> None:
    first, second, third = read("utterances", native / "two.utterances.json")
    assert (first.text, first.labels) == ("I cough since Monday: should I go to the sea?", ("patient",))
    assert second.labels == ("doctor",)
    assert first.document_id == second.document_id != third.document_id
    assert first.id == f"toy/train/{first.document_id}.1"


def test_an_utterance_without_words_is_refused_or_dropped(read: Callable, write: Callable, ledger: Ledger) -> None:
    path = write(json.dumps([{"utterances": ["patient: ", "doctor: Yes."]}]), "a.json")
    with pytest.raises(InvalidInput, match="utterance 1 has no words"):
        read("utterances", path)
    assert len(read("utterances", path, on_empty="drop")) == 1
    assert ledger.counts() == {"utterance_empty": 1}


@pytest.mark.parametrize(
    ("utterances", "said"),
    [
        (["nurse: Hm."], "begins with 'nurse: Hm.'"),
        (["patient says hm"], "begins with 'patient says hm'"),
        ([], "nothing under 'utterances'"),
    ],
)
def test_who_is_not_known_to_speak_is_refused(
    read: Callable, write: Callable, utterances: list[str], said: str
) -> None:
    path = write("[\n" + json.dumps({"utterances": utterances}) + "]", "a.json")
    with pytest.raises(InvalidInput, match=said) as caught:
        read("utterances", path)
    assert caught.value.where == f"{path}:2"
