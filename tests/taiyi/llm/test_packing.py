"""Batches: packed neighbours do not see each other, and both ways of batching mean the same loss."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from taiyi.errors import InvalidInput
from taiyi.llm import packing
from taiyi.llm.chat import IGNORED


def sample(seed: int, length: int, prompt: int = 3) -> dict:
    ids = torch.randint(3, 390, (length,), generator=torch.Generator().manual_seed(seed)).tolist()
    return {"input_ids": ids, "labels": [IGNORED] * prompt + ids[prompt:]}


SAMPLES = [sample(n, length) for n, length in enumerate((12, 7, 20, 5, 9))]


@given(lengths=st.lists(st.integers(1, 40), max_size=60))
def test_a_plan_holds_every_sample_once_in_rows_that_are_not_overfull(lengths):
    rows = packing.plan(lengths, 40)
    assert sorted(n for row in rows for n in row) == list(range(len(lengths)))
    assert all(sum(lengths[n] for n in row) <= 40 for row in rows)
    assert len(rows) <= 11 / 9 * -(-sum(lengths) // 40) * 1.5 + 1


def test_a_plan_fills_rows_where_samples_fit_together():
    assert [sorted(row) for row in packing.plan([6, 4, 5, 5, 3, 7], 10)] == [[4, 5], [0, 1], [2, 3]]


def test_a_sample_longer_than_a_row_is_refused():
    with pytest.raises(InvalidInput, match="sample 1 has 11 tokens, where 1 to 10 fit a row"):
        packing.plan([3, 11], 10)


def test_packed_neighbours_have_the_logits_of_each_sample_alone(model):
    batch = packing.PackedCollator(0)([packing.join(SAMPLES[:3]), packing.join(SAMPLES[3:])])
    packed = logits(model, batch)
    for row, start, one in ((0, 0, 0), (0, 12, 1), (0, 19, 2), (1, 0, 3), (1, 5, 4)):
        ids = SAMPLES[one]["input_ids"]
        alone = logits(model, {"input_ids": torch.tensor([ids])})
        torch.testing.assert_close(packed[row, start : start + len(ids)], alone[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize("trap", ["a mask of ones", "a cache"])
def test_without_care_neighbours_would_see_each_other(model, trap):
    batch = packing.PackedCollator(0)([packing.join(SAMPLES[:2])])
    good = logits(model, batch)
    if trap == "a cache":
        bad = logits(model, batch, use_cache=True)
    else:
        bad = logits(model, {**batch, "attention_mask": torch.ones_like(batch["input_ids"])})
    assert (good - bad).abs().max() > 1e-3


def test_padding_and_packing_mean_the_same_loss(model):
    padded = packing.PaddedCollator(0)(SAMPLES)
    packed = packing.PackedCollator(0)([packing.join(SAMPLES[:3]), packing.join(SAMPLES[3:])])
    with torch.no_grad():
        losses = [float(model(**batch, use_cache=False).loss) for batch in (padded, packed)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)


def test_no_sample_is_asked_to_predict_its_first_token_from_a_neighbour():
    row = packing.join([{"input_ids": [5, 6], "labels": [5, 6]}, {"input_ids": [7, 8], "labels": [7, 8]}])
    assert row == {"input_ids": [5, 6, 7, 8], "labels": [IGNORED, 6, IGNORED, 8], "position_ids": [0, 1, 0, 1]}


def test_packed_rows_join_what_the_plan_puts_together():
    rows = packing.PackedRows(SAMPLES, [len(s["input_ids"]) for s in SAMPLES], 21)
    assert sum(len(rows[n]["input_ids"]) for n in range(len(rows))) == 53
    assert len(rows) == 3


@given(lengths=st.lists(st.integers(1, 99), min_size=1, max_size=200), batch=st.integers(1, 9), epoch=st.integers(0, 3))
def test_an_epoch_reads_every_sample_once_in_an_order_that_repeats(lengths, batch, epoch):
    first, second = (packing.LengthGroupedOrder(lengths, batch, seed=4, pool_batches=4) for _ in range(2))
    list(second)
    first.set_epoch(epoch)
    second.set_epoch(epoch)
    assert list(first) == list(second)
    assert sorted(first) == list(range(len(lengths)))


def test_batches_are_of_like_length_and_epochs_differ():
    lengths = [n % 50 + 1 for n in range(400)]
    order = packing.LengthGroupedOrder(lengths, 8, seed=1)
    numbers = list(order)
    spread = [
        max(lengths[n] for n in numbers[i : i + 8]) - min(lengths[n] for n in numbers[i : i + 8])
        for i in range(0, 400, 8)
    ]
    assert sum(spread) / len(spread) < 3
    order.set_epoch(1)
    assert list(order) != numbers


@pytest.mark.parametrize(
    ("device", "setting", "chosen"),
    [("cpu", "auto", "padded"), ("cuda", "auto", "packed"), ("cpu", "packed", "packed"), ("cuda", "padded", "padded")],
)
def test_packing_is_chosen_by_device_unless_set(device, setting, chosen):
    assert packing.choose(device, setting) == chosen


def logits(model, batch, *, use_cache: bool = False) -> torch.Tensor:
    with torch.no_grad():
        return model(**{k: v for k, v in batch.items() if k != "labels"}, use_cache=use_cache).logits
