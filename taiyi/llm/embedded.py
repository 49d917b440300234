"""The embedded base model: a tokenizer and a small Qwen 3 made from raw text and copying drills, in two minutes on two cores.

Three choices were measured to matter. A vocabulary that merges whole Chinese clauses loses the Chinese mentions, so
ideographs and digits are split first; a model that has read raw text only does not learn to answer by LoRA,
so it practises copying in chat form (`drills`), on texts without any annotation. And it does not find out in time how
to copy unless two of its heads begin by doing so (`circuits`) and its first batches are sequences said twice.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from taiyi.errors import InvalidInput
from taiyi.llm import chat, circuits, drills, noise
from taiyi.llm.chat import CHATML_TEMPLATE, Encoded, Tokenizer
from taiyi.llm.spec import Progress

SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_IDEOGRAPHS = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef]"


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The embedded model's size. `positions` is the longest sequence it is configured for, in tokens.

    head_width: a copying head has to tell a thousand tokens apart, so heads are wider than hidden / heads.
    """

    hidden: int = 128
    layers: int = 2
    heads: int = 4
    key_value_heads: int = 2
    head_width: int = 64
    intermediate: int = 384
    positions: int = 2048


class PretrainSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the embedded model is pre-trained: a fixed number of steps, so that the same seed gives the same model.

    repetition_steps: the first so many steps read nothing but sequences that are said twice.
    repetition_share, drill_share: the parts of later sequences that are said twice, and that are copying drills;
      the rest is raw text.
    """

    steps: int = 1200
    repetition_steps: int = 120
    batch_size: int = 24
    max_length_tokens: int = 160
    learning_rate: float = 3e-3
    warmup_share: float = 0.05
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    repetition_share: float = 0.1
    drill_share: float = 0.75
    seed: int = 1


class PretrainResult(msgspec.Struct, frozen=True):
    """Mean loss of the last twentieth of the steps, and what was read."""

    loss: float
    steps: int
    tokens: int
    seconds: float


def train_tokenizer(texts: Iterable[str], vocabulary_size: int = 1024) -> Tokenizer:
    """A byte-level BPE tokenizer: ideographs, full-width marks and digits are split off first. Same texts, same tokenizer."""
    from tokenizers import Regex, decoders, models, pre_tokenizers, trainers
    from tokenizers import Tokenizer as Backend
    from transformers import PreTrainedTokenizerFast

    if vocabulary_size < 256 + len(SPECIAL_TOKENS):
        raise InvalidInput(
            f"a byte-level vocabulary has at least {256 + len(SPECIAL_TOKENS)} entries, not {vocabulary_size}"
        )
    backend = Backend(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_IDEOGRAPHS), behavior="isolated"),
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    backend.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocabulary_size,
            special_tokens=list(SPECIAL_TOKENS),
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        ),
    )
    tokenizer: Any = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=["<|im_start|>", "<|im_end|>"],
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = CHATML_TEMPLATE
    return tokenizer


def build(tokenizer: Tokenizer, shape: Shape, *, seed: int = 1) -> Any:
    """An untrained Qwen 3 of that shape, float32, embeddings tied, with a beginning of copying planted (`circuits`)."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_value_heads,
        head_dim=shape.head_width,
        max_position_embeddings=shape.positions,
        tie_word_embeddings=True,
        eos_token_id=[chat.end_of_turn_id(tokenizer), tokenizer.eos_token_id],
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
    )
    torch.manual_seed(seed)
    model = Qwen3ForCausalLM(config)
    circuits.plant_induction(model)
    return model


