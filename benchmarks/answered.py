"""The questions of the paper's 13 benchmarks and BioRED, each at its official size, and predictions damaged as models err.

Gold is real where TAIYI_REAL_CORPORA has a benchmark's test split; where it has a part, or a corpus of the same kind, its
questions are repeated under new ids up to the official number. Else generated samples take their place.
"""

from __future__ import annotations

import random
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from taiyi import benchmarks, samples, tasks
from taiyi.benchmarks import Benchmark
from taiyi.errors import NotFound
from taiyi.instances import Instance, Item, Items
from taiyi.instructions import benchmark_questions
from taiyi.ledger import Ledger
from taiyi.records import Turn

ROOT = Path(__file__).resolve().parents[1]
SEED = 13
KIN = {
    "chemdner": ("bc5cdr", "train"),
    "bc7_litcovid": ("bc7_litcovid", "test_tsv"),
    "hoc": ("hallmarks_of_cancer", "all"),
}
"""Corpus and split in whose gold the test set's is replaced, since it may not be given away or is elsewhere."""
SAMPLES = {
    "bc5cdr": "sample_cdr", "chemdner": "sample_cdr", "ncbi_disease": "sample_cdr", "biored": "sample_cdr",
    "cmeee_v2": "sample_cmeee", "cmeie_v2": "sample_cmeie", "bc7_litcovid": "sample_topics",
    "hallmarks_of_cancer": "sample_topics", "kuake_qic": "sample_intent", "pubmed_qa": "sample_decisions",
    "med_qa": "sample_exams", "medqa_mcmle": "sample_exams",
}  # fmt: skip


class Questions(NamedTuple):
    """A benchmark's instances; `distinct`: how many there are before repetition; `source`: what they are made of."""

    benchmark: Benchmark
    instances: list[Instance]
    distinct: int
    source: str


def described() -> list[Benchmark]:
    """The 13 of the paper and the held-out one."""
    return [one for one in benchmarks.every(ROOT / "data" / "benchmarks") if one.group in ("main", "held_out")]


def questions(benchmark: Benchmark, raw: Path | None, generated: Path) -> Questions:
    """A test set of its official size. raw: a folder of real corpora; generated: where samples lie or may be written."""
    corpus, split = KIN.get(benchmark.id, (benchmark.corpus, benchmark.split))
    found = _asked(benchmark, corpus, split, raw) if raw else []
    if not found:
        if not generated.exists():
            samples.write(generated, documents=300, seed=SEED)
        corpus, split = SAMPLES[benchmark.corpus], "train"
        found = _asked(benchmark, corpus, split, generated)
    if benchmark.id == "chemdner":
        found = [_of_one_type(instance) for instance in found]
    n = benchmark.expected_n or len(found)
    distinct = found[:n]
    repeated = [
        _renamed(one, benchmark, place // len(distinct)) for place, one in enumerate(islice(cycle(distinct), n))
    ]
    return Questions(benchmark, repeated, len(distinct), f"{corpus}/{split}")


def _asked(benchmark: Benchmark, corpus: str, split: str, folder: Path) -> list[Instance]:
    data = ROOT / "data"
    stand_in = msgspec.structs.replace(benchmark, corpus=corpus, split=split)
    try:
        return benchmark_questions.questions(
            stand_in, folder, Ledger(), descriptors=data / "corpora", templates=data / "templates"
        )
    except NotFound:
        return []


def _of_one_type(instance: Instance) -> Instance:
    """The question asked for the first of its types alone."""
    name, every = instance.context.offered[0], ", ".join(instance.context.offered)
    asked = Turn("user", instance.prompt.replace(every, name))
    return msgspec.structs.replace(
        instance,
        gold=tuple(item for item in instance.gold if item[0] == name),
        context=msgspec.structs.replace(instance.context, offered=(name,)),
        turns=(asked, instance.turns[-1]),
    )


def _renamed(instance: Instance, benchmark: Benchmark, time: int) -> Instance:
    """The instance as one of the benchmark's, under a new id each time that it is repeated."""
    _, _, key = instance.record.split("/", 2)
    rest = instance.id.partition("#")[2]
    record = f"{benchmark.corpus}/{benchmark.split}/{key}" + (f"-again{time}" if time else "")
    return msgspec.structs.replace(instance, id=f"{record}#{rest}")


def damaged(instance: Instance, others: Items, chance: random.Random) -> Items:
    """The gold as a middling model would have it: items missed, cut short or long, of another name, made up.

    others: items of other questions of the test set, for what is made up from nowhere.
    """
    if instance.task == "qa_mc" or (instance.task == "tc" and not instance.context.multiple):
        return instance.gold if chance.random() < 0.7 else ((chance.choice(instance.context.offered),),)
    found: dict[Item, None] = {}
    for item in instance.gold:
        fate = chance.random()
        if fate < 0.72:
            found[item] = None
        elif fate < 0.88:
            found[_altered(item, instance, chance)] = None
    if chance.random() < 0.3:
        found[_altered(chance.choice(others), instance, chance)] = None
    order = {name: place for place, name in enumerate(instance.context.offered)}
    return tuple(sorted(found, key=lambda item: order.get(str(item[0]), 0)))


def _altered(item: Item, instance: Instance, chance: random.Random) -> Item:
    name = str(item[0]) if item[0] in instance.context.offered else chance.choice(instance.context.offered)
    ends = [str(end) for end in item[1:]]
    kind = chance.choice(("name", "longer", "shorter", "swap"))
    if kind == "name" or not ends:
        return (chance.choice(instance.context.offered), *ends)
    if kind == "swap":
        return (name, *reversed(ends))
    place = chance.randrange(len(ends))
    ends[place] = _moved(ends[place], _text(instance), longer=kind == "longer")
    return (name, *ends)


def _moved(mention: str, text: str, *, longer: bool) -> str:
    """The mention with a word (a character of Chinese) more or less, as the text goes on."""
    at = text.find(mention)
    words = not any("\u4e00" <= letter <= "\u9fff" for letter in mention)
    if longer and at >= 0:
        after = text[at + len(mention) :]
        more = " " + after.split()[0] if words and after[:1] == " " and after.split() else after[:1]
        grown = mention + (more if not words or more[:1] == " " else "")
        return grown if grown[-1].isalnum() else mention
    parts = mention.split(" ")
    shorter = " ".join(parts[1:]) if words else mention[:-1]
    return shorter if shorter and shorter[0].isalnum() and shorter[-1].isalnum() else mention


def _text(instance: Instance) -> str:
    return " ".join(instance.prompt.split())


def predicted(asked: Questions, seed: int = SEED) -> list[Items]:
    """A damaged prediction for each question."""
    chance = random.Random(seed)
    others = tuple(item for instance in asked.instances[:500] for item in instance.gold)
    return [damaged(instance, others, chance) for instance in asked.instances]


def written(instance: Instance, items: Items) -> str:
    """Items as the task writes an answer."""
    return tasks.load(instance.task).answer(items, instance.context, instance.style)
