"""Asking a server that is slow, overloaded, broken, picky, gone or stopped half-way: a real one on this machine."""

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taiyi import answering, endpoint
from taiyi.endpoint import Endpoint
from taiyi.errors import InvalidInput, NotReady, TaiyiError
from taiyi.instances import Instance
from taiyi.records import Turn
from tests.taiyi.chat_server import Behaviour, Reply, said, serving

pytestmark = pytest.mark.integration  # a server that fails in every way


def question(number: int, *before: Turn) -> Instance:
    turns = (*before, Turn("user", f"Question {number}?"), Turn("assistant", "gold"))
    return Instance(
        id=f"c/test/{number}#qa_sqa.en.t1", task="qa_sqa", language="en", style="taiyi", turns=turns, gold=(("gold",),)
    )


QUESTIONS = [question(number) for number in range(12)]


def quick(url: str, **changes: object) -> Endpoint:
    """An endpoint that does not wait long."""
    return Endpoint(url, "m", first_wait_seconds=0.01, longest_wait_seconds=0.05)._replace(**changes)


def asked(behave: Behaviour, questions: list[Instance], partial: Path, **changes: object) -> answering.Answers:
    with serving(behave) as server:
        return answering.answer(questions, endpoint.asker(quick(server.url, **changes)), partial)


def echo(text: str, _before: int) -> Reply:
    return said(f"to {text}")


EXPECTED = {question.id: f"to {question.prompt}" for question in QUESTIONS}


def test_the_request_is_that_of_a_chat_completion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "secret")
    dialogue = question(0, Turn("user", "Hello"), Turn("assistant", "Good day"))
    with serving(echo) as server:
        asking = quick(server.url, key_variable="SOME_KEY", options={"seed": 1, "max_tokens": None}, max_new_tokens=9)
        answering.answer([dialogue], endpoint.asker(asking), tmp_path / "p.jsonl")
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["Authorization"] == "Bearer secret"
    assert server.bodies[0] == {
        "model": "m",
        "temperature": 0,
        "seed": 1,
        "messages": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Good day"},
            {"role": "user", "content": "Question 0?"},
        ],
    }
    assert endpoint.body(quick("http://x", max_new_tokens=9), dialogue)["max_tokens"] == 9


def test_no_key_is_sent_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with serving(echo) as server:
        answering.answer(QUESTIONS[:1], endpoint.asker(quick(server.url + "/chat/completions")), tmp_path / "p")
    assert "Authorization" not in server.headers[0] and server.paths == ["/v1/chat/completions"]


def test_slow_answers_are_waited_for_several_at_once_and_no_more(tmp_path: Path) -> None:
    def slow(text: str, before: int) -> Reply:
        time.sleep(0.1)
        return echo(text, before)

    with serving(slow) as server:
        started = time.monotonic()
        found = answering.answer(QUESTIONS, endpoint.asker(quick(server.url, at_once=4)), tmp_path / "p.jsonl")
        took = time.monotonic() - started
    assert found.texts == EXPECTED
    assert 1 < server.most_held <= 4 and took < 0.1 * len(QUESTIONS)


