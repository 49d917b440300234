"""What a corpus declares about a task is checked before anything is asked: keys, sub-tasks, aliases."""

from pathlib import Path

import pytest

from taiyi.corpora import descriptor
from taiyi.errors import InvalidParams
from taiyi.instructions import task_spec

TYPES = {"C": "chemical", "D": "disease"}


def test_a_declaration_with_an_unknown_key_names_corpus_and_task() -> None:
    with pytest.raises(InvalidParams, match=r"corpus c, tasks\.tc.*tipes"):
        task_spec("c", "tc", {"tipes": {}})


def test_an_alias_that_leads_to_nothing_asked_for_is_answered_with_what_is_close() -> None:
    with pytest.raises(
        InvalidParams, match=r"(?s)tasks\.ner\.aliases.*'drug' stands for 'chemicals'.*asked for: chemical"
    ):
        task_spec("c", "ner", {"types": TYPES, "aliases": {"drug": "chemicals"}})


def test_an_alias_that_spells_another_name_is_a_clash() -> None:
    with pytest.raises(InvalidParams, match=r"'Disease' stands for 'chemical'.*'disease' is spelt"):
        task_spec("c", "ner", {"types": TYPES, "aliases": {"Disease": "chemical"}})


def test_two_aliases_that_differ_in_case_and_width_alone_must_lead_to_one_name() -> None:
    aliases = {"drug": "chemical", "ＤＲＵＧ": "disease"}
    with pytest.raises(InvalidParams, match="stands for 'disease', but is also how 'chemical' is spelt"):
        task_spec("c", "ner", {"types": TYPES, "aliases": aliases})
    task_spec("c", "ner", {"types": TYPES, "aliases": {"drug": "chemical", "ＤＲＵＧ": "chemical"}})


def test_every_described_corpus_declares_its_tasks_without_a_clash(root: Path) -> None:
    folder = root / "data" / "corpora"
    for corpus in descriptor.ids(folder):
        for task, declared in descriptor.find(corpus, folder).tasks.items():
            task_spec(corpus, task, declared)
