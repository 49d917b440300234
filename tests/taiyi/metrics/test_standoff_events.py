from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taiyi.metrics import standoff_events as standoff
from taiyi.metrics.standoff_events import Counts, Document, Event, Span

TEXT = "TNF-induced overexpression of IL-2 and IL-4 binding."
TNF, IL2, IL4 = Span("Protein", 0, 3), Span("Protein", 30, 34), Span("Protein", 39, 43)
INDUCED, EXPRESSION, BINDING = (
    Span("Positive_regulation", 4, 11),
    Span("Gene_expression", 12, 26),
    Span("Binding", 44, 51),
)
SPANS = (TNF, IL2, IL4, INDUCED, EXPRESSION, BINDING)
GENIA_LEFT_OUT = frozenset(("Site", "CSite", "AtLoc", "ToLoc"))
OF_ALL_ABOVE = ("EVT-TOTAL", "ALL-TOTAL", "SUB-TOTAL", "TOTAL")


def _gold(**events: Event) -> Document:
    return Document(events, text=TEXT, spans=SPANS)


def _f1(gold: Document, predicted: dict[str, Event], **settings: Any) -> float:
    return standoff.score([(gold, Document(predicted))], **settings).value


NESTED = _gold(E1=Event(EXPRESSION, (("Theme", IL2),)), E2=Event(INDUCED, (("Theme", "E1"), ("Cause", TNF))))


def test_a_trigger_within_the_gold_ones_word_is_right_under_approximate_matching_only() -> None:
    gold = _gold(E1=Event(EXPRESSION, (("Theme", IL2),)))
    short = {"E9": Event(Span("Gene_expression", 16, 26), (("Theme", IL2),))}
    assert _f1(gold, short) == 1
    assert _f1(gold, short, approximate=False) == 0
    assert _f1(gold, {"E9": Event(Span("Gene_expression", 9, 26), (("Theme", IL2),))}) == 0


def test_an_extended_boundary_stops_at_spaces_punctuation_and_other_spans() -> None:
    gold = _gold(E1=Event(INDUCED, (("Theme", IL2),)))
    assert _f1(gold, {"E1": Event(Span("Positive_regulation", 3, 11), (("Theme", IL2),))}) == 1
    assert _f1(gold, {"E1": Event(Span("Positive_regulation", 2, 11), (("Theme", IL2),))}) == 0


def test_of_events_that_are_arguments_only_the_themes_are_compared_under_approximate_matching() -> None:
    top = _gold(E1=Event(EXPRESSION, (("Theme", IL2), ("Cause", TNF))), E2=Event(INDUCED, (("Theme", "E1"),)))
    without = {"E1": Event(EXPRESSION, (("Theme", IL2),)), "E2": Event(INDUCED, (("Theme", "E1"),))}
    pairs = [(top, Document(without))]
    assert standoff.counts(pairs)["Positive_regulation"] == Counts(1, 1, 1, 1)
    assert standoff.counts(pairs)["Gene_expression"] == Counts(1, 0, 1, 0)
    assert standoff.total(list(standoff.counts(pairs, approximate=False).values())) == Counts(2, 0, 2, 0)


def test_themes_come_in_any_order_and_their_numbers_only_tie_their_sites() -> None:
    gold = _gold(E1=Event(BINDING, (("Theme", IL2), ("Theme2", IL4), ("Site2", TNF))))
    turned = {"E1": Event(BINDING, (("Theme", IL4), ("Site", TNF), ("Theme2", IL2)))}
    wrong = {"E1": Event(BINDING, (("Theme", IL2), ("Site", TNF), ("Theme2", IL4)))}
    for approximate in (True, False):
        assert _f1(gold, turned, approximate=approximate) == 1
        assert _f1(gold, wrong, approximate=approximate) == 0
        assert _f1(gold, wrong, approximate=approximate, ignored=GENIA_LEFT_OUT) == 1


def test_equivalent_spans_stand_for_one_another() -> None:
    gold = _gold(E1=Event(BINDING, (("Theme", IL2),)))._replace(equivalent=((IL2, IL4),))
    assert _f1(gold, {"E1": Event(BINDING, (("Theme", IL4),))}, approximate=False) == 1


