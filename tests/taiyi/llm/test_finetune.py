"""Fine-tuning: it learns, resumes as if nothing had happened, keeps the best step, and leaves all or nothing."""

import os
import signal

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from taiyi import jsonl, process
from taiyi.errors import Conflict, InvalidInput, InvalidParams
from taiyi.llm import chat, checkpoint, tokens
from taiyi.llm.finetune import HISTORY, finetune
from taiyi.llm.spec import LoraSpec, TrainResult, TrainSpec
from taiyi.records import Turn

pytestmark = pytest.mark.integration  # it trains, and kills processes that train

SPEC = TrainSpec(
    lora=LoraSpec(rank=8, alpha=16, dropout=0.1, train_embeddings=True),
    quantisation="none",
    learning_rate=1e-2,
    batch_size=4,
    gradient_accumulation=1,
    max_length_tokens=200,
    epochs=0,
    steps=12,
    evaluate_every_steps=4,
    log_every_steps=4,
    max_grad_norm=1.0,
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory, tokenizer, texts):
    path = tmp_path_factory.mktemp("tokens") / "t.arrow"
    turns = [
        (Turn("user", f"Which word is it? {text[:n]}"), Turn("assistant", "ok")) for text in texts for n in (9, 20)
    ]
    tokens.write(path, ((f"c/train/{n}", chat.encode(tokenizer, pair)) for n, pair in enumerate(turns)))
    return path


@pytest.fixture
def train(base_folder, dataset, tmp_path):
    def run(spec=SPEC, output="out", **options) -> TrainResult:
        options.setdefault("resume_folder", tmp_path / "resume")
        return finetune(spec, base_folder, dataset, tmp_path / output, **options)

    return run


def weights(folder):
    return load_file(folder / "adapter_model.safetensors")


def same(a, b) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_a_run_learns_and_leaves_an_adapter_that_answers(train, tmp_path, base_folder):
    lines: list[str] = []
    result = train(msgspec.structs.replace(SPEC, steps=30), progress=lines.append)
    losses = [row.loss for row in result.history if row.loss is not None]
    assert losses[-1] < 0.5 * losses[0]
    assert result.best_step == result.steps == 30
    assert result.best_score is None
    assert "loss" in lines[-1] and "tokens/s" in lines[-1]
    loaded = checkpoint.open_model(base_folder, tmp_path / "out")
    from taiyi.llm.generate import generate

    prompt = chat.prompt_ids(loaded.tokenizer, [Turn("user", "Which word is it? Aspirin ca")])
    assert list(generate(loaded.model, loaded.tokenizer, [prompt], max_new_tokens=5, batch_size=1)) == [(0, "ok")]
    assert jsonl.read_json(tmp_path / "out" / HISTORY, TrainResult) == result
    assert list((tmp_path / "resume").iterdir()) == []


def test_the_best_step_by_score_is_what_is_left(train, tmp_path):
    seen: dict[int, list[str]] = {}

    def evaluate(generate, step):
        seen[step] = generate([(Turn("user", "x"),), (Turn("user", "y"),)], 3)
        return {"score": {4: 0.2, 8: 0.7, 12: 0.7}[step], "ner": 1.0}

    result = train(evaluate=evaluate)
    assert (result.best_step, result.best_score) == (8, 0.7)
    assert list(seen) == [4, 8, 12] and all(len(answers) == 2 for answers in seen.values())
    assert [row.scores["score"] for row in result.history if row.scores] == [0.2, 0.7, 0.7]
    assert checkpoint.read_manifest(tmp_path / "out").step == 8
    only_eight = train(
        output="eight", evaluate=lambda generate, step: {"score": -abs(step - 8)}, resume_folder=tmp_path / "other"
    )
    assert only_eight.best_step == 8
    assert same(weights(tmp_path / "out"), weights(tmp_path / "eight"))


