"""The fuzzer: damages come from the seed alone, what is no record and no typed error is found, and findings are cut small."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from benchmarks import damages, fuzz_readers
from taiyi.corpora import readers
from taiyi.errors import InvalidInput
from taiyi.records import AnyRecord, Classification

SOUND = b'{"id": 1, "text": "a | b"}\n{"id": 2,\t"text": "c"}\n'


def test_the_same_seed_damages_alike() -> None:
    first, second = ([damages.damaged(SOUND, random.Random(seed)) for seed in range(200)] for _ in range(2))
    assert first == second
    assert len(set(first)) > 150


@pytest.mark.parametrize("damage", set(damages.DAMAGES))
@pytest.mark.parametrize("content", [SOUND, b"", b"\n", b"\xff"])
def test_every_damage_takes_any_content(damage: Any, content: bytes) -> None:
    for seed in range(50):
        assert len(damage(content, random.Random(seed))) <= len(content) * 2001 + 2 * damages.LONGEST


def test_parts_of_an_archive_are_damaged_and_it_stays_one() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.xml", "<a>b</a>")
    sound = made.getvalue()
    archives = [damages.damaged(sound, random.Random(seed)) for seed in range(40)]
    assert sum(zipfile.is_zipfile(io.BytesIO(content)) for content in archives) > 20


def named(*ids: str) -> list[AnyRecord]:
    return [Classification(id=name, language="en", text="x") for name in ids]


def refuse() -> None:
    raise InvalidInput("no")


@pytest.mark.parametrize(
    ("result", "found"),
    [
        (lambda: named("a", "b"), "read"),
        (refuse, "refused"),
        (lambda: named("a", "a"), "two records of one id"),
        (lambda: {}["a"], "KeyError in outside"),
        (lambda: readers.load("conll").read(None, None).__next__(), "AttributeError in conll.read"),
        (lambda: named("\ud800"), "UnicodeEncodeError in outside"),
    ],
)
def test_what_is_no_record_and_no_typed_error_is_found(result: Any, found: str, tmp_path: Path) -> None:
    assert fuzz_readers.outcome(lambda *_, **__: result(), "conll", tmp_path) == found


def test_a_finding_is_cut_to_what_makes_it() -> None:
    def run(content: bytes) -> str:
        return "found" if b"x" in content and content.count(b"\n") > 1 else "read"

    assert sorted(fuzz_readers.minimised(run, b"abc\nx\nde" * 50, "found")) == sorted(b"\n\nx")


@pytest.mark.parametrize(("reader", "known"), [("brat", ["refuse", "repair", "drop"]), ("json_records", ["refuse"])])
def test_every_policy_that_a_reader_knows_is_tried(reader: str, known: list[str]) -> None:
    assert [policy.get("on_mismatch", "refuse") for policy in fuzz_readers.policies(reader)] == known