def test_equal_events_count_once_and_so_do_those_right_for_the_same_reason() -> None:
    twice = dict(NESTED.events) | {f"{name}0": event for name, event in NESTED.events.items()}
    assert standoff.total(list(standoff.counts([(NESTED, Document(twice))]).values())) == Counts(2, 2, 2, 2)
    gold = _gold(E1=Event(EXPRESSION, (("Theme", IL2),)))
    near = {f"E{start}": Event(Span("Gene_expression", start, 26), (("Theme", IL2),)) for start in range(12, 16)}
    assert standoff.counts([(gold, Document(near))])["Gene_expression"] == Counts(1, 1, 1, 1)


def test_modifications_are_events_of_their_own() -> None:
    gold = NESTED._replace(modifications=(("Negation", "E2"),))
    said = Document(NESTED.events, (("Negation", "E2"), ("Speculation", "E1"), ("Negation", "E7")))
    by_type = standoff.counts([(gold, said)])
    assert by_type["Negation"] == Counts(1, 1, 2, 1)
    assert by_type["Speculation"] == Counts(0, 0, 1, 0)


@pytest.mark.parametrize("approximate", [True, False])
def test_events_that_hold_themselves_or_what_does_not_exist_are_wrong(approximate: bool) -> None:
    circle = {
        "E1": Event(EXPRESSION, (("Theme", "E2"),)),
        "E2": Event(INDUCED, (("Theme", "E1"), ("Cause", TNF))),
        "E3": Event(INDUCED, (("Theme", "E9"),)),
        "E4": Event(INDUCED),
    }
    for gold in (NESTED, _gold(E1=Event(INDUCED, (("Theme", "E9"),)))):
        assert _f1(gold, circle, approximate=approximate) == 0


def test_a_tangle_of_events_is_read_in_no_time() -> None:
    chain = {f"E{k}": Event(INDUCED, (("Theme", f"E{k + 1}"), ("Theme2", f"E{k + 1}"))) for k in range(200)}
    chain["E200"] = Event(INDUCED, (("Theme", TNF),))
    found = standoff.counts([(_gold(**chain), Document(chain))])
    assert found == {"Positive_regulation": Counts(201, 201, 201, 201)}


def test_every_score_says_how_it_matched() -> None:
    score = standoff.score([(NESTED, Document(NESTED.events))])
    assert score.signature == (
        "event_f1|boundary:approximate|duplicates:once|ignored:none|match:spans|recursion:themes|task:ee|version:1"
    )
    assert (score.details["gold"], score.details["f1:Gene_expression"]) == (2, 1)
    other = standoff.score([], approximate=False, ignored=GENIA_LEFT_OUT).signature
    assert "boundary:exact" in other and "ignored:AtLoc+CSite+Site+ToLoc" in other


spans = st.builds(Span, st.sampled_from("AB"), st.integers(0, 3), st.integers(4, 6))
ends = st.one_of(spans, st.sampled_from(("E0", "E1", "E2", "E7")))
roles = st.sampled_from(("Theme", "Theme2", "Site2", "Cause"))
arguments = st.lists(st.tuples(roles, ends), max_size=4, unique_by=lambda slot: slot[0]).map(tuple)
sides = st.lists(st.builds(Event, spans, arguments), max_size=3).map(
    lambda events: Document({f"E{number}": event for number, event in enumerate(events)}, text="abc de, f g")
)


@given(sides, sides, st.booleans())
def test_counts_are_bounded_and_the_order_of_events_and_arguments_does_not_matter(
    gold: Document, predicted: Document, approximate: bool
) -> None:
    found = standoff.counts([(gold, predicted)], approximate=approximate)
    events = {name: event._replace(arguments=event.arguments[::-1]) for name, event in predicted.events.items()}
    turned = predicted._replace(events=dict(reversed(list(events.items()))))
    assert found == standoff.counts([(gold, turned)], approximate=approximate)
    for counts in found.values():
        assert 0 <= counts.found <= counts.gold
        assert 0 <= counts.right <= counts.predicted
        assert 0 <= counts.f1 <= 1
    strict = standoff.total(list(standoff.counts([(gold, predicted)], approximate=False).values()))
    loose = standoff.total(list(standoff.counts([(gold, predicted)]).values()))
    assert strict.found <= loose.found


