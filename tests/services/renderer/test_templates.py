"""Templates: listed in pages, read anew when they change, linted as the command does; strangers' ones harm nobody."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from taiyi_api.renderer.v1 import renderer_service_pb2 as pb

from taiyi import layout, tasks
from taiyi.instructions import lint, templates
from tests.services.blocking import SECONDS, refused

OWN = "en:\n  default:\n    t1: 'Which {types}? {text}'\nzh:\n  default:\n    t1: '找{types}：{text}'\n"
RECORD = {
    "family": "document",
    "id": "own/test/1",
    "language": "en",
    "text": "aspirin helps",
    "entities": [{"id": "e1", "type": "Drug", "spans": [[0, 7]], "text": "aspirin"}],
}
SPEC = json.dumps({"types": {"Drug": "drug"}})


def asked(template: str, *records: dict[str, Any], task: str = "ner") -> pb.RenderRecordsRequest:
    return pb.RenderRecordsRequest(
        task=task,
        records_json=[json.dumps(record) for record in records or (RECORD,)],
        task_spec_json=SPEC,
        wording=pb.Wording(template_yaml=template),
    )


def test_the_pages_of_all_templates_are_all_templates(renderer: Any, house: Path) -> None:
    found: list[pb.Template] = []
    request = pb.ListTemplatesRequest(page_size=100)
    while True:
        page = renderer.ListTemplates(request, timeout=SECONDS)
        assert len(page.templates) <= 100
        found += page.templates
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    expected = {
        (task, language, group, name): text
        for task in tasks.ids()
        for language, groups in templates(task, house / layout.TEMPLATES).items()
        for group, wordings in groups.items()
        for name, text in wordings.items()
    }
    assert {(t.task, t.language, t.group, t.template): t.text for t in found} == expected
    assert [t.name for t in found] == sorted(t.name for t in found)


def test_templates_of_one_task_and_language(renderer: Any) -> None:
    page = renderer.ListTemplates(pb.ListTemplatesRequest(task="ner", language="zh"), timeout=SECONDS)
    assert {(t.task, t.language) for t in page.templates} == {("ner", "zh")}


def test_a_wording_that_is_changed_is_asked_as_it_is_now(renderer: Any, house: Path) -> None:
    path = house / layout.TEMPLATES / "tt_ds.yaml"
    before = path.read_text()
    path.write_text(before.replace("en:\n", "en:\n  own:\n    t1: 'Shorten: {text}'\n", 1))
    try:
        page = renderer.ListTemplates(pb.ListTemplatesRequest(task="tt_ds", page_size=1000), timeout=SECONDS)
        assert "Shorten: {text}" in [t.text for t in page.templates]
    finally:
        path.write_text(before)


def test_lint_says_what_the_command_says(renderer: Any, tmp_path: Path, root: Path) -> None:
    text = (root / layout.TEMPLATES / "ner.yaml").read_text().replace("{text}", "{txt}", 3)
    (tmp_path / "ner.yaml").write_text(text)
    labels = lint.labels_of(root / layout.DESCRIPTORS)["ner"]
    expected = lint.lint_file(tmp_path / "ner.yaml", tasks.load("ner").GROUPS, labels=labels)
    answer = renderer.LintTemplate(pb.LintTemplateRequest(task="ner", template_yaml=text), timeout=SECONDS)
    assert [problem.where for problem in answer.problems] == [problem.template for problem in expected] != []
    for got, one in zip(answer.problems, expected, strict=True):
        assert got.problem == f"line {one.where.rpartition(':')[2]}: {one.problem}; {one.remedy}"


def test_the_repositorys_own_templates_have_no_problems(renderer: Any, root: Path) -> None:
    for task in ("ner", "mrd"):
        text = (root / layout.TEMPLATES / f"{task}.yaml").read_text()
        answer = renderer.LintTemplate(pb.LintTemplateRequest(task=task, template_yaml=text), timeout=SECONDS)
        assert not answer.problems


@pytest.mark.parametrize(
    "language, said, answered",
    [("en", "Which drug? aspirin helps", "drug: aspirin"), ("zh", "找drug：aspirin helps", "drug：aspirin")],
)
def test_a_strangers_template_is_asked_instead_of_the_servers(
    renderer: Any, language: str, said: str, answered: str
) -> None:
    answer = renderer.RenderRecords(asked(OWN, RECORD | {"language": language}), timeout=SECONDS)
    (instance,) = map(msgspec.json.decode, answer.instances_json)
    assert instance["turns"] == [{"role": "user", "text": said}, {"role": "assistant", "text": answered}]


def test_a_strangers_template_asks_a_whole_corpus(renderer: Any) -> None:
    request = pb.RenderCorpusRequest(
        corpus="corpora/sample_cdr", use="test", tasks=["ner"], wording=pb.Wording(template_yaml=OWN), skip=1, limit=2
    )
    parts = list(renderer.RenderCorpus(request, timeout=SECONDS))
    texts = [json.loads(line)["turns"][0]["text"] for part in parts for line in part.instances_json]
    assert len(texts) == 2 and all(text.startswith("Which ") for text in texts)


@pytest.mark.parametrize("field", ["{text.__class__}", "{text[0]}", "{0}", "{text!r:>9999999}", "{text:>999999999}"])
def test_a_strangers_template_reaches_nothing_but_the_fields(renderer: Any, field: str) -> None:
    answer = refused(lambda: renderer.RenderRecords(asked(OWN.replace("{text}", field)), timeout=SECONDS))
    assert answer.code == "INVALID_ARGUMENT" and f"a wording asks for {field}" in answer.message


def test_a_strangers_template_that_asks_for_an_unknown_field_is_told_the_known_ones(renderer: Any) -> None:
    answer = refused(lambda: renderer.RenderRecords(asked(OWN.replace("{text}", "{secrets}")), timeout=SECONDS))
    assert answer.code == "INVALID_ARGUMENT" and "known: {text}, {types}" in answer.message


MANY = ", ".join(f"t{n}: x" for n in range(10_000))
BOMBS = {
    "aliases": f"en:\n  a: &a {{{MANY}}}\n" + "".join(f"  b{n}: *a\n" for n in range(4000)) + "zh: {a: *a}\n",
    "brackets": "[" * 150_000,
    "braces": "en: " + "{a: " * 20_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_template_file_made_to_exhaust_the_server_is_given_up(renderer: Any, name: str) -> None:
    started = time.monotonic()
    answer = refused(lambda: renderer.RenderRecords(asked(BOMBS[name]), timeout=SECONDS))
    assert answer.code == "INVALID_ARGUMENT" and time.monotonic() - started < 30
    if name != "braces":
        assert "the template was given up" in answer.message
    linted = refused(lambda: renderer.LintTemplate(pb.LintTemplateRequest(task="ner", template_yaml=BOMBS["brackets"]), timeout=SECONDS))  # fmt: skip
    assert linted.code == "INVALID_ARGUMENT"
    assert renderer.RenderRecords(asked(OWN), timeout=SECONDS).instances_json, "and the server goes on"
