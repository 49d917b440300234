"""PromptCBLUE's scripts and seqeval against our own reading and scoring, on equal work; a part of scoring.py."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from benchmarks import answered
from benchmarks.answered import Questions
from taiyi.evaluation.outcomes import judge
from taiyi.instances import Instance, Items
from taiyi.metrics import classification, rouge, sets, tagging

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv" / "peers"
ENTITIES, RELATIONS, LABELS, REPLIES = "CMeEE-V2", "CMeIE-V2", "KUAKE-QIC", "MedDG"
REPLIED = 2747
"""Replies of MedDG's development set; sentences of CMeEE stand in for them."""
BENCHMARK_OF = {ENTITIES: "cmeee_dev", RELATIONS: "cmeie_dev", LABELS: "kuake_qic_dev", REPLIES: "cmeee_dev"}


def timed(run: Callable[[], Any], repeats: int) -> dict[str, float]:
    """Median seconds of the processor and by the clock."""
    cpu, wall = list[float](), list[float]()
    for _ in range(repeats):
        before, clock = time.process_time(), time.perf_counter()
        run()
        cpu.append(time.process_time() - before)
        wall.append(time.perf_counter() - clock)
    return {"cpu_seconds": statistics.median(cpu), "seconds": statistics.median(wall)}


def _by_name(items: Items) -> list[tuple[str, list[Any]]]:
    return [(name, list(group)) for name, group in groupby(items, key=lambda item: str(item[0]))]


def in_promptcblue_form(task: str, items: Items) -> tuple[str, Any]:
    """The answer as PromptCBLUE asks for it, and its structured gold."""
    if task == LABELS:
        return str(items[0][0]), str(items[0][0])
    if task == REPLIES:
        return str(items[0][0]), str(items[0][0])
    lines = ["上述文本中的实体包含："] if task == ENTITIES else []
    for name, group in _by_name(items):
        if task == ENTITIES:
            lines.append(f"{name}实体：" + "，".join(item[1] for item in group))
        else:
            pairs = "".join(f"头实体为{head}，尾实体为{tail}。" for _, head, tail in group)
            lines.append(f"具有{name}关系的头尾实体对如下：{pairs}")
    if task == ENTITIES:
        return "\n".join(lines), [{"entity": item[1], "type": item[0]} for item in items]
    return "\n".join(lines), [{"predicate": item[0], "subject": item[1], "object": item[2]} for item in items]


class Row(msgspec.Struct):
    """One line of a file of raw answers, of what PromptCBLUE's script reads."""

    sample_id: str
    input: str
    target: str
    task_dataset: str
    task_type: str
    answer_choices: tuple[str, ...]


def against_promptcblue(
    scripts: Path, asked: Sequence[Questions], predicted: Sequence[list[Items]], folder: Path, repeats: int
) -> list[dict[str, Any]]:
    """Raw answers in a file to a score, by its scripts and by us: of its own form by both, and of ours by us."""
    by_id = {questions.benchmark.id: (questions, items) for questions, items in zip(asked, predicted, strict=True)}
    rows = []
    for task, name in BENCHMARK_OF.items():
        instances, items = by_id[name][0].instances, by_id[name][1]
        if task == REPLIES:
            instances, items = _replies(instances[:REPLIED])
        gold = [{"sample_id": one.id, "answer": in_promptcblue_form(task, one.gold)[1]} for one in instances]
        file, own = folder / f"{task}.jsonl", folder / f"{task}.own.jsonl"
        _write(file, task, instances, [in_promptcblue_form(task, answer)[0] for answer in items])
        _write(own, task, instances, map(answered.written, instances, items))
        theirs = _peer("promptcblue", {"task": task, "file": str(file), "gold": gold}, str(scripts))
        ours, on_theirs = (timed(partial(_score_file, path, task, instances), repeats) for path in (own, file))
        rows.append(
            {
                "task": task,
                "answers": len(instances),
                "theirs": statistics.median(theirs["cpu_seconds"]),
                "ours": ours["cpu_seconds"],
                "ours_on_their_form": on_theirs["cpu_seconds"],
                "figures": [*theirs["figures"].values(), *(_score_file(path, task, instances) for path in (file, own))],
            }
        )
    return rows


