"""Near-duplicates against datasketch and rensa, and both near-duplicates and leakage at scale: speed, memory, recall.

python benchmarks/curation.py [--documents 20000] [--repeats 3] [--near N] [--leakage N] [--json]

Abstracts of about 1.5 kB are generated from 50,000 words drawn by Zipf's law, one sentence in four a commonplace. Planted:
pairs whose five-word shingles have a Jaccard similarity of exactly 0.8, to be found, and of 0.5, to be left alone; test
texts inside training texts, and training texts that are a stretch of a test text. The peers live in the environment of
benchmarks/requirements.txt (benchmarks/corpora.py --setup).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from taiyi import jsonl
from taiyi.curation import NearDuplicates, Protected
from taiyi.curation.normalise import batches
from taiyi.curation.shingles import BATCH
from taiyi.params import NearDuplicates as Rules
from taiyi.records import Document

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv" / "peers" / "bin" / "python"
WORDS, SHINGLES = 220, 216
"""Words of an abstract, and its shingles of five."""
EVERY = 100
"""Of so many abstracts one is planted from the one before: by turns 0.8 and 0.5."""
SHIFTS = {"alike": SHINGLES // 9, "apart": SHINGLES // 3}
"""New words at its end: with n shingles, s of them new, the similarity is (n - s) / (n + s)."""
TESTS_PER_TRAINING = 0.05
ASK = {"bench": "all"}


def abstracts(count: int, seed: int) -> Iterator[list[str]]:
    """The words of each abstract, planted ones among them."""
    draw = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    vocabulary = ["".join(draw.choices(letters, k=draw.randint(2, 9))) for _ in range(50_000)]
    total, weights = 0.0, []
    for rank in range(1, len(vocabulary) + 1):
        weights.append(total := total + 1 / (rank + 2))
    commonplaces = [draw.choices(vocabulary, cum_weights=weights, k=11) for _ in range(200)]
    before: list[str] = []
    for number in range(count):
        kind = planted(number)
        if kind:
            new = SHIFTS[kind]
            yield before[:-new] + [f"{word}x" for word in draw.choices(vocabulary, k=new)]
            continue
        words = draw.choices(vocabulary, cum_weights=weights, k=WORDS)
        for place, phrase in zip(range(0, WORDS, 44), draw.sample(commonplaces, 5), strict=True):
            words[place : place + 11] = phrase  # none twice, which would change the number of shingles
        before = words
        yield words


def planted(number: int) -> str:
    """What stands at that position: alike, apart or, mostly, nothing that was planted."""
    if number % EVERY != EVERY - 1:
        return ""
    return "alike" if number // EVERY % 2 else "apart"


def write(folder: Path, name: str, count: int, seed: int) -> Path:
    """Generated abstracts as records in a file."""
    path = folder / f"{name}.jsonl"
    jsonl.write(
        path,
        (
            Document(id=f"bench/{name}/{number}", language="en", text=" ".join(words))
            for number, words in enumerate(abstracts(count, seed))
        ),
    )
    return path


def peak_mib() -> float:
    """Resident memory of this process at its highest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def near(path: Path) -> dict[str, Any]:
    """Find near-duplicates in a file, as the stage does: records read one by one, twice."""
    started = time.perf_counter()
    stage = NearDuplicates(Rules(), ASK)
    count = sum(1 for _ in stage.watch(jsonl.read(path, Document)))
    found = stage.find(lambda: jsonl.read(path, Document))
    seconds = time.perf_counter() - started
    pairs = [
        tuple(int(name.rpartition("/")[2]) for name in (kept, later)) for later, (kept, _) in found.dropped.items()
    ]
    return {"documents": count, "seconds": seconds, "peak_mib": peak_mib(), "pairs": pairs, "skipped": found.skipped}


def judged(result: dict[str, Any], count: int) -> dict[str, Any]:
    """Pairs found against pairs planted."""
    found = {tuple(pair) for pair in result.pop("pairs")}
    wanted = {kind: {(n - 1, n) for n in range(count) if planted(n) == kind} for kind in SHIFTS}
    return {
        **result,
        "documents": count,
        "documents_per_second": count / result["seconds"],
        "recall_at_0.8": len(found & wanted["alike"]) / max(len(wanted["alike"]), 1),
        "taken_at_0.5": len(found & wanted["apart"]),
        "others": len(found - wanted["alike"] - wanted["apart"]),
    }


def apart(function: Any, *arguments: Any) -> Any:
    """Run in a process of its own, so that memory is this alone."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def peer(python: Path, name: str, path: Path) -> dict[str, Any]:
    """One peer over the same file."""
    command = [str(python), str(ROOT / "benchmarks" / "curation_peers.py"), name, str(path)]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return result


def against_peers(folder: Path, count: int, repeats: int, python: Path) -> list[dict[str, Any]]:
    """Ours and the peers' over one file, repeats interleaved; medians, and the ratio of ours to theirs."""
    path = write(folder, "peers", count, 1)
    runs: dict[str, list[dict[str, Any]]] = {"taiyi": [], "datasketch": [], "rensa": []}
    for _ in range(repeats):
        for name, results in runs.items():
            found = apart(near, path) if name == "taiyi" else peer(python, name, path)
            results.append(judged(found, count))
    rows = []
    ours = [result["documents_per_second"] for result in runs["taiyi"]]
    for name, results in runs.items():
        speeds = [result["documents_per_second"] for result in results]
        ratios = [own / other for own, other in zip(ours, speeds, strict=True)]
        rows.append({"name": name, **results[0], "documents_per_second": speeds, "ratio": statistics.median(ratios)})
    return rows


