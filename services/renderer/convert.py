"""The renderer's messages and the core's types, there and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from taiyi_api.renderer.v1 import renderer_service_pb2 as pb

from services.kit.errors import invalid_field
from services.kit.fields import from_json
from taiyi import tasks
from taiyi.errors import InvalidInput, NotFound
from taiyi.instances import Style
from taiyi.instructions import task_spec
from taiyi.instructions.batches import Batch
from taiyi.instructions.lint import Problem
from taiyi.instructions.preview import Share
from taiyi.ledger import Entry
from taiyi.params import Mix, Params
from taiyi.records import AnyRecord
from taiyi.tasks import TaskSpec

_STYLES: dict[int, Style] = {pb.ANSWER_STYLE_TAIYI: "taiyi", pb.ANSWER_STYLE_JSON: "json"}


_LARGEST = 2**63 - 1


def templates(task: str, wordings: dict[Any, Any], language: str) -> Iterable[pb.Template]:
    """The wordings of a task in a language, or in each if that is empty."""
    for spoken, groups in wordings.items():
        for group, texts in groups.items() if language in ("", spoken) else ():
            for template, text in texts.items():
                name = f"tasks/{task}/languages/{spoken}/groups/{group}/templates/{template}"
                yield pb.Template(name=name, task=task, language=spoken, group=group, template=template, text=text)


def style(wording: pb.Wording, params: Params) -> Style:
    """How answers are written."""
    return _STYLES.get(wording.style, params.instruct.style)


def task(given: str, field: str = "task") -> str:
    """A task id; refused under the field's path if there is none."""
    try:
        tasks.load(given)
    except NotFound as error:
        raise invalid_field(field, str(error)) from error
    return given


def spec(request: pb.RenderRecordsRequest) -> TaskSpec:
    """What the corpus declares about the task."""
    declared = from_json(request.task_spec_json, dict[str, Any], "task_spec_json") if request.task_spec_json else {}
    try:
        return task_spec("of the request", request.task, declared)
    except RecursionError as error:
        raise invalid_field("task_spec_json", "is nested too deeply") from error
    except InvalidInput as error:
        raise invalid_field("task_spec_json", str(error)) from error


def records(lines: Sequence[str]) -> list[AnyRecord]:
    """The records, each checked; no two have one id."""
    found: list[AnyRecord] = []
    places: dict[str, int] = {}
    for number, line in enumerate(lines):
        field = f"records_json[{number}]"
        record: AnyRecord = from_json(line, AnyRecord, field)
        if record.id.count("/") < 2 or "#" in record.id:
            raise invalid_field(field, f"the id {record.id[:200]!r} is not of the form corpus/split/key")
        first = places.setdefault(record.id, number)
        if first != number:
            raise invalid_field(field, f"has the id of records_json[{first}]: {record.id[:200]}")
        found.append(record)
    return found


def mix(text: str, params: Params) -> Params:
    """The server's parameters with the request's mixture. Its tokenizer can only be the server's own: others are paths."""
    if not text:
        return params
    wanted: Mix = from_json(text, Mix, "mix_json")
    if wanted.tokenizer not in ("", params.instruct.mix.tokenizer):
        raise invalid_field("mix_json", "tokenizer: only that of the server's params.yaml, or none for characters")
    return msgspec.structs.replace(params, instruct=msgspec.structs.replace(params.instruct, mix=wanted))


def rows(entries: Iterable[Entry]) -> list[pb.LedgerRow]:
    """Rows of the ledger."""
    return [pb.LedgerRow(id=entry.id, rule=entry.rule, reason=entry.reason) for entry in entries]


def batch(made: Batch) -> pb.RenderCorpusResponse:
    """A part of the stream."""
    return pb.RenderCorpusResponse(instances_json=made.instances, ledger=rows(made.ledger), records=made.records)


def preview(shares: Sequence[Share]) -> pb.PreviewMixResponse:
    """What the mixture takes."""
    total = sum(share.taken for share in shares)
    if total > _LARGEST:
        raise invalid_field("mix_json", f"asks for {total} instances, and at most {_LARGEST} can be told")
    parts = [
        pb.MixPart(
            corpus=share.part.corpus,
            task=share.part.task,
            language=share.part.language,
            available=share.available,
            taken=share.taken,
            loss_share=share.loss or 0.0,
        )
        for share in shares
    ]
    return pb.PreviewMixResponse(parts=parts, total=total)


def problem(found: Problem) -> pb.LintProblem:
    """One thing that is wrong with a template file."""
    line = found.where.rpartition(":")[2]
    said = f"line {line}: {found.problem}" if line.isdigit() else found.problem
    return pb.LintProblem(where=found.template, problem=f"{said}; {found.remedy}")
