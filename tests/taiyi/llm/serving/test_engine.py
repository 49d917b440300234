"""Many answers at once: each as if it were alone, whoever joins, leaves or is cancelled meanwhile."""

import pytest

from taiyi.errors import Conflict, InvalidInput, NotFound, NotReady
from taiyi.llm import checkpoint
from taiyi.llm.generate import generate

pytestmark = pytest.mark.integration  # a model that answers many


@pytest.fixture(scope="module")
def alone(lively_folder, prompts):
    """The greedy answers of the model itself, one by one."""
    model, tokenizer, _ = checkpoint.open_model(lively_folder)
    return dict(generate(model, tokenizer, prompts, max_new_tokens=24, batch_size=1))


def test_a_batch_answers_as_one_by_one(asked, prompts, alone):
    for number, prompt in enumerate(prompts):
        asked.submit(number, prompt)
    assert asked.to_the_end() == alone
    assert len(set(alone.values())) > 3


@pytest.mark.parametrize("slots", [1, 2, 6])
def test_who_joins_between_two_tokens_changes_nobodys_answer(make_engine, asked_of, prompts, alone, slots):
    asked = asked_of(make_engine(slots=slots))
    for number, prompt in enumerate(prompts):
        asked.submit(number, prompt)
        asked.step(1 + number % 3)
        assert asked.engine.in_the_making <= slots
    assert asked.to_the_end() == alone


def test_prompts_beyond_the_budget_of_a_step_join_later(make_engine, asked_of, prompts, alone):
    asked = asked_of(make_engine(prefill_tokens=40))
    for number, prompt in enumerate(prompts):
        asked.submit(number, prompt)
    asked.step()
    assert 0 < asked.engine.in_the_making < len(prompts)
    assert asked.to_the_end() == alone


def test_a_cancelled_answer_frees_its_slot_at_once_and_leaves_the_others_as_they_are(
    make_engine, asked_of, prompts, alone
):
    asked = asked_of(make_engine(slots=3))
    for number, prompt in enumerate(prompts):
        asked.submit(number, prompt)
    asked.step(2)
    going = [number for number in range(3) if number not in asked.finished]
    asked.engine.cancel(going[0])
    asked.engine.cancel(5)  # it waits
    asked.engine.cancel(5)
    assert asked.engine.in_the_making < 3
    before = asked.texts[going[0]]
    texts = asked.to_the_end()
    assert texts[going[0]] == before != alone[going[0]]
    assert {n: t for n, t in texts.items() if n not in (going[0], 5)} == {
        n: t for n, t in alone.items() if n not in (going[0], 5)
    }
    assert asked.finished.keys() == set(range(5)) - {going[0]}


def test_draws_follow_the_seed_and_not_the_company(make_engine, asked_of, prompts):
    def drawn(number, *, company, seed):
        asked = asked_of(make_engine())
        asked.submit(0, prompts[number], temperature=1.5, top_p=0.9, seed=seed)
        for other in company:
            asked.submit(1 + other, prompts[other], temperature=1.0, seed=other)
        return asked.to_the_end()[0]

    one = drawn(1, company=(), seed=7)
    assert one == drawn(1, company=(0, 2, 3, 4, 5), seed=7)
    assert one != drawn(1, company=(), seed=-7)


def test_a_temperature_next_to_nothing_and_a_small_share_are_greedy(asked, prompts, alone):
    asked.submit(0, prompts[0], temperature=1e-320)
    asked.submit(1, prompts[1], temperature=0.7, top_p=1e-9, seed=3)
    assert asked.to_the_end() == {0: alone[0], 1: alone[1]}


def test_an_answer_ends_at_its_own_most_tokens_or_where_the_context_does(make_engine, asked_of, prompts):
    asked = asked_of(make_engine(context_tokens=len(prompts[4]) + 3))
    asked.submit(2, prompts[2], max_new_tokens=2)
    asked.submit(4, prompts[4], max_new_tokens=24)
    asked.to_the_end()
    assert (asked.finished[2].new_tokens, asked.finished[2].reason) == (2, "length")
    assert (asked.finished[4].new_tokens, asked.finished[4].reason) == (3, "length")
    assert asked.finished[4].prompt_tokens == len(prompts[4])


def test_a_prompt_that_leaves_no_room_is_refused_with_both_lengths(make_engine, asked_of, prompts):
    asked = asked_of(make_engine(context_tokens=len(prompts[5])))
    with pytest.raises(InvalidInput, match=f"{len(prompts[5])} tokens"):
        asked.submit(0, prompts[5])
    assert not asked.engine.busy


def test_each_adapter_answers_as_if_it_were_merged_into_the_base(asked, prompts, lively_folder, adapters_folder, alone):
    expected = {"": alone}
    for name in ("one", "two.b"):
        model, tokenizer, _ = checkpoint.open_model(lively_folder, adapters_folder / name)
        expected[name] = dict(generate(model, tokenizer, prompts, max_new_tokens=24, batch_size=1))
        asked.engine.adapters.load(name)
        asked.engine.adapters.load(name)
    names = ["", "one", "two.b"] * 4
    for number, name in enumerate(names):
        asked.submit(number, prompts[number % 6], name)
        asked.step()
    assert asked.to_the_end() == {n: expected[name][n % 6] for n, name in enumerate(names)}
    assert expected["one"] != expected["two.b"] != alone


def test_an_adapter_that_does_not_belong_to_the_model_is_refused_with_what_differs(asked):
    with pytest.raises(Conflict, match="trained with style json, and this is style taiyi"):
        asked.engine.adapters.load("json")
    with pytest.raises(Conflict, match=f"trained with base {'0' * 64}"):
        asked.engine.adapters.load("alien")


def test_an_adapter_has_to_be_loaded_and_only_so_many_can_be(make_engine, asked_of, prompts):
    asked = asked_of(make_engine(most_adapters=1))
    with pytest.raises(NotReady, match="one is not loaded"):
        asked.submit(0, prompts[0], "one")
    with pytest.raises(NotFound, match="did you mean 'one'"):
        asked.submit(0, prompts[0], "oen")
    with pytest.raises(NotFound):
        asked.engine.adapters.load("../adapters/one")
    asked.engine.adapters.load("one")
    with pytest.raises(NotReady, match="1 adapters are loaded"):
        asked.engine.adapters.load("two.b")
