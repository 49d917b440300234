"""docs/services.md says what is so: its Python runs, its commands answer, its grpcurl calls are calls, its certificates work."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import grpc
import pytest
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from taiyi_client import channel
from taiyi_client.addresses import PORTS
from tests.services.run.processes import Serving
from tests.services.run.test_commands import until_synchronised

PAGE = (Path(__file__).parents[3] / "docs" / "services.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def commands():
    return [shlex.split(line[2:]) for block in blocks("console") for line in block.splitlines()]


def calls():
    return [shlex.split(line) for block in blocks("sh") for line in block.splitlines() if line.startswith("grpcurl")]


def test_the_python_of_the_page_runs(served, monkeypatch, capsys):
    until_synchronised(served)
    monkeypatch.setenv("TAIYI_SERVER", served.server)
    names: dict[str, object] = {}
    for block in blocks("python"):
        exec(compile(block, "docs/services.md", "exec"), names)
    said = capsys.readouterr().out
    assert "corpora/sample_cmeee" in said and "corpora/diakg" in said
    assert "artefacts/" in said and "['DONE']" in said
    assert "asthma" in said and "no benchmark" in said


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_a_command_of_the_page_answers(served, ask, command):
    until_synchronised(served)
    assert command[0] == "taiyi"
    result = ask(*command[1:])
    assert result.returncode == 0 and result.stdout, result.stderr


def test_the_page_shows_a_call_to_each_service():
    assert sorted(int(call[-2].rpartition(":")[2]) for call in calls()) == sorted(PORTS.values())


@pytest.mark.parametrize("call", calls(), ids=lambda call: call[-1])
def test_a_call_of_the_page_works_by_reflection_alone(served, call):
    """As grpcurl does it: the method's descriptor from the server, JSON into its request, answers into JSON."""
    service = next(name for name, port in PORTS.items() if call[-2].endswith(f":{port}"))
    assert call[1:3] == ["-plaintext", "-max-time"]
    with grpc.insecure_channel(served.addresses[service]) as plain:
        pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(plain))
        contract, _, name = call[-1].partition("/")
        method = pool.FindServiceByName(contract).methods_by_name[name]
        request = message_factory.GetMessageClass(method.input_type)()
        json_format.Parse(call[call.index("-d") + 1], request)
        answer = message_factory.GetMessageClass(method.output_type)
        kind = plain.unary_stream if method.server_streaming else plain.unary_unary
        ask = kind(
            f"/{call[-1]}", request_serializer=type(request).SerializeToString, response_deserializer=answer.FromString
        )
        found = ask(request, timeout=float(call[3]))
        assert [json_format.MessageToJson(one) for one in (found if method.server_streaming else [found])]


def test_every_option_and_command_that_the_page_names_exists(taiyi):
    named = {
        tuple(part.split()[1:3])
        for part in re.findall(r"`(taiyi (?:serve|worker|doctor|token|db|catalog|jobs|health)[^`]*)`", PAGE)
    }
    wrong = []
    for words in sorted(named):
        words = tuple(word for word in words if re.fullmatch(r"[a-z]+", word))
        if taiyi(*words[:1], "--help").returncode or (
            words[0] in ("token", "db", "catalog", "jobs") and taiyi(*words, "--help").returncode
        ):
            wrong.append(words)
    assert named and wrong == []


def test_the_certificates_of_the_page_let_a_client_in(house, quiet, tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    script = next(block for block in blocks("sh") if "openssl" in block)
    subprocess.run(["bash", "-euc", script], cwd=tmp_path, check=True, capture_output=True)
    doors = [
        "--host",
        "localhost",
        "--tls-cert",
        str(tmp_path / "server.pem"),
        "--tls-key",
        str(tmp_path / "server.key"),
    ]
    places = ["--port", "0", "--root", str(house), "--state", str(tmp_path / "state")]
    with Serving(["scorer", *doors, *places], quiet) as serving:
        address = serving.wait("listening")["address"]
        with channel.connect_blocking(address, ca=tmp_path / "ca.pem") as ours:
            grpc.channel_ready_future(ours).result(20)
        with grpc.insecure_channel(address) as plain, pytest.raises(grpc.FutureTimeoutError):
            grpc.channel_ready_future(plain).result(1)


def test_json_is_what_the_page_says(served, ask):
    until_synchronised(served)
    assert [json.loads(line) for line in ask("catalog", "list", "--limit", 2, "--json").stdout.splitlines()]
