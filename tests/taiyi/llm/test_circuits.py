"""The beginning given to small models: one layer looks a token back, the next finds what followed before."""

import pytest
import torch

from taiyi.errors import InvalidInput
from taiyi.llm import circuits, embedded
from taiyi.llm.embedded import Shape


@pytest.fixture(scope="module")
def attentions(tokenizer):
    """Attention weights (layer, query, key) of an untrained model's first heads over twenty distinct tokens, said twice."""
    model = embedded.build(tokenizer, Shape(), seed=2)
    model.set_attn_implementation("eager")
    once = torch.randperm(380, generator=torch.Generator().manual_seed(1))[:20] + 10
    with torch.no_grad():
        found = model(input_ids=torch.cat([once, once])[None], output_attentions=True, use_cache=False).attentions
    return torch.stack([layer[0, 0] for layer in found])


def test_the_first_layers_head_looks_one_token_back(attentions):
    before = attentions[0].diagonal(offset=-1, dim1=-2, dim2=-1)
    assert before.min() > 0.8


def test_the_second_layers_head_finds_what_followed_the_same_token(attentions):
    second_time = range(20, 39)
    weights = torch.stack([attentions[1][query, query - 19] for query in second_time])
    assert weights.mean() > 0.3  # one in forty by chance


def test_a_shape_that_cannot_hold_the_heads_is_refused(tokenizer):
    for shape in (Shape(layers=1), Shape(head_width=8), Shape(hidden=64, head_width=64)):
        with pytest.raises(InvalidInput, match="copying heads need two layers"):
            embedded.build(tokenizer, shape)


def test_the_same_seed_plants_the_same_weights(tokenizer):
    shape = Shape(hidden=64, head_width=32, intermediate=64)
    first, second = embedded.build(tokenizer, shape), embedded.build(tokenizer, shape)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    circuits.plant_induction(second, seed=8)
    assert not torch.equal(first.model.embed_tokens.weight, second.model.embed_tokens.weight)
