"""Who is let in: tokens and scopes, certificates, rules, rates; and settings that would let everybody in."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from grpc import StatusCode
from grpc_health.v1 import health_pb2, health_pb2_grpc

from benchmarks import echo
from benchmarks.echo import METHODS, Message
from services.kit import channel, tokens
from services.kit.errors import Refusal
from services.kit.gates import Rate
from services.kit.server import running
from services.kit.service import rules
from services.kit.settings import SCOPES, Limits, Scope, Settings
from taiyi.errors import Conflict, InvalidInput, NotFound
from tests.services.kit.serving import Served, refusal, run, serving

ONE = Message(text="a", number=1)
STATE = Path(".state/services")


def bearer(token: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {token}")]


def test_on_loopback_no_token_is_needed(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            for name in METHODS:
                await served.ask(name, ONE)

    run(client)


NEEDED: dict[str, Scope] = {"Echo": "read", "Count": "read", "Sum": "submit", "Talk": "admin"}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_opens_what_its_scope_covers_and_nothing_more(tmp_path: Path, scope: Scope) -> None:
    async def client() -> None:
        token = tokens.create(tmp_path / STATE, "me", scope)
        async with serving(tmp_path, require_tokens=True) as served:
            for name, needed in NEEDED.items():
                asked = served.ask(name, ONE, metadata=bearer(token))
                if SCOPES.index(scope) >= SCOPES.index(needed):
                    assert len(await asked) == 1
                else:
                    refused = await refusal(asked)
                    assert (refused.code, refused.reason) == (StatusCode.PERMISSION_DENIED, "SCOPE_TOO_SMALL")
                    assert (refused.metadata["scope"], refused.metadata["needed"]) == (scope, needed)

    run(client)


@pytest.mark.parametrize(
    "metadata",
    [
        [],
        bearer(""),
        bearer("taiyi_wrong"),
        [("authorization", "Basic abc")],
        [("authorization", "")],
        bearer("\udc80"),
    ],
)
@pytest.mark.parametrize("name", METHODS)
def test_no_token_or_a_wrong_one_opens_nothing(tmp_path: Path, name: str, metadata: Any) -> None:
    async def client() -> None:
        tokens.create(tmp_path / STATE, "me", "admin")
        async with serving(tmp_path, require_tokens=True) as served:
            try:
                refused = await refusal(served.ask(name, ONE, metadata=metadata))
            except UnicodeEncodeError:
                return  # the client itself cannot send it
            assert (refused.code, refused.reason) == (StatusCode.UNAUTHENTICATED, "TOKEN_REQUIRED")
            assert served.echo.closed == []

    run(client)


def test_a_wrong_token_is_refused_even_where_none_is_needed(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path) as served:
            assert (await refusal(served.ask("Echo", ONE, metadata=bearer("x")))).code is StatusCode.UNAUTHENTICATED

    run(client)


def test_a_running_server_learns_of_new_and_revoked_tokens(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path, require_tokens=True) as served:
            token = tokens.create(tmp_path / STATE, "me", "read")
            await served.ask("Echo", ONE, metadata=bearer(token))
            tokens.revoke(tmp_path / STATE, "me")
            assert (await refusal(served.ask("Echo", ONE, metadata=bearer(token)))).code is StatusCode.UNAUTHENTICATED

    run(client)


def test_health_needs_no_token_and_reflection_does(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path, require_tokens=True) as served:
            stub = health_pb2_grpc.HealthStub(served.channel)
            assert (await stub.Check(health_pb2.HealthCheckRequest())).status == health_pb2.HealthCheckResponse.SERVING
            path = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
            refused = await refusal(served.channel.stream_stream(path)(iter([b""]), timeout=5).read())
            assert refused.code is StatusCode.UNAUTHENTICATED

    run(client)


def test_a_token_is_kept_as_a_hash_in_a_file_of_its_owner(tmp_path: Path) -> None:
    text = tokens.create(tmp_path, "me", "submit", days=1)
    (kept,) = tokens.every(tmp_path)
    file = tmp_path / "tokens" / "tokens.json"
    assert text.startswith("taiyi_") and len(text) == 6 + 43
    assert text not in file.read_text() and file.stat().st_mode & 0o077 == 0
    assert kept.scope == "submit" and timedelta(hours=23) < kept.expires - datetime.now(UTC) <= timedelta(days=1)
    found = tokens.Known(tmp_path).find(text)
    assert found == kept and tokens.Known(tmp_path).find(text + "x") is None


def test_an_expired_token_opens_nothing(tmp_path: Path) -> None:
    text = tokens.create(tmp_path, "me", "admin", days=1e-9)
    assert tokens.Known(tmp_path).find(text) is None and len(tokens.every(tmp_path)) == 1


def test_a_name_is_used_once_and_a_revoked_one_again(tmp_path: Path) -> None:
    tokens.create(tmp_path, "me", "read")
    with pytest.raises(Conflict, match="revoke it first"):
        tokens.create(tmp_path, "me", "admin")
    tokens.revoke(tmp_path, "me")
    tokens.create(tmp_path, "me", "admin")
    with pytest.raises(NotFound, match="did you mean 'me'"):
        tokens.revoke(tmp_path, "mee")


@pytest.mark.parametrize(
    ("name", "scope", "days"), [("a b", "read", 1), ("", "read", 1), ("a", "root", 1), ("a", "read", 0)]
)
def test_a_token_that_makes_no_sense_is_not_made(tmp_path: Path, name: str, scope: Any, days: float) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        tokens.create(tmp_path, name, scope, days=days)


@pytest.mark.parametrize("change", ["missing", "extra", "scope"])
def test_a_service_without_a_rule_for_each_method_is_not_served(tmp_path: Path, change: str) -> None:
    wrong: dict[str, Any] = dict(NEEDED)
    if change == "missing":
        del wrong["Talk"]
    else:
        wrong["Shout" if change == "extra" else "Talk"] = "read" if change == "extra" else "everybody"

    async def client() -> None:
        async with running(Settings(root=tmp_path), [echo.service(rules=wrong)]):
            raise AssertionError("it is served")

    with pytest.raises(InvalidInput, match=r"Talk|Shout"):
        run(client)


def test_the_rules_of_a_service_cover_its_descriptor() -> None:
    assert set(rules(echo.service())) == {f"/{echo.NAME}/{name}" for name in METHODS}


def test_a_caller_who_calls_too_often_is_told_when_to_call_again(tmp_path: Path) -> None:
    async def client() -> None:
        async with serving(tmp_path, limits=Limits(calls_per_second=0.5, burst=3)) as served:
            for _ in range(3):
                await served.ask("Echo", ONE)
            refused = await refusal(served.ask("Echo", ONE))
            assert (refused.code, refused.reason) == (StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
            assert 0 < refused.retry_seconds <= 2

    run(client)


def test_the_rate_is_each_callers_own_and_comes_back_with_time() -> None:
    moment = [0.0]
    rate = Rate(2.0, 2, clock=lambda: moment[0])
    rate.take("a"), rate.take("a"), rate.take("b")
    with pytest.raises(Refusal):
        rate.take("a")
    moment[0] = 0.5
    rate.take("a")
    with pytest.raises(Refusal) as refused:
        rate.take("a")
    assert refused.value.retry_seconds == pytest.approx(0.5)


def test_callers_who_are_seen_once_are_forgotten() -> None:
    rate = Rate(1.0, 1)
    for number in range(12_000):
        rate.take(str(number))
    assert len(rate._left) == 10_000


OPEN = ["0.0.0.0:0", "[::]:0", "192.168.1.2:50051", "example.org:1", "10.0.0.1:1"]


@pytest.mark.parametrize("listen", OPEN)
def test_other_machines_are_let_in_only_with_tls_and_tokens_or_knowingly(listen: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="needs TLS and tokens"):
        Settings(listen=listen)
    pair = {"tls_cert": tmp_path / "c", "tls_key": tmp_path / "k"}
    with pytest.raises(InvalidInput, match="needs TLS and tokens"):
        Settings(listen=listen, require_tokens=False, **pair)
    assert Settings(listen=listen, **pair).tokens_needed
    assert not Settings(listen=listen, insecure=True).tokens_needed


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "localhost:5", "[::1]:0", "127.9.9.9:1", "unix:a.sock"])
def test_loopback_and_sockets_are_for_this_machine(listen: str) -> None:
    assert Settings(listen=listen).local and not Settings(listen=listen).tokens_needed


def test_half_of_a_key_pair_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="go together"):
        Settings(tls_cert=tmp_path / "c")
    with pytest.raises(InvalidInput, match="need TLS"):
        Settings(tls_client_ca=tmp_path / "c")


def test_over_tls_the_token_reaches_the_server(tmp_path: Path, certificates: dict[str, Path]) -> None:
    async def client() -> None:
        token = tokens.create(tmp_path / STATE, "me", "read")
        pair = {"tls_cert": certificates["server.pem"], "tls_key": certificates["server.key"]}
        async with serving(tmp_path, listen="localhost:0", require_tokens=True, **pair) as served:
            async with channel.connect(served.running.address, token=token, ca=certificates["ca.pem"]) as safe:
                assert await echo.method(safe, "Echo")(ONE, timeout=5) == ONE
            refused = await refusal(served.ask("Echo", ONE, timeout=2))
            assert refused.code is StatusCode.UNAVAILABLE  # without TLS nothing gets through

    run(client)


def test_with_a_client_authority_only_its_clients_are_let_in(tmp_path: Path, certificates: dict[str, Path]) -> None:
    async def client() -> None:
        files = {"tls_cert": certificates["server.pem"], "tls_key": certificates["server.key"]}
        async with serving(tmp_path, listen="localhost:0", tls_client_ca=certificates["ca.pem"], **files) as served:
            address, ca = served.running.address, certificates["ca.pem"]
            own = (certificates["client.pem"], certificates["client.key"])
            async with channel.connect(address, ca=ca, certificate=own) as known:
                assert await echo.method(known, "Echo")(ONE, timeout=5) == ONE
            async with channel.connect(address, ca=ca) as stranger:
                assert (await refusal(echo.method(stranger, "Echo")(ONE, timeout=2))).code is StatusCode.UNAVAILABLE

    run(client)


def test_the_name_in_a_certificate_is_the_callers(
    tmp_path: Path, certificates: dict[str, Path], caplog: pytest.LogCaptureFixture
) -> None:
    async def client() -> None:
        files = {"tls_cert": certificates["server.pem"], "tls_key": certificates["server.key"]}
        async with serving(tmp_path, listen="localhost:0", tls_client_ca=certificates["ca.pem"], **files) as served:
            own = (certificates["client.pem"], certificates["client.key"])
            async with channel.connect(served.running.address, ca=certificates["ca.pem"], certificate=own) as known:
                await echo.method(known, "Echo")(ONE, timeout=5)

    with caplog.at_level("INFO", "taiyi.services"):
        run(client)
    assert [r.__dict__["fields"]["caller"] for r in caplog.records if r.getMessage() == "call"] == ["lab-client"]


@pytest.mark.parametrize("name", METHODS)
def test_the_token_of_a_plain_channel_goes_with_calls_of_each_kind(tmp_path: Path, name: str) -> None:
    async def client() -> None:
        token = tokens.create(tmp_path / STATE, "me", "admin")
        async with serving(tmp_path, require_tokens=True) as served:
            async with channel.connect(served.running.address, token=token) as ours:
                mine = Served(served.running, served.echo, ours)
                assert len(await mine.ask(name, ONE)) == 1
            with channel.connect_blocking(served.running.address, token=token) as blocking:
                call = echo.method(blocking, name)
                given: Any = iter([ONE]) if METHODS[name][0] else ONE
                answer = await asyncio.to_thread(lambda: call(given, timeout=5))
                assert len(await asyncio.to_thread(list, answer)) == 1 if METHODS[name][1] else answer.number == 1

    run(client)


def test_a_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    async def client() -> None:
        pair = {"tls_cert": tmp_path / "none.pem", "tls_key": tmp_path / "none.key"}
        async with serving(tmp_path, listen="localhost:0", **pair):
            raise AssertionError("it is served")

    with pytest.raises(InvalidInput, match=r"none.key.*cannot be read"):
        run(client)
