"""Every call of every kind: named, checked, and told what went wrong."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from grpc import StatusCode
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import echo
from benchmarks.echo import METHODS, Echo, Message
from services.kit import calls, errors
from taiyi.errors import Conflict, InvalidInput, InvalidParams, NotReady, unknown_name
from tests.services.kit.serving import Served, refusal, run, serving

ONE = Message(text="aspirin", number=1)
WORDS = st.text(st.characters(), max_size=200)  # surrogates too
VIOLATIONS = st.lists(st.tuples(WORDS, WORDS), max_size=40)
KINDS = pytest.mark.parametrize("name", METHODS)


@KINDS
def test_a_call_of_each_kind_is_answered(tmp_path: Path, name: str) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            assert len(await served.ask(name, ONE)) == 1
            assert served.echo.closed == [name]

    run(client)


@KINDS
def test_an_invalid_message_is_refused_with_its_fields(tmp_path: Path, name: str) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            refused = await refusal(served.ask(name, Message(number=-1)))
            assert (refused.code, refused.reason) == (StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
            assert refused.fields == {"number": "must be greater than or equal to 0"}
            assert refused.metadata == {"field": "number"}

    run(client)


@pytest.mark.parametrize("name", ["Sum", "Talk"])
def test_a_later_message_of_a_stream_is_checked_too(tmp_path: Path, name: str) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            refused = await refusal(served.ask(name, ONE, ONE, Message(number=-7), ONE))
            assert (refused.code, list(refused.fields)) == (StatusCode.INVALID_ARGUMENT, ["number"])
            assert served.echo.closed == [name]

    run(client)


@KINDS
def test_garbage_instead_of_a_message_is_the_callers_mistake(tmp_path: Path, name: str) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            raw = getattr(
                served.channel,
                f"{'stream' if METHODS[name][0] else 'unary'}_{'stream' if METHODS[name][1] else 'unary'}",
            )
            for garbage in (b"\xff\xff\xff", b"\x0a\x7fab", b"\x0a\x02\xff\xfe"):
                call = raw(f"/{echo.NAME}/{name}")(iter([garbage]) if METHODS[name][0] else garbage, timeout=5)
                refused = await refusal(_all(call) if METHODS[name][1] else call)
                assert (refused.code, refused.reason) == (StatusCode.INVALID_ARGUMENT, "MALFORMED_MESSAGE"), garbage

    run(client)


async def _all(call: Any) -> list[Any]:
    return [answer async for answer in call]


@KINDS
def test_a_call_without_a_deadline_is_refused_and_told_how_to_set_one(tmp_path: Path, name: str) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            refused = await refusal(served.ask(name, ONE, timeout=None))
            assert (refused.code, refused.reason) == (StatusCode.INVALID_ARGUMENT, "DEADLINE_REQUIRED")
            assert "timeout=10" in refused.details and "-max-time" in refused.details
            assert served.echo.closed == []

    run(client)


@KINDS
def test_the_request_id_given_comes_back_with_answers_and_refusals(tmp_path: Path, name: str) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            named = [("x-request-id", "run-7/a")]
            refused = await refusal(served.ask(name, Message(number=-1), metadata=named))
            assert refused.trailing["x-request-id"] == "run-7/a"
            call = echo.method(served.channel, "Echo")(ONE, timeout=5, metadata=named)
            assert dict(await call.trailing_metadata())["x-request-id"] == "run-7/a"

    run(client)


@pytest.mark.parametrize("bad", ["a b", "x" * 129, ""])
def test_a_request_id_that_would_spoil_the_log_is_replaced(tmp_path: Path, bad: str) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            call = echo.method(served.channel, "Echo")(ONE, timeout=5, metadata=[("x-request-id", bad)])
            made = dict(await call.trailing_metadata())["x-request-id"]
            assert made != bad and len(made) == 32

    run(client)


KNOWN = [
    (InvalidInput("no number", where="a.json:3"), StatusCode.INVALID_ARGUMENT, "INVALID_INPUT"),
    (InvalidParams("no such key"), StatusCode.INVALID_ARGUMENT, "INVALID_INPUT"),
    (unknown_name("corpus", "bc5cdd", ["bc5cdr"]), StatusCode.NOT_FOUND, "NOT_FOUND"),
    (Conflict("held"), StatusCode.ABORTED, "CONFLICT"),
    (errors.AlreadyExists("differs"), StatusCode.ALREADY_EXISTS, "ALREADY_EXISTS"),
    (NotReady("run `dvc repro`"), StatusCode.FAILED_PRECONDITION, "NOT_READY"),
    (errors.DatabaseAway("gone"), StatusCode.UNAVAILABLE, "DATABASE_AWAY"),
    (errors.StorageFull("full"), StatusCode.RESOURCE_EXHAUSTED, "STORAGE_FULL"),
    (errors.DataLoss("damaged"), StatusCode.DATA_LOSS, "DATA_LOSS"),
    (OSError(errno.ENOSPC, "No space left on device"), StatusCode.RESOURCE_EXHAUSTED, "STORAGE_FULL"),
    (OSError(errno.EMFILE, "Too many open files"), StatusCode.RESOURCE_EXHAUSTED, "SERVER_EXHAUSTED"),
    (errors.Refusal(StatusCode.OUT_OF_RANGE, "TOO_FAR", "at the end"), StatusCode.OUT_OF_RANGE, "TOO_FAR"),
]


@KINDS
@pytest.mark.parametrize(("error", "code", "reason"), KNOWN, ids=[reason + code.name for _, code, reason in KNOWN])
def test_each_known_error_has_its_status(
    tmp_path: Path, name: str, error: Exception, code: StatusCode, reason: str
) -> None:
    async def client() -> None:
        async with serving(tmp_path, servicer=Echo(error=error)) as served:
            refused = await refusal(served.ask(name, ONE))
            assert (refused.code, refused.reason) == (code, reason)
            assert refused.metadata.get("where", "") == getattr(error, "where", "")

    run(client)


def test_what_is_not_found_comes_with_what_is_close(tmp_path: Path) -> None:
    async def client() -> None:
        error = unknown_name("corpus", "bc5cdd", ["bc5cdr", "ncbi_disease"])
        async with serving(tmp_path, servicer=Echo(error=error)) as served:
            assert "did you mean 'bc5cdr'?" in (await refusal(served.ask("Echo", ONE))).details

    run(client)


@KINDS
def test_an_unexpected_error_shows_an_id_and_nothing_else(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def client() -> None:
        async with serving(tmp_path, servicer=Echo(error=ZeroDivisionError("patient Smith"))) as served:
            refused = await refusal(served.ask(name, ONE))
            assert (refused.code, refused.reason) == (StatusCode.INTERNAL, "INTERNAL")
            assert "Smith" not in refused.details and "Smith" not in str(refused.trailing)
            logged = next(r for r in caplog.records if r.getMessage() == "unexpected error")
            assert logged.__dict__["fields"]["error_id"] == refused.metadata["error_id"]
            assert logged.exc_info and isinstance(logged.exc_info[1], ZeroDivisionError)

    run(client)


def test_an_error_of_any_length_in_any_script_fits_into_a_status(tmp_path: Path) -> None:
    async def client() -> None:
        error = InvalidInput("二甲双胍\x00\ud800" * 5000, where="a" * 300)
        async with serving(tmp_path, servicer=Echo(error=error)) as served:
            refused = await refusal(served.ask("Echo", ONE))
            assert refused.code is StatusCode.INVALID_ARGUMENT and "二甲双胍" in refused.details
            assert refused.reason == "INVALID_INPUT"

    run(client)


@given(st.text(st.characters(), max_size=5000), st.dictionaries(st.sampled_from("abcdefgh"), WORDS), VIOLATIONS)
def test_a_status_always_fits_into_the_headers_that_clients_take(
    message: str, metadata: dict[str, str], violations: list[tuple[str, str]]
) -> None:
    refused = errors.Refusal(StatusCode.NOT_FOUND, "R", message, metadata=metadata, violations=violations)
    status = errors.status(refused)
    message_bytes = sum(1 if " " <= character <= "~" else 3 * len(character.encode()) for character in status.message)
    assert message_bytes <= 1800
    assert message_bytes + len(b64encode(status.SerializeToString())) < 7500


@KINDS
def test_a_deadline_that_passes_cancels_the_handler(tmp_path: Path, name: str) -> None:
    async def client() -> None:
        async with serving(tmp_path, servicer=Echo(wait_seconds=30)) as served:
            refused = await refusal(served.ask(name, ONE, timeout=0.5))
            assert refused.code is StatusCode.DEADLINE_EXCEEDED
            await _until(lambda: served.echo.closed == [name] and not served.running.calls.open)

    run(client)


def test_a_deadline_that_has_passed_never_reaches_the_handler(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            for timeout in (-1e-3, -1, -1e6):
                assert (await refusal(served.ask("Echo", ONE, timeout=timeout))).code is StatusCode.DEADLINE_EXCEEDED
            assert served.echo.closed == []
            assert (await served.ask("Echo", ONE))[0] == ONE

    run(client)


@KINDS
def test_a_client_that_leaves_cancels_the_handler(tmp_path: Path, name: str) -> None:
    async def client() -> None:
        async with serving(tmp_path, servicer=Echo(wait_seconds=30)) as served:
            asking = asyncio.create_task(served.ask(name, ONE, timeout=60))
            await _until(lambda: len(served.running.calls.open) == 1)
            asking.cancel()
            await _until(lambda: served.echo.closed == [name] and not served.running.calls.open)

    run(client)


def test_a_client_that_reads_nothing_holds_a_stream_only_until_it_leaves(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            call = echo.method(served.channel, "Count")(Message(text="x" * 100_000, number=10_000), timeout=60)
            await call.read()
            await asyncio.sleep(0.3)
            assert served.echo.closed == []  # the handler waits at a full window
            call.cancel()
            await _until(lambda: served.echo.closed == ["Count"] and not served.running.calls.open)

    run(client)


async def _until(true: Any, seconds: float = 5.0) -> None:
    for _ in range(int(seconds * 100)):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about")


def test_the_log_says_what_happened_and_not_what_was_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            await served.ask("Talk", ONE, ONE)
            await refusal(served.ask("Echo", Message(text="metformin", number=-1)))

    with caplog.at_level(logging.INFO, "taiyi.services"):
        run(client)
    talked, refused = (r.__dict__["fields"] for r in caplog.records if r.getMessage() == "call")
    assert (talked["code"], talked["requests"], talked["responses"]) == ("OK", 2, 2)
    assert talked["method"].endswith("/Talk") and talked["request_bytes"] == 2 * ONE.ByteSize()
    assert (refused["code"], refused["reason"], refused["caller"]) == ("INVALID_ARGUMENT", "INVALID_FIELD", "127.0.0.1")
    assert "aspirin" not in str([r.__dict__ for r in caplog.records])
    assert "metformin" not in str([r.__dict__ for r in caplog.records])


def test_content_is_logged_to_its_own_file_when_asked_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def client() -> None:
        async with serving(tmp_path, log_content=True) as served:
            await served.ask("Talk", ONE)

    with caplog.at_level(logging.INFO, "taiyi.services"):
        run(client)
    file = tmp_path / ".state" / "services" / "content.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(row["event"], json.loads(row["message"])["text"]) for row in rows] == [
        ("request", "aspirin"),
        ("response", "aspirin"),
    ]
    assert file.stat().st_mode & 0o077 == 0
    assert "content is logged" in caplog.messages and "aspirin" not in caplog.text


def test_a_method_that_does_not_exist_is_unimplemented(tmp_path: Path) -> None:
    async def client(served: Served) -> None:
        for path in (f"/{echo.NAME}/Nothing", "/no.Such/Method", "/", ""):
            refused = await refusal(served.channel.unary_unary(path)(b"", timeout=5))
            assert refused.code is StatusCode.UNIMPLEMENTED, path

    async def all_of_it() -> None:
        async with serving(tmp_path) as served:
            await client(served)
            assert isinstance((await served.ask("Echo", ONE))[0], Message)

    run(all_of_it)


def test_outside_of_a_call_there_is_none() -> None:
    with pytest.raises(LookupError):
        calls.current()
