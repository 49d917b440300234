"""One training stage: LoRA on its conversations, the checkpoint chosen by generated, parsed and scored dev answers."""

import sys
from typing import Any, Literal

from pipelines import shell
from taiyi import jsonl, layout, manifest
from taiyi.evaluation.scoring import macro_score
from taiyi.instances import Instance
from taiyi.instructions import of_stage, rank
from taiyi.llm.finetune import finetune
from taiyi.llm.spec import EvaluateFn, GenerateFn, LoraSpec, TrainResult, TrainSpec
from taiyi.params import Params, TrainStage

Stage = Literal["stage1", "stage2"]


def spec(params: Params, told: TrainStage) -> TrainSpec:
    """The parameters of a stage as the trainer wants them."""
    train, lora = params.train, params.train.lora
    return TrainSpec(
        lora=LoraSpec(lora.rank, lora.alpha, lora.dropout, lora.train_embeddings),
        quantisation=params.base_model.quantisation,
        precision=params.base_model.precision,
        packing=train.collator,
        style=params.instruct.style,
        loss_averaging=train.loss_averaging,
        learning_rate=told.learning_rate,
        schedule=train.optimiser.schedule,
        warmup_share=train.optimiser.warmup_ratio,
        weight_decay=train.optimiser.weight_decay,
        max_grad_norm=train.optimiser.max_gradient_norm,
        batch_size=told.batch_size,
        gradient_accumulation=told.gradient_accumulation_steps,
        max_length_tokens=params.tokenize.max_length_tokens,
        epochs=0 if told.steps else told.epochs,
        steps=told.steps,
        gradient_checkpointing=train.optimiser.gradient_checkpointing,
        evaluate_every_steps=told.dev_every_steps,
        evaluation_batch_size=params.predict.batch_size,
        seed=params.seed,
    )


def dev_scorer(params: Params, told: TrainStage) -> EvaluateFn | None:
    """Macro average over task types and languages of the dev questions that this stage's tasks ask; None of none."""
    asked = list(of_stage(jsonl.read(layout.instructions("dev"), Instance), told))
    if params.train.dev_instances:
        asked = sorted(asked, key=lambda i: rank(params.seed, i.id))[: params.train.dev_instances]
    if not asked:
        return None

    def evaluate(generate: GenerateFn, _step: int) -> dict[str, float]:
        answers = generate([instance.turns[:-1] for instance in asked], params.predict.max_new_tokens)
        return macro_score(asked, dict(zip((i.id for i in asked), answers, strict=True)))

    return evaluate


def write_curves(stage: Stage, result: TrainResult) -> None:
    """What DVC shows: the chosen step and score as metrics, the loss and the dev score by step as plots."""
    loss = [{"step": row.step, "loss": row.loss} for row in result.history if row.loss is not None]
    dev = [{"step": row.step, "score": row.scores["score"]} for row in result.history if row.scores]
    chosen = {"best_step": result.best_step, "best_dev_score": result.best_score, "steps": result.steps}
    jsonl.write_json(layout.METRICS / f"{stage}_loss.json", loss)
    jsonl.write_json(layout.METRICS / f"{stage}_dev.json", dev)
    jsonl.write_json(layout.METRICS / f"{stage}.json", chosen)


def skip(stage: Stage) -> TrainResult:
    """A one-stage run has no stage 1: its folder says so."""
    with manifest.whole_folder(layout.ADAPTERS / stage) as folder:
        jsonl.write_json(folder / "skipped.json", {"schedule": "one_stage"})
    return TrainResult(
        best_step=0, best_score=None, steps=0, history=(), fingerprint="", seconds=0, tokens=0, trainable_parameters=0
    )


def work(params: Params, stage: Stage) -> None:
    """Fill data/adapters/<stage>, and write its curves."""
    told: TrainStage = getattr(params.train, stage)
    one_stage = params.train.schedule == "one_stage"
    start = layout.ADAPTERS / "stage1" if stage == "stage2" and not one_stage else None
    if stage == "stage1" and one_stage:
        result = skip(stage)
    else:
        result = finetune(
            spec(params, told),
            params.base_model.reference or layout.BASE_MODEL,
            layout.tokens(stage),
            layout.ADAPTERS / stage,
            resume_folder=layout.CHECKPOINTS / stage,
            start_adapter=start,
            evaluate=dev_scorer(params, told),
            progress=lambda line: shell.progress(f"train {stage}: {line}"),
        )
    write_curves(stage, result)
    inputs: list[Any] = [
        layout.BASE_MODEL,
        layout.tokens(stage),
        layout.instructions("dev"),
        *([start] if start else []),
    ]
    manifest.write(
        layout.manifest(f"train_{stage}"),
        stage=f"train_{stage}",
        params={"train": params.train, "stage": stage, "seed": params.seed},
        inputs=inputs,
        outputs=(layout.ADAPTERS / stage,),
    )


if __name__ == "__main__":
    if sys.argv[1:] not in (["stage1"], ["stage2"]):
        sys.exit("usage: python -m pipelines.train stage1|stage2")
    chosen: Stage = "stage1" if sys.argv[1] == "stage1" else "stage2"
    sys.exit(shell.run(f"train_{chosen}", lambda params: work(params, chosen)))
