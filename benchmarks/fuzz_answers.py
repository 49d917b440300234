"""Every task's reading of answers on a million strings: an exception, an unsound result or a second of the processor is a finding.

python benchmarks/fuzz_answers.py [--answers 1000000] [--seed 1] [--processes 2] [--tasks ner,re] [--findings FOLDER]

Strings are answers of the generated samples in both languages and both styles, damaged; answers of other tasks; dressed
answers; and strings of nothing but trouble: random Unicode, lone surrogates, control characters, deep nesting, JSON that is
cut off, scripts mixed, and repetitions that make regular expressions slow.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, get_args

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import messy  # noqa: E402 - the repository is on the path from here on
from taiyi import corpora, samples, tasks  # noqa: E402
from taiyi.corpora import descriptor  # noqa: E402
from taiyi.errors import InvalidInput  # noqa: E402
from taiyi.instances import UNPARSABLE, Instance, Parsed, Status, Style  # noqa: E402
from taiyi.instructions import Wording, render, task_spec  # noqa: E402
from taiyi.ledger import Ledger  # noqa: E402
from taiyi.tasks import yes_no  # noqa: E402

SECONDS = 1.0
"""Of the processor, for one answer."""
BATCH = 2500
LONGEST = 100_000
"""Characters of a string; models' answers end long before."""
MANY = (3, 20, 300, 3000)
PIECES = (
    "[", "]", "(", ")", "（", "）", "【", "】", "{", "}", '"', '""', "'", "“", "”", "`", "```", "```json\n", "**", "*", "_", "|",
    "|---|", "\n", "\r\n", "\t", " ", "  ", ";", "; ", "；", ",", ", ", "，", "、", ":", ": ", "：", ".", "。", "-", "- ", "– ", "# ",
    "1. ", "(1) ", "<think>", "</think>", "<answer>", "</s>", "<|im_end|>", "<|im_start|>assistant", "\x00", "\x000\x00", "\x01",
    "\ud800", "\udfff", "\u200b", "\ufeff", "\u202e", "\u0301", "\x85", "\u2028", "\x1b[0m", "𝔄", "Ａ", "é", "e\u0301", "ﬁ", "①",
    '{"', '":', '["', '"],', '{"entities":[', "null", "true", "1e999", "NaN", "\\", "\\u", "\\ud800", "\\\"", "None", "无", "N/A",
    "Sure, here are ", "Result: ", "The answer is ", "答案：", "上述文本被分类为：", "Note: ", "解析：", "头实体：", "；尾三元组：头实体：",
    "Trigger: ", "主体词：", "role=", "triples=", "MESH:D1", "|", "A", "B. ", "yes", "no", "是", "否", "not ", "不", "3.5", "1/", "\\boxed{",
    "I am sorry", "抱歉，我无法", "There are no ", "上述文本中没有", "relations", "实体", "的", "a", "ab ", "的头尾实体对如下", "I hope ",
)  # fmt: skip
"""Parts that mean something to one reading or another."""


class Finding(NamedTuple):
    """One string that was not read as it should be."""

    task: str
    what: str
    text: str


class Result(NamedTuple):
    """What a batch of strings came to; slowest: processor seconds, task and the beginning of the string."""

    statuses: Counter[str]
    findings: list[Finding]
    slowest: tuple[float, str, str]


@cache
def seeds(folder: Path) -> dict[str, list[Instance]]:
    """Instances of the sample corpora by task, in both styles, with a few of their sub-tasks."""
    found: dict[str, list[Instance]] = {}
    for corpus in descriptor.ids(ROOT / "data" / "corpora"):
        if not corpus.startswith("sample_"):
            continue
        described = descriptor.find(corpus, ROOT / "data" / "corpora")
        for record in corpora.read(described, "train", folder, Ledger()):
            for task, declared in described.tasks.items():
                spec = task_spec(corpus, task, declared)
                kinds = tasks.subtasks_of(task).values()
                smaller = [one.make() for candidates in kinds for one in islice(candidates(record, spec), 2)]
                for style in get_args(Style):
                    wording = Wording(style=style, folder=ROOT / "data" / "templates", seed=1)
                    with suppress(InvalidInput):  # damage is planted in the samples
                        made = render(record, task, spec, wording, Ledger(), smaller)
                        found.setdefault(task, []).extend(made)
    return found


