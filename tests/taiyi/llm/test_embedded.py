"""The embedded base model: its tokenizer, and pre-training that gives the same model again."""

import pytest
import torch

from taiyi.errors import InvalidInput
from taiyi.llm import checkpoint, embedded
from taiyi.llm.embedded import PretrainSpec

SPEC = PretrainSpec(steps=6, batch_size=4, max_length_tokens=120)


def test_ideographs_and_digits_are_never_merged(tokenizer):
    text = "患者12岁，AB34"
    pieces = [tokenizer.decode([token]) for token in tokenizer(text)["input_ids"]]
    assert "".join(tokenizer.decode(tokenizer(text)["input_ids"])) == text
    assert not any(sum(c.isdigit() or c >= "\u3400" for c in piece) > 1 for piece in pieces)


def test_the_same_texts_give_the_same_tokenizer(tokenizer, texts):
    again = embedded.train_tokenizer(list(texts), 400)
    assert checkpoint.tokenizer_digest(again) == checkpoint.tokenizer_digest(tokenizer)


def test_any_text_survives_the_tokenizer(tokenizer):
    text = "naïve β-blocker 𝛼 \t 高血压\n\n  ok 🙂"
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


def test_a_vocabulary_below_the_bytes_is_refused(texts):
    with pytest.raises(InvalidInput, match="at least 259"):
        embedded.train_tokenizer(texts, 100)


def test_pre_training_lowers_the_loss_and_repeats_itself(tokenizer, texts, tiny):
    lines: list[str] = []
    states, losses = [], []
    for steps in (6, 6, 40):
        model = embedded.build(tokenizer, tiny)
        spec = PretrainSpec(steps=steps, batch_size=4, max_length_tokens=120)
        losses.append(embedded.pretrain(model, tokenizer, texts, spec, lines.append).loss)
        states.append(model.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert losses[2] < losses[0]
    assert lines[-1].startswith("base model 40/40 loss ")


def test_a_base_model_made_of_nothing_is_refused(tokenizer, tiny):
    with pytest.raises(InvalidInput, match="there are none"):
        embedded.pretrain(embedded.build(tokenizer, tiny), tokenizer, [" "], SPEC)


def test_input_and_output_embeddings_are_one(model):
    assert model.get_input_embeddings().weight is model.get_output_embeddings().weight
