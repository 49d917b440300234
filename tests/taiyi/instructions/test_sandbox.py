"""Strangers' wordings in a process of their own: what it may use, and that it ends with its reader."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from taiyi.errors import InvalidInput, NotReady
from taiyi.instructions.batches import Sizes
from taiyi.instructions.sandbox import Limits, Rendering, render
from taiyi.tasks import TaskSpec

OWN = "en:\n  default:\n    t1: 'Compare {text_1} and {text_2}.'\nzh:\n  default:\n    t1: '{text_1} {text_2}'\n"


def job(limits: Limits, *, records: int = 3, template: str = OWN, paths: tuple[str, ...] = ()) -> Rendering:
    row = {"family": "pair", "language": "en", "text_1": "x" * 200, "text_2": "y", "score": 1}
    lines = tuple(json.dumps(row | {"id": f"own/test/{n}"}) for n in range(records))
    return Rendering(
        task="tp_ss",
        template=template.replace("default", "score"),
        limits=limits,
        spec=TaskSpec(),
        style="taiyi",
        seed=1,
        count=1,
        sizes=Sizes(rows=10),
        lines=lines,
        paths=paths,
    )


def children() -> set[str]:
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


def test_questions_come_back_as_they_are_made() -> None:
    made = [json.loads(line) for batch in render(job(Limits())) for line in batch.instances]
    assert [one["turns"][0]["text"] for one in made] == [f"Compare {'x' * 200} and y."] * 3


@pytest.mark.parametrize(
    "limits, said",
    [
        (Limits(output_bytes=500), "more than 500 bytes of questions"),
        (Limits(wait_seconds=0.01), "no answer within 0.01 seconds"),
        (Limits(memory_bytes=50 * 2**20), "memory|wanted"),
    ],
)
def test_a_limit_that_is_hit_is_named(limits: Limits, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        list(render(job(limits)))


def test_the_process_ends_with_its_reader() -> None:
    before = children()
    batches = render(job(Limits(), records=5000))
    next(batches)
    assert children() - before
    batches.close()  # type: ignore[attr-defined]
    assert children() == before


def test_records_that_are_not_there_are_what_is_missing_and_no_fault_of_the_template(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="does not exist"):
        list(render(job(Limits(), paths=(str(tmp_path / "none.jsonl"),))))
