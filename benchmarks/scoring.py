"""Answers into scores: speed at the benchmarks' full size, messy answers against canonical ones, PromptCBLUE and seqeval.

python benchmarks/scoring.py [--setup] [--promptcblue FOLDER] [--fuzz 1000000] [--repeats 3] [--seeds 3] [--json]

Gold is real where TAIYI_REAL_CORPORA names a folder of corpora, see answered.py; predictions are the gold, damaged. Times
are of the processor, of one process, and by the clock. The peers live in .venv/peers (benchmarks/requirements.txt).
PromptCBLUE's scripts are on no package index and have no licence: FOLDER is a copy of its src/evaluation (default:
.venv/peers/promptcblue), and where there is none the benchmark says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import answered, fuzz_answers  # noqa: E402 - the repository is on the path from here on
from benchmarks.answered import Questions  # noqa: E402
from benchmarks.messy import Messy  # noqa: E402
from benchmarks.scoring_against import PEERS, against_promptcblue, against_seqeval, timed  # noqa: E402
from taiyi import samples, tasks  # noqa: E402
from taiyi.evaluation import scoring  # noqa: E402
from taiyi.evaluation.outcomes import judge  # noqa: E402
from taiyi.instances import Items, Outcome  # noqa: E402
from taiyi.metrics import significance  # noqa: E402

TARGETS = {
    "exceptions": "0 of 1,000,000",
    "parse and score": "10 s",
    "intervals": "20 s",
    "PromptCBLUE": "10 times",
    "seqeval": "5 times",
    "messy": "0 differ",
}


def full_size(asked: Sequence[Questions], predicted: Sequence[list[Items]], repeats: int) -> dict[str, Any]:
    """All benchmarks' predictions, canonical and messy, through the functions of `taiyi score`; intervals apart."""
    every = [one for questions in asked for one in questions.instances]
    instances = list({one.id: one for one in every}.values())
    items = {
        one.id: answer
        for questions, answers in zip(asked, predicted, strict=True)
        for one, answer in zip(questions.instances, answers, strict=True)
    }
    messy = Messy(answered.SEED)
    texts = {
        "canonical": {one.id: answered.written(one, items[one.id]) for one in instances},
        "messy": {one.id: messy.dress(items[one.id], one).text for one in instances},
    }
    described = [questions.benchmark for questions in asked]
    result: dict[str, Any] = {"answers": len(instances)}
    for kind, given in texts.items():
        judged = timed(lambda given=given: judge(instances, given), repeats)  # type: ignore[misc]
        outcomes = judge(instances, given)
        scored = timed(lambda outcomes=outcomes: scoring.evaluate(outcomes, {}, described), repeats)  # type: ignore[misc]
        result[kind] = {"parse": judged, "score": scored}
    found = scoring.evaluate(judge(instances, texts["canonical"]), {}, described)
    result["scores"] = {one.name: [one.official_n, one.score.name, one.score.value] for one in found.evaluation.results}
    result["intervals"] = timed(lambda: [_bootstrapped(counts) for counts in found.counts.values()], repeats)
    return result


def _bootstrapped(counts: Any) -> object:
    """10,000 replicates of a benchmark's documents, also where evaluate computes Wilson's interval instead."""
    measure = scoring.measures.make(counts.metric, task=counts.task)
    return significance.bootstrap(scoring.np.array(counts.rows), measure.figure, replicates=10_000)


