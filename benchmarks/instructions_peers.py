"""What benchmarks/instructions.py runs, each in a process of its own: records into instances, instances into packed rows.

python benchmarks/instructions_peers.py NAME IN OUT [TOKENIZER MAX_LENGTH]
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import yaml

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "data" / "templates"
TRL = ROOT / ".venv" / "trl"
SEED = 13
_FIRST = 64
NAMES = {"Chemical": "chemical", "Disease": "disease"}
TYPES = ", ".join(NAMES.values())

_CHATML = (
    "{%- for message in messages -%}{{ '<|im_start|>' + message['role'] + '\\n' }}"
    "{%- if message['role'] == 'assistant' -%}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{%- else -%}{{ message['content'] + '<|im_end|>' }}{%- endif -%}{{ '\\n' }}{%- endfor -%}"
)
"""The embedded model's template, with what TRL asks for to find the answers."""


def wordings() -> dict[str, str]:
    """The English wordings of ner, as the templates have them."""
    return yaml.load((TEMPLATES / "ner.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)["en"]["default"]


def _chosen(record: str, names: list[str]) -> str:
    return min(names, key=lambda name: hashlib.blake2b(f"{SEED} {record} {name}".encode(), digest_size=8).digest())


def row(record: dict[str, Any], group: dict[str, str], fill: Callable[[str, str], str]) -> dict[str, Any]:
    """A record as an instance, as a user would write it: nothing is checked, nothing quoted, nothing read back."""
    listing = [name for name, text in group.items() if "{types}" in text]
    name = _chosen(record["id"], listing)
    found: dict[str, dict[str, None]] = {}
    for entity in sorted(record["entities"], key=lambda entity: entity["spans"]):
        found.setdefault(NAMES[entity["type"]], {})[" ".join(entity["text"].split())] = None
    gold = [[kind, text] for kind in NAMES.values() for text in found.get(kind, ())]
    answer = "\n".join(f"{kind}: {'; '.join(found[kind])}" for kind in NAMES.values() if kind in found)
    return {
        "id": f"{record['id']}#ner.en.{name}",
        "task": "ner",
        "language": "en",
        "style": "taiyi",
        "turns": [
            {"role": "user", "text": fill(group[name], record["text"])},
            {"role": "assistant", "text": answer or "None"},
        ],
        "gold": gold,
        "context": {"offered": list(NAMES.values())},
    }


def _formatted(wording: str, text: str) -> str:
    return wording.format(types=TYPES, text=text)


def taiyi_render(source: Path, out: Path) -> None:
    """This project: records with their invariants checked, answers proven readable, the file whole or absent."""
    from taiyi import jsonl
    from taiyi.instructions import Wording, render
    from taiyi.ledger import Ledger
    from taiyi.records import AnyRecord
    from taiyi.tasks import TaskSpec

    spec, ledger = TaskSpec(types=NAMES), Ledger()
    wording = Wording(style="taiyi", folder=TEMPLATES, seed=SEED)
    records = jsonl.read(source, AnyRecord)
    jsonl.write(out, (instance for record in records for instance in render(record, "ner", spec, wording, ledger)))


def msgspec_loop(source: Path, out: Path) -> None:
    """A plain loop over lines: decode, format, encode."""
    group = wordings()
    decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
    with source.open("rb") as lines, out.open("wb") as file:
        for line in lines:
            file.write(encode(row(decode(line), group, _formatted)) + b"\n")


def datasets_map(source: Path, out: Path) -> None:
    """`datasets`: the file loaded, mapped by the same function, written."""
    import datasets

    datasets.disable_progress_bars()
    group = wordings()
    with tempfile.TemporaryDirectory() as cache:
        loaded = datasets.load_dataset("json", data_files=str(source), split="train", cache_dir=cache)
        made = loaded.map(lambda record: row(record, group, _formatted), remove_columns=loaded.column_names)
        made.to_json(str(out), force_ascii=False)


def _jinja(source: Path, out: Path, *, compiled_once: bool) -> None:
    """The plain loop with templates of jinja2."""
    import jinja2

    group = wordings()
    inner = {text: text.replace("{", "{{").replace("}", "}}") for text in group.values()}
    compiled = functools.cache(jinja2.Template) if compiled_once else jinja2.Template

    def fill(wording: str, text: str) -> str:
        return str(compiled(inner[wording]).render(types=TYPES, text=text))

    decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
    with source.open("rb") as lines, out.open("wb") as file:
        for line in lines:
            file.write(encode(row(decode(line), group, fill)) + b"\n")


def taiyi_tokens(source: Path, out: Path, tokenizer: str, most: int) -> dict[str, float]:
    """This project: encoded in batches, every answer decoded back, an Arrow file, packing planned over all of it."""
    from taiyi import jsonl, process
    from taiyi.instances import Instance
    from taiyi.llm import chat, checkpoint, packing, tokens
    from taiyi.llm.ahead import ahead

    loaded, lengths, misread = checkpoint.load_tokenizer(tokenizer), list[int](), 0

    def batches() -> Any:
        instances = jsonl.read(source, Instance)
        while batch := list(islice(instances, 2048)):
            yield batch

    def encoded_of(batch: Any) -> Any:
        return chat.encode_many(loaded, [instance.turns for instance in batch])

    def rows() -> Any:
        nonlocal misread
        for batch, encoded in ahead(batches(), encoded_of):
            said = [instance.turns for instance in batch]
            misread += len(chat.misread(loaded, said, encoded))
            for instance, conversation in zip(batch, encoded, strict=True):
                if len(conversation.input_ids) <= most:
                    lengths.append(len(conversation.input_ids))
                    yield instance.id, conversation

    with process.rarely_collected():  # as the stage does
        tokens.write(out, rows())
        plan = packing.plan(lengths, most)
    return {"rows": len(plan), "tokens": sum(lengths), "fill": sum(lengths) / (most * len(plan)), "misread": misread}


def trl_tokens(source: Path, out: Path, tokenizer: str, most: int) -> dict[str, float]:
    """TRL's own preparation of a conversational dataset: SFTTrainer._prepare_dataset, loss on answers, packing."""
    sys.path.append(str(TRL))
    import datasets
    import transformers
    from trl.trainer.sft_trainer import SFTTrainer

    datasets.disable_progress_bars()
    loaded = transformers.AutoTokenizer.from_pretrained(tokenizer)
    trainer = SimpleNamespace(_tokenizer=loaded, chat_template=_CHATML, completion_only_loss=False)
    told = SimpleNamespace(
        dataset_num_proc=None, dataset_text_field="text", assistant_only_loss=True, max_length=most, seed=SEED,
        packing_strategy="bfd", shuffle_dataset=False, truncation_mode="keep_start",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as cache:
        rows = datasets.load_dataset("json", data_files=str(source), split="train", cache_dir=cache)
        packed = SFTTrainer._prepare_dataset(trainer, rows, loaded, told, True, None, "train")
        lengths = [sum(row) for row in packed["seq_lengths"]]
        packed.save_to_disk(str(out))
    return {"rows": len(lengths), "tokens": sum(lengths), "fill": sum(lengths) / (most * len(lengths))}


RENDER: dict[str, Callable[[Path, Path], None]] = {
    "taiyi": taiyi_render,
    "msgspec loop": msgspec_loop,
    "datasets.map": datasets_map,
    "jinja2, compiled once": functools.partial(_jinja, compiled_once=True),
    "jinja2, compiled per record": functools.partial(_jinja, compiled_once=False),
}
TOKENS: dict[str, Callable[[Path, Path, str, int], dict[str, float]]] = {
    "taiyi": taiyi_tokens,
    "TRL": trl_tokens,
}


def main() -> None:
    """Run one of them over a file and say how long it took, in seconds of the wall and of the processor; before that
    over its first lines, so that what is loaded once is loaded.
    """
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    name, source, out, *more = sys.argv[1:]
    sys.path.insert(0, str(ROOT))

    def run(read: Path, written: Path) -> dict[str, float]:
        if more:
            return TOKENS[name](read, written, more[0], int(more[1]))
        RENDER[name](read, written)
        return {}

    with tempfile.TemporaryDirectory() as folder, Path(source).open("rb") as lines:
        (Path(folder) / "first.jsonl").write_bytes(b"".join(islice(lines, _FIRST)))
        run(Path(folder) / "first.jsonl", Path(folder) / "out")
    wall, cpu = time.perf_counter(), time.process_time()
    told = run(Path(source), Path(out))
    used = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**used, "resident_mib": peak, **told}))


if __name__ == "__main__":
    main()
