"""Which wordings a question may get: the first of a pool, those that suit its fields, those of its answer style."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taiyi import corpora, params, samples, tasks
from taiyi.corpora import descriptor
from taiyi.errors import InvalidParams
from taiyi.instances import Draft
from taiyi.instructions import Wording, render, task_spec, templates
from taiyi.instructions.templates import pooled, usable
from taiyi.ledger import Ledger
from taiyi.records import AnyRecord
from taiyi.tasks import TaskSpec

GROUP = {"t1": "{text} {types}", "t2": "{types}: {text}", "t3": "{text}: what is in it?"}


def draft(types: str) -> Draft:
    return Draft(fields={"text": "x", "types": types}, gold=())


def test_a_list_is_left_out_only_where_that_is_allowed_and_its_names_are_plain_words() -> None:
    assert list(usable(GROUP, draft("chemical, disease"), ("types",), unlisted=False)) == ["t1", "t2"]
    assert list(usable(GROUP, draft("chemical, disease"), ("types",), unlisted=True)) == ["t1", "t2", "t3"]
    for unknown in ("GENE-Y_2", "GeneOrGeneProduct", "C1"):
        assert list(usable(GROUP, draft(unknown), ("types",), unlisted=True)) == ["t1", "t2"]


def test_a_question_without_a_list_is_not_asked_with_a_hole() -> None:
    assert list(usable(GROUP, draft(""), ("types",), unlisted=False)) == ["t3"]
    only = {"t1": GROUP["t1"]}
    assert usable(only, draft(""), ("types",), unlisted=False) == only


def test_wordings_that_state_the_form_of_an_answer_are_of_style_taiyi(root: Path) -> None:
    own, other = (templates("ner", root / "data/templates", style)["en"]["default"] for style in ("taiyi", "json"))
    assert {name[0] for name in own} == {"t", "f"} and {name[0] for name in other} == {"t"}


def test_a_pool_is_the_first_wordings_of_a_group_in_the_order_of_the_file(root: Path) -> None:
    found = pooled("ner", "en", "default", root / "data/templates", "taiyi", 3)
    assert list(found) == ["t1", "t2", "t3"]
    assert len(pooled("ner", "en", "default", root / "data/templates", "taiyi", 0)) > 15


@pytest.fixture(scope="module")
def questions(root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[AnyRecord, str, TaskSpec]]:
    """Some records of every sample corpus, with each of their tasks."""
    raw = tmp_path_factory.mktemp("raw")
    samples.write(raw, documents=8, seed=13)

    def found() -> Iterator[tuple[AnyRecord, str, TaskSpec]]:
        for corpus in params.load(root / "params.yaml").corpora:
            described = descriptor.find(corpus, root / "data/corpora")
            for record in list(corpora.read(described, "train", raw, Ledger()))[:8]:
                for task, declared in described.tasks.items():
                    yield record, task, task_spec(corpus, task, declared)

    return list(found())


def test_a_tasks_questions_have_a_value_for_every_field_that_its_wordings_need(
    questions: list[tuple[AnyRecord, str, TaskSpec]],
) -> None:
    asked: set[tuple[str, str]] = set()
    for record, task, spec in questions:
        for question in tasks.load(task).instances(record, spec):
            fields = tasks.load(task).GROUPS[question.wording]
            assert all(question.fields[name] for name in fields.names if name not in fields.lists), (task, question)
            assert set(fields.lists) <= set(fields.names)
            asked.add((task, question.wording))
    assert len({task for task, _ in asked}) == len(tasks.ids())


def test_the_demo_asks_in_the_first_three_wordings_as_if_there_were_no_others(
    root: Path, tmp_path: Path, questions: list[tuple[AnyRecord, str, TaskSpec]]
) -> None:
    told = params.load(root / "params.yaml")
    assert told.instruct.pool == 3 and not told.instruct.unlisted
    for path in (root / "data/templates").glob("*.yaml"):
        kept, seen = [], 0
        for line in path.read_text().splitlines():
            seen = seen + 1 if line.startswith("    ") else 0
            kept += [line] if seen <= 3 else []
        (tmp_path / path.name).write_text("\n".join(kept) + "\n")
    assert set(templates("ner", tmp_path)["en"]["default"]) == {"t1", "t2", "t3"}
    count = 0
    for record, task, spec in questions:
        few = Wording(style="taiyi", folder=tmp_path, seed=13, count=3)
        pool = Wording(style="taiyi", folder=root / "data/templates", seed=13, count=3, pool=told.instruct.pool)
        expected = list(render(record, task, spec, few, Ledger()))
        assert list(render(record, task, spec, pool, Ledger())) == expected
        count += len(expected)
    assert count > 300


def test_every_wording_comes_up_when_the_pool_is_open(
    root: Path, questions: list[tuple[AnyRecord, str, TaskSpec]]
) -> None:
    every = Wording(style="taiyi", folder=root / "data/templates", seed=13, count=99, unlisted=True)
    for record, task, spec in questions:
        ledger = Ledger()
        for instance in render(record, task, spec, every, ledger):
            assert instance.turns[-1].text
        assert not ledger.entries, ledger.entries[0]


@pytest.mark.parametrize(
    "field",
    [
        "{text.__class__}",
        "{text[0]}",
        "{text!r}",
        "{text:>9999999}",
        "{text!r:>9999999}",
        "{0}",
        "{}",
        "{text:{types}}",
    ],
)
def test_a_wording_may_ask_for_fields_by_their_plain_names_alone(tmp_path: Path, field: str) -> None:
    path = tmp_path / "ner.yaml"
    path.write_text(
        f"en:\n  default:\n    t1: '{{text}}'\n    t2: 'In {field}?'\nzh:\n  default:\n    t1: '{{text}}'\n"
    )
    with pytest.raises(InvalidParams, match=r"ner.yaml:4: en.default.t2: a wording asks for \{"):
        templates("ner", tmp_path)


def test_a_wording_whose_braces_do_not_match_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "ner.yaml").write_text("en:\n  default:\n    t1: 'In {text'\nzh:\n  default:\n    t1: '{text}'\n")
    with pytest.raises(InvalidParams, match=r"ner.yaml:3: en.default.t1: braces that do not match"):
        templates("ner", tmp_path)
