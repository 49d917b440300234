"""Answers read, judged and scored over the whole test sets; right, wrong, unparsable and unanswered apart."""

from pipelines import shell
from taiyi import benchmarks, jsonl, layout, manifest
from taiyi.evaluation import results
from taiyi.evaluation.outcomes import judge
from taiyi.evaluation.scoring import evaluate, metrics, seen_mentions
from taiyi.instances import Instance, Prediction
from taiyi.params import Params


def work(_params: Params) -> None:
    """Write data/evaluation (see taiyi.evaluation.results) and DVC's metrics."""
    instances = list(jsonl.read(layout.instructions("test"), Instance))
    predictions = {p.id: p.text for p in jsonl.read(layout.PREDICTIONS / "test.jsonl", Prediction)}
    seen = seen_mentions(jsonl.read(layout.instructions("train"), Instance))
    described = benchmarks.every(layout.BENCHMARKS)
    outcomes = judge(instances, predictions)
    scored = evaluate(outcomes, seen, described)
    with manifest.whole_folder(layout.EVALUATION) as folder:
        results.write(folder, scored, outcomes)
    evaluation = scored.evaluation
    jsonl.write_json(layout.METRICS / "scores.json", metrics(evaluation))
    rows = [
        {"benchmark": r.name, "score": r.score.value, "baseline": r.score.baseline, "metric": r.score.name}
        for r in evaluation.results
    ]
    jsonl.write_json(layout.METRICS / "benchmarks.json", rows)
    for result in evaluation.results:
        shell.progress(
            f"evaluate: {result.name:<34} {result.score.name:<9} {result.score.value:.3f}  "
            f"{result.score.baseline_name} {result.score.baseline:.3f}  n {result.official_n}"
        )
    manifest.write(
        layout.manifest("evaluate"),
        stage="evaluate",
        params={},
        inputs=(layout.instructions("test"), layout.instructions("train"), layout.PREDICTIONS),
        outputs=(layout.EVALUATION,),
    )


if __name__ == "__main__":
    shell.main("evaluate", work)
