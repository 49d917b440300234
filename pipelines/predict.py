"""Raw greedy answers to the test questions, kept as they come, so that a killed run goes on where it was."""

import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines import shell
from taiyi import answering, jsonl, layout, manifest
from taiyi.instances import Instance
from taiyi.llm import answers
from taiyi.params import Params

_PARTIAL = Path(".state/predictions")


def work(params: Params) -> None:
    """Write data/predictions, in the order of the questions: test.jsonl, the answers after stage 2; stage1.jsonl, those
    that `asked_of_stage1` are asked, after stage 1.
    """
    instances = list(jsonl.read(layout.instructions("test"), Instance))
    runs = {"test": (layout.ADAPTERS / "stage2", instances)}
    if of_stage1 := asked_of_stage1(instances, params):
        runs["stage1"] = (layout.ADAPTERS / "stage1", of_stage1)
    partials = {name: partial_file(params, adapter) for name, (adapter, _) in runs.items()}
    texts = {name: _answers(params, adapter, asked, partials[name]) for name, (adapter, asked) in runs.items()}
    with manifest.whole_folder(layout.PREDICTIONS) as folder:
        for name, (_, asked) in runs.items():
            answering.write(folder / f"{name}.jsonl", asked, texts[name])
    for partial in partials.values():
        partial.unlink(missing_ok=True)
    manifest.write(
        layout.manifest("predict"),
        stage="predict",
        params={"predict": params.predict, "base_model": params.base_model},
        inputs=(layout.BASE_MODEL, *(adapter for adapter, _ in runs.values()), layout.instructions("test")),
        outputs=(layout.PREDICTIONS,),
    )


def asked_of_stage1(instances: Sequence[Instance], params: Params) -> list[Instance]:
    """The questions of the tasks of stage 1, which show what stage 2 forgets; none where that is not wanted, or where
    there is no stage 1.
    """
    if not params.predict.stage1 or params.train.schedule == "one_stage":
        return []
    return [instance for instance in instances if instance.task in params.train.stage1.tasks]


def partial_file(params: Params, adapter: Path) -> Path:
    """The file of answers so far, named after everything that they depend on."""
    generation = (params.predict.max_new_tokens, params.predict.batch_size)
    asked = (generation, manifest.digest(adapter), manifest.digest(layout.instructions("test")))
    return _PARTIAL / f"{manifest.params_digest(asked)[:16]}.jsonl"


def _answers(params: Params, adapter: Path, instances: Sequence[Instance], partial: Path) -> dict[str, str]:
    """The answers of the base model with an adapter, by instance id."""
    ask = answers.asker(
        params.base_model.reference or layout.BASE_MODEL,
        adapter,
        style=params.instruct.style,
        precision=params.base_model.precision,
        max_new_tokens=params.predict.max_new_tokens,
        batch_size=params.predict.batch_size,
    )
    name = f"predict {adapter.name}"
    return answering.answer(instances, ask, partial, lambda words: shell.progress(f"{name}: {words}")).texts


if __name__ == "__main__":
    shell.main("predict", work, sys.argv[1:])
