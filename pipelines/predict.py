"""Raw greedy answers to the test questions, kept as they come, so that a killed run goes on where it was."""

import sys
import time
from pathlib import Path

import msgspec

from pipelines import shell
from taiyi import jsonl, layout, manifest
from taiyi.instances import Instance, Prediction
from taiyi.llm import chat, checkpoint
from taiyi.llm.generate import generate
from taiyi.params import Params

_PARTIAL = Path(".state/predictions")


def answered(partial: Path) -> dict[str, str]:
    """What an interrupted run had answered; a last line that was cut off is not counted."""
    if not partial.exists():
        return {}
    done: dict[str, str] = {}
    for line in partial.read_bytes().split(b"\n")[:-1]:
        prediction = msgspec.json.decode(line, type=Prediction)
        done[prediction.id] = prediction.text
    return done


def answer(instances: list[Instance], params: Params, partial: Path) -> dict[str, str]:
    """The answers by instance id; new ones are appended to `partial` batch by batch."""
    done = answered(partial)
    left = [instance for instance in instances if instance.id not in done]
    if done:
        shell.progress(f"predict: {len(done)} of {len(instances)} were answered before")
    if not left:
        return done
    reference = params.base_model.reference or layout.BASE_MODEL
    model, tokenizer, _ = checkpoint.open_model(
        reference, layout.ADAPTERS / "stage2", style=params.instruct.style, precision=params.base_model.precision
    )
    prompts = [chat.prompt_ids(tokenizer, instance.turns[:-1]) for instance in left]
    started = time.monotonic()

    def told(count: int) -> None:
        file.flush()
        rate = count / (time.monotonic() - started)
        shell.progress(f"predict: {count}/{len(left)}, {rate:.1f} a second, {(len(left) - count) / rate:.0f} s left")

    partial.parent.mkdir(parents=True, exist_ok=True)
    with partial.open("ab") as file:
        # A line cut off by a kill must not be continued.
        file.truncate(sum(len(line) + 1 for line in partial.read_bytes().split(b"\n")[:-1]))
        for number, text in generate(
            model,
            tokenizer,
            prompts,
            max_new_tokens=params.predict.max_new_tokens,
            batch_size=params.predict.batch_size,
            on_batch=told,
        ):
            done[left[number].id] = text
            file.write(msgspec.json.encode(Prediction(left[number].id, text)) + b"\n")
    return done


def work(params: Params) -> None:
    """Write data/predictions/test.jsonl, in the order of the questions."""
    instances = list(jsonl.read(layout.instructions("test"), Instance))
    adapter = layout.ADAPTERS / "stage2"
    asked = (params.predict, manifest.digest(adapter), manifest.digest(layout.instructions("test")))
    partial = _PARTIAL / f"{manifest.params_digest(asked)[:16]}.jsonl"
    answers = answer(instances, params, partial)
    with manifest.whole_folder(layout.PREDICTIONS) as folder:
        jsonl.write(folder / "test.jsonl", (Prediction(i.id, answers[i.id]) for i in instances))
    partial.unlink(missing_ok=True)
    manifest.write(
        layout.manifest("predict"),
        stage="predict",
        params={"predict": params.predict, "base_model": params.base_model},
        inputs=(layout.BASE_MODEL, adapter, layout.instructions("test")),
        outputs=(layout.PREDICTIONS,),
    )


if __name__ == "__main__":
    shell.main("predict", work, sys.argv[1:])
