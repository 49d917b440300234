"""LoRA fine-tuning over transformers.Trainer: resumable, its best checkpoint chosen by the scores a stage computes.

Training state lies under `resume_folder/<fingerprint>`; the fingerprint covers the spec, the data, the base and the
starting adapter, so a killed run resumes and a changed one starts afresh. `output` is complete or absent.
"""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from taiyi import jsonl, manifest, process
from taiyi.errors import Conflict, InvalidInput
from taiyi.llm import chat, checkpoint, durable, losses, packing, tokens
from taiyi.llm.chat import Tokenizer
from taiyi.llm.checkpoint import AdapterManifest, Identity
from taiyi.llm.generate import generate
from taiyi.llm.selection import Selection
from taiyi.llm.spec import EvaluateFn, GenerateFn, LoraSpec, Progress, TrainResult, TrainSpec, Watch, Wish
from taiyi.records import Turn

HISTORY = "history.json"
"""The training curve and the choice of the best step, in the output's folder: a TrainResult."""


class Reports(NamedTuple):
    """What a run tells while it goes on, and whom it asks whether to go on. fingerprint: told before anything is trained."""

    progress: Progress = lambda line: None
    watch: Watch = lambda advance: None
    wish: Wish | None = None
    fingerprint: Callable[[str], None] = lambda digest: None


class _Run(NamedTuple):
    """What does not change during a run."""

    spec: TrainSpec
    reference: str
    identity: Identity
    tokenizer: Tokenizer
    fingerprint: str
    folder: Path
    dataset: Path
    start: Path | None
    evaluate: EvaluateFn | None
    others: tuple[Path, ...]
    """Where further checkpoints of this run may lie."""
    reports: Reports


def finetune(
    spec: TrainSpec,
    base_reference: str | Path,
    dataset: Path,
    output: Path,
    *,
    resume_folder: Path,
    resume_from: Sequence[Path] = (),
    start_adapter: Path | None = None,
    evaluate: EvaluateFn | None = None,
    progress: Progress = lambda line: None,
    reports: Reports | None = None,
) -> TrainResult:
    """Train on a file that `tokens.write` made, and leave the best adapter, its manifest and its history in `output`.

    resume_from: resume folders of earlier, unfinished runs; the newest good checkpoint of all is taken up. start_adapter:
    continue training these LoRA weights (stage 2). evaluate: None leaves the last step the best. reports: in place of
    progress, for one who watches the run; with a `wish` in it, SIGTERM is the caller's affair.
    Conflict if another process trains in the same place, or the starting adapter does not suit base or spec; DataLoss if
    there are checkpoints and none is good; SystemExit(143) if the run was stopped, its checkpoint saved.
    """
    tokenizer = checkpoint.load_tokenizer(base_reference)
    identity = checkpoint.identity(base_reference, tokenizer, spec.style)
    fingerprint = _fingerprint(spec, identity, dataset, start_adapter)
    name = fingerprint[:16]
    run = _Run(
        spec,
        str(base_reference),
        identity,
        tokenizer,
        fingerprint,
        resume_folder / name,
        dataset,
        start_adapter,
        evaluate,
        tuple(folder / name for folder in resume_from),
        reports or Reports(progress),
    )
    run.reports.fingerprint(fingerprint)
    with nullcontext() if run.reports.wish else process.exit_on_sigterm():
        if _rank():
            return _train(run._replace(reports=Reports(wish=run.reports.wish)))
        with process.exclusive(run.folder):
            result = _train(run)
            _publish(run, result, output)
            shutil.rmtree(run.folder, ignore_errors=True)
    return result


def _rank() -> int:
    return int(os.environ.get("RANK", "0"))


def _fingerprint(spec: TrainSpec, identity: Identity, dataset: Path, start: Path | None) -> str:
    started_from = manifest.digest(start) if start else ""
    return manifest.params_digest(
        {"spec": spec, "identity": identity, "dataset": manifest.digest(dataset), "start": started_from}
    )


