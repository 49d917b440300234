"""Averaging: how much an answer of many tokens counts beside one of few, the same however batches are made."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from taiyi.llm import losses, packing
from taiyi.llm.chat import IGNORED
from taiyi.llm.spec import Averaging

X = IGNORED


def test_a_token_weighs_by_the_length_of_its_answer() -> None:
    labels = torch.tensor([[X, 5, X, 5, 5, 5, 5], [5, 5, X, X, X, 5, X]])
    half = 2**-0.5
    assert losses.token_weights(labels, -1.0).tolist() == [
        [0, 1, 0, 0.25, 0.25, 0.25, 0.25],
        [0.5, 0.5, 0, 0, 0, 1, 0],
    ]
    assert losses.token_weights(labels, -0.5)[1].tolist() == pytest.approx([half, half, 0, 0, 0, 1, 0])


def test_an_answer_that_ends_a_row_is_apart_from_one_that_begins_the_next() -> None:
    assert losses.token_weights(torch.tensor([[X, 5], [5, 5]]), -1.0).tolist() == [[0, 1], [0.5, 0.5]]


def lost(averaging: Averaging, batch: dict[str, torch.Tensor], **numbers: Any) -> float:
    """The loss where the logit of the right token is its own id over 10: long answers here are easier than short ones."""
    labels = batch["labels"]
    logits = torch.zeros(*labels.shape, 50)
    for row, place in (labels[:, 1:] != X).nonzero().tolist():
        logits[row, place, labels[row, place + 1]] = labels[row, place + 1] / 10
    loss = losses.answer_loss(averaging)
    assert loss is not None
    return float(loss(SimpleNamespace(logits=logits), labels, **numbers))


SHORT = {"input_ids": [1, 2, 3], "labels": [X, X, 3]}
LONG = {"input_ids": [1, *[40] * 16], "labels": [X, *[40] * 16]}


def test_square_lies_between_sample_and_token() -> None:
    pad = packing.PaddedCollator(0)
    short, long = lost("sample", pad([SHORT])), lost("sample", pad([LONG]))
    both = pad([SHORT, LONG])
    assert lost("sample", both) == pytest.approx((short + long) / 2)
    assert lost("square", both) == pytest.approx((short + 4 * long) / 5)


@pytest.mark.parametrize("averaging", ["square", "sample"])
def test_padding_and_packing_mean_the_same_loss(averaging: Averaging) -> None:
    samples = [SHORT, LONG, SHORT]
    padded = packing.PaddedCollator(0)(samples)
    packed = packing.PackedCollator(0)([packing.join(samples)])
    assert lost(averaging, padded) == pytest.approx(lost(averaging, packed))


def test_micro_batches_are_averaged_by_their_tokens() -> None:
    pad = packing.PaddedCollator(0)
    parts = [lost("square", pad([one]), num_items_in_batch=17) for one in (SHORT, LONG)]
    short, long = (lost("square", pad([one])) for one in (SHORT, LONG))
    assert sum(parts) == pytest.approx((short + 16 * long) / 17)


def test_token_averaging_is_left_to_the_trainer() -> None:
    assert losses.answer_loss("token") is None
