"""Raw greedy answers to the test questions, kept as they come, so that a killed run goes on where it was."""

import sys
from pathlib import Path

from pipelines import shell
from taiyi import answering, jsonl, layout, manifest
from taiyi.instances import Instance
from taiyi.llm import answers
from taiyi.params import Params

_PARTIAL = Path(".state/predictions")


def work(params: Params) -> None:
    """Write data/predictions/test.jsonl, in the order of the questions."""
    instances = list(jsonl.read(layout.instructions("test"), Instance))
    adapter = layout.ADAPTERS / "stage2"
    asked = (params.predict, manifest.digest(adapter), manifest.digest(layout.instructions("test")))
    partial = _PARTIAL / f"{manifest.params_digest(asked)[:16]}.jsonl"
    ask = answers.asker(
        params.base_model.reference or layout.BASE_MODEL,
        adapter,
        style=params.instruct.style,
        precision=params.base_model.precision,
        max_new_tokens=params.predict.max_new_tokens,
        batch_size=params.predict.batch_size,
    )
    texts = answering.answer(instances, ask, partial, lambda words: shell.progress(f"predict: {words}")).texts
    with manifest.whole_folder(layout.PREDICTIONS) as folder:
        answering.write(folder / "test.jsonl", instances, texts)
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
