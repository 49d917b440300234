"""Native offsets and mentions: the policy for those that do not agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.corpora.readers.mentions import Concepts, Mentions
from taiyi.errors import InvalidInput
from taiyi.ledger import Ledger

TEXT = "Mild  heart\nfailure and renal failure."


def make(spans: tuple[tuple[int, int], ...], mention: str, policy: str = "refuse"):
    ledger = Ledger()
    mentions = Mentions(record="toy/train/1", text=TEXT, ledger=ledger, on_mismatch=policy)
    return mentions.entity("T1", "Disease", spans, mention, "file:7"), ledger


def test_a_mention_that_is_its_text_is_made_and_nothing_is_said() -> None:
    entity, ledger = make(((24, 37),), "renal failure")
    assert entity.text == "renal failure"
    assert not list(ledger)


@pytest.mark.parametrize("policy", ["refuse", "repair", "drop"])
@pytest.mark.parametrize("mention", ["Mild heart failure", "Mild heart failure  ", "Mild  heart failure"])
def test_a_difference_in_white_space_is_repaired_under_every_policy(policy: str, mention: str) -> None:
    entity, ledger = make(((0, 19),), mention, policy)
    assert entity.text == "Mild  heart\nfailure"
    assert [(entry.id, entry.rule, entry.action) for entry in ledger] == [
        ("toy/train/1", "mention_repaired", "repaired")
    ]


def test_another_mention_is_refused_with_both_readings() -> None:
    with pytest.raises(InvalidInput) as caught:
        make(((24, 29),), "liver")
    assert caught.value.where == "file:7"
    assert "'renal'" in str(caught.value)
    assert "'liver'" in str(caught.value)
    assert "toy/train/1" in str(caught.value)


@pytest.mark.parametrize("shift", [-3, -1, 1, 2, 3])
def test_repair_finds_a_mention_close_by(shift: int) -> None:
    entity, ledger = make(((24 + shift, 29 + shift),), "renal", "repair")
    assert (entity.spans, entity.text) == (((24, 29),), "renal")
    assert ledger.counts() == {"mention_repaired": 1}


def test_repair_takes_the_text_where_the_mention_is_too_far() -> None:
    entity, ledger = make(((20, 25),), "renal", "repair")
    assert (entity.spans, entity.text) == (((20, 25),), "and r")
    assert ledger.counts() == {"mention_repaired": 1}


def test_repair_moves_all_parts_of_a_mention_together() -> None:
    entity, _ = make(((7, 12), (31, 38)), "heart failure", "repair")
    assert entity.spans == ((6, 11), (30, 37))


@pytest.mark.parametrize("policy", ["repair", "drop"])
@pytest.mark.parametrize("span", [(90, 95), (5, 5), (9, 4)])
def test_a_span_that_is_none_cannot_be_repaired(policy: str, span: tuple[int, int]) -> None:
    entity, ledger = make((span,), "liver", policy)
    assert entity is None
    assert [(entry.rule, entry.action) for entry in ledger] == [("mention_dropped", "dropped")]


@given(
    spans=st.lists(st.tuples(st.integers(-5, 45), st.integers(-5, 45)), min_size=1, max_size=3).map(tuple),
    mention=st.text(max_size=8),
    policy=st.sampled_from(["repair", "drop"]),
)
def test_what_is_kept_is_always_its_text_and_every_change_is_said(
    spans: tuple[tuple[int, int], ...], mention: str, policy: str
) -> None:
    entity, ledger = make(spans, mention, policy)
    if entity is not None:
        assert entity.text == " ".join(TEXT[start:end] for start, end in entity.spans)
    assert bool(list(ledger)) == (entity is None or entity.text != mention or entity.spans != spans)


def test_concepts_are_given_their_database_once() -> None:
    concepts = Concepts(separators="|", databases={"*": "MESH", "Gene": "NCBIGene"}, none=("-1",))
    assert concepts.of("D1| OMIM:2|D1|-1", "Disease") == ("MESH:D1", "OMIM:2")
    assert concepts.of("D1+D2", "Disease") == ("MESH:D1+D2",)
    assert concepts.of("17", "Gene") == ("NCBIGene:17",)
    assert concepts.end("17") == "NCBIGene:17"
    assert concepts.end("D9") == "MESH:D9"
