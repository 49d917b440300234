"""Records into instances, and instances into packed rows, against what one would use instead: one run, ratios.

python benchmarks/instructions.py [--records 20000] [--instances 10000] [--repeats 3] [--setup] [--json]

Records are documents of 1.5 to 2 kB with their mentions, asked for entities; instances are those of the generated sample
corpora, in all tasks and both languages. Everything runs in a process of its own, from file to file, the repeats
interleaved. TRL lives in .venv/trl, put there by --setup (benchmarks/requirements.trl.txt); jinja2 and datasets are ours.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from taiyi import corpora, jsonl, samples
from taiyi.corpora import descriptor
from taiyi.errors import InvalidInput
from taiyi.instances import Instance
from taiyi.instructions import Wording, rank, render, task_spec
from taiyi.instructions.export import messages
from taiyi.ledger import Ledger
from taiyi.records import Document, Entity, Passage

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "benchmarks" / "instructions_peers.py"
TRL = ROOT / ".venv" / "trl"
RENDERED = ("taiyi", "msgspec loop", "datasets.map", "jinja2, compiled once", "jinja2, compiled per record")
PACKED = ("taiyi", "TRL")
LENGTHS = (1024, 2048)
SEED = 13
_COMPILED_PER_RECORD = 1000
"""Records that jinja2 is given when it compiles each time: it takes a millisecond each."""
_CHARACTERS = 700
"""Of a document's text; with its mentions its record has 1.5 to 2 kB."""


def documents(count: int) -> Iterator[Document]:
    """Documents with about ten mentions, drawn from 2,000 names by Zipf's law, one in twenty with commas or brackets."""
    draw = random.Random(SEED)
    syllables = [a + b for a in "b c d f g l m n p r s t v z".split() for b in "a e i o u".split()]
    words = ["".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(5000)]
    names = ["".join(draw.choices(syllables, k=draw.randint(2, 4))) + " " + draw.choice(words) for _ in range(2000)]
    names[7::20] = [f"1,25-({name})" for name in names[7::20]]
    weights = [1 / (place + 3) for place in range(len(names))]
    for number in range(count):
        text, entities = "", list[Entity]()
        while len(text) < _CHARACTERS:
            text += " ".join(draw.choices(words, k=draw.randint(7, 14))) + " "
            (mention,) = draw.choices(names, weights)
            kind = draw.choice(("Chemical", "Disease"))
            span = (len(text), len(text) + len(mention))
            concept = f"MESH:D{draw.randrange(10**6):06}"
            entities.append(Entity(f"T{len(entities) + 1}", kind, (span,), mention, (concept,)))
            text += mention + draw.choice((" ", ". "))
        text = text.rstrip()
        whole = (Passage("abstract", 0, len(text)),)
        yield Document(
            id=f"bench/train/{number}", language="en", document_id=str(number), text=text, passages=whole,
            entities=tuple(entities),
        )  # fmt: skip


