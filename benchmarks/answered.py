"""The questions of the paper's 13 benchmarks and BioRED, each at its official size, and predictions damaged as models err.

Gold is real where TAIYI_REAL_CORPORA has a benchmark's test split; where it has a part, or a corpus of the same kind, its
questions are repeated under new ids up to the official number, which says so. Else generated samples take their place.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from taiyi import corpora, samples, tasks
from taiyi.corpora import descriptor
from taiyi.errors import NotFound
from taiyi.instances import Instance, Item, Items
from taiyi.instructions import Wording, render, task_spec
from taiyi.ledger import Ledger

ROOT = Path(__file__).resolve().parents[1]
SEED = 13


class Benchmark(NamedTuple):
    """One benchmark: the corpus's split of that name is its test set, or its nearest kin at hand; n questions; only this
    name is asked for, where one is given; `sample`: the generated corpus in its place.
    """

    name: str
    corpus: str
    split: str
    task: str
    n: int
    sample: str
    only: str = ""


BENCHMARKS = (
    Benchmark("BC5CDR-chem", "bc5cdr", "test", "ner", 500, "sample_cdr", "chemical"),
    Benchmark("BC5CDR-dise", "bc5cdr", "test", "ner", 500, "sample_cdr", "disease"),
    Benchmark("CHEMDNER", "bc5cdr", "train", "ner", 3000, "sample_chemicals", "chemical"),
    Benchmark("NCBI-disease", "ncbi_disease", "test", "ner", 100, "sample_cdr", "disease"),
    Benchmark("BioRED", "biored", "test", "ner", 100, "sample_cdr"),
    Benchmark("CMeEE-dev", "cmeee_v2", "dev", "ner", 5000, "sample_cmeee"),
    Benchmark("BC5CDR-RE", "bc5cdr", "test", "re", 500, "sample_cdr"),
    Benchmark("CMeIE-dev", "cmeie_v2", "dev", "re", 3585, "sample_cmeie"),
    Benchmark("BC7LitCovid", "bc7_litcovid", "test_tsv", "tc", 6239, "sample_topics"),
    Benchmark("HoC", "hallmarks_of_cancer", "all", "tc", 3547, "sample_topics"),
    Benchmark("KUAKE-QIC", "kuake_qic", "dev", "tc", 1955, "sample_intent"),
    Benchmark("PubMedQA", "pubmed_qa", "test", "qa_mc", 500, "sample_decisions"),
    Benchmark("MedQA-USMLE", "med_qa", "test", "qa_mc", 1273, "sample_exams"),
    Benchmark("MedQA-MCMLE", "medqa_mcmle", "test", "qa_mc", 3426, "sample_exams"),
)


class Questions(NamedTuple):
    """The instances of a test set; `distinct`: how many there are before repetition; `source`: what they are made of."""

    instances: list[Instance]
    distinct: int
    source: str


def questions(chosen: Benchmark, raw: Path | None, generated: Path, style: str = "taiyi") -> Questions:
    """A test set of its official size. raw: a folder of real corpora; generated: where samples lie or may be written."""
    found: list[Instance] = []
    source = f"{chosen.corpus}/{chosen.split}"
    if raw:
        found = list(_asked(chosen, chosen.corpus, chosen.split, raw, style))
    if not found:
        if not generated.exists():
            samples.write(generated, documents=300, seed=SEED)
        source = f"{chosen.sample}/train, generated"
        found = list(_asked(chosen, chosen.sample, "train", generated, style))
    distinct = found[: chosen.n]
    repeated = [
        instance if place < len(distinct) else _renamed(instance, place // len(distinct))
        for place, instance in enumerate(islice(cycle(distinct), chosen.n))
    ]
    return Questions(repeated, len(distinct), source)


def _renamed(instance: Instance, time: int) -> Instance:
    record, _, rest = instance.id.partition("#")
    return msgspec.structs.replace(instance, id=f"{record}-again{time}#{rest}")


def _asked(chosen: Benchmark, corpus: str, split: str, folder: Path, style: str) -> Iterator[Instance]:
    described = descriptor.find(corpus, ROOT / "data" / "corpora")
    declared: dict[str, Any] = dict(described.tasks[chosen.task])
    spec = task_spec(corpus, chosen.task, declared)
    types = {native: name for native, name in spec.types.items() if not chosen.only or name == chosen.only}
    spec = msgspec.structs.replace(spec, types=types or spec.types)
    wording = Wording(style=style, folder=ROOT / "data" / "templates", seed=SEED)  # type: ignore[arg-type]
    try:
        for record in corpora.read(described, split, folder, Ledger()):
            yield from render(record, chosen.task, spec, wording, Ledger())
    except NotFound:
        return


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
