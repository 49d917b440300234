"""Answers over the wire are read as the core reads them, whatever they hold."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from taiyi_api.scorer.v1 import scorer_service_pb2 as pb

from taiyi import corpora, layout, params, samples, tasks
from taiyi.corpora import descriptor
from taiyi.instances import Context, Instance
from taiyi.instructions import Wording, render, task_spec
from taiyi.ledger import Ledger
from tests.services.blocking import SECONDS, refused

PIECES = (
    "aspirin", "糖尿病", "None", "无", ": ", "：", "; ", "；", ", ", "，", "\n", "[", "]", "(", ")", "（", "）", '"', '""', "{", "}",
    "\x00", "\x01", "\u2028", "\ufeff", "<|im_end|>", "</think>", "```json", "**", "- ", "1. ", "|", "yes", "no", "是", "A", "B.",
    "I cannot", "对不起", "\\", "\\u0000", "𝒳", "e\u0301", " " * 50, "x" * 300, "null", '{"a":', "[[",
)  # fmt: skip


@pytest.fixture(scope="module")
def asked(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[Instance]]:
    """Instances by task and style, of every sample corpus and so of both languages."""
    raw = tmp_path_factory.mktemp("raw")
    samples.write(raw, documents=4, seed=13)
    found: dict[tuple[str, str], list[Instance]] = {}
    for corpus in params.load(root / layout.PARAMS).corpora:
        described = descriptor.find(corpus, root / layout.DESCRIPTORS)
        records = list(corpora.read(described, described.splits_for("test")[0], raw, Ledger()))
        for task, declared in described.tasks.items():
            spec = task_spec(corpus, task, declared)
            for style in ("taiyi", "json"):
                wording = Wording(style=style, folder=root / layout.TEMPLATES, seed=1)
                for record in records[:4]:
                    found.setdefault((task, style), []).extend(render(record, task, spec, wording, Ledger()))
    return found


def context(given: Context) -> pb.AnswerContext:
    return pb.AnswerContext(
        offered=given.offered,
        choices=[pb.Choice(label=label, text=text) for label, text in given.choices],
        multiple=given.multiple,
        language=given.language,
        roles=given.roles,
        operation=given.operation,
        aliases=given.aliases,
    )


def read(scorer: Any, task: str, asked: list[Instance], texts: list[str]) -> list[tuple[str, str, str, list[str]]]:
    answers = [
        pb.RawAnswer(id=one.id, text=text, prompt=one.prompt, context=context(one.context))
        for one, text in zip(asked, texts, strict=True)
    ]
    found = scorer.ParseAnswers(pb.ParseAnswersRequest(task=task, answers=answers), timeout=SECONDS)
    return [(a.id, pb.ParseStatus.Name(a.status), a.items_json, list(a.notes)) for a in found.answers]


def by_the_core(task: str, asked: list[Instance], texts: list[str]) -> list[tuple[str, str, str, list[str]]]:
    expected = []
    for one, text in zip(asked, texts, strict=True):
        parsed = tasks.load(task).parse(text, one.context, prompt=one.prompt)
        items = msgspec.json.encode(parsed.items).decode()
        expected.append((one.id, f"PARSE_STATUS_{parsed.status.upper()}", items, list(parsed.notes)))
    return expected


def test_gold_answers_of_every_task_style_and_language_read_back(
    scorer: Any, asked: dict[tuple[str, str], list[Instance]]
) -> None:
    assert {task for task, _ in asked} == set(tasks.ids())
    assert {one.language for found in asked.values() for one in found} == {"en", "zh"}
    for (task, style), instances in asked.items():
        texts = [one.target for one in instances]
        found = read(scorer, task, instances, texts)
        assert found == by_the_core(task, instances, texts), (task, style)
        assert [items for _, _, items, _ in found] == [msgspec.json.encode(one.gold).decode() for one in instances]


def test_no_answer_makes_a_call_fail(scorer: Any, asked: dict[tuple[str, str], list[Instance]]) -> None:
    chance = random.Random(6)
    for (task, style), instances in asked.items():
        several = [chance.choice(instances) for _ in range(300)]
        texts = []
        for one in several:
            pieces = [chance.choice((*PIECES, *one.target.split())) for _ in range(chance.randrange(12))]
            cut = one.target[: chance.randrange(len(one.target) + 1)]
            texts.append(chance.choice(("", cut)) + chance.choice(("", " ")).join(pieces))
        assert read(scorer, task, several, texts) == by_the_core(task, several, texts), (task, style)


def test_contexts_of_any_kind_are_taken(scorer: Any) -> None:
    """A caller may offer names twice, none, or aliases that lead nowhere; the core decides, and does not fail."""
    chance = random.Random(7)
    for task in tasks.ids():
        answers = []
        for number in range(60):
            names = [chance.choice(PIECES) for _ in range(chance.randrange(4))]
            given = pb.AnswerContext(
                offered=names,
                choices=[pb.Choice(label=chance.choice(PIECES)[:100], text=chance.choice(PIECES)) for _ in names],
                multiple=chance.random() < 0.5,
                language=chance.choice(("en", "zh")),
                roles=names[::-1],
                operation=chance.choice(("", "en", "zh", "title", "yes_no", "concepts", "x")),
                aliases={chance.choice(PIECES): chance.choice(PIECES) for _ in names},
            )
            text = "".join(chance.choice((*PIECES, *names)) for _ in range(8))
            answers.append(pb.RawAnswer(id=str(number), text=text, context=given))
        found = scorer.ParseAnswers(pb.ParseAnswersRequest(task=task, answers=answers), timeout=SECONDS)
        assert [answer.id for answer in found.answers] == [str(number) for number in range(60)]
        assert all(answer.status for answer in found.answers)


def test_ten_thousand_answers_are_read_in_one_call_and_others_are_answered_meanwhile(scorer: Any) -> None:
    given = pb.AnswerContext(offered=["chemical", "disease"], language="en")
    answers = [
        pb.RawAnswer(id=str(n), text=f"chemical: a{n}; b{n}\ndisease: None", context=given) for n in range(10_000)
    ]
    call = scorer.ParseAnswers.future(pb.ParseAnswersRequest(task="ner", answers=answers), timeout=SECONDS)
    assert scorer.ListBenchmarks(pb.ListBenchmarksRequest(), timeout=5).benchmarks
    found = call.result().answers
    assert [a.id for a in found] == [a.id for a in answers]
    assert found[-1].items_json == '[["chemical","a9999"],["chemical","b9999"]]'


@pytest.mark.parametrize(
    "field, change",
    [
        ("task", {"task": "nerr"}),
        ("task", {"task": ""}),
        ("answers", {"answers": []}),
        ("answers[0].context", {"answers": [pb.RawAnswer(text="x")]}),
        ("answers[0].context.language", {"answers": [pb.RawAnswer(context=pb.AnswerContext(language="de"))]}),
        ("answers[0].id", {"answers": [pb.RawAnswer(id="x" * 1001, context=pb.AnswerContext(language="en"))]}),
    ],
)
def test_what_cannot_be_read_against_anything_is_refused_by_its_field(
    scorer: Any, field: str, change: dict[str, Any]
) -> None:
    request = {"task": "ner", "answers": [pb.RawAnswer(text="x", context=pb.AnswerContext(language="en"))]} | change
    answer = refused(lambda: scorer.ParseAnswers(pb.ParseAnswersRequest(**request), timeout=SECONDS))
    assert (answer.code, answer.fields) == ("INVALID_ARGUMENT", (field,))
