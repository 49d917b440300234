"""A small model with large random weights, and adapters for it: answers differ by prompt, and some of them end."""

import peft
import torch
from msgspec.structs import replace

from taiyi.llm import checkpoint, embedded
from taiyi.llm.checkpoint import AdapterManifest
from taiyi.llm.finetune import lora_config
from taiyi.llm.spec import LoraSpec


def make_model(tokenizer, shape, folder):
    model = embedded.build(tokenizer, shape, seed=3)
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def make_adapter(model_folder, folder, *, seed, train_embeddings=False, style="taiyi", **differing):
    lora = LoraSpec(rank=4, alpha=8, train_embeddings=train_embeddings)
    tokenizer = checkpoint.load_tokenizer(model_folder)
    model = peft.get_peft_model(
        checkpoint.load_base(model_folder), lora_config(checkpoint.load_base(model_folder), lora)
    )
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.2)
    source = folder.parent.parent / f"source-{folder.name}"
    model.save_pretrained(source)
    found = replace(checkpoint.identity(model_folder, tokenizer, style), **differing)
    description = AdapterManifest(
        identity=found, lora=lora, reference=str(model_folder), fingerprint="f", step=3, score=0.5
    )
    checkpoint.save_adapter(source, tokenizer, folder, description)