def pretrain(
    model: Any, tokenizer: Tokenizer, texts: Sequence[str], spec: PretrainSpec, progress: Progress = lambda line: None
) -> PretrainResult:
    """Train `model` in place on raw texts and copying drills. Deterministic given seed and number of threads."""
    import torch

    noise.silence()
    torch.manual_seed(spec.seed)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=spec.learning_rate, weight_decay=spec.weight_decay, betas=(0.9, 0.98), fused=True
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _cosine(step, spec))
    batches = _batches(tokenizer, texts, spec)
    model.train()
    started, tokens, tail = time.monotonic(), 0, list[float]()
    for step in range(1, spec.steps + 1):
        ids, labels = _tensors(next(batches), tokenizer.pad_token_id)
        # Padding stands on the right and has no loss, so the causal mask alone is right, and cheapest.
        loss = model(input_ids=ids, labels=labels, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), spec.max_grad_norm)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        tokens += ids.numel()
        tail = [*tail, float(loss.detach())][-max(1, spec.steps // 20) :]
        if step % max(1, spec.steps // 20) == 0 or step == spec.steps:
            rate = tokens / (time.monotonic() - started)
            progress(f"base model {step}/{spec.steps} loss {sum(tail) / len(tail):.3f} {rate:,.0f} tokens/s")
    return PretrainResult(sum(tail) / len(tail), spec.steps, tokens, time.monotonic() - started)


def _cosine(step: int, spec: PretrainSpec) -> float:
    warmup = max(1, round(spec.warmup_share * spec.steps))
    if step < warmup:
        return (step + 1) / warmup
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, spec.steps - warmup)))


def _batches(tokenizer: Tokenizer, texts: Sequence[str], spec: PretrainSpec) -> Iterator[list[Encoded]]:
    """Batches of like length without end: pools of many batches are sorted by length, cut, and shuffled."""
    rng = random.Random(spec.seed)
    samples = _samples(tokenizer, texts, spec, rng)
    while True:
        pool = sorted((next(samples) for _ in range(8 * spec.batch_size)), key=lambda sample: len(sample.input_ids))
        cut = [pool[n : n + spec.batch_size] for n in range(0, len(pool), spec.batch_size)]
        rng.shuffle(cut)
        yield from cut


def _samples(tokenizer: Tokenizer, texts: Sequence[str], spec: PretrainSpec, rng: random.Random) -> Iterator[Encoded]:
    """Sequences said twice (loss on the second time), raw text (loss on every token) and drills (loss on answers)."""
    if not any(text.strip() for text in texts):
        raise InvalidInput("the base model is made from raw texts, and there are none")
    practice = drills.Drills(texts, rng)
    raw = _chunks(tokenizer, texts, spec.max_length_tokens, rng)
    for _ in range(spec.repetition_steps * spec.batch_size):
        yield _said_twice(next(raw).input_ids, len(tokenizer), spec.max_length_tokens, rng)
    while True:
        kind = rng.random()
        if kind < spec.drill_share:
            sample = chat.encode(tokenizer, practice.next())
            yield sample if len(sample.input_ids) <= spec.max_length_tokens else next(raw)
        elif kind < spec.drill_share + spec.repetition_share:
            yield _said_twice(next(raw).input_ids, len(tokenizer), spec.max_length_tokens, rng)
        else:
            yield next(raw)


def _said_twice(text: Sequence[int], vocabulary: int, length: int, rng: random.Random) -> Encoded:
    """Up to 30 tokens, random or of a text, in order or shuffled, and the same again: only copying tells what comes."""
    count = rng.randint(8, min(30, length // 2))
    once = (
        [rng.randrange(len(SPECIAL_TOKENS), vocabulary) for _ in range(count)]
        if rng.random() < 0.5
        else list(text[:count])
    )
    if rng.random() < 0.5:
        rng.shuffle(once)
    # What comes first the second time cannot be known.
    return Encoded(once + once, [chat.IGNORED] * (len(once) + 1) + once[1:])


def _chunks(tokenizer: Tokenizer, texts: Sequence[str], length: int, rng: random.Random) -> Iterator[Encoded]:
    """Texts in random order without end, each cut into stretches of at most `length` tokens."""
    order = list(range(len(texts)))
    while True:
        rng.shuffle(order)
        for number in order:
            ids = [*chat.plain_ids(tokenizer, texts[number]), tokenizer.eos_token_id]
            for start in range(0, len(ids), length):
                part = ids[start : start + length]
                if len(part) > 1:
                    yield Encoded(part, list(part))


def _tensors(batch: Sequence[Encoded], pad: int) -> tuple[Any, Any]:
    """Token ids and labels, (samples, longest), padded on the right."""
    import torch

    longest = max(len(sample.input_ids) for sample in batch)
    ids = torch.full((len(batch), longest), pad)
    labels = torch.full((len(batch), longest), chat.IGNORED)
    for row, sample in enumerate(batch):
        ids[row, : len(sample.input_ids)] = torch.tensor(sample.input_ids)
        labels[row, : len(sample.labels)] = torch.tensor(sample.labels)
    return ids, labels
