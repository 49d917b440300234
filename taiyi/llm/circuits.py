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
_STRENGTH = 1.0
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
    """Set one head per key-value head in each of the first two layers of an untrained Qwen 3, in place.

    InvalidInput if it has one layer only, or too few fast or slow rotary dimensions in a head.
    """
    import torch

    config = model.config
    half = config.head_dim // 2
    frequencies = [config.rope_parameters["rope_theta"] ** (-n / half) for n in range(half)]
    fast = [n for n in range(half) if frequencies[n] > _FAST_RADIANS]
    slow = [n for n in range(half) if frequencies[n] < _SLOW_RADIANS]
    if config.num_hidden_layers < 2 or len(fast) < 2 or len(slow) < 4:
        raise InvalidInput(
            "copying heads need two layers, heads of 16 dimensions or more, and a rotary base of 1e5 or so"
        )
    with torch.no_grad():
        random = torch.Generator().manual_seed(seed)
        constant, size = _add_constant(model.model.embed_tokens.weight, random)
        plan = _Plan(frequencies, fast, slow, constant, size, _basis(constant, random))
        first, second = (layer.self_attn for layer in model.model.layers[:2])
        _sharpen(first, fast, _SHARPNESS_BEFORE)
        _sharpen(second, slow, _SHARPNESS_MATCH)
        for group in range(config.num_key_value_heads):
            _plant_look_back(first, group, plan)
            _plant_match(second, group, plan)


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


def _rows(attention: Any, group: int) -> tuple[slice, slice]:
    """The first query head of a key-value group: its rows in queries (columns in the output), and in keys and values."""
    width = attention.head_dim
    head = group * attention.num_key_value_groups
    return slice(head * width, (head + 1) * width), slice(group * width, (group + 1) * width)


def _basis(constant: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """(hidden, hidden - 1): orthonormal directions, the constant one not among them."""
    import torch

    square = torch.randn(constant.shape[0], constant.shape[0], generator=random)
    square[:, 0] = constant
    basis: torch.Tensor = torch.linalg.qr(square)[0][:, 1:]
    return basis


def _write_scale(plan: _Plan, width: int) -> float:
    """Brings a value read from a normalised embedding to _STRENGTH times an embedding's size.

    Half of a normalised embedding (squared) is the constant, and a view of `width` dimensions sees its share of the rest.
    """
    hidden = plan.constant.shape[0]
    return _STRENGTH * plan.size / math.sqrt(hidden / 2 * width / hidden)


def _view_and_notes(attention: Any, group: int, plan: _Plan) -> tuple[torch.Tensor, torch.Tensor]:
    """(width, hidden) to read by and (hidden, width) to write along; every other group starts from the other end."""
    width = attention.head_dim
    view, notes = plan.basis[:, :width].T, plan.basis[:, -width:]
    return (view.flip(0), notes.flip(1)) if group % 2 else (view, notes)


def _plant_look_back(attention: Any, group: int, plan: _Plan) -> None:
    """Attend one token back and note what stands there.

    Query and key are constant vectors, the key turned by one token's rotation: they agree most at distance one.
    """
    import torch

    queries, keys = _rows(attention, group)
    query, key = torch.zeros(attention.head_dim), torch.zeros(attention.head_dim)
    for n in plan.fast:
        query[n] = 1.0
        key[n], key[n + attention.head_dim // 2] = math.cos(plan.frequencies[n]), math.sin(plan.frequencies[n])
    attention.q_proj.weight[queries] = torch.outer(query, plan.constant)
    attention.k_proj.weight[keys] = torch.outer(key, plan.constant)
    view, notes = _view_and_notes(attention, group, plan)
    attention.v_proj.weight[keys] = view
    attention.o_proj.weight[:, queries] = notes * _write_scale(plan, attention.head_dim)


def _plant_match(attention: Any, group: int, plan: _Plan) -> None:
    """Attend where the note of the token before is like the present token; write the token that stands there.

    Only slow dimensions take part, so that distance hardly matters.
    """
    queries, keys = _rows(attention, group)
    dimensions = [n + shift for n in plan.slow for shift in (0, attention.head_dim // 2)]
    query, key = attention.q_proj.weight[queries], attention.k_proj.weight[keys]
    query.zero_()
    key.zero_()
    view, notes = _view_and_notes(attention, group, plan)
    query[dimensions] = view[: len(dimensions)]
    key[dimensions] = notes.T[: len(dimensions)]
    attention.v_proj.weight[keys] = view
    attention.o_proj.weight[:, queries] = view.T * _write_scale(plan, attention.head_dim)
