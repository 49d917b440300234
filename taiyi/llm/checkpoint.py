"""Base models and adapters, to and from folders. An adapter carries what it was trained with and refuses anything else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from taiyi import jsonl, manifest
from taiyi.errors import Conflict, InvalidInput, NotFound, NotReady
from taiyi.llm import chat, noise
from taiyi.llm.chat import Tokenizer
from taiyi.llm.spec import LoraSpec, Precision, Quantisation

MANIFEST = "manifest.json"
_MODEL_FILES = ("config.json", "*.safetensors", "*.bin", "*.safetensors.index.json")


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an adapter's answers depend on besides its own weights; sha256 in hexadecimal but for the style.

    base: weights and configuration (of a hub model: its id and commit). style: how answers are written.
    """

    base: str
    template: str
    tokenizer: str
    style: str


class AdapterManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Written last into an adapter's folder. `reference` says where the base was; it is not compared."""

    identity: Identity
    lora: LoraSpec
    reference: str
    fingerprint: str
    step: int
    score: float | None = None


class Loaded(NamedTuple):
    """A model that can answer, its tokenizer, and the adapter's manifest if it has one."""

    model: Any
    tokenizer: Tokenizer
    adapter: AdapterManifest | None


def load_tokenizer(reference: str | Path) -> Tokenizer:
    """The tokenizer of a base model or adapter, with the chat template in force; NotFound or InvalidInput."""
    from transformers import AutoTokenizer

    noise.silence()
    with _explained(reference):
        tokenizer = AutoTokenizer.from_pretrained(str(reference))
    tokenizer.chat_template = chat.template_of(tokenizer)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_base(
    reference: str | Path, quantisation: Quantisation = "none", precision: Precision = "auto", device: str = "auto"
) -> Any:
    """A base model from a folder or a hub id; `nf4` loads its linear layers as 4-bit NormalFloat, doubly quantised.

    NotFound if there is no such folder or model, InvalidInput if transformers cannot load it.
    """
    import torch
    import transformers

    noise.silence()
    device = pick_device(device)
    dtype = getattr(torch, pick_precision(precision, device))
    options: dict[str, Any] = {"dtype": dtype}
    if quantisation == "nf4":
        options["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
        options["device_map"] = {"": device}
    with _explained(reference):
        model: Any = transformers.AutoModelForCausalLM.from_pretrained(str(reference), **options)
    model.config.use_cache = False
    return model if quantisation == "nf4" else model.to(device)


def pick_device(device: str = "auto") -> str:
    """auto: this process's GPU if there is one, else cpu."""
    import os

    import torch

    if device != "auto":
        return device
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if torch.cuda.is_available() else "cpu"


def pick_precision(precision: Precision, device: str) -> str:
    """auto: bfloat16 on a GPU, float32 on a CPU, where bfloat16 was measured at half the speed."""
    if precision == "auto":
        return "float32" if device == "cpu" else "bfloat16"
    return precision


def base_digest(reference: str | Path) -> str:
    """sha256 over a base model's configuration and weights; of a hub model: its id and commit."""
    folder = Path(reference)
    if folder.is_dir():
        files = sorted({file for pattern in _MODEL_FILES for file in folder.glob(pattern)})
        return manifest.text_digest(*(f"{file.name} {manifest.digest(file)}" for file in files))
    from transformers import AutoConfig

    with _explained(reference):
        config = AutoConfig.from_pretrained(str(reference))
    return manifest.text_digest("hub", str(reference), str(getattr(config, "_commit_hash", None)))


def tokenizer_digest(tokenizer: Tokenizer) -> str:
    """sha256 of what turns text into ids: the fast tokenizer's rules and vocabulary, or a slow one's vocabulary."""
    if not tokenizer.is_fast:
        return manifest.params_digest(tokenizer.get_vocab())
    content = json.loads(tokenizer.backend_tokenizer.to_str())
    # Left over from the last call, not part of the rules.
    content.update(truncation=None, padding=None)
    return manifest.params_digest(content)


def identity(reference: str | Path, tokenizer: Tokenizer, style: str) -> Identity:
    """What an adapter trained on this base, with this tokenizer and style, will carry."""
    return Identity(base_digest(reference), chat.template_digest(tokenizer), tokenizer_digest(tokenizer), style)


def read_manifest(folder: Path) -> AdapterManifest:
    """An adapter's manifest; NotReady if it was never finished."""
    if not (folder / MANIFEST).exists():
        raise NotReady(
            f"{folder} holds no finished adapter ({MANIFEST} is missing); run the training stage (dvc repro)"
        )
    found: AdapterManifest = jsonl.read_json(folder / MANIFEST, AdapterManifest)
    return found


def save_adapter(source: Path, tokenizer: Tokenizer, folder: Path, description: AdapterManifest) -> None:
    """Make `folder` an adapter out of a checkpoint's adapter files; it is complete or absent, its manifest written last."""
    with manifest.whole_folder(folder) as temporary:
        for file in sorted(source.glob("adapter_*")):
            shutil.copyfile(file, temporary / file.name)
        tokenizer.save_pretrained(temporary)
        jsonl.write_json(temporary / MANIFEST, description)


def load_adapter(base: Any, folder: Path, expected: Identity, *, trainable: bool = False) -> Any:
    """`base` with the adapter on it. Conflict, naming both values, if it was made for another base, template,
    tokenizer or answer style.
    """
    from peft import PeftModel

    check_identity(folder, expected)
    return PeftModel.from_pretrained(base, str(folder), is_trainable=trainable)


def check_identity(folder: Path, expected: Identity) -> AdapterManifest:
    """The manifest of an adapter that is made for this base, template, tokenizer and style; Conflict says what differs."""
    found = read_manifest(folder)
    differing = []
    for name in Identity.__struct_fields__:
        ours, theirs = getattr(expected, name), getattr(found.identity, name)
        if ours != theirs:
            differing.append(f"trained with {name} {theirs}, and this is {name} {ours}")
    if differing:
        raise Conflict(f"{folder}: the adapter was {'; '.join(differing)}")
    return found


def open_model(
    reference: str | Path,
    adapter: Path | None = None,
    *,
    style: str = "taiyi",
    precision: Precision = "auto",
    device: str = "auto",
) -> Loaded:
    """A model that answers: the base in full precision with the adapter merged into it.

    Not into 4 bit, which moves logits by up to 0.6; and 4-bit layers are slow at one token a step.
    """
    tokenizer = load_tokenizer(reference)
    model = load_base(reference, "none", precision, device)
    if adapter is None:
        return Loaded(model.eval(), tokenizer, None)
    merged = load_adapter(model, adapter, identity(reference, tokenizer, style)).merge_and_unload()
    return Loaded(merged.eval(), tokenizer, read_manifest(adapter))


@contextmanager
def _explained(reference: str | Path) -> Iterator[None]:
    """What transformers says of a model it cannot find or load, as an error of ours that names a way out."""
    folder = Path(reference)
    if folder.is_dir():
        _check_folder(folder)
    elif folder.is_absolute() or str(reference).startswith((".", "data/")) or str(reference).count("/") > 1:
        raise NotFound(
            f"the base model {reference} is not a folder; make it with dvc repro base_model, or name another"
        )
    try:
        yield
    except OSError as error:
        raise NotFound(
            f"the model {str(reference)!r} is neither a folder nor reachable on the hub: {str(error).splitlines()[0]}; "
            "download it into a folder and name that, or set HF_ENDPOINT or HF_TOKEN"
        ) from error
    except (ValueError, KeyError) as error:
        raise InvalidInput(f"transformers cannot load it: {str(error).splitlines()[0]}", where=reference) from error


def _check_folder(folder: Path) -> None:
    config = folder / "config.json"
    if not config.exists():
        if (folder / "tokenizer_config.json").exists():
            return
        raise NotFound(f"{folder} holds no model: config.json is missing")
    if jsonl.read_json(config).get("model_type") == "qwen":
        raise InvalidInput(
            "a first-generation Qwen model (model_type qwen) needs code of its own that current transformers does not run",
            where=folder,
            remedy="use Qwen/Qwen2.5-7B or Qwen/Qwen3-8B-Base, which need none",
        )