def noise(chance: random.Random) -> str:
    """A short string of meaningful parts, or of characters from anywhere."""
    kind = chance.random()
    if kind < 0.6:
        return "".join(chance.choices(PIECES, k=chance.choice((1, 1, 2, 4, 12))))
    if kind < 0.8:
        return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.choice((1, 3, 30))))
    return "".join(
        chr(chance.choice((chance.randrange(0x20), chance.randrange(0x300), 0x4E00 + chance.randrange(0x5000))))
        for _ in range(10)
    )


def insert(text: str, chance: random.Random) -> str:
    """Noise somewhere, in place of a few characters or of none."""
    start = chance.randint(0, len(text))
    return text[:start] + noise(chance) + text[start + chance.choice((0, 0, 1, 3, 20)) :]


def cut(text: str, chance: random.Random) -> str:
    """A part of the text: its beginning, its end, or all but a stretch."""
    start = chance.randint(0, len(text))
    end = min(len(text), start + chance.randint(1, 60))
    return chance.choice((text[:start], text[start:], text[:start] + text[end:]))


def lines(text: str, chance: random.Random) -> str:
    """Lines in another order, left out, doubled or run together."""
    parts = text.split("\n")
    chance.shuffle(parts)
    return chance.choice(("\n", "", "\n\n", "; ", "|")).join(chance.choices(parts, k=chance.randint(1, 2 * len(parts))))


def repeated(text: str, chance: random.Random) -> str:
    """A stretch or a meaningful part many times over."""
    start = chance.randint(0, len(text))
    part = chance.choice((text[start : start + chance.randint(1, 30)], noise(chance), chance.choice(PIECES))) or "a"
    times = min(chance.choice(MANY), LONGEST // len(part))
    return text[:start] + part * times + text[start:]


def nested(text: str, chance: random.Random) -> str:
    """Deep nesting, closed or not."""
    opening, closing = chance.choice(
        (("[", "]"), ("(", ")"), ("{", "}"), ('{"a":', "}"), ('[{"a":', "}]"), ("（", "）"), ("<think>", "</think>"))
    )
    depth = chance.choice(MANY)
    return opening * depth + text + closing * chance.choice((0, depth, depth - 1))


def swapped(text: str, chance: random.Random) -> str:
    """One punctuation mark for another throughout."""
    marks = [mark for mark in ":;,.()[]{}\"'：；，。（）|\n " if mark in text]
    return text.replace(chance.choice(marks), chance.choice(PIECES)) if marks else text


def nothing_but(text: str, chance: random.Random) -> str:
    """Noise alone."""
    del text
    return "".join(noise(chance) for _ in range(chance.choice((0, 1, 3, 10))))


DAMAGES: tuple[Callable[[str, random.Random], str], ...] = (
    insert, insert, insert, cut, cut, lines, swapped, swapped, repeated, nested, nothing_but,
)  # fmt: skip


def string(instance: Instance, all_seeds: Sequence[Instance], chance: random.Random) -> str:
    """A damaged answer to the question: its own, a dressed one or another question's."""
    kind = chance.random()
    if kind < 0.2 and instance.task in messy.FORMS and not yes_no.asked(instance.context):
        text = messy.Messy(chance.randrange(1 << 30)).dress(instance.gold, instance).text
    else:
        text = (chance.choice(all_seeds) if kind > 0.8 else instance).target
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 5))):
        text = chance.choice(DAMAGES)(text, chance)
    return text[:LONGEST]


