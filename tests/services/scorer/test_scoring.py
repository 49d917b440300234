"""Predictions streamed to the scorer are scored as `taiyi score` scores a file of them, byte for byte."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from taiyi_api.scorer.v1 import scorer_service_pb2 as pb

from taiyi import benchmarks, cli, layout
from taiyi.evaluation import scoring
from taiyi.instances import Instance
from tests.services.blocking import SECONDS, Served, refused
from tests.taiyi import benchmark_house
from tests.taiyi.benchmark_house import MENTIONS, TOPICS, lines

Message = pb.ScorePredictionsRequest


def target(benchmark: str = MENTIONS, system: str = "ours") -> Message:
    return Message(target=pb.ScoreTarget(benchmark=f"benchmarks/{benchmark}", system=system))


def batch(*rows: tuple[str, str]) -> Message:
    return Message(predictions=pb.PredictionBatch(predictions=[pb.Prediction(id=i, text=t) for i, t in rows]))


def score(scorer: Any, *messages: Message) -> pb.ScorePredictionsResponse:
    return scorer.ScorePredictions(iter(messages), timeout=SECONDS)


def by_command(
    house: Path, benchmark: str, rows: Iterable[tuple[str, str]], capsys: pytest.CaptureFixture[str], *more: str
) -> str:
    pred = lines(house / "pred.jsonl", [{"id": identifier, "text": text} for identifier, text in rows])
    capsys.readouterr()
    assert cli.main(["score", "--benchmark", benchmark, "--pred", str(pred), "--json", *more]) == 0
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def inside(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(house)


@pytest.fixture(scope="module", params=[MENTIONS, TOPICS])
def asked(request: pytest.FixtureRequest, house: Path) -> tuple[str, list[Instance]]:
    return request.param, benchmark_house.questions(house, request.param)


def answered(questions: list[Instance]) -> list[tuple[str, str]]:
    """Right, wrong, unreadable and missing answers, the last questions first."""
    rows = []
    for number, question in enumerate(reversed(questions)):
        other = questions[(number * 7) % len(questions)].target
        text = (question.target, other, "", "I cannot answer that.", None)[number % 5]
        rows += [] if text is None else [(question.id, text)]
    return rows


def test_a_stream_is_scored_as_the_command_scores_a_file(
    scorer: Any, house: Path, asked: tuple[str, list[Instance]], capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark, questions = asked
    rows = answered(questions)
    answer = score(scorer, target(benchmark), *(batch(*rows[n : n + 3]) for n in range(0, len(rows), 3)))
    assert answer.result_json == by_command(house, benchmark, rows, capsys)
    assert answer.benchmark == f"benchmarks/{benchmark}"
    assert answer.questions == len(questions) == sum(answer.verdicts.values())
    assert answer.verdicts["unanswered"] == len(questions) - len(rows) > 0
    assert sum(answer.statuses.values()) == len(rows)
    assert 0 < answer.score.value < 1 and answer.interval_low <= answer.score.value <= answer.interval_high
    assert answer.score.signature and answer.score.baseline_name


def test_nothing_answered_is_a_score_over_the_official_number(scorer: Any, asked: tuple[str, list[Instance]]) -> None:
    benchmark, questions = asked
    answer = score(scorer, target(benchmark))
    assert answer.questions == answer.verdicts["unanswered"] == len(questions)
    assert not answer.HasField("of_parsed")


def test_ids_of_records_and_keys_stand_for_their_questions(scorer: Any, asked: tuple[str, list[Instance]]) -> None:
    benchmark, questions = asked
    whole = score(scorer, target(benchmark), batch(*((q.id, q.target) for q in questions)))
    for short in (lambda q: q.record, lambda q: q.record.split("/", 2)[2]):
        again = score(scorer, target(benchmark), batch(*((short(q), q.target) for q in questions)))
        assert again.result_json == whole.result_json
    assert whole.score.value == 1


def test_a_benchmark_whose_files_change_is_asked_anew(scorer: Any, house: Path) -> None:
    before = score(scorer, target()).questions
    path = next((house / layout.RAW).glob("sample_cdr/*test*"))
    content = path.read_text()
    path.write_text(content[: content.rindex("\n\n", 0, len(content) - 2) + 2])
    try:
        assert score(scorer, target()).questions == before - 1
    finally:
        path.write_text(content)
    assert score(scorer, target()).questions == before


def test_ids_that_come_twice_or_are_no_question_are_refused_by_name(scorer: Any, house: Path) -> None:
    one = benchmark_house.questions(house, MENTIONS)[0]
    twice = refused(lambda: score(scorer, target(), batch((one.id, "x")), batch((one.record, "y"))))
    assert (twice.code, twice.fields) == ("INVALID_ARGUMENT", ("predictions.predictions[0].id",))
    assert one.id in twice.message and "prediction 2" in twice.message and "prediction 1" in twice.message
    stranger = refused(lambda: score(scorer, target(), batch((one.id, "x"), ("sample_cdr/test/nobody", "y"))))
    assert (stranger.code, stranger.fields) == ("INVALID_ARGUMENT", ("predictions.predictions[1].id",))
    assert "'sample_cdr/test/nobody' is no question of mentions" in stranger.message
    other = refused(lambda: score(scorer, target(), batch((one.id.replace(".t1", ".t2"), "y"))))
    assert f"its record is asked as {one.id}" in other.message and "--" not in other.message


@pytest.mark.parametrize(
    "messages, field",
    [
        ((), "target"),
        ((batch(("x", "y")),), "target"),
        ((target(), target()), "target"),
        ((Message(),), "part"),
        ((target(), Message(predictions=pb.PredictionBatch())), "predictions.predictions"),
        ((target(), batch(("", "y"))), "predictions.predictions[0].id"),
        ((target(), batch(("x", "y" * 200_001))), "predictions.predictions[0].text"),
        ((Message(target=pb.ScoreTarget(benchmark="../etc/passwd")),), "target.benchmark"),
    ],
)
def test_a_stream_that_is_none_is_refused_by_its_field(scorer: Any, messages: tuple[Message, ...], field: str) -> None:
    answer = refused(lambda: score(scorer, *messages))
    assert answer.code == "INVALID_ARGUMENT" and answer.fields == (field,)


def test_an_unknown_benchmark_is_answered_with_what_is_close(scorer: Any) -> None:
    answer = refused(lambda: score(scorer, target("mentoins")))
    assert answer.code == "NOT_FOUND" and "did you mean 'mentions'" in answer.message


def test_a_benchmark_without_its_files_says_what_to_do(scorer: Any, house: Path) -> None:
    folder = house / layout.RAW / "sample_topics"
    moved = folder.rename(folder.with_name("away"))
    try:
        answer = refused(lambda: score(scorer, target(TOPICS)))
        assert answer.code == "NOT_FOUND" and "native files" in answer.message
    finally:
        moved.rename(folder)


def test_a_caller_who_leaves_in_the_middle_leaves_nothing_behind(scorer: Any, server: Served, house: Path) -> None:
    questions = benchmark_house.questions(house, MENTIONS)
    sent: list[int] = []

    def slowly() -> Iterator[Message]:
        yield target()
        for number, question in enumerate(questions):
            yield batch((question.id, question.target))
            sent.append(number)
            time.sleep(0.05)

    call = scorer.ScorePredictions.future(slowly(), timeout=SECONDS)
    while len(sent) < 2:
        time.sleep(0.01)
    call.cancel()
    started = time.monotonic()
    while server.running.calls.open and time.monotonic() - started < 5:
        time.sleep(0.01)
    assert not server.running.calls.open
    assert score(scorer, target()).questions == len(questions)


def test_benchmarks_are_listed_in_pages_as_they_are_described(scorer: Any, house: Path) -> None:
    described = benchmarks.every(house / layout.BENCHMARKS)
    first = scorer.ListBenchmarks(pb.ListBenchmarksRequest(page_size=1), timeout=SECONDS)
    request = pb.ListBenchmarksRequest(page_size=1, page_token=first.next_page_token)
    second = scorer.ListBenchmarks(request, timeout=SECONDS)
    assert [b.name for b in (*first.benchmarks, *second.benchmarks)] == [f"benchmarks/{b.id}" for b in described]
    assert not second.next_page_token
    for one in described:
        got = scorer.GetBenchmark(pb.GetBenchmarkRequest(name=f"benchmarks/{one.id}"), timeout=SECONDS).benchmark
        assert (got.title, got.corpus, got.split, got.official_n) == (one.title, one.corpus, one.split, one.n)
        assert got.signature == scoring.signatures(one)[0] and list(got.notes) == list(one.notes)
        assert [r.comparable for r in got.references] == [True, False]
        assert got.references[1].note == "micro-F1 over spans; N 7"
    wrong = refused(lambda: scorer.GetBenchmark(pb.GetBenchmarkRequest(name="benchmarks/x"), timeout=SECONDS))
    assert wrong.code == "NOT_FOUND"
    made_up = pb.ListBenchmarksRequest(page_token="QUJD")
    assert refused(lambda: scorer.ListBenchmarks(made_up, timeout=SECONDS)).fields == ("page_token",)


def test_every_benchmark_of_the_repository_can_be_shown(root: Path) -> None:
    from services.scorer import convert

    for one in benchmarks.every(root / layout.BENCHMARKS):
        assert convert.benchmark(one).signature
