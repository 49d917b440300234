"""A beginning for small models: weights that already copy, in outline, what followed an earlier occurrence of a token.

Two attention heads do that together (Olsson et al. 2022, "In-context learning and induction heads", arXiv 2209.11895):
one in the first layer notes at each position which token came before it; one in the second looks for positions whose
note matches the present token, and copies the token found there. Left to itself, a two-layer model was measured not to
have found this after 1.6 million tokens of copying drills; begun like this, it copies after 0.2 million.
Training then shapes the heads as it likes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from taiyi.errors import InvalidInput

if TYPE_CHECKING:
    import torch

_SHARPNESS_BEFORE = 3.0
_SHARPNESS_MATCH = 2.0
_STRENGTH = 2.0
"""Size of what a head writes, as a multiple of an embedding's."""

_FAST_RADIANS = 0.07
_SLOW_RADIANS = 0.008
"""Rotation a token: a fast dimension tells neighbours apart, a slow one hardly turns over a hundred tokens."""


class _Plan(NamedTuple):
    """What all heads share: rotary frequencies, the direction every embedding has in common, an embedding's size,
    and the other directions (hidden, hidden - 1): a head reads from the first of them and writes to the last.
    """

    frequencies: list[float]
    fast: list[int]
    slow: list[int]
    constant: torch.Tensor
    size: float
    basis: torch.Tensor


def plant_induction(model: Any, *, seed: int = 7) -> None:
    """Set the first head in each of the first two layers of an untrained Qwen 3, in place; the others stay free.

    InvalidInput if it has one layer only, a head of half its width or more, or too few fast or slow rotary dimensions.
    """
    import torch

    config = model.config
    half = config.head_dim // 2
    frequencies = [config.rope_parameters["rope_theta"] ** (-n / half) for n in range(half)]
    fast = [n for n in range(half) if frequencies[n] > _FAST_RADIANS]
    slow = [n for n in range(half) if frequencies[n] < _SLOW_RADIANS]
    if config.num_hidden_layers < 2 or len(fast) < 2 or len(slow) < 4 or 2 * config.head_dim > config.hidden_size:
        raise InvalidInput(
            f"copying heads need two layers, a rotary base of 1e5 or so, and heads of 16 dimensions or more but at most "
            f"half the hidden {config.hidden_size}; here are {config.num_hidden_layers} layers, heads of {config.head_dim}"
        )
    with torch.no_grad():
        random = torch.Generator().manual_seed(seed)
        constant, size = _add_constant(model.model.embed_tokens.weight, random)
        plan = _Plan(frequencies, fast, slow, constant, size, _basis(constant, random))
        first, second = (layer.self_attn for layer in model.model.layers[:2])
        _sharpen(first, fast, _SHARPNESS_BEFORE)
        _sharpen(second, slow, _SHARPNESS_MATCH)
        _plant_look_back(first, plan)
        _plant_match(second, plan)


def _add_constant(embeddings: torch.Tensor, random: torch.Generator) -> tuple[torch.Tensor, float]:
    """Give all embeddings one direction in common, which a head can attend by, as long as they are themselves."""
    import torch

    constant = torch.randn(embeddings.shape[1], generator=random)
    constant /= constant.norm()
    embeddings -= torch.outer(embeddings @ constant, constant)
    size = float(embeddings.norm(dim=1).mean())
    embeddings += size * constant
    return constant, size


def _sharpen(attention: Any, frequencies: list[int], sharpness: float) -> None:
    """Weigh the rotary dimensions of these frequencies more, in queries and keys."""
    half = attention.head_dim // 2
    for norm in (attention.q_norm, attention.k_norm):
        for n in frequencies:
            norm.weight[n] = norm.weight[n + half] = sharpness


def _basis(constant: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """(hidden, hidden - 1): orthonormal directions, the constant one not among them."""
    import torch

    square = torch.randn(constant.shape[0], constant.shape[0], generator=random)
    square[:, 0] = constant
    basis: torch.Tensor = torch.linalg.qr(square)[0][:, 1:]
    return basis


def _value_scale(plan: _Plan, width: int) -> float:
    """Brings a value read from a normalised embedding to _STRENGTH times an embedding's size.

    Half of a normalised embedding (squared) is the constant, and a view of `width` dimensions sees its share of the rest.
    """
    hidden = plan.constant.shape[0]
    return _STRENGTH * plan.size / math.sqrt(hidden / 2 * width / hidden)


def _plant_look_back(attention: Any, plan: _Plan) -> None:
    """Attend one token back and note what stands there.

    Query and key are constant vectors, the key turned by one token's rotation: they agree most at distance one.
    """
    import torch

    width = attention.head_dim
    query, key = torch.zeros(width), torch.zeros(width)
    for n in plan.fast:
        query[n] = 1.0
        key[n], key[n + width // 2] = math.cos(plan.frequencies[n]), math.sin(plan.frequencies[n])
    attention.q_proj.weight[:width] = torch.outer(query, plan.constant)
    attention.k_proj.weight[:width] = torch.outer(key, plan.constant)
    attention.v_proj.weight[:width] = plan.basis[:, :width].T * _value_scale(plan, width)
    attention.o_proj.weight[:, :width] = plan.basis[:, -width:]


def _plant_match(attention: Any, plan: _Plan) -> None:
    """Attend where the note of the token before is like the present token; write the token that stands there.

    Only slow dimensions take part, so that distance hardly matters.
    """
    width = attention.head_dim
    dimensions = [n + shift for n in plan.slow for shift in (0, width // 2)]
    view, notes = plan.basis[:, :width].T, plan.basis[:, -width:].T
    query, key = attention.q_proj.weight[:width], attention.k_proj.weight[:width]
    query.zero_()
    key.zero_()
    query[dimensions] = view[: len(dimensions)]
    key[dimensions] = notes[: len(dimensions)]
    attention.v_proj.weight[:width] = view * _value_scale(plan, width)
    attention.o_proj.weight[:, :width] = view.T