TROUBLES = {
    "too many requests": Reply(429, {"error": {"message": "slow down"}}, {"Retry-After": "0"}),
    "a date to come back at": Reply(429, {}, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    "a word to come back at": Reply(503, {}, {"Retry-After": "soon"}),
    "an error of the server": Reply(500, b"<html>oops</html>"),
    "no gateway": Reply(502, b""),
    "broken JSON": Reply(200, b'{"choices": [{"mess'),
    "JSON of another kind": Reply(200, {"object": "list", "data": []}),
    "a web page": Reply(200, b"<!doctype html>"),
    "bytes that are no text": Reply(200, b"\xff\xfe\x00"),
    "silence": Reply(0, b""),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_what_may_pass_is_tried_again(trouble: Reply, tmp_path: Path) -> None:
    def twice(text: str, before: int) -> Reply:
        return trouble if before < 2 else echo(text, before)

    assert asked(twice, QUESTIONS[:4], tmp_path / "p.jsonl").texts.items() <= EXPECTED.items()


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_what_does_not_pass_ends_the_run_and_keeps_the_answers(trouble: Reply, tmp_path: Path) -> None:
    def only_some(text: str, before: int) -> Reply:
        return echo(text, before) if text in ("Question 0?", "Question 1?") else trouble

    with pytest.raises(TaiyiError, match=r"3 times; what was answered is kept"):
        asked(only_some, QUESTIONS, tmp_path / "p.jsonl", tries=3, at_once=2)
    assert set(answering.answered(tmp_path / "p.jsonl")) >= {QUESTIONS[0].id}
    assert asked(echo, QUESTIONS, tmp_path / "p.jsonl").texts == EXPECTED


def test_a_reply_that_does_not_come_in_time_is_asked_for_again(tmp_path: Path) -> None:
    def late(text: str, before: int) -> Reply:
        time.sleep(0 if before else 0.6)
        return echo(text, before)

    assert asked(late, QUESTIONS[:2], tmp_path / "p.jsonl", timeout_seconds=0.2).texts.items() <= EXPECTED.items()


def test_a_server_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.monotonic()
    with pytest.raises(NotReady, match=rf"127\.0\.0\.1:{port}.*refused.*start the server"):
        asking = Endpoint(f"http://127.0.0.1:{port}/v1", "m")
        answering.answer(QUESTIONS, endpoint.asker(asking), tmp_path / "p.jsonl")
    assert time.monotonic() - started < 1


def test_a_server_that_goes_away_keeps_what_it_answered(tmp_path: Path) -> None:
    server_of: list[object] = []

    def leaves(text: str, before: int) -> Reply:
        if text == "Question 5?":
            server_of[0].socket.close()  # type: ignore[attr-defined]
            return Reply(0, b"")
        return echo(text, before)

    with pytest.raises(TaiyiError, match="run the command again"), serving(leaves) as server:
        server_of.append(server)
        answering.answer(QUESTIONS, endpoint.asker(quick(server.url, at_once=1, tries=2)), tmp_path / "p.jsonl")
    assert set(answering.answered(tmp_path / "p.jsonl")) == {question.id for question in QUESTIONS[:5]}
    assert asked(echo, QUESTIONS, tmp_path / "p.jsonl").texts == EXPECTED


@pytest.mark.parametrize(
    ("status", "remedy"), [(401, "OPENAI_API_KEY"), (403, "OPENAI_API_KEY"), (404, "model 'm'"), (307, "URL")]
)
def test_what_every_question_would_get_costs_one_request(status: int, remedy: str, tmp_path: Path) -> None:
    refusal = Reply(status, {"error": "no"}, {"Location": "http://127.0.0.1:9/"})
    with (
        serving(lambda text, before: refusal) as server,
        pytest.raises(InvalidInput, match=f"status {status}.*") as told,
    ):
        answering.answer(QUESTIONS, endpoint.asker(quick(server.url)), tmp_path / "p.jsonl")
    assert remedy in str(told.value) and len(server.bodies) == 1


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Reply(400, {"error": {"message": "context length exceeded"}}), "context length exceeded"),
        (Reply(413, b""), "status 413"),
        (said(None, "content_filter"), "content_filter"),
        (Reply(200, {"choices": []}), "no choice"),
    ],
)
def test_a_question_that_is_refused_is_unanswered_and_the_others_go_on(
    refusal: Reply, reason: str, tmp_path: Path
) -> None:
    def picky(text: str, before: int) -> Reply:
        return refusal if text == "Question 3?" else echo(text, before)

    found = asked(picky, QUESTIONS, tmp_path / "p.jsonl")
    assert list(found.problems) == [QUESTIONS[3].id] and reason in found.problems[QUESTIONS[3].id]
    assert found.texts == {key: text for key, text in EXPECTED.items() if key != QUESTIONS[3].id}


def test_a_server_that_refuses_everything_is_no_unanswered_benchmark(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"in a row were refused.*max_tokens is not supported"):
        asked(lambda text, before: Reply(400, b"max_tokens is not supported"), QUESTIONS, tmp_path / "p.jsonl")


def test_an_empty_answer_is_an_answer(tmp_path: Path) -> None:
    found = asked(lambda text, before: said(""), QUESTIONS[:2], tmp_path / "p.jsonl")
    assert set(found.texts.values()) == {""} and not found.problems


def test_an_interrupt_stops_asking_and_the_next_run_asks_the_rest(tmp_path: Path) -> None:
    partial = tmp_path / "p.jsonl"

    def impatient(words: str) -> None:
        raise KeyboardInterrupt

    with serving(echo) as server:
        with pytest.raises(KeyboardInterrupt):
            answering.answer(QUESTIONS[:1], endpoint.asker(quick(server.url)), partial, impatient)
        answering.answer(QUESTIONS, endpoint.asker(quick(server.url)), partial)
    assert set(server.times.values()) == {1} and answering.answered(partial) == EXPECTED


@pytest.mark.parametrize("url", ["localhost:8000/v1", "ftp://x/v1", ""])
def test_what_is_no_url_is_refused_before_asking(url: str) -> None:
    with pytest.raises(InvalidInput, match="no http or https URL"):
        endpoint.asker(Endpoint(url, "m"))


def test_how_long_to_wait_is_a_number_or_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert endpoint._retry_after("7") == 7 and endpoint._retry_after("-1") == 0
    assert 25 < (endpoint._retry_after(soon) or 0) < 31
    assert endpoint._retry_after("soon") is None and endpoint._retry_after(None) is None


@settings(max_examples=20)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=8), st.integers(1, 8))
def test_whatever_fails_and_passes_every_question_is_answered_once(fails: list[int], at_once: int) -> None:
    import tempfile

    def moody(text: str, before: int) -> Reply:
        number = int(text.removeprefix("Question ").removesuffix("?"))
        return TROUBLES["an error of the server"] if before < fails[number] else echo(text, before)

    questions = QUESTIONS[: len(fails)]
    with tempfile.TemporaryDirectory() as folder:
        found = asked(moody, questions, Path(folder) / "p.jsonl", at_once=at_once)
        lines = (Path(folder) / "p.jsonl").read_bytes().splitlines()
    assert found.texts == {question.id: EXPECTED[question.id] for question in questions}
    assert len(lines) == len(questions)