@pytest.mark.parametrize(("kill", "packing"), [("interrupt", "padded"), ("sigterm", "packed")])
def test_a_killed_run_leaves_no_output_and_resumes_as_if_nothing_had_happened(train, tmp_path, kill, packing):
    spec = msgspec.structs.replace(SPEC, packing=packing, batch_size=4 if packing == "padded" else 1)

    def stop_once(line: str) -> None:
        if line.startswith("step 8/12 loss"):
            if kill == "interrupt":
                raise KeyboardInterrupt
            os.kill(os.getpid(), signal.SIGTERM)

    evaluated: list[int] = []

    def evaluate(generate, step):
        evaluated.append(step)
        return {"score": float(step)}

    with pytest.raises(KeyboardInterrupt if kill == "interrupt" else SystemExit):
        train(spec, evaluate=evaluate, progress=stop_once)
    assert {path.name for path in tmp_path.iterdir()} == {"resume"}
    resumed = train(spec, evaluate=evaluate)
    whole = train(spec, output="whole", evaluate=evaluate, resume_folder=tmp_path / "other")
    assert resumed.resumed_from_step == 4
    assert evaluated == [4, 8, 8, 12, 4, 8, 12]
    assert [(row.step, row.loss) for row in resumed.history] == [(row.step, row.loss) for row in whole.history]
    assert same(weights(tmp_path / "out"), weights(tmp_path / "whole"))


def test_a_checkpoint_that_was_not_finished_is_passed_over(train, tmp_path):
    def stop(generate, step):
        if step == 12:
            raise KeyboardInterrupt
        return {"score": 1.0}

    with pytest.raises(KeyboardInterrupt):
        train(evaluate=stop)
    (run,) = (tmp_path / "resume").iterdir()
    (run / "checkpoint-8" / "selection.json").unlink()
    assert train(evaluate=lambda generate, step: {"score": 1.0}).resumed_from_step == 4


def test_another_spec_does_not_resume(train):
    def stop(generate, step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(msgspec.structs.replace(SPEC, save_every_steps=2), evaluate=stop)
    result = train(msgspec.structs.replace(SPEC, save_every_steps=2, steps=6))
    assert result.resumed_from_step == 0


def test_a_second_stage_goes_on_from_the_first_ones_weights(train, tmp_path):
    train()
    still = msgspec.structs.replace(SPEC, learning_rate=1e-12, steps=1, evaluate_every_steps=0)
    train(still, output="second", start_adapter=tmp_path / "out")
    first, second = weights(tmp_path / "out"), weights(tmp_path / "second")
    assert all(torch.allclose(first[name], second[name], atol=1e-6) for name in first)


def test_a_second_stage_of_another_rank_is_refused_by_name(train, tmp_path):
    train(msgspec.structs.replace(SPEC, steps=1))
    other = msgspec.structs.replace(SPEC, lora=LoraSpec(rank=4))
    with pytest.raises(Conflict, match=r"rank=8.*rank=4"):
        train(other, output="second", start_adapter=tmp_path / "out")


def test_two_trainers_do_not_share_a_folder(train, tmp_path):
    def lock_again(generate, step):
        (run,) = (tmp_path / "resume").iterdir()
        with pytest.raises(Conflict, match="is at work here"), process.exclusive(run):
            pass
        return {"score": 1.0}

    train(msgspec.structs.replace(SPEC, steps=1), evaluate=lock_again)


def test_an_evaluation_without_a_score_is_refused(train):
    with pytest.raises(InvalidInput, match="gave f1, and no score"):
        train(msgspec.structs.replace(SPEC, steps=1), evaluate=lambda generate, step: {"f1": 1.0})


def test_qlora_trains_on_a_4_bit_base_and_answers_from_the_full_one(train, tmp_path, base_folder):
    result = train(msgspec.structs.replace(SPEC, quantisation="nf4", evaluate_every_steps=0, steps=24))
    losses = [row.loss for row in result.history if row.loss is not None]
    assert losses[-1] < 0.7 * losses[0]
    assert checkpoint.open_model(base_folder, tmp_path / "out").adapter.lora == SPEC.lora


def test_epochs_count_steps_over_the_data(train):
    spec = msgspec.structs.replace(SPEC, steps=0, epochs=2.0, gradient_accumulation=2, evaluate_every_steps=0)
    assert train(spec).steps == 4  # 12 samples, 4 a batch, 2 batches a step: 2 steps an epoch


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"epochs": 1.0}, {"warmup_share": 1.0}, {"batch_size": 0}])
def test_a_spec_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(InvalidParams):
        msgspec.structs.replace(SPEC, **wrong)