def _annotations(path: Path, known: dict[str, Span]) -> Document:
    """What an .a1 or .a2 file says; the spans it names join `known`."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    for name, said, *_ in rows:
        if name.startswith("T"):
            kind, start, end = said.split()
            known[name] = Span(kind, int(start), int(end))
    events = {}
    for name, said, *_ in rows:
        if name.startswith("E"):
            slots = [slot.split(":") for slot in said.split()]
            ends = tuple((role, known.get(end, end)) for role, end in slots[1:])
            events[name] = Event(known[slots[0][1]], ends)
    return Document(
        events,
        tuple((row[1].split()[0], row[1].split()[1]) for row in rows if row[0].startswith("M")),
        spans=tuple(known.values()),
        equivalent=tuple(tuple(known[name] for name in row[1].split()[1:]) for row in rows if row[0] == "*"),
    )


def _pairs(folder: Path, case: str, documents: list[str]) -> list[tuple[Document, Document]]:
    found = []
    for name in documents:
        given: dict[str, Span] = {}
        _annotations(folder / "gold" / f"{name}.a1", given)
        gold = _annotations(folder / "gold" / f"{name}.a2", dict(given))
        text = (folder / "gold" / f"{name}.txt").read_text(encoding="utf-8")
        predicted = _annotations(folder / f"pred.{case}" / f"{name}.a2", dict(given))
        found.append((gold._replace(text=text), predicted))
    return found


def _check(by_type: dict[str, Counts], expected: dict[str, dict[str, float]], empty: float, where: str) -> None:
    """The counts of each line of a table, totals too. `empty`: what the tool prints of a type that neither side has,
    which is 0 here; names end after 21 letters. A total is of the types since the last one, or of all above it.
    """
    printed = {name[:21]: counts for name, counts in by_type.items()}
    assert set(printed) <= set(expected), where
    above: list[Counts] = []
    since: list[Counts] = []
    for name, figures in expected.items():
        if name.endswith("TOTAL"):
            counts = standoff.total(above if name in OF_ALL_ABOVE else since)
            since = []
        else:
            counts = printed.get(name, Counts())
            above.append(counts)
            since.append(counts)
        columns = [figures[column] for column in ("gold", "gold_match", "answer", "answer_match")]
        assert list(counts) == columns, (where, name)
        found = [round(100 * value, 2) for value in (counts.recall, counts.precision, counts.f1)]
        assert found == [0, 0, 0] or any(columns), (where, name)
        theirs = [figures[column] for column in ("recall", "precision", "fscore")]
        assert theirs == (found if any(columns) else [empty] * 3), (where, name)


def test_the_vectors_of_genia_agree(score_vectors: Path) -> None:
    folder = score_vectors / "27_event_bionlp_ge11"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert len(expected["cases"]) == 9
    for case, tables in expected["cases"].items():
        pairs = [
            tuple(side._replace(modifications=()) for side in pair)
            for pair in _pairs(folder, case, expected["documents"])
        ]
        for mode, table in tables.items():
            approximate = mode != "strict"
            by_type = standoff.counts(pairs, approximate=approximate, ignored=GENIA_LEFT_OUT)  # type: ignore[arg-type]
            _check(by_type, table, 0, f"{case} {mode}")


def test_the_vectors_of_cancer_genetics_agree(score_vectors: Path) -> None:
    folder = score_vectors / "28_event_bionlp_cg13"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert len(expected["cases"]) == 9
    for case, tables in expected["cases"].items():
        pairs = _pairs(folder, case, expected["documents"])
        for mode, table in tables.items():
            _check(standoff.counts(pairs, approximate=mode != "strict"), table, 100, f"{case} {mode}")


def test_an_empty_class_is_zero_here_and_a_hundred_in_the_python_evaluator(score_vectors: Path) -> None:
    folder = score_vectors / "28_event_bionlp_cg13"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"]["perfect"]["strict"]
    assert (expected["Infection"]["gold"], expected["Infection"]["fscore"]) == (0, 100.0)
    assert Counts().f1 == 0