def dressed(asked: Sequence[Questions], predicted: Sequence[list[Items]], seeds: int) -> list[dict[str, Any]]:
    """By benchmark: the score of canonical answers and of messy ones, how many answers differ, which forms, what was quoted."""
    rows = []
    for questions, answers in zip(asked, predicted, strict=True):
        task = tasks.load(questions.benchmark.task)
        canonical = [
            task.parse(answered.written(one, items), one.context, prompt=one.prompt)
            for one, items in zip(questions.instances, answers, strict=True)
        ]
        for seed in range(1, seeds + 1):
            messy, forms, texts = Messy(seed), Counter[str](), dict[str, str]()
            for one, items, plain in zip(questions.instances, answers, canonical, strict=True):
                given = messy.dress(items, one)
                texts[one.id] = given.text
                read = task.parse(given.text, one.context, prompt=one.prompt)
                if set(read.items) != set(plain.items):
                    forms[given.forms[0]] += 1
            outcomes = [
                Outcome(one, answered.written(one, items), plain)
                for one, items, plain in zip(questions.instances, answers, canonical, strict=True)
            ]
            scores = [_headline(questions, group) for group in (outcomes, judge(questions.instances, texts))]
            rows.append(
                {
                    "benchmark": questions.benchmark.id,
                    "seed": seed,
                    "answers": len(texts),
                    "canonical": scores[0],
                    "messy": scores[1],
                    "differ": forms.total(),
                    "forms": dict(forms),
                    "fields": sum(len(item[1:]) for items in answers for item in items),
                    "quoted": dict(messy.quoted),
                }
            )
    return rows


def _headline(questions: Questions, outcomes: Sequence[Outcome]) -> float:
    (result,) = scoring.evaluate(outcomes, {}, [questions.benchmark]).evaluation.results
    return result.score.value


