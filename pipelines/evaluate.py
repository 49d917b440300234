"""Answers read, judged and scored over the whole test sets; right, wrong, unparsable and unanswered apart."""

from pipelines import shell
from taiyi import jsonl, layout, manifest
from taiyi.evaluation.examples import choose
from taiyi.evaluation.outcomes import judge, verdict
from taiyi.evaluation.scoring import evaluate, metrics, seen_mentions
from taiyi.instances import Instance, Prediction
from taiyi.params import Params


def work(_params: Params) -> None:
    """Write data/evaluation (scores.json, judged.jsonl, examples.json) and DVC's metrics."""
    instances = list(jsonl.read(layout.instructions("test"), Instance))
    predictions = {p.id: p.text for p in jsonl.read(layout.PREDICTIONS / "test.jsonl", Prediction)}
    seen = seen_mentions(jsonl.read(layout.instructions("train"), Instance))
    outcomes = judge(instances, predictions)
    evaluation = evaluate(outcomes, seen)
    with manifest.whole_folder(layout.EVALUATION) as folder:
        jsonl.write_json(folder / "scores.json", evaluation)
        jsonl.write(
            folder / "judged.jsonl",
            (
                {
                    "id": o.instance.id,
                    "verdict": verdict(o),
                    "status": o.parsed.status,
                    "text": o.text,
                    "items": o.parsed.items,
                }
                for o in outcomes
            ),
        )
        jsonl.write_json(folder / "examples.json", choose(outcomes))
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
