"""One training stage: LoRA on its conversations, the checkpoint chosen by generated, parsed and scored dev answers."""

import sys
from typing import Any

from pipelines import shell
from taiyi import jsonl, layout, manifest, training
from taiyi.llm.finetune import finetune
from taiyi.llm.spec import TrainResult
from taiyi.params import Params
from taiyi.training import Stage


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
    one_stage = params.train.schedule == "one_stage"
    start = layout.ADAPTERS / "stage1" if stage == "stage2" and not one_stage else None
    if stage == "stage1" and one_stage:
        result = skip(stage)
    else:
        result = finetune(
            training.spec(params, stage),
            params.base_model.reference or layout.BASE_MODEL,
            layout.tokens(stage),
            layout.ADAPTERS / stage,
            resume_folder=layout.CHECKPOINTS / stage,
            start_adapter=start,
            evaluate=training.dev_scorer(params, stage),
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
