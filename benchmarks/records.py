"""Records against pydantic v2 models and plain dicts: decode and validate, encode, memory. One run, repeats interleaved.

python benchmarks/records.py [--documents 20000] [--repeats 7] [--json]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, NamedTuple, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from taiyi.records import Argument, Document, Entity, Passage, Relation, text_at

WORDS = (
    "aspirin induced severe hepatotoxicity in patients with chronic kidney disease and p53 mutations were "
    "observed after treatment dose response inhibitor pathway expression protein receptor carcinoma 显著 降低 血压"
).split()


class Shape(Document, frozen=True, tag="document", tag_field="family"):
    """A record whose invariants are not checked: what they cost is the difference."""

    def __post_init__(self) -> None:
        """Check nothing."""


class Model(BaseModel):
    """What every pydantic part is made of: as immutable and as strict about keys as ours."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=False)


class PassageModel(Model):
    """As taiyi.records.Passage."""

    kind: str
    start: int
    end: int


class EntityModel(Model):
    """As taiyi.records.Entity."""

    id: str
    type: str
    spans: tuple[tuple[int, int], ...]
    text: str
    concepts: tuple[str, ...] = ()


class ArgumentModel(Model):
    """As taiyi.records.Argument, with its invariant."""

    ref: str = ""
    concept: str = ""
    text: str = ""
    role: str = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.ref) + bool(self.concept) + bool(self.text) != 1:
            raise ValueError("an argument names exactly one of ref, concept and text")
        return self


class RelationModel(Model):
    """As taiyi.records.Relation."""

    id: str
    type: str
    head: ArgumentModel
    tail: ArgumentModel