def leaks(folder: Path, count: int) -> tuple[Path, Path, dict[str, str]]:
    """Test and training files, and the test record that each planted training record gives away."""
    tests = int(count * TESTS_PER_TRAINING)
    scored = write(folder, "scored", tests, 2)
    texts = (record.text.split() for record in jsonl.read(scored, Document))
    wanted: dict[str, str] = {}

    def training() -> Iterator[Document]:
        for number, words in enumerate(abstracts(count, 3)):
            identifier = f"bench/train/{number}"
            if number % EVERY == 0:
                test = next(texts)
                wanted[identifier] = f"bench/scored/{number // EVERY}"
                words = [test[40:65], words[:90] + test + words[90:], test[:100] + words[:20], test][
                    number // EVERY % 4
                ]
            yield Document(id=identifier, language="en", text=" ".join(words).upper())

    path = folder / "training.jsonl"
    jsonl.write(path, training())
    return scored, path, wanted


def leakage(scored: Path, training: Path) -> dict[str, Any]:
    """Compare every training record with every scored one, as the stage does."""
    started = time.perf_counter()
    protected = Protected()
    protected.add(jsonl.read(scored, Document))
    count, found = 0, {}
    for batch in batches(jsonl.read(training, Document), BATCH):
        count += len(batch)
        for record, overlap in zip(batch, protected.overlaps(batch), strict=True):
            if overlap:
                found[record.id] = overlap.other
    return {
        "documents": count,
        "seconds": time.perf_counter() - started,
        "peak_mib": peak_mib(),
        "found": found,
    }


def at_scale(folder: Path, near_count: int, leakage_count: int) -> dict[str, Any]:
    """The two large runs, each in one process."""
    result: dict[str, Any] = {}
    if near_count:
        path = write(folder, "near", near_count, 4)
        result["near"] = {
            **judged(apart(near, path), near_count),
            "bytes": path.stat().st_size,
            "load": os.getloadavg(),
        }
        path.unlink()
    if leakage_count:
        scored, training, wanted = leaks(folder, leakage_count)
        run = apart(leakage, scored, training)
        found = run.pop("found")
        result["leakage"] = {
            **run,
            "scored": int(leakage_count * TESTS_PER_TRAINING),
            "planted": len(wanted),
            "missed": sum(identifier not in found for identifier in wanted),
            "others": len(found.keys() - wanted.keys()),
            "load": os.getloadavg(),
        }
    return result


def tables(result: dict[str, Any]) -> str:
    """The results as Markdown."""
    lines: list[str] = []
    if rows := result.get("peers"):
        lines += [
            f"{rows[0]['documents']} abstracts, one process each; documents per second: median of "
            f"{len(rows[0]['documents_per_second'])} (range)",
            "",
            "| | documents/s | ours by theirs | recall at 0.8 | taken at 0.5 | others |",
            "|---|---|---|---|---|---|",
        ]
        for row in rows:
            speeds = row["documents_per_second"]
            lines.append(
                f"| {row['name']} | {statistics.median(speeds):.0f} ({min(speeds):.0f}-{max(speeds):.0f}) | {row['ratio']:.2f} "
                f"| {row['recall_at_0.8']:.4f} | {row['taken_at_0.5']} | {row['others']} |"
            )
    if run := result.get("near"):
        lines += [
            "",
            f"near-duplicates: {run['documents']} abstracts, {run['bytes'] / 2**20:.0f} MiB, in {run['seconds']:.0f} s, "
            f"{run['peak_mib']:.0f} MiB; recall at 0.8 {run['recall_at_0.8']:.4f}, taken at 0.5 {run['taken_at_0.5']}, "
            f"others {run['others']}, not compared {run['skipped']}; load {run['load'][0]:.1f}",
        ]
    if run := result.get("leakage"):
        lines += [
            "",
            f"leakage: {run['documents']} training records against {run['scored']} scored ones in {run['seconds']:.0f} s, "
            f"{run['peak_mib']:.0f} MiB; planted {run['planted']}, missed {run['missed']}, others {run['others']}; "
            f"load {run['load'][0]:.1f}",
        ]
    return "\n".join(lines).lstrip("\n")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=20_000, help="abstracts for the comparison; 0: none")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--near", type=int, default=0, metavar="N", help="near-duplicates over so many abstracts")
    parser.add_argument("--leakage", type=int, default=0, metavar="N", help="leakage in so many training records")
    parser.add_argument("--peers", type=Path, default=PEERS, help="the Python of an environment with the peers")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    options = parser.parse_args()
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="taiyi-curation-") as name:
        folder = Path(name)
        if options.documents and not options.peers.exists():
            print(f"{options.peers} does not exist; benchmarks/corpora.py --setup makes it", file=sys.stderr)
        elif options.documents:
            result["peers"] = against_peers(folder, options.documents, options.repeats, options.peers)
        result |= at_scale(folder, options.near, options.leakage)
    print(json.dumps(result, indent=2) if options.json else tables(result))


if __name__ == "__main__":
    main()
