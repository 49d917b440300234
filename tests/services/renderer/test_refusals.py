"""Bad input of every field of the renderer's calls: refused by its path, never an error of the server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from taiyi_api.renderer.v1 import renderer_service_pb2 as pb

from tests.services.blocking import SECONDS, refused

PAIR = {"family": "pair", "id": "own/test/1", "language": "en", "text_1": "x", "text_2": "y", "score": 1}
LINE = json.dumps(PAIR)


@pytest.mark.parametrize(
    "change, field",
    [
        ({"task": ""}, "task"),
        ({"task": "nerr"}, "task"),
        ({"records_json": []}, "records_json"),
        ({"records_json": [LINE, "{"]}, "records_json[1]"),
        ({"records_json": ["[" * 90_000]}, "records_json[0]"),
        ({"records_json": [json.dumps(PAIR | {"language": "de"})]}, "records_json[0]"),
        ({"records_json": [json.dumps(PAIR | {"label": "x"})]}, "records_json[0]"),
        ({"records_json": [json.dumps(PAIR | {"id": "no id"})]}, "records_json[0]"),
        ({"records_json": [LINE, LINE]}, "records_json[1]"),
        ({"task_spec_json": "[]"}, "task_spec_json"),
        ({"task_spec_json": '{"a":' * 9_000}, "task_spec_json"),
        ({"task_spec_json": '{"typs": {}}'}, "task_spec_json"),
        ({"task_spec_json": '{"subtasks": ["pair"]}'}, "task_spec_json"),
        ({"wording": pb.Wording(count=101)}, "wording.count"),
        ({"wording": pb.Wording(count=-1)}, "wording.count"),
        ({"wording": pb.Wording(style=7)}, "wording.style"),
        ({"wording": pb.Wording(template_yaml="x" * 200_001)}, "wording.template_yaml"),
    ],
)
def test_records_that_cannot_be_asked_are_refused_by_their_field(
    renderer: Any, change: dict[str, Any], field: str
) -> None:
    request = pb.RenderRecordsRequest(**{"task": "tp_ss", "records_json": [LINE]} | change)
    answer = refused(lambda: renderer.RenderRecords(request, timeout=SECONDS))
    assert (answer.code, answer.fields) == ("INVALID_ARGUMENT", (field,))


@pytest.mark.parametrize(
    "change, code, field",
    [
        ({"corpus": "sample_cdr"}, "INVALID_ARGUMENT", "corpus"),
        ({"corpus": "corpora/../../params"}, "INVALID_ARGUMENT", "corpus"),
        ({"corpus": "corpora/sample_cdrr"}, "NOT_FOUND", ""),
        ({"corpus": "corpora/bc5cdr"}, "FAILED_PRECONDITION", ""),
        ({"use": "training"}, "INVALID_ARGUMENT", "use"),
        ({"tasks": ["ner", "tc"]}, "INVALID_ARGUMENT", "tasks[1]"),
        ({"skip": -1}, "INVALID_ARGUMENT", "skip"),
        ({"limit": -1}, "INVALID_ARGUMENT", "limit"),
        ({"wording": pb.Wording(template_yaml="en: x")}, "INVALID_ARGUMENT", "tasks"),
    ],
)
def test_slices_that_are_none_are_refused(renderer: Any, change: dict[str, Any], code: str, field: str) -> None:
    request = pb.RenderCorpusRequest(**{"corpus": "corpora/sample_cdr", "use": "test"} | change)
    answer = refused(lambda: renderer.RenderCorpus(request, timeout=SECONDS))
    assert (answer.code, answer.fields) == (code, (field,) if field else ())


@pytest.mark.parametrize(
    "change, field",
    [
        ({"page_size": -1}, "page_size"),
        ({"page_token": "QUJD"}, "page_token"),
        ({"task": "nerr"}, "task"),
        ({"language": "de"}, "language"),
    ],
)
def test_lists_of_nothing_are_refused_by_their_field(renderer: Any, change: dict[str, Any], field: str) -> None:
    answer = refused(lambda: renderer.ListTemplates(pb.ListTemplatesRequest(**change), timeout=SECONDS))
    assert (answer.code, answer.fields) == ("INVALID_ARGUMENT", (field,))


@pytest.mark.parametrize("task, text, field", [("nerr", "en: x", "task"), ("ner", "", "template_yaml")])
def test_templates_of_nothing_are_not_linted(renderer: Any, task: str, text: str, field: str) -> None:
    request = pb.LintTemplateRequest(task=task, template_yaml=text)
    answer = refused(lambda: renderer.LintTemplate(request, timeout=SECONDS))
    assert (answer.code, answer.fields) == ("INVALID_ARGUMENT", (field,))