class DocumentModel(Model):
    """As taiyi.records.Document for entities and relations, with the same invariants."""

    family: Literal["document"]
    id: str
    language: Literal["en", "zh"]
    document_id: str = ""
    annotated: bool = True
    meta: Annotated[dict[str, str], Field(default_factory=dict)]
    text: str
    passages: tuple[PassageModel, ...] = ()
    entities: tuple[EntityModel, ...] = ()
    relations: tuple[RelationModel, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        text, ids = self.text, set()
        for mention in self.entities:
            if not mention.spans or not all(0 <= start < end <= len(text) for start, end in mention.spans):
                raise ValueError(f"entity {mention.id}: a span lies outside the text")
            if text_at(text, mention.spans) != mention.text:
                raise ValueError(f"entity {mention.id}: the text reads otherwise")
        for part_id in (*(part.id for part in self.entities), *(part.id for part in self.relations)):
            if part_id in ids:
                raise ValueError(f"id {part_id!r} is used twice")
            ids.add(part_id)
        if not all(0 <= passage.start <= passage.end <= len(text) for passage in self.passages):
            raise ValueError("a passage lies outside the text")
        for relation in self.relations:
            for end in (relation.head, relation.tail):
                if end.ref and end.ref not in ids:
                    raise ValueError(f"{relation.id} refers to {end.ref!r}")
        return self


class Candidate(NamedTuple):
    """A way to hold documents: bytes to object and back."""

    name: str
    decode: Callable[[bytes], Any]
    encode: Callable[[Any], bytes]


ENCODER = msgspec.json.Encoder(order="deterministic")  # as taiyi.jsonl writes
CANDIDATES = (
    Candidate("taiyi records", msgspec.json.Decoder(Document).decode, ENCODER.encode),
    Candidate("the same, invariants off", msgspec.json.Decoder(Shape).decode, ENCODER.encode),
    Candidate(
        "pydantic v2 models",
        DocumentModel.model_validate_json,
        lambda model: DocumentModel.__pydantic_serializer__.to_json(model, exclude_defaults=True),
    ),
    Candidate("dicts, msgspec (unchecked)", msgspec.json.Decoder().decode, msgspec.json.Encoder().encode),
    Candidate(
        "dicts, json (unchecked)",
        json.loads,
        lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(),
    ),
)


def document(number: int, source: random.Random) -> Document:
    """A document of about 2 kB as JSON: two passages, nine entities (one discontinuous, most normalised), five relations."""
    words = source.choices(WORDS, k=92)
    starts, position = [], 0
    for word in words:
        starts.append(position)
        position += len(word) + 1
    text = " ".join(words)
    entities = []
    for index, first in enumerate(sorted(source.sample(range(0, 88), 9))):
        spans: tuple[tuple[int, int], ...] = ((starts[first], starts[first + 1] + len(words[first + 1])),)
        if index == 0:
            spans = (*spans, (starts[first + 3], starts[first + 3] + len(words[first + 3])))
        concepts = (f"MESH:D{source.randrange(10**6):06}",) if index % 3 else ()
        kind = source.choice(("Chemical", "Disease", "Gene"))
        entities.append(Entity(f"T{index}", kind, spans, text_at(text, spans), concepts))
    pairs = [source.sample(range(9), 2) for _ in range(5)]
    return Document(
        id=f"generated/train/{number}",
        language="en",
        document_id=str(10_000_000 + number),
        text=text,
        passages=(Passage("title", 0, starts[12] - 1), Passage("abstract", starts[12], len(text))),
        entities=tuple(entities),
        relations=tuple(
            Relation(f"R{n}", "induces", Argument(ref=f"T{head}"), Argument(ref=f"T{tail}"))
            for n, (head, tail) in enumerate(pairs)
        ),
    )


def prove_equal(line: bytes) -> None:
    """Every candidate gives back what it read, and the checking ones refuse a mention that is not there."""
    expected = json.loads(line)
    for candidate in CANDIDATES:
        if json.loads(candidate.encode(candidate.decode(line))) != expected:
            raise AssertionError(f"{candidate.name} changes a document")
    damaged = msgspec.json.encode({**expected, "text": expected["text"].upper()})
    for candidate in (CANDIDATES[0], CANDIDATES[2]):
        try:
            candidate.decode(damaged)
        except Exception as error:  # each library has its own; that there is one is what is proved
            print(f"{candidate.name} refuses: {str(error).splitlines()[0]}", file=sys.stderr)
        else:
            raise AssertionError(f"{candidate.name} accepts a mention that the text does not hold")


def seconds(function: Callable[[Any], Any], values: Sequence[Any]) -> float:
    """Wall time of the function over all values, results dropped at once, as a stage that streams would."""
    started = time.perf_counter()
    for value in values:
        function(value)
    return time.perf_counter() - started


def resident_bytes() -> int:
    """Resident memory of this process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _held(task: tuple[int, int, int]) -> int:
    index, documents, seed = task
    lines = generate(documents, seed)
    decode = CANDIDATES[index].decode
    before = resident_bytes()
    held = [decode(line) for line in lines]
    return (resident_bytes() - before) // len(held)


def memory(documents: int, seed: int) -> list[int]:
    """Bytes held per decoded document, each candidate in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        return pool.map(_held, [(index, documents, seed) for index in range(len(CANDIDATES))], chunksize=1)


def generate(documents: int, seed: int) -> list[bytes]:
    """The documents as JSON lines; the same seed gives the same lines."""
    source = random.Random(seed)
    return [ENCODER.encode(document(number, source)) for number in range(documents)]


def measure(documents: int, repeats: int, seed: int) -> dict[str, Any]:
    """Medians over repeats in which every candidate takes its turn, the order rotating."""
    lines = generate(documents, seed)
    prove_equal(lines[0])
    decoding: list[list[float]] = [[] for _ in CANDIDATES]
    encoding: list[list[float]] = [[] for _ in CANDIDATES]
    for repeat in range(repeats):
        for turn in range(len(CANDIDATES)):
            index = (turn + repeat) % len(CANDIDATES)
            candidate = CANDIDATES[index]
            decoding[index].append(seconds(candidate.decode, lines))
            objects = [candidate.decode(line) for line in lines]
            encoding[index].append(seconds(candidate.encode, objects))
            del objects
    rows: list[dict[str, Any]] = [
        {
            "name": candidate.name,
            "decode_microseconds": statistics.median(decoding[i]) / documents * 1e6,
            "decode_range": [min(decoding[i]) / documents * 1e6, max(decoding[i]) / documents * 1e6],
            "encode_microseconds": statistics.median(encoding[i]) / documents * 1e6,
            "encode_range": [min(encoding[i]) / documents * 1e6, max(encoding[i]) / documents * 1e6],
            "held_bytes": held,
        }
        for i, (candidate, held) in enumerate(zip(CANDIDATES, memory(documents, seed), strict=True))
    ]
    for row in rows:
        for key in ("decode_microseconds", "encode_microseconds", "held_bytes"):
            row[f"{key.partition('_')[0]}_ratio"] = row[key] / rows[0][key]
    mean_bytes = sum(map(len, lines)) / documents
    return {"documents": documents, "mean_bytes": mean_bytes, "repeats": repeats, "seed": seed, "rows": rows}


def table(result: dict[str, Any]) -> str:
    """The result as a Markdown table; ratios are to the first row, so over 1 means that ours is better."""
    lines = [
        f"{result['documents']} documents of {result['mean_bytes']:.0f} bytes, median of {result['repeats']} repeats",
        "",
        "| | decode, µs a document (range) | ratio | encode, µs (range) | ratio | held, bytes | ratio |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in result["rows"]:
        decode, encode = (
            f"{row[f'{what}_microseconds']:.1f} ({row[f'{what}_range'][0]:.1f}-{row[f'{what}_range'][1]:.1f})"
            for what in ("decode", "encode")
        )
        lines.append(
            f"| {row['name']} | {decode} | {row['decode_ratio']:.2f} | {encode} | {row['encode_ratio']:.2f} "
            f"| {row['held_bytes']} | {row['held_ratio']:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    options = parser.parse_args()
    result = measure(options.documents, options.repeats, options.seed)
    print(json.dumps(result, indent=2) if options.json else table(result))


if __name__ == "__main__":
    main()
