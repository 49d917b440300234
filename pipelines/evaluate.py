"""Answers read, judged and scored over the whole test sets; right, wrong, unparsable and unanswered apart."""

from collections.abc import Collection, Mapping, Sequence

from pipelines import shell
from taiyi import benchmarks, jsonl, layout, manifest
from taiyi.benchmarks import Benchmark
from taiyi.evaluation import results
from taiyi.evaluation.forgetting import Forgetting, measured
from taiyi.evaluation.outcomes import judge
from taiyi.evaluation.scoring import evaluate, metrics, seen_mentions
from taiyi.instances import Instance, Prediction
from taiyi.params import Params
from taiyi.records import AnyRecord, split_record_id


def work(params: Params) -> None:
    """Write data/evaluation (see taiyi.evaluation.results) and DVC's metrics."""
    instances = list(jsonl.read(layout.instructions("test"), Instance))
    predictions = {p.id: p.text for p in jsonl.read(layout.PREDICTIONS / "test.jsonl", Prediction)}
    seen = seen_mentions(jsonl.read(layout.instructions("train"), Instance))
    described = benchmarks.every(layout.BENCHMARKS)
    outcomes = judge(instances, predictions)
    scored = evaluate(outcomes, seen, described, records=records)
    forgotten = forgetting(params, instances, predictions, described)
    with manifest.whole_folder(layout.EVALUATION) as folder:
        results.write(folder, scored, outcomes)
        jsonl.write_json(folder / results.FORGETTING, forgotten)
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
    shell.progress(f"evaluate: {forgotten.says}")
    manifest.write(
        layout.manifest("evaluate"),
        stage="evaluate",
        params={"schedule": params.train.schedule, "stage1": params.train.stage1.tasks},
        inputs=(
            layout.instructions("test"),
            layout.instructions("train"),
            layout.curated("test"),
            layout.BENCHMARKS,
            layout.PREDICTIONS,
        ),
        outputs=(layout.EVALUATION,),
    )


def records(ids: Collection[str]) -> Mapping[str, AnyRecord]:
    """The test set's records of these ids."""
    corpora = {split_record_id(identifier)[0] for identifier in ids}
    files = {corpus: jsonl.Lookup(layout.curated("test") / f"{corpus}.jsonl", AnyRecord) for corpus in corpora}
    return {identifier: files[split_record_id(identifier)[0]][identifier] for identifier in ids}


def forgetting(
    params: Params, instances: Sequence[Instance], predictions: Mapping[str, str], described: Sequence[Benchmark]
) -> Forgetting:
    """What stage 2 forgot of stage 1's tasks, or why that cannot be said."""
    path = layout.PREDICTIONS / "stage1.jsonl"
    if params.train.schedule == "one_stage":
        return Forgetting("train.schedule is one_stage: there is no stage 1")
    if not path.exists():
        return Forgetting("predict.stage1 is false, or the test sets ask nothing of stage 1's tasks")
    asked = [instance for instance in instances if instance.task in params.train.stage1.tasks]
    before = {p.id: p.text for p in jsonl.read(path, Prediction)}
    after = {i.id: predictions[i.id] for i in asked if i.id in predictions}
    return measured(asked, before, after, described, records=records)


if __name__ == "__main__":
    shell.main("evaluate", work)
