"""Instances for other trainers: OpenAI messages, ShareGPT and Alpaca rows, Parquet, or a Hugging Face `datasets` folder.

Each row carries the instance's id, corpus, task, language, licence and the licence's terms. Rows are streamed; the file
or folder appears whole or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec

from taiyi import jsonl, layout, manifest
from taiyi.corpora import descriptor
from taiyi.errors import InvalidInput
from taiyi.instances import Instance
from taiyi.instructions import dataset_card
from taiyi.instructions.dataset_card import Contents
from taiyi.licences import Licence
from taiyi.records import split_record_id

Form = Literal["messages", "sharegpt", "alpaca", "parquet", "datasets"]
Use = Literal["train", "dev", "test"]

SPLIT_NAMES: dict[str, str] = {"train": "train", "dev": "validation", "test": "test"}
"""What the uses are called in a `datasets` folder."""

_ROWS_PER_GROUP = 4096
_ROWS_PER_SHARD = 200_000
Row = dict[str, Any]


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which instances: of these uses, tasks and corpora; none named: all."""

    uses: tuple[Use, ...] = ("train",)
    tasks: frozenset[str] = frozenset()
    corpora: frozenset[str] = frozenset()


def export(form: Form, path: Path, chosen: Selection, *, instructions: Path, descriptors: Path) -> Contents:
    """Write the chosen instances of the folder `instructions` (<use>.jsonl) to `path`, whole or not at all.

    InvalidInput where nothing is chosen, or a file is asked to hold several uses; licences come from `descriptors`.
    """
    tally = _Tally(descriptors)
    if form == "datasets":
        _write_folder(path, chosen, instructions, tally)
    else:
        if len(chosen.uses) != 1:
            raise InvalidInput(f"one file holds one use, not {', '.join(chosen.uses)}", remedy="name one with --use")
        with jsonl.replacing(path) as file:
            rows = tally.rows(chosen.uses[0], selected(instructions, chosen.uses[0], chosen), _SHAPES[form])
            if form == "parquet":
                _write_parquet(file, rows)
            else:
                _write_lines(file, rows)
            tally.contents()  # refuses an empty file before it takes its name
    return tally.contents()


def selected(instructions: Path, use: Use, chosen: Selection) -> Iterator[Instance]:
    """The instances of one use that are chosen, in the order of their file."""
    for instance in jsonl.read(instructions / f"{use}.jsonl", Instance):
        if chosen.tasks and instance.task not in chosen.tasks:
            continue
        if chosen.corpora and split_record_id(instance.id)[0] not in chosen.corpora:
            continue
        yield instance


def messages(instance: Instance) -> Row:
    """OpenAI's form: `messages` of role and content."""
    return {"messages": [{"role": turn.role, "content": turn.text} for turn in instance.turns]}


def sharegpt(instance: Instance) -> Row:
    """ShareGPT's form: `conversations` of from (human, gpt) and value."""
    said = {"user": "human", "assistant": "gpt"}
    return {"conversations": [{"from": said[turn.role], "value": turn.text} for turn in instance.turns]}


def alpaca(instance: Instance) -> Row:
    """Alpaca's form: instruction, input (empty: the wording has the text in it) and output. What was said before stands
    in `history` as pairs of question and answer, where LLaMA-Factory reads it.
    """
    *earlier, prompt, target = (turn.text for turn in instance.turns)
    return {
        "instruction": prompt,
        "input": "",
        "output": target,
        "history": [earlier[n : n + 2] for n in range(0, len(earlier), 2)],
    }


_SHAPES: dict[str, Callable[[Instance], Row]] = {
    "messages": messages,
    "sharegpt": sharegpt,
    "alpaca": alpaca,
    "parquet": messages,
}


