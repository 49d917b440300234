"""Tokenised conversations as an Arrow file: written once, read by memory map, refused where one is too long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from taiyi import jsonl
from taiyi.errors import InvalidInput, NotReady
from taiyi.llm.chat import Encoded

_ROWS_PER_BATCH = 1024


def write(path: Path, rows: Iterable[tuple[str, Encoded]]) -> int:
    """Write (instance id, conversation) rows and return how many. The file is complete or absent."""
    import pyarrow as pa

    schema = pa.schema(
        [
            ("id", pa.string()),
            ("input_ids", pa.list_(pa.int32())),
            ("labels", pa.list_(pa.int32())),
            ("length", pa.int32()),
        ]
    )
    count = 0
    with jsonl.replacing(path) as file, pa.ipc.new_stream(file, schema) as stream:
        batch: list[tuple[str, Encoded]] = []
        for row in rows:
            batch.append(row)
            count += 1
            if len(batch) == _ROWS_PER_BATCH:
                stream.write_batch(_record_batch(pa, schema, batch))
                batch = []
        if batch:
            stream.write_batch(_record_batch(pa, schema, batch))
    return count


def _record_batch(pa: Any, schema: Any, batch: list[tuple[str, Encoded]]) -> Any:
    columns = [
        [identifier for identifier, _ in batch],
        [encoded.input_ids for _, encoded in batch],
        [encoded.labels for _, encoded in batch],
        [len(encoded.input_ids) for _, encoded in batch],
    ]
    return pa.record_batch([pa.array(c, field.type) for c, field in zip(columns, schema, strict=True)], schema=schema)


def find(path: Path, identifier: str) -> Encoded | None:
    """The conversation of an instance in a file of tokens; None if it is not there."""
    import pyarrow as pa
    from pyarrow import compute

    with pa.memory_map(str(path)) as mapped, pa.ipc.open_stream(mapped) as stream:
        for batch in stream:
            row = compute.index(batch["id"], identifier).as_py()
            if row >= 0:
                return Encoded(batch["input_ids"][row].as_py(), batch["labels"][row].as_py())
    return None


def take(path: Path, numbers: Sequence[int]) -> list[tuple[str, Encoded]]:
    """The (instance id, conversation) rows of these numbers, in the order asked."""
    import pyarrow as pa

    with pa.memory_map(str(path)) as mapped, pa.ipc.open_stream(mapped) as stream:
        rows = stream.read_all().take(list(numbers)).to_pylist()
    return [(row["id"], Encoded(row["input_ids"], row["labels"])) for row in rows]


def read(path: Path, *, max_length_tokens: int) -> Any:
    """A `datasets.Dataset` with columns id, input_ids, labels, length. InvalidInput names the first row that is too long."""
    import datasets

    if not path.exists():
        raise NotReady(f"{path} does not exist; run the stage that writes it (dvc repro)")
    dataset = datasets.Dataset.from_file(str(path))
    if not len(dataset):
        raise InvalidInput("there is nothing to train on", where=path, remedy="enrol a corpus, or check the ledgers")
    for number, length in enumerate(dataset["length"]):
        if length > max_length_tokens:
            raise InvalidInput(
                f"has {length} tokens, more than max_length_tokens {max_length_tokens}",
                where=f"{path}: {dataset[number]['id']}",
                remedy="shorten it when instances are made (no answer is ever truncated), or raise max_length_tokens",
            )
    return dataset