def measured(told: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Everything, in one run."""
    raw = Path(os.environ["TAIYI_REAL_CORPORA"]) if "TAIYI_REAL_CORPORA" in os.environ else None
    asked = [answered.questions(one, raw, folder / "samples") for one in answered.described()]
    predicted = [answered.predicted(questions) for questions in asked]
    result: dict[str, Any] = {
        "load": list(os.getloadavg()),
        "sources": {q.benchmark.id: [len(q.instances), q.distinct, q.source] for q in asked},
        "full": full_size(asked, predicted, told.repeats),
        "messy": dressed(asked, predicted, told.seeds),
        "missing": [],
    }
    if (told.promptcblue / "evaluators.py").exists() and PEERS.exists():
        result["promptcblue"] = against_promptcblue(told.promptcblue, asked, predicted, folder, told.repeats)
    else:
        result["missing"].append(f"PromptCBLUE's scripts in {told.promptcblue}")
    if (PEERS / "bin" / "python").exists():
        result["seqeval"] = against_seqeval(raw, told.repeats)
    else:
        result["missing"].append("seqeval: --setup")
    if told.fuzz:
        samples.write(folder / "fuzzed", documents=60, seed=1)
        found = fuzz_answers.fuzz(folder / "fuzzed", tasks.ids(), told.fuzz, 1, 2)
        result["fuzz"] = {
            "answers": found.statuses.total(),
            "exceptions": found.statuses["raised"],
            "findings": len(found.findings),
            "slowest": found.slowest,
        }
    return result


def report(result: dict[str, Any]) -> None:
    """Print what was measured, for people."""
    full = result["full"]
    print(
        f"load {result['load'][0]:.1f} on {os.cpu_count()} cores; times are of the processor, those by the clock in brackets\n"
    )
    for name, (count, distinct, source) in result["sources"].items():
        _, metric, value = full["scores"][name]
        print(
            f"  {name:<15}{count:>6} questions, {distinct:>5} of them distinct, of {source:<28} {metric} {100 * value:.1f}"
        )
    print(f"\n{full['answers']:,} answers")
    for kind in ("canonical", "messy"):
        parse, score = full[kind]["parse"], full[kind]["score"]
        print(
            f"  {kind:<10} parse {_time(parse)}, score with intervals {_time(score)}, together {parse['cpu_seconds'] + score['cpu_seconds']:.2f} s"
        )
    print(f"  10,000 replicates of documents for all {len(full['scores'])}: {_time(full['intervals'])}")
    _report_messy(result["messy"])
    for row in result.get("promptcblue", ()):
        print(
            f"  PromptCBLUE {row['task']:<10}{row['answers']:>6} answers: theirs {row['theirs']:.3f} s, ours {row['ours']:.3f} s "
            f"({row['theirs'] / row['ours']:.1f} times); ours on their form {row['ours_on_their_form']:.3f} s "
            f"({row['theirs'] / row['ours_on_their_form']:.1f} times); figures {', '.join(f'{f:.4f}' for f in row['figures'])}"
        )
    for row in result.get("seqeval", ()):
        print(
            f"  {row['peer']:<17}{row['sentences']:>6} sentences, {row['tokens']:,} tokens: theirs {row['theirs']:.3f} s, "
            f"ours {row['ours']:.3f} s ({row['theirs'] / row['ours']:.1f} times); F1 {row['figures'][0]:.6f} and {row['figures'][1]:.6f}"
        )
    for missing in result["missing"]:
        print(f"  missing: {missing}")
    _report_targets(result)


def _time(found: dict[str, float]) -> str:
    return f"{found['cpu_seconds']:.2f} s ({found['seconds']:.2f} s)"


def _report_messy(rows: Sequence[dict[str, Any]]) -> None:
    print("\nmessy against canonical, each seed another dress")
    for name, group in groupby(rows, key=lambda row: str(row["benchmark"])):
        seeds = list(group)
        quoted = sum((Counter(row["quoted"]) for row in seeds), Counter[str]())
        forms = sum((Counter(row["forms"]) for row in seeds), Counter[str]())
        values = " ".join(f"{100 * row['messy']:.2f}" for row in seeds)
        print(
            f"  {name:<15} canonical {100 * seeds[0]['canonical']:.2f}, messy {values}; {forms.total()} of "
            f"{sum(row['answers'] for row in seeds):,} answers differ {dict(forms) if forms else ''}; quoted: {dict(quoted)}"
        )


def _report_targets(result: dict[str, Any]) -> None:
    full, fuzz = result["full"], result.get("fuzz")
    worst = max(
        full[kind]["parse"]["cpu_seconds"] + full[kind]["score"]["cpu_seconds"] for kind in ("canonical", "messy")
    )
    reached = {
        "parse and score": f"{worst:.2f} s of one core, {full['answers']:,} answers",
        "intervals": f"{full['intervals']['cpu_seconds']:.2f} s",
        "messy": f"{sum(row['differ'] for row in result['messy'])} of {sum(row['answers'] for row in result['messy']):,} differ",
    }
    if fuzz:
        reached["exceptions"] = (
            f"{fuzz['exceptions']} of {fuzz['answers']:,}; {fuzz['findings']} findings; slowest {fuzz['slowest'][0]:.3f} s"
        )
    for name, key in (("PromptCBLUE", "promptcblue"), ("seqeval", "seqeval")):
        if rows := result.get(key):
            whole = sum(row["theirs"] for row in rows) / sum(row["ours"] for row in rows)
            least = min(row["theirs"] / row["ours"] for row in rows)
            reached[name] = f"{whole:.1f} times in all, {least:.1f} at least"
    print("\nfigure            target          reached")
    for name, target in TARGETS.items():
        print(f"{name:<18}{target:<16}{reached.get(name, 'not measured')}")


def main() -> None:
    """Measure, and print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--setup", action="store_true", help="make the environment of the peers first")
    parser.add_argument("--promptcblue", type=Path, default=PEERS / "promptcblue", help="a copy of its src/evaluation")
    parser.add_argument("--fuzz", type=int, default=0, help="so many fuzzed answers too, on two processes")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=3, help="how many times every answer is dressed")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    if told.setup:
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        pip = [str(PEERS / "bin" / "python"), "-m", "pip", "install", "-q", "-r"]
        subprocess.run([*pip, str(ROOT / "benchmarks" / "requirements.txt")], check=True)
    with tempfile.TemporaryDirectory() as folder:
        result = measured(told, Path(folder))
    if told.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        report(result)


if __name__ == "__main__":
    main()