def _train(run: _Run) -> TrainResult:
    import transformers

    transformers.set_seed(run.spec.seed)
    samples = tokens.read(run.dataset, max_length_tokens=run.spec.max_length_tokens)
    base = checkpoint.load_base(run.reference, run.spec.quantisation, run.spec.precision)
    model = _with_lora(base, run, run.start)
    trainer, selection = _trainer(run, model, samples)
    resumed = _resume(run, selection)
    started = time.monotonic()
    trainer.train(resume_from_checkpoint=str(resumed) if resumed else None)
    if selection.stopped:
        raise SystemExit(process.TERMINATED)
    return TrainResult(
        best_step=selection.best_step,
        best_score=selection.best_score,
        steps=trainer.state.global_step,
        history=tuple(selection.history),
        fingerprint=run.fingerprint,
        seconds=time.monotonic() - started,
        tokens=selection.tokens_read(trainer.state),
        trainable_parameters=sum(p.numel() for p in model.parameters() if p.requires_grad),
        resumed_from_step=selection.resumed_from,
    )


def _resume(run: _Run, selection: Selection) -> Path | None:
    """The checkpoint to go on from, here in the run's own folder; None: from the first step."""
    if _rank() == 0:
        shutil.rmtree(selection.writing, ignore_errors=True)
    found = durable.newest_good((run.folder, *run.others), run.fingerprint, run.reports.progress)
    if found is None:
        return None
    resumed = durable.adopt(found, run.folder) if _rank() == 0 else found
    selection.resume(resumed)
    run.reports.progress(f"resuming from step {durable.step_of(resumed)}")
    return resumed


def _with_lora(base: Any, run: _Run, start: Path | None) -> Any:
    """`base` with fresh adapters, or with those of `start`, ready to train."""
    import peft

    spec = run.spec
    if spec.quantisation != "none":
        prepare: Any = peft.prepare_model_for_kbit_training
        base = prepare(base, use_gradient_checkpointing=spec.gradient_checkpointing)
    elif spec.gradient_checkpointing:
        base.enable_input_require_grads()
    if start is not None:
        theirs = checkpoint.read_manifest(start).lora
        if theirs != spec.lora:
            raise Conflict(
                f"{start}: the adapter has {theirs}, and this stage asks for {spec.lora}; make them the same"
            )
        return checkpoint.load_adapter(base, start, run.identity, trainable=True)
    return peft.get_peft_model(base, lora_config(base, spec.lora))


def lora_config(base: Any, lora: LoraSpec) -> Any:
    """The peft.LoraConfig of `lora` for this base: which modules are trained depends on its names and on tying."""
    import peft

    trained, tied = None, False
    if lora.train_embeddings:
        tied = bool(base.config.tie_word_embeddings)
        modules = {id(module): name.rpartition(".")[2] for name, module in base.named_modules()}
        trained = [modules[id(base.get_input_embeddings())]]
        if not tied:
            trained.append(modules[id(base.get_output_embeddings())])
    return peft.LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules="all-linear",
        modules_to_save=trained,
        ensure_weight_tying=tied,
        task_type="CAUSAL_LM",
    )


def _trainer(run: _Run, model: Any, samples: Any) -> tuple[Any, Selection]:
    import transformers

    spec, lengths, device = run.spec, samples["length"], model.device.type
    packed = packing.choose(device, spec.packing) == "packed"
    dataset: Any = packing.PackedRows(samples, lengths, spec.max_length_tokens) if packed else samples
    order = packing.LengthGroupedOrder(
        [1] * len(dataset) if packed else lengths, spec.batch_size * spec.gradient_accumulation, spec.seed
    )
    pad = run.tokenizer.pad_token_id
    selection = Selection(
        run.folder,
        evaluate=_scorer(run, model, run.evaluate),
        publish=lambda source, step, score: _save_best(run, source, step, score),
        every=spec.evaluate_every_steps,
        save_every=spec.save_every_steps,
        progress=run.reports.progress,
        fingerprint=run.fingerprint,
        watch=run.reports.watch,
        wish=run.reports.wish or (lambda: "go_on"),
    )

    class Trainer(transformers.Trainer):
        """transformers.Trainer, reading samples in an order that a resumed run repeats."""

        def _get_train_sampler(self, train_dataset: Any = None) -> Any:
            return order

    trainer = Trainer(
        model=model,
        args=_arguments(run, selection.writing, device, _total_steps(spec, len(dataset))),
        train_dataset=dataset,
        data_collator=packing.PackedCollator(pad) if packed else packing.PaddedCollator(pad),
        compute_loss_func=losses.answer_loss(spec.loss_averaging),
    )
    selection.attach(trainer)
    trainer.remove_callback(transformers.PrinterCallback)
    return trainer, selection


