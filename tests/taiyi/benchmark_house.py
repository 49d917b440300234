"""A working tree with two benchmarks of sample corpora, as the tests of `taiyi score` and `taiyi evaluate` need it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from taiyi import benchmarks, cli, layout
from taiyi.instances import Instance
from taiyi.instructions import benchmark_questions
from taiyi.ledger import Ledger

MENTIONS, TOPICS = "mentions", "topics"
DESCRIBED = {
    MENTIONS: ("sample_cdr", "ner", "{name: set_f1}"),
    TOPICS: ("sample_topics", "tc", "{name: set_f1}"),
}
PUBLISHED = """\
references:
  - {model: Elsewhere, value: 61.5, source: a paper}
  - {model: Spans, value: 90.0, source: another paper, metric: micro-F1 over spans, n: 7}
notes: [A note to read.]
"""


def build(root: Path, house: Path) -> Path:
    """Native files, descriptors, templates and two benchmarks below `house`; their N is that of the files."""
    assert cli.main(["samples", str(house / layout.RAW), "--documents", "20"]) == 0
    shutil.copytree(root / layout.TEMPLATES, house / layout.TEMPLATES)
    (house / layout.DESCRIPTORS).mkdir(parents=True)
    (house / layout.BENCHMARKS).mkdir(parents=True)
    for name, (corpus, _, _) in DESCRIBED.items():
        shutil.copy(root / layout.DESCRIPTORS / f"{corpus}.yaml", house / layout.DESCRIPTORS)
        describe(house, name, n="null")
        describe(house, name, n=str(len(questions(house, name))))
    return house


def describe(house: Path, name: str, *, n: str) -> None:
    """Write the descriptor of a benchmark with another official N."""
    corpus, task, metric = DESCRIBED[name]
    rows = {
        "title": f"Sample of {name}",
        "group": "supplementary",
        "corpus": corpus,
        "split": "test",
        "n": n,
        "unit": "documents",
        "task": task,
        "language": "en",
        "metric": metric,
    }
    text = "".join(f"{key}: {value}\n" for key, value in rows.items())
    (house / layout.BENCHMARKS / f"{name}.yaml").write_text(text + PUBLISHED)


def questions(house: Path, name: str) -> list[Instance]:
    """The questions of a benchmark."""
    return benchmark_questions.questions(
        benchmarks.find(name, house / layout.BENCHMARKS),
        house / layout.RAW,
        Ledger(),
        descriptors=house / layout.DESCRIPTORS,
        templates=house / layout.TEMPLATES,
    )


def lines(path: Path, rows: list[Any]) -> Path:
    """Write rows as others do: json.dumps, one a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
