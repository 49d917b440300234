"""A model and an endpoint evaluated on the command line: asked, interrupted, gone on with, scored and kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from taiyi import cli
from taiyi.evaluation import results
from tests.taiyi import benchmark_house
from tests.taiyi.benchmark_house import MENTIONS, TOPICS
from tests.taiyi.chat_server import Behaviour, Reply, said, serving

pytestmark = pytest.mark.integration  # a model, a server, kills

Result = dict[str, Any]


@pytest.fixture(scope="module")
def house(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return benchmark_house.build(root, tmp_path_factory.mktemp("house"))


@pytest.fixture(autouse=True)
def inside(house: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the house, with a state folder of one's own."""
    monkeypatch.chdir(house)
    monkeypatch.setattr("taiyi.cli_evaluate._PARTIAL", tmp_path / "state")


@pytest.fixture(scope="module")
def knows(house: Path) -> Behaviour:
    """Gives the gold answer to every question of both benchmarks, in the benchmark's own wording."""
    answers = {q.prompt: q.target for name in (MENTIONS, TOPICS) for q in benchmark_house.questions(house, name)}
    return lambda text, before: said(answers.get(text, "I do not know."))


def evaluate(*more: str, benchmark: str = MENTIONS) -> int:
    return cli.main(["evaluate", "--benchmark", benchmark, *more])


def evaluated(capsys: pytest.CaptureFixture[str], *more: str, benchmark: str = MENTIONS) -> tuple[Result, str]:
    capsys.readouterr()
    assert evaluate("--json", *more, benchmark=benchmark) == 0
    printed = capsys.readouterr()
    return json.loads(printed.out), printed.err