class _Tally:
    """Makes rows, and counts them as they go by."""

    def __init__(self, descriptors: Path) -> None:
        self._descriptors = descriptors
        self._counts: dict[str, Counter[str]] = {what: Counter() for what in ("uses", "corpora", "tasks", "languages")}
        self._licences: dict[str, Licence] = {}

    def rows(self, use: Use, instances: Iterable[Instance], shape: Callable[[Instance], Row]) -> Iterator[Row]:
        """Each instance as a row of the form."""
        uses, corpora, tasks, languages = self._counts.values()
        for instance in instances:
            corpus = split_record_id(instance.id)[0]
            if corpus not in self._licences:
                self._licences[corpus] = descriptor.find(corpus, self._descriptors).licence
            licence = self._licences[corpus]
            uses[use] += 1
            corpora[corpus] += 1
            tasks[instance.task] += 1
            languages[instance.language] += 1
            yield {
                "id": instance.id,
                "corpus": corpus,
                "task": instance.task,
                "language": instance.language,
                "licence": licence.name,
                "licence_terms": licence.terms,
                **shape(instance),
            }

    def contents(self) -> Contents:
        """What went by; nothing at all is refused."""
        if not self._licences:
            raise InvalidInput(
                "no instance is chosen", remedy="check --use, --task and --corpus; `taiyi instructions stats` counts"
            )
        counts = {what: dict(sorted(counted.items())) for what, counted in self._counts.items()}
        return Contents(**counts, licences=dict(sorted(self._licences.items())))


def _write_lines(file: BinaryIO, rows: Iterable[Row]) -> None:
    encode = msgspec.json.Encoder().encode
    for row in rows:
        file.write(encode(row))
        file.write(b"\n")


@cache
def _schema() -> Any:
    import pyarrow as pa

    message = pa.struct([("role", pa.string()), ("content", pa.string())])
    texts = ("id", "corpus", "task", "language", "licence", "licence_terms")
    return pa.schema([*((name, pa.string()) for name in texts), ("messages", pa.list_(message))])


def _write_parquet(file: BinaryIO, rows: Iterator[Row]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetWriter(file, _schema(), compression="zstd") as writer:
        while batch := list(islice(rows, _ROWS_PER_GROUP)):
            writer.write_table(pa.Table.from_pylist(batch, schema=_schema()))


def _write_folder(path: Path, chosen: Selection, instructions: Path, tally: _Tally) -> None:
    """Parquet shards below data/, named by split, and the dataset card."""
    if path.is_file() or (path.exists() and any(path.iterdir()) and not (path / dataset_card.NAME).exists()):
        raise InvalidInput(
            "it is there and is no exported dataset", where=path, remedy="name a folder that is not there"
        )
    with manifest.whole_folder(path) as folder:
        for use in chosen.uses:
            rows = tally.rows(use, selected(instructions, use, chosen), messages)
            for number, shard in enumerate(_shards(rows)):
                name = folder / "data" / f"{SPLIT_NAMES[use]}-{number:05}.parquet"
                with jsonl.replacing(name) as file:
                    _write_parquet(file, shard)
        text = dataset_card.written(tally.contents(), SPLIT_NAMES, _made(folder, chosen, instructions))
        with jsonl.replacing(folder / dataset_card.NAME) as file:
            file.write(text.encode())


def _shards(rows: Iterator[Row]) -> Iterator[Iterator[Row]]:
    """The rows in runs of at most _ROWS_PER_SHARD, each to be used up before the next is asked for."""
    for first in rows:
        yield chain((first,), islice(rows, _ROWS_PER_SHARD - 1))


def _made(folder: Path, chosen: Selection, instructions: Path) -> dict[str, str]:
    """What the card says of how the data was made: name -> digest or version."""
    made = {f"{use}.jsonl, sha256": manifest.digest(instructions / f"{use}.jsonl") for use in chosen.uses}
    made |= {f"{file.relative_to(folder)}, sha256": manifest.digest(file) for file in sorted(folder.rglob("*.parquet"))}
    written = layout.manifest("instruct")
    if instructions == layout.INSTRUCTIONS and written.exists():
        stage: manifest.Manifest = jsonl.read_json(written, manifest.Manifest)
        made |= {
            "taiyi": stage.version,
            "code, sha256": stage.code,
            "parameters, sha256": manifest.params_digest(stage.params),
        }
    return made
