"""Greedy answers: the same in a batch as alone, in the order asked for, ended by the end of turn."""

import pytest
import torch

from taiyi.llm import chat, embedded
from taiyi.llm.generate import generate, stop_ids
from taiyi.records import Turn

QUESTIONS = [
    "Which drugs?",
    "找出文本中的药物：患者服用阿司匹林。",
    "x",
    "List all genes, please: BRCA1 and TP53",
    "？" * 30,
]


@pytest.fixture(scope="module")
def prompts(tokenizer) -> list[list[int]]:
    return [chat.prompt_ids(tokenizer, [Turn("user", question)]) for question in QUESTIONS]


@pytest.fixture(scope="module")
def lively(tokenizer, tiny):
    """A model with large random weights: its answers differ by prompt, and some of them end."""
    model = embedded.build(tokenizer, tiny, seed=3)
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
    return model


def answers(model, tokenizer, prompts, *, batch_size: int, longest: int = 24) -> dict[int, str]:
    return dict(generate(model, tokenizer, prompts, max_new_tokens=longest, batch_size=batch_size))


@pytest.mark.parametrize("batch_size", [2, 3, 5])
def test_a_batch_answers_as_one_by_one(lively, tokenizer, prompts, batch_size):
    alone = answers(lively, tokenizer, prompts, batch_size=1)
    assert answers(lively, tokenizer, prompts, batch_size=batch_size) == alone
    assert len(set(alone.values())) > 2


def test_answers_are_those_of_the_models_own_generate(lively, tokenizer, prompts):
    ours = answers(lively, tokenizer, prompts, batch_size=4)
    for number, prompt in enumerate(prompts):
        whole = lively.generate(
            torch.tensor([prompt]),
            attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            max_new_tokens=24,
            do_sample=False,
            eos_token_id=sorted(stop_ids(tokenizer)),
            pad_token_id=tokenizer.pad_token_id,
        )
        assert ours[number] == tokenizer.decode(whole[0, len(prompt) :], skip_special_tokens=True)


def test_an_answer_ends_at_the_end_of_turn(tokenizer, tiny, prompts):
    model = embedded.build(tokenizer, tiny)
    model.lm_head = torch.nn.Linear(tiny.hidden, len(tokenizer))
    with torch.no_grad():  # the end of turn is the likeliest token everywhere
        model.lm_head.weight.zero_()
        model.lm_head.bias.zero_()
        model.lm_head.bias[chat.end_of_turn_id(tokenizer)] = 1
    assert answers(model, tokenizer, prompts, batch_size=2) == dict.fromkeys(range(5), "")


def test_the_stops_are_the_templates_end_of_turn_and_the_end_of_text(tokenizer):
    assert {tokenizer.convert_ids_to_tokens(stop) for stop in stop_ids(tokenizer)} == {"<|im_end|>", "<|endoftext|>"}


def test_progress_counts_answered_prompts_and_the_model_trains_on(lively, tokenizer, prompts):
    lively.train()
    told: list[int] = []
    list(generate(lively, tokenizer, prompts, max_new_tokens=2, batch_size=2, on_batch=told.append))
    assert told == [2, 4, 5]
    assert lively.training
    lively.eval()


def test_no_prompts_have_no_answers(model, tokenizer):
    assert answers(model, tokenizer, [], batch_size=4) == {}