def _replies(instances: Sequence[Instance]) -> tuple[list[Instance], list[Items]]:
    """Sentences as the replies of a dialogue, and the same with characters lost and moved."""
    chance = random.Random(answered.SEED)
    made, items = list[Instance](), list[Items]()
    for one in instances:
        text = one.prompt[-150:].strip()
        made.append(
            msgspec.structs.replace(
                one, task="mrd", gold=((text,),), context=msgspec.structs.replace(one.context, offered=())
            )
        )
        kept = [letter for letter in text if chance.random() < 0.8]
        half = len(kept) // 2
        items.append((("".join(kept[half:] + kept[:half]).strip() or "无",),))
    return made, items


def _write(path: Path, task: str, instances: Sequence[Instance], texts: Iterable[str]) -> None:
    rows = [
        Row(one.id, one.prompt, text, task, "", one.context.offered) for one, text in zip(instances, texts, strict=True)
    ]
    path.write_bytes(b"\n".join(map(msgspec.json.encode, rows)) + b"\n")


def _score_file(path: Path, task: str, instances: Sequence[Instance]) -> float:
    """From a file of raw answers to the figure that PromptCBLUE reports."""
    decode = msgspec.json.Decoder(Row).decode
    with path.open("rb") as lines:
        texts = {row.sample_id: row.target for row in map(decode, lines)}
    outcomes = judge(instances, texts)
    if task == LABELS:
        pairs = [(frozenset(o.instance.gold[0]), frozenset(i[0] for i in o.parsed.items)) for o in outcomes]
        return float(classification.macro(classification.tallies(pairs), "seen").f1)
    if task == REPLIES:
        answers = [str(o.parsed.items[0][0]) if o.parsed.items else "" for o in outcomes]
        return rouge.promptcblue(answers, [[str(o.instance.gold[0][0])] for o in outcomes])["l"].value
    return sets.total([sets.tally(outcome) for outcome in outcomes]).f1


def against_seqeval(raw: Path | None, repeats: int) -> list[dict[str, Any]]:
    """Entity F1 of tag sequences: real sentences of BC5CDR in IOB where there are any, else made ones."""
    gold = _tags(raw)
    chance = random.Random(answered.SEED)
    predicted = [
        [tag if chance.random() < 0.9 else chance.choice(("O", "B-Chemical", "I-Disease")) for tag in tags]
        for tags in gold
    ]
    request = {"gold": gold, "predicted": predicted}
    rows = []
    for peer, scheme in (
        ("seqeval f1_score", "conlleval"),
        ("seqeval report", "conlleval"),
        ("seqeval strict", "IOB2"),
    ):
        theirs = _peer(peer, request)
        run = lambda s=scheme: tagging.score(gold, predicted, task="ner", scheme=s)  # noqa: E731
        ours = timed(run, repeats)
        rows.append(
            {
                "peer": peer,
                "sentences": len(gold),
                "tokens": sum(map(len, gold)),
                "theirs": statistics.median(theirs["cpu_seconds"]),
                "ours": ours["cpu_seconds"],
                "figures": [theirs["figures"]["f1"], run().value],
            }
        )
    return rows


def _tags(raw: Path | None) -> list[list[str]]:
    path = raw / "MTL-Bioinformatics-2016_conll" / "BC5CDR-IOB" / "devel.tsv" if raw else None
    if path and path.exists():
        sentences = path.read_text("utf-8").strip().split("\n\n")
        return [[line.split("\t")[-1] for line in sentence.split("\n") if line] for sentence in sentences]
    chance = random.Random(answered.SEED)
    return [
        [tag for _ in range(6) for tag in ("O", "O", "O", f"B-{chance.choice(('Chemical', 'Disease'))}")]
        for _ in range(4581)
    ]


def _peer(name: str, request: dict[str, Any], *folder: str) -> dict[str, Any]:
    """A peer's times and figures, in its own environment."""
    script = ROOT / "benchmarks" / "scoring_peers.py"
    done = subprocess.run(
        [str(PEERS / "bin" / "python"), str(script), name, *folder],
        input=json.dumps(request), capture_output=True, text=True, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "TRANSFORMERS_VERBOSITY": "error"},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