def refused(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    capsys.readouterr()
    assert evaluate(*more) == 2
    return capsys.readouterr().err


def test_an_endpoint_is_asked_scored_and_its_evaluation_kept(
    knows: Behaviour, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    with serving(knows) as server:
        result, told = evaluated(
            capsys, "--endpoint", server.url, "--model", "m", "--out", str(out), "--max-new-tokens", "7"
        )
    assert result["score"]["value"] == 1 and result["expected_n"] == result["official_n"] == len(server.bodies)
    assert {body["max_tokens"] for body in server.bodies} == {7}
    assert "a second" in told and "s left" in told
    evaluation, _ = results.read(out)
    assert evaluation.name == "m" and server.url in evaluation.model
    assert len((out / "predictions.jsonl").read_text().splitlines()) == result["official_n"]
    assert not list((tmp_path / "state").rglob("*.jsonl"))


def test_all_benchmarks_are_asked_at_once(knows: Behaviour, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(knows) as server:
        found, _ = evaluated(capsys, "--endpoint", server.url, "--model", "m", benchmark="all")
    assert found["macro"] == 1 and {result["benchmark"] for result in found["results"]} == {MENTIONS, TOPICS}


def test_a_limit_is_marked_as_a_part(knows: Behaviour, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(knows) as server:
        result, told = evaluated(
            capsys, "--endpoint", server.url, "--model", "m", "--limit", "3", "--out", str(tmp_path / "out")
        )
    assert len(server.bodies) == result["official_n"] == 3 < result["expected_n"]
    assert "WARNING: only the first 3" in told and "a part of the benchmark" in told
    assert results.read(tmp_path / "out")[0].name == "m (first 3)"


def test_questions_are_asked_in_several_wordings(knows: Behaviour, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(knows) as server:
        result, told = evaluated(capsys, "--endpoint", server.url, "--model", "m", "--wordings", "3", "--limit", "4")
    assert len(server.bodies) == 12 and len({body["messages"][0]["content"] for body in server.bodies}) == 12
    spread = {wording["template"]: (wording["items"], wording["value"]) for wording in result["wordings"]}
    assert spread["t1"] == (4, 1.0) and len(spread) == 3
    assert "4 questions, officially" in told
    assert (result["asked"], result["official_n"]) == (4, 12)


def test_what_the_server_refuses_is_unanswered_and_said(
    knows: Behaviour, capsys: pytest.CaptureFixture[str], house: Path
) -> None:
    long = benchmark_house.questions(house, MENTIONS)[4]

    def picky(text: str, before: int) -> Reply:
        return Reply(400, b"too many tokens") if text == long.prompt else knows(text, before)

    with serving(picky) as server:
        result, told = evaluated(capsys, "--endpoint", server.url, "--model", "m")
    assert result["verdicts"]["unanswered"] == 1 and result["official_n"] == result["expected_n"]
    assert long.id in told and "too many tokens" in told


def test_a_server_that_answers_nothing_gives_no_score(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(lambda text, before: said(None, "length")) as server:
        told = refused(capsys, "--endpoint", server.url, "--model", "m", "--limit", "2")
    assert "not one question was answered" in told and "length" in told
    told = refused(capsys, "--endpoint", "http://127.0.0.1:9/v1", "--model", "m")
    assert "refused" in told and "start the server" in told


def test_answers_are_not_asked_for_twice(knows: Behaviour, capsys: pytest.CaptureFixture[str]) -> None:
    def tires(text: str, before: int) -> Reply:
        return knows(text, before) if len(server.bodies) < 10 else Reply(500, b"tired")

    command: list[str] = []
    with serving(tires) as server:
        command = ["--endpoint", server.url, "--model", "m", "--tries", "1", "--at-once", "1"]
        assert "run the command again" in refused(capsys, *command)
        server.behave = knows
        first, told = evaluated(capsys, *command)
        asked = len(server.bodies)
        again, _ = evaluated(capsys, *command)
        changed, _ = evaluated(capsys, *command, "--options", '{"seed": 2}', "--limit", "1")
    assert "9 of" in told and "were answered before" in told
    assert set(server.times.values()) <= {1, 2} and asked == first["official_n"] + 1
    assert again == first and len(server.bodies) == asked + 1 and changed["official_n"] == 1


KILLED = """
import sys
from taiyi import cli, cli_evaluate
from pathlib import Path
cli_evaluate._PARTIAL = Path(sys.argv[1])
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_killed_evaluation_goes_on_where_it_was(
    number: signal.Signals, knows: Behaviour, tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def slow(text: str, before: int) -> Reply:
        time.sleep(0.05)
        return knows(text, before)

    with serving(slow) as server:
        command = ["--endpoint", server.url, "--model", "m", "--at-once", "2"]
        run = [sys.executable, "-c", KILLED, str(tmp_path / "state"), "evaluate", "--benchmark", MENTIONS, *command]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        process = subprocess.Popen(run, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while len(server.bodies) < 8:
            time.sleep(0.01)
            assert process.poll() is None
        process.send_signal(number)
        assert process.wait(timeout=10) != 0
        server.behave = knows
        result, told = evaluated(capsys, *command)
    assert "were answered before" in told
    assert result["score"]["value"] == 1 and max(server.times.values()) <= 2
    assert sum(times - 1 for times in server.times.values()) <= 2  # those in flight when it ended


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "name one of"),
        (["--endpoint", "http://x/v1"], "needs --model"),
        (["--adapter", "a", "--model", "m"], "name one of"),
        (["--model", "m", "--limit", "0"], "--limit is 0"),
        (["--model", "m", "--endpoint", "http://x/v1", "--options", "seed=1"], "no JSON object"),
        (["--model", "m", "--gold", "g", "--wordings", "2"], "--gold"),
        (["--model", "m", "--endpoint", "x/v1"], "no http or https URL"),
        (["--adapter", "nowhere"], "no finished adapter"),
        (["--model", "./nowhere"], "not a folder"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert expected in refused(capsys, *arguments)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A random base model and an adapter on it that was not trained, both in folders."""
    import torch
    from peft import LoraConfig, get_peft_model

    from taiyi.llm import checkpoint, embedded, noise
    from taiyi.llm.checkpoint import AdapterManifest
    from taiyi.llm.spec import LoraSpec
    from tests.taiyi.llm.conftest import TEXTS, TINY

    torch.set_num_threads(1)
    noise.silence()
    folder = tmp_path_factory.mktemp("models")
    tokenizer = embedded.train_tokenizer(TEXTS, 400)
    model = embedded.build(tokenizer, TINY, seed=5)
    model.save_pretrained(folder / "base")
    tokenizer.save_pretrained(folder / "base")
    lora = LoraConfig(r=2, target_modules=["q_proj"], task_type="CAUSAL_LM")
    get_peft_model(model, lora).save_pretrained(folder / "raw")
    described = AdapterManifest(
        identity=checkpoint.identity(folder / "base", tokenizer, "json"),
        lora=LoraSpec(),
        reference=str(folder / "base"),
        fingerprint="0" * 64,
        step=0,
    )
    checkpoint.save_adapter(folder / "raw", tokenizer, folder / "adapter", described)
    return folder / "base", folder / "adapter"


def test_a_model_in_a_folder_is_asked_and_scored(
    tiny: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--model", str(tiny[0]), "--limit", "3", "--max-new-tokens", "4"]
    result, told = evaluated(capsys, *command, "--out", str(tmp_path / "out"))
    assert result["official_n"] == sum(result["verdicts"].values()) == 3 and "3/3" in told
    again, _ = evaluated(capsys, *command)
    assert again == result
    assert results.read(tmp_path / "out")[0].model.startswith("model ")


def test_an_adapter_is_asked_in_its_own_style_on_its_own_base(
    tiny: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], house: Path
) -> None:
    out = tmp_path / "out"
    command = ["--adapter", str(tiny[1]), "--limit", "2", "--max-new-tokens", "4", "--out", str(out)]
    result, _ = evaluated(capsys, *command)
    assert result["official_n"] == 2
    evaluation, _ = results.read(out)
    assert evaluation.name == "adapter (first 2)" and str(tiny[0]) in evaluation.model
