"""Instances carry the thread: their ids extend their record's."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from taiyi.instances import UNPARSABLE, Context, Instance, Item, Items, Outcome, Parsed, instance_id
from taiyi.records import Turn, record_id, split_record_id

KEYS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1)
ITEMS = st.recursive(KEYS, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=8).map(lambda leaf: (leaf,))


def instance(identifier: str) -> Instance:
    return Instance(
        id=identifier,
        task="ner",
        language="en",
        style="taiyi",
        turns=(
            Turn("user", "hello"),
            Turn("assistant", "yes?"),
            Turn("user", "find genes: p53"),
            Turn("assistant", "gene: p53"),
        ),
        gold=(("gene", "p53"),),
        context=Context(offered=("gene",)),
    )


@given(key=KEYS, subtask=st.sampled_from(["", "gene"]))
def test_an_instance_leads_back_to_its_record_whatever_the_key(key: str, subtask: str) -> None:
    record = record_id("bc5cdr", "train", key)
    identifier = instance_id(record, task="ner", language="en", template="t01", subtask=subtask)
    assert instance(identifier).record == record
    assert split_record_id(identifier) == ("bc5cdr", "train", key)
    assert identifier.endswith("#ner.en.t01.gene" if subtask else "#ner.en.t01")


def test_prompt_and_target_are_the_last_two_turns() -> None:
    asked = instance("a/train/1#ner.en.t01")
    assert asked.prompt == "find genes: p53"
    assert asked.target == "gene: p53"


@given(gold=st.lists(ITEMS, max_size=3).map(tuple))
def test_an_instance_survives_a_file_however_its_gold_nests(gold: Items) -> None:
    nested = msgspec.structs.replace(instance("a/train/1#ee.en.t01"), gold=gold)
    assert msgspec.json.decode(msgspec.json.encode(nested), type=Instance) == nested


def test_events_in_events_in_events_survive_a_file() -> None:
    event: Item = ("Binding", "binds", (("Theme", "p53"),))
    for _ in range(8):
        event = ("Regulation", "controls", (("Cause", event),))
    nested = msgspec.structs.replace(instance("a/train/1#ee.en.t01"), gold=(event,))
    assert msgspec.json.decode(msgspec.json.encode(nested), type=Instance) == nested


def test_an_outcome_survives_a_file_unanswered_too() -> None:
    for text, parsed in ((None, Parsed("empty")), ("p53", Parsed("unparsed", notes=("no type",)))):
        outcome = Outcome(instance("a/train/1#ner.en.t01"), text, parsed)
        assert msgspec.json.decode(msgspec.json.encode(outcome), type=Outcome) == outcome


def test_unparsable_is_neither_right_nor_a_legible_mistake() -> None:
    assert {"empty", "refusal", "unparsed"} == UNPARSABLE