def read(instance: Instance, text: str) -> tuple[Parsed | None, str]:
    """What was read, and what was wrong with that ("" where nothing was)."""
    try:
        parsed = tasks.load(instance.task).parse(text, instance.context, prompt=instance.prompt)
    except Exception as error:  # whatever a reading raises is what is looked for
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return None, f"{type(error).__name__} in {Path(frame.filename).stem}.{frame.name}"
    if parsed.status not in get_args(Status):
        return parsed, f"the status {parsed.status}"
    if parsed.items and parsed.status in UNPARSABLE:
        return parsed, f"items of an answer that is {parsed.status}"
    if not parsed.items and parsed.status in ("ok", "partial"):
        return parsed, f"{parsed.status} without items"
    return parsed, ""


def batch(folder: Path, task: str, seed: str, count: int) -> Result:
    """So many strings of one task."""
    chance, known = random.Random(seed), seeds(folder)
    everything = [instance for name in sorted(known) for instance in known[name][:50]]
    result = Result(Counter(), [], (0.0, "", ""))
    slowest = result.slowest
    for _ in range(count):
        instance = chance.choice(known[task])
        text = string(instance, everything, chance)
        started = time.process_time()
        parsed, wrong = read(instance, text)
        took = time.process_time() - started
        result.statuses[parsed.status if parsed else "raised"] += 1
        if took > slowest[0]:
            slowest = (took, task, text[:80])
        wrong = wrong or (f"more than {SECONDS:g} s" if took > SECONDS else "")
        if wrong:
            result.findings.append(Finding(task, wrong, text))
    return result._replace(slowest=slowest)


def fuzz(folder: Path, chosen: Sequence[str], answers: int, seed: int, processes: int) -> Result:
    """All strings, in as many processes; batches are the same whatever their number."""
    rounds = -(-answers // (BATCH * len(chosen)))
    jobs = [(task, f"{seed}:{task}:{number}") for number in range(rounds) for task in chosen]
    each = -(-answers // len(jobs))
    statuses, findings, slowest = Counter[str](), list[Finding](), (0.0, "", "")
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        futures = [pool.submit(batch, folder, task, name, each) for task, name in jobs]
        for future in futures:
            result = future.result()
            statuses += result.statuses
            findings += result.findings
            slowest = max(slowest, result.slowest)
    return Result(statuses, findings, slowest)


def report(result: Result, findings: Path | None) -> None:
    """Print what was found, each kind once, and write the strings to a folder."""
    seen: set[tuple[str, str]] = set()
    for finding in result.findings:
        if (finding.task, finding.what) not in seen:
            print(f"  {finding.task}: {finding.what}: {len(finding.text)} characters {finding.text[:160]!a}")
        seen.add((finding.task, finding.what))
    if findings:
        findings.mkdir(parents=True, exist_ok=True)
        for number, finding in enumerate(result.findings):
            (findings / f"{finding.task}-{number}.txt").write_bytes(finding.text.encode("utf-8", "surrogatepass"))


def main(arguments: Sequence[str]) -> int:
    """Runs what the command line asks for; 1 if there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tasks", default="", help="only these, parted by commas")
    parser.add_argument("--findings", type=Path, help="folder for the strings that were found")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "samples"
        samples.write(folder, documents=60, seed=1)
        chosen = asked.tasks.split(",") if asked.tasks else sorted(seeds(folder))
        started = time.perf_counter()
        result = fuzz(folder, chosen, asked.answers, asked.seed, asked.processes)
    seconds, text, task = result.slowest[0], result.slowest[2], result.slowest[1]
    raised = result.statuses["raised"]
    print(
        f"seed {asked.seed}: {result.statuses.total():,} answers of {len(chosen)} tasks in {time.perf_counter() - started:.0f} s: "
        f"{raised} exceptions, {len(result.findings)} findings; {dict(result.statuses.most_common())}"
    )
    print(f"slowest: {seconds:.3f} s of the processor, {task}, {text!a}")
    report(result, asked.findings)
    return 1 if result.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
