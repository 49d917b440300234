"""The peers of scoring.py, in an environment of their own: PromptCBLUE's scripts and seqeval, on files that we write.

python benchmarks/scoring_peers.py NAME [FOLDER] < request; prints one JSON object: cpu_seconds of each repeat and the figures.
The request is a JSON object: predictions and gold, see PEERS.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

REPEATS = 5


def module(name: str) -> Any:
    """A peer's module; imported by name, because none of them is installed where types are checked."""
    return importlib.import_module(name)


def promptcblue(request: dict[str, Any]) -> Callable[[], dict[str, float]]:
    """Its two scripts' functions over a file of raw answers of one task (`task`, `file`) and structured gold."""
    process, evaluators = module("post_generate_process"), module("evaluators")
    task, gold = request["task"], request["gold"]

    def run() -> dict[str, float]:
        predicted = process.process_generated_results(request["file"])[task]
        if task == "KUAKE-QIC":
            _, _, macro = evaluators.calc_cls_task_scores(gold, predicted, list_labels=[""], return_macro=True)
            return {"macro_f1": macro}
        if task == "MedDG":
            return {"rouge_l": evaluators.calc_nlg_task_scores(gold, predicted)[2]}
        return {"f1": evaluators.calc_info_extract_task_scores(gold, predicted)[2]}

    return run


def seqeval_f1(request: dict[str, Any]) -> Callable[[], dict[str, float]]:
    """seqeval's micro-F1 alone."""
    metrics = module("seqeval.metrics")
    return lambda: {"f1": float(metrics.f1_score(request["gold"], request["predicted"]))}


def seqeval_report(request: dict[str, Any]) -> Callable[[], dict[str, float]]:
    """seqeval's report by type, with token accuracy: the figures that our score holds."""
    metrics = module("seqeval.metrics")

    def run() -> dict[str, float]:
        report = metrics.classification_report(request["gold"], request["predicted"], output_dict=True, zero_division=0)
        accuracy = metrics.accuracy_score(request["gold"], request["predicted"])
        return {"f1": float(report["micro avg"]["f1-score"]), "token_accuracy": float(accuracy)}

    return run


def seqeval_strict(request: dict[str, Any]) -> Callable[[], dict[str, float]]:
    """seqeval's strict mode."""
    metrics, scheme = module("seqeval.metrics"), module("seqeval.scheme")

    def run() -> dict[str, float]:
        report = metrics.classification_report(
            request["gold"], request["predicted"], output_dict=True, zero_division=0, mode="strict", scheme=scheme.IOB2
        )
        return {"f1": float(report["micro avg"]["f1-score"])}

    return run


PEERS: dict[str, Callable[[dict[str, Any]], Callable[[], dict[str, float]]]] = {
    "promptcblue": promptcblue,
    "seqeval f1_score": seqeval_f1,
    "seqeval report": seqeval_report,
    "seqeval strict": seqeval_strict,
}


def main() -> None:
    """Run one peer on the request that is read from the standard input."""
    name, *folder = sys.argv[1:]
    sys.path[:0] = folder
    run = PEERS[name](json.load(sys.stdin))
    times, figures = list[float](), dict[str, float]()
    for _ in range(REPEATS):
        started = time.process_time()
        figures = run()
        times.append(time.process_time() - started)
    print(json.dumps({"cpu_seconds": times, "figures": figures}))


if __name__ == "__main__":
    main()
