"""What a training stage is told: the trainer's spec and the dev scorer, from the parameters. Pipeline and service share it."""

from __future__ import annotations

from typing import Literal

from taiyi import jsonl, layout
from taiyi.evaluation.scoring import macro_score
from taiyi.instances import Instance
from taiyi.instructions import of_stage, rank
from taiyi.llm.spec import EvaluateFn, GenerateFn, LoraSpec, TrainSpec
from taiyi.params import Params, TrainStage

Stage = Literal["stage1", "stage2"]


def stage_of(params: Params, stage: Stage) -> TrainStage:
    """The settings of one stage."""
    return params.train.stage1 if stage == "stage1" else params.train.stage2


def spec(params: Params, stage: Stage) -> TrainSpec:
    """The parameters of a stage as the trainer wants them."""
    train, lora, told = params.train, params.train.lora, stage_of(params, stage)
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


def dev_scorer(params: Params, stage: Stage) -> EvaluateFn | None:
    """Macro average over task types and languages of the dev questions that this stage's tasks ask; None of none."""
    asked = list(of_stage(jsonl.read(layout.instructions("dev"), Instance), stage_of(params, stage)))
    if params.train.dev_instances:
        asked = sorted(asked, key=lambda i: rank(params.seed, i.id))[: params.train.dev_instances]
    if not asked:
        return None

    def evaluate(generate: GenerateFn, _step: int) -> dict[str, float]:
        answers = generate([instance.turns[:-1] for instance in asked], params.predict.max_new_tokens)
        return macro_score(asked, dict(zip((i.id for i in asked), answers, strict=True)))

    return evaluate
