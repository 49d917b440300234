"""Every descriptor of the repository: its reader and tasks exist and take what it tells them, and the paper's list is whole."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
import pytest

from taiyi import tasks
from taiyi.corpora import descriptor, readers
from taiyi.corpora.descriptor import Descriptor

FOLDER = Path(__file__).parents[3] / "data" / "corpora"
IDS = descriptor.ids(FOLDER)


OURS = {"bc7_litcovid_titles"}
"""Described for measuring, and not in the paper's list."""


@cache
def described(corpus: str) -> Descriptor:
    return descriptor.find(corpus, FOLDER)


@pytest.mark.parametrize("corpus", IDS)
def test_its_readers_take_its_options(corpus: str) -> None:
    found = described(corpus)
    for split in found.splits.values():
        options = split.options if split.reader else {**found.options, **split.options}
        msgspec.convert(options, readers.load(split.reader or found.reader).Options)


@pytest.mark.parametrize("corpus", IDS)
def test_its_tasks_take_what_it_declares(corpus: str) -> None:
    assert described(corpus).tasks
    for task, declared in described(corpus).tasks.items():
        tasks.load(task)
        msgspec.convert(declared, tasks.TaskSpec)


@pytest.mark.parametrize("corpus", IDS)
def test_it_says_where_it_is_from_and_what_one_may_do_with_it(corpus: str) -> None:
    found = described(corpus)
    assert found.licence.name
    if found.access != "generated":
        assert found.homepage.startswith("http")
        assert found.citation
        assert (found.paper is None) == (corpus in OURS)
    if found.language == "zh" and found.access != "generated":
        assert found.title_zh


def test_no_two_corpora_are_the_same_one_of_the_paper() -> None:
    numbers = [(d.paper.language, d.paper.number) for d in map(described, IDS) if d.paper and d.paper.number]
    assert len(set(numbers)) == len(numbers)