def _total_steps(spec: TrainSpec, rows: int) -> int:
    if spec.steps:
        return spec.steps
    devices = int(os.environ.get("WORLD_SIZE", "1"))
    batches = math.ceil(rows / (spec.batch_size * devices))
    return math.ceil(spec.epochs * math.ceil(batches / spec.gradient_accumulation))


def _arguments(run: _Run, folder: Path, device: str, total: int) -> Any:
    import transformers

    spec = run.spec
    return transformers.TrainingArguments(
        output_dir=str(folder),
        max_steps=total,
        per_device_train_batch_size=spec.batch_size,
        gradient_accumulation_steps=spec.gradient_accumulation,
        learning_rate=spec.learning_rate,
        lr_scheduler_type=spec.schedule,
        warmup_steps=math.ceil(spec.warmup_share * total),
        weight_decay=spec.weight_decay,
        max_grad_norm=spec.max_grad_norm,
        optim=spec.optimizer,
        bf16=checkpoint.pick_precision(spec.precision, device) == "bfloat16",
        use_cpu=device == "cpu",
        gradient_checkpointing=spec.gradient_checkpointing,
        logging_steps=spec.log_every_steps,
        include_num_input_tokens_seen="all",
        save_strategy="no",  # Selection says when
        eval_strategy="no",
        remove_unused_columns=False,
        dataloader_pin_memory=device != "cpu",
        ddp_find_unused_parameters=False,
        report_to="none",
        disable_tqdm=True,
        log_level="error",
        seed=spec.seed,
    )


def _scorer(run: _Run, model: Any, evaluate: EvaluateFn | None) -> Any:
    """`evaluate` over the live model, as a function of the step; None where there is nothing to evaluate."""
    if evaluate is None:
        return None

    def answer(conversations: Sequence[Sequence[Turn]], max_new_tokens: int) -> list[str]:
        prompts = [chat.prompt_ids(run.tokenizer, turns) for turns in conversations]
        answers = [""] * len(prompts)
        for number, text in generate(
            model, run.tokenizer, prompts, max_new_tokens=max_new_tokens, batch_size=run.spec.evaluation_batch_size
        ):
            answers[number] = text
        return answers

    def score(step: int) -> dict[str, float]:
        generate_fn: GenerateFn = answer
        scores = evaluate(generate_fn, step)
        if "score" not in scores:
            raise InvalidInput(f"the evaluation gave {', '.join(scores) or 'nothing'}, and no score to choose by")
        return scores

    return score


def _save_best(run: _Run, source: Path, step: int, score: float | None) -> None:
    description = AdapterManifest(
        identity=run.identity,
        lora=run.spec.lora,
        reference=run.reference,
        fingerprint=run.fingerprint,
        step=step,
        score=score,
    )
    checkpoint.save_adapter(source, run.tokenizer, run.folder / f"best-{step}", description)


def _publish(run: _Run, result: TrainResult, output: Path) -> None:
    """Copy the best adapter to `output` with the history; whole or not at all."""
    with manifest.whole_folder(output) as temporary:
        for file in (run.folder / f"best-{result.best_step}").iterdir():
            if file.name != checkpoint.MANIFEST:
                shutil.copyfile(file, temporary / file.name)
        jsonl.write_json(temporary / HISTORY, msgspec.to_builtins(result))
        shutil.copyfile(run.folder / f"best-{result.best_step}" / checkpoint.MANIFEST, temporary / checkpoint.MANIFEST)
