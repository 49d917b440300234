from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from taiyi.errors import InvalidInput, NotFound, NotReady
from taiyi.metrics.measures import Measure, Metric, make
from taiyi.records import Argument, Document, Entity, Relation

NAME = "chemical-induced disease"


def document(number: int, mentions: list[tuple[str, str, str]], relations: Sequence[tuple[str, str]] = ()) -> Document:
    """A record of (text, type, ids) mentions, whose text is the mentions on lines of their own."""
    entities, text = [], ""
    for place, (mention, kind, ids) in enumerate(mentions):
        concepts = tuple(f"MESH:{one}" for one in ids.split("|") if ids)
        entities.append(Entity(f"T{place}", kind, ((len(text), len(text) + len(mention)),), mention, concepts))
        text += mention + "\n"
    ends = [(Argument(concept=f"MESH:{head}"), Argument(concept=f"MESH:{tail}")) for head, tail in relations]
    return Document(
        id=f"made/test/{number}",
        language="en",
        text=text,
        entities=tuple(entities),
        relations=tuple(Relation(f"R{place}", "CID", *pair) for place, pair in enumerate(ends)),
    )


LEAD = document(
    0,
    [("lead", "Chemical", "D1"), ("Pb", "Chemical", "D1"), ("pain", "Disease", "D3|D4")],
    [("D1", "D3"), ("D1", "D4")],
)
GOLD = document(1, [("gold", "Chemical", "D2"), ("rash", "Disease", "D5")], [("D2", "D5")])
RECORDS = {record.id: record for record in (LEAD, GOLD)}


def measure(**settings: str) -> Measure:
    bare = make(Metric("concept_f1", settings), task="re")
    assert bare.with_records is not None
    return bare.with_records(RECORDS)


def judged(asked: Any, *read: list[tuple[str, str]], gold: Any = ((), ())) -> Any:
    pairs = [
        (theirs, tuple((NAME, head, tail) for head, tail in pairs)) for theirs, pairs in zip(gold, read, strict=False)
    ]
    return asked("re", pairs, offered=(NAME,))


def counts(one: Measure, outcomes: Any) -> list[float]:
    return [float(count) for count in one.rows(outcomes).sum(axis=0)]


def test_a_concept_named_in_any_of_its_texts_is_found_once(asked: Any) -> None:
    outcomes = judged(asked, [("lead", "pain"), ("Pb", "pain")], [("gold", "rash")])
    score = measure().score(outcomes)
    assert counts(measure(), outcomes) == [3, 3, 3]
    assert (score.name, score.value, score.details["precision"]) == ("concept_f1", 1.0, 1.0)


def test_a_text_is_looked_up_in_its_document_then_in_the_test_set(asked: Any) -> None:
    outcomes = judged(asked, [("gold", "pain")], [])
    assert counts(measure(), outcomes) == [0, 2, 3]
    assert counts(measure(unmapped="apart"), outcomes) == [0, 2, 3]
    assert counts(measure(unmapped="apart", grounding="document"), outcomes) == [0, 1, 3]


def test_texts_that_name_no_concept_are_wrong_together_or_each_by_itself(asked: Any) -> None:
    outcomes = judged(asked, [("tin", "itch"), ("zinc", "itch")], [])
    assert counts(measure(), outcomes) == [0, 1, 3]
    assert counts(measure(unmapped="apart"), outcomes) == [0, 2, 3]
    assert "unmapped:-1-merged" in measure().signature(outcomes)
    assert measure().signature(outcomes) != measure(unmapped="apart").signature(outcomes)


def test_reversed_ends_are_wrong_and_case_counts_unless_folded(asked: Any) -> None:
    assert counts(measure(), judged(asked, [("pain", "lead")], []))[0] == 0
    for case, found in (("mixed", 0), ("fold", 2)):
        assert counts(measure(case=case), judged(asked, [("LEAD", "pain")], []))[0] == found


def test_an_unlinked_end_of_the_gold_is_never_found(asked: Any) -> None:
    unlinked = document(0, [("x", "Chemical", ""), ("pain", "Disease", "D3")], [("D9", "D3")])
    broken = Relation("R9", "CID", Argument(ref="T0"), Argument(concept="MESH:D3"))
    record = Document(
        id=unlinked.id, language="en", text=unlinked.text, entities=unlinked.entities, relations=(broken,)
    )
    bare = make(Metric("concept_f1"), task="re")
    assert bare.with_records is not None
    one = bare.with_records({record.id: record})
    assert counts(one, judged(asked, [("x", "pain")])) == [0, 1, 1]