def instances(count: int, folder: Path) -> list[Instance]:
    """So many training instances of the sample corpora, in an order that depends on their ids alone."""
    wording = Wording(style="taiyi", folder=ROOT / "data" / "templates", seed=SEED)
    found: list[Instance] = []
    samples.write(folder, documents=max(20, count // 40), seed=SEED)
    for corpus in sorted(path.name for path in folder.iterdir() if path.is_dir()):
        described = descriptor.find(corpus, ROOT / "data" / "corpora")
        specs = {task: task_spec(corpus, task, declared) for task, declared in described.tasks.items()}
        for record in corpora.read(described, "train", folder, Ledger()):
            for task, spec in specs.items():
                with suppress(InvalidInput):  # damage is planted in the samples; curation would have taken it out
                    found += render(record, task, spec, wording, Ledger())
    return sorted(found, key=lambda instance: rank(SEED, instance.id))[:count]


def run(name: str, source: Path, *more: str) -> dict[str, float]:
    """One of the peers over a file, in a process of its own; `out` is left beside the file."""
    out = source.with_name(f"out-{name.replace(' ', '-')}{'-'.join(more[1:])}")
    subprocess.run(["rm", "-rf", str(out)], check=True)
    done = subprocess.run(
        [sys.executable, str(PEERS), name, str(source), str(out), *more], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def rendering(folder: Path, count: int, repeats: int) -> dict[str, Any]:
    """Records a second of the processor, by peer; whether the plain loop writes the same bytes as we do."""
    source, few = folder / "records.jsonl", folder / "few" / "records.jsonl"
    jsonl.write(source, documents(count))
    jsonl.write(few, documents(min(count, _COMPILED_PER_RECORD)))
    rates: dict[str, list[float]] = {name: [] for name in RENDERED}
    for _ in range(repeats):
        for name in RENDERED:
            slow = name.endswith("per record")
            told = run(name, few if slow else source)
            rates[name].append((min(count, _COMPILED_PER_RECORD) if slow else count) / told["cpu_seconds"])
    ours, loop = (folder / f"out-{name}" for name in ("taiyi", "msgspec-loop"))
    with ours.open("rb") as our_lines, loop.open("rb") as their_lines:
        differing = sum(a != b for a, b in zip(our_lines, their_lines, strict=True))
    return {
        "records": count,
        "bytes_each": source.stat().st_size / count,
        "differing": differing,
        "rates": {name: spread(found) for name, found in rates.items()},
    }


def packing(folder: Path, count: int, repeats: int) -> dict[str, Any]:
    """Instances a second, of the wall and of the processor, by peer and row length; how full the rows are."""
    from taiyi.llm import embedded

    made = instances(count, folder / "samples")
    jsonl.write(folder / "instances.jsonl", made)
    jsonl.write(folder / "messages.jsonl", map(messages, made))
    tokenizer = folder / "tokenizer"
    embedded.train_tokenizer((turn.text for instance in made[:5000] for turn in instance.turns), 4096).save_pretrained(
        tokenizer
    )
    present = [name for name in PACKED if name != "TRL" or TRL.exists()]
    sources = {"taiyi": folder / "instances.jsonl", "TRL": folder / "messages.jsonl"}
    result: dict[str, Any] = {"instances": len(made), "missing": sorted(set(PACKED) - set(present)), "lengths": {}}
    for length in LENGTHS:
        told: dict[str, list[dict[str, float]]] = {name: [] for name in present}
        for _ in range(repeats):
            for name in present:
                told[name].append(run(name, sources[name], str(tokenizer), str(length)))
        result["lengths"][str(length)] = {
            name: {
                "a_second": spread([len(made) / one["seconds"] for one in found]),
                "a_cpu_second": spread([len(made) / one["cpu_seconds"] for one in found]),
                **{key: found[0][key] for key in ("rows", "tokens", "fill", "misread") if key in found[0]},
            }
            for name, found in told.items()
        }
    return result


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, least and most."""
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def setup() -> None:
    """Put TRL beside our own environment."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(TRL)]
    subprocess.run([*pip, "-r", str(ROOT / "benchmarks" / "requirements.trl.txt")], check=True)


def report(result: dict[str, Any]) -> None:
    """Print what was measured, for people."""
    rendered, packed = result["rendering"], result["packing"]
    print(f"load {result['load'][0]:.1f} when begun, {result['load'][1]:.1f} at the end, on {os.cpu_count()} cores")
    if rendered:
        ours = rendered["rates"]["taiyi"]["median"]
        print(f"\n{rendered['records']:,} records of {rendered['bytes_each']:,.0f} bytes into instances, file to file;")
        print(f"{rendered['differing']:,} instances differ from the plain loop's, which quotes and checks nothing")
        for name, rate in rendered["rates"].items():
            ratio = "" if name == "taiyi" else f"   taiyi is {ours / rate['median']:.1f} times that"
            spans = f"({rate['least']:,.0f} to {rate['most']:,.0f})"
            print(f"  {name:<28}{rate['median']:>9,.0f} a second of one core {spans}{ratio}")
    if packed:
        print(f"\n{packed['instances']:,} instances into packed rows, loss on answers alone")
        for name in packed["missing"]:
            print(f"  {name} is missing: python benchmarks/instructions.py --setup")
        for length, found in packed["lengths"].items():
            for name, one in found.items():
                rates = (
                    f"{one['a_second']['median']:>9,.0f} a second, {one['a_cpu_second']['median']:>8,.0f} of one core"
                )
                print(f"  {length:>5} tokens, {name:<6}{rates}; {one['rows']:,} rows, {100 * one['fill']:.2f}% full")
            if "TRL" in found:
                ratios = (
                    found["taiyi"][key]["median"] / found["TRL"][key]["median"] for key in ("a_second", "a_cpu_second")
                )
                print("               taiyi is {:.1f} times TRL by the clock, {:.1f} by the processor".format(*ratios))


def main() -> None:
    """Measure, and print the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000, help="0: not measured")
    parser.add_argument("--instances", type=int, default=10_000, help="0: not measured")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--setup", action="store_true", help="install TRL first")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    if told.setup:
        setup()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        result = {
            "rendering": rendering(Path(folder), told.records, told.repeats) if told.records else None,
            "packing": packing(Path(folder), told.instances, told.repeats) if told.instances else None,
        }
    result["load"] = [load, os.getloadavg()[0]]
    if told.json:
        print(json.dumps(result))
    else:
        report(result)


if __name__ == "__main__":
    main()