def test_without_records_it_says_what_it_needs(asked: Any) -> None:
    with pytest.raises(NotReady, match="records of the test set"):
        make(Metric("concept_f1"), task="re").value(judged(asked, []))
    with pytest.raises(NotFound, match="made/test/2"):
        measure().value(judged(asked, [], [], [], gold=((), (), ())))


def test_names_that_cannot_be_told_apart_must_be_given(asked: Any) -> None:
    outcomes = asked("re", [((), (("a", "lead", "pain"),))], offered=("a", "b"))
    with pytest.raises(InvalidInput, match="which of the relations CID"):
        measure().value(outcomes)
    assert measure(names="CID=a").rows(outcomes).tolist() == [[2, 2, 2]]
    with pytest.raises(InvalidInput, match="task of concept_f1"):
        make(Metric("concept_f1"), task="ner")


def test_ids_of_a_document_count_once_and_unlinked_ones_not_at_all(asked: Any) -> None:
    gold = (("lead", "MESH:D1"), ("Pb", "MESH:D1"), ("pain", "MESH:D3|MESH:D4"), ("x", "MESH:-1"))
    outcomes = asked("nen", [(gold, (("Pb", "MESH:D1"), ("pain", "MESH:D4"), ("x", "MESH:-1")))])
    one = make(Metric("concept_f1"), task="nen")
    assert counts(one, outcomes) == [2, 2, 3]
    assert counts(make(Metric("normalisation"), task="nen"), outcomes) == [3, 3, 5]


def test_the_vector_of_surface_pairs(score_vectors: Path, asked: Any) -> None:
    folder = score_vectors / "10_re_surface_pairs_bc5cdr"

    def read(name: str) -> list[Any]:
        return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines() if line.strip()]

    rows = read("gold.concepts.jsonl")
    made = [
        document(
            number,
            [(m["text"], m["type"], "|".join(m["mesh"])) for m in row["mentions"]],
            [(head, tail) for head, tail in row["relations"]],
        )
        for number, row in enumerate(rows)
    ]
    bare = make(Metric("concept_f1", {"grounding": "document", "unmapped": "apart"}), task="re")
    assert bare.with_records is not None
    one = bare.with_records({record.id: record for record in made})
    for case, expected in json.loads((folder / "expected.json").read_text("utf-8"))["cases"].items():
        if case == "wrong_relation_label":  # the reference does not look at the label, and the kit does
            continue
        answers = {row["id"]: row["relations"] for row in read(f"pred.{case}.jsonl")}
        pairs = [((), tuple((NAME, r["head"], r["tail"]) for r in answers.get(row["id"], ()))) for row in rows]
        tp, predicted, gold = counts(one, asked("re", pairs, offered=(NAME,)))
        theirs = expected["concept_level"]
        assert (tp, predicted - tp, gold - tp) == (theirs["tp"], theirs["fp"], theirs["fn"]), case


def test_the_vector_of_standard_terms(score_vectors: Path, asked: Any) -> None:
    folder = score_vectors / "34_chip_cdn_normalisation"

    def read(name: str) -> list[Any]:
        rows = [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]
        return [tuple((term,) for term in row["normalized"]) for row in rows]

    for case, expected in json.loads((folder / "expected.json").read_text("utf-8"))["cases"].items():
        outcomes = asked("nen", list(zip(read("gold.jsonl"), read(f"pred.{case}.jsonl"), strict=True)))
        score = make(Metric("normalisation"), task="nen").score(outcomes)
        assert score.value == pytest.approx(expected["f1"], abs=1e-12), case
        assert score.details["precision"] == pytest.approx(expected["precision"], abs=1e-12), case


def test_every_setting_shows_in_the_signature_and_ids_take_none() -> None:
    given = [
        {}, {"names": "CID=chemical-induced disease"}, {"types": "chemical-induced disease"}, {"case": "fold"},
        {"grounding": "document"}, {"unmapped": "apart"},
    ]  # fmt: skip
    assert len({make(Metric("concept_f1", settings), task="re").signature(()) for settings in given}) == len(given)
    for settings in given[1:]:
        with pytest.raises(InvalidInput, match="no settings"):
            make(Metric("concept_f1", settings), task="nen")
